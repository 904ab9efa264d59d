// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device interrupts. An irq belongs to the hypervisor, to pirqs of guests, or
 * to nobody. It has a vector, for as long as it is in use, on one CPU: on that
 * of the vCPU that its first guest wants notified. Irqs have different vectors
 * as long as there are enough; then several have the same one on different
 * CPUs.
 *
 * When a guest's level interrupt arrives, the hypervisor masks it at the
 * IO-APIC, and unmasks it after each guest that shares it has sent its EOI. A
 * guest that never does stops only the devices on this line. The hypervisor
 * acknowledges edge interrupts and messages immediately.
 *
 * An irq moves to another CPU by a single write, which changes the target of
 * its vector, so no interrupt is lost. One that was sent before still arrives
 * at the old CPU. So an irq moves only if no other has its vector: then the
 * vector identifies it on any CPU.
 */
#include "device/ioapic.h"
#include "device/irq.h"
#include "domain/domain.h"
#include "machine/acpi.h"
#include "machine/apic.h"
#include "machine/smp.h"

#define SHARERS		4
#define IRQS		(MAX_PIRQS + 1)		/* 0 is none */
#define APIC_REACH	0xffu	/* without interrupt remapping: ids below */

struct irq_guest {
	struct domain *d;	/* NULL: none */
	u32 pirq;
	bool pending;		/* its EOI is missing */
};

struct irq {
	void (*handler)(void);
	struct irq_guest guest[SHARERS];
	struct irq *next;	/* of the same vector; the oldest is first */
	u32 cpu;
	u64 count;		/* of its interrupts */
	s32 gsi;		/* -1: a message */
	struct msi_place message;
	u8 vector;		/* 0: the irq is not in use */
	bool level, masked;
	bool share;		/* all its guests allow sharing */
};

static struct irq irqs[IRQS];
static struct irq *by_vector[256];
static u16 gsi_irq[IRQ_MAX_GSI];
static u64 arrived[MAX_CPUS];		/* device interrupts */
static struct spinlock irq_lock = SPINLOCK(LOCK_IRQ);

/*
 * Nothing uses the 8259s. Call this before LINT0 is masked: a request that they
 * raise while it is masked would stay pending.
 */
void irq_disable_pic(void)
{
	static const struct { u8 port, value; } writes[] = {
		{ 0x20, 0x11 }, { 0xa0, 0x11 }, { 0x21, 0x20 }, { 0xa1, 0x28 },
		{ 0x21, 0x04 }, { 0xa1, 0x02 }, { 0x21, 0x01 }, { 0xa1, 0x01 },
		{ 0x21, 0xff }, { 0xa1, 0xff },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(writes); i++)
		outb(writes[i].port, writes[i].value);
}

/* NULL if no irq has the vector on this CPU. */
static struct irq *find_on(u32 vector, u32 cpu)
{
	struct irq *irq = by_vector[vector];

	while (irq && irq->cpu != cpu)
		irq = irq->next;
	return irq;
}

static u32 apic_of(u32 cpu)
{
	return cpu_blocks[cpu]->cpu.apic_id;
}

/* Give the irq a vector on this CPU; 'alone': one that no other irq has. */
static bool take_vector(struct irq *irq, u32 cpu, bool alone)
{
	struct irq **end;
	u32 v;

	ASSERT_HELD(&irq_lock);
	for (v = IRQ_FIRST_VECTOR; v <= IRQ_LAST_VECTOR; v++) {
		if (v == VEC_GUEST_SYSCALL || v == VEC_HYPERCALL ||
		    (alone ? by_vector[v] : find_on(v, cpu)))
			continue;
		*irq = (struct irq){ .vector = (u8)v, .cpu = cpu, .gsi = -1 };
		for (end = &by_vector[v]; *end; end = &(*end)->next)
			;
		*end = irq;
		return true;
	}
	return false;
}

/* A new irq, or -ENOSPC. */
static int take_irq(void)
{
	u32 cpu = apic_of(this_cpu()->id) < APIC_REACH ? this_cpu()->id : 0;
	u32 i = 1;

	while (i < IRQS && irqs[i].vector)
		i++;
	if (i == IRQS)
		return -ENOSPC;
	if (take_vector(&irqs[i], cpu, true))
		return (int)i;
	for (cpu = 0; cpu < cpu_count; cpu++)
		if (apic_of(cpu) < APIC_REACH &&
		    take_vector(&irqs[i], cpu, false))
			return (int)i;
	return -ENOSPC;
}

static void release_irq(struct irq *irq)
{
	struct irq **p = &by_vector[irq->vector];

	while (*p != irq)
		p = &(*p)->next;
	*p = irq->next;
	*irq = (struct irq){ 0 };
}

int irq_alloc_message(struct msi_place message)
{
	int n, rc;

	spin_guard_irqsave(&irq_lock);
	n = take_irq();
	if (n < 0)
		return n;
	irqs[n].message = message;
	rc = msi_program(&message, apic_of(irqs[n].cpu), irqs[n].vector);
	if (rc)
		release_irq(&irqs[n]);
	return rc ? rc : n;
}

int irq_restore_messages(struct pci_address a)
{
	const struct irq *irq;
	int rc = pci_read(a, 0) == ~0u ? -ENODEV : 0;

	for (irq = irqs; !rc && irq < irqs + IRQS; irq++) {
		spin_guard_irqsave(&irq_lock);
		if (irq->vector && irq->gsi < 0 &&
		    !memcmp(&irq->message.a, &a, sizeof(a)))
			rc = msi_program(&irq->message, apic_of(irq->cpu),
					 irq->vector);
	}
	return rc;
}

void irq_free(u32 n)
{
	spin_guard_irqsave(&irq_lock);
	if (irqs[n].gsi >= 0) {
		ioapic_mask((u32)irqs[n].gsi, true);
		gsi_irq[irqs[n].gsi] = 0;
	}
	release_irq(&irqs[n]);
}

static void move(struct irq *irq, u32 cpu)
{
	ASSERT_HELD(&irq_lock);
	if (irq->cpu == cpu || apic_of(cpu) >= APIC_REACH ||
	    by_vector[irq->vector] != irq || irq->next)
		return;
	if (irq->gsi >= 0)
		ioapic_redirect((u32)irq->gsi, apic_of(cpu));
	else if (msi_program(&irq->message, apic_of(cpu), 0))
		return;
	irq->cpu = cpu;
}

void irq_move(u32 n, u32 cpu)
{
	spin_guard_irqsave(&irq_lock);
	if (irqs[n].vector && !irqs[n].handler)
		move(&irqs[n], cpu);
}

u32 irq_of_gsi(u32 gsi)
{
	return gsi < IRQ_MAX_GSI ? gsi_irq[gsi] : 0;
}

bool irq_is_level(u32 n)
{
	return irqs[n].level;
}

/* Each place for a guest of the irq, as g. */
#define for_each_guest(g, irq) \
	for (g = (irq)->guest; g < (irq)->guest + SHARERS; g++)

static struct irq_guest *find_guest(struct irq *irq,
				    const struct domain *d, u32 pirq)
{
	struct irq_guest *g;

	for_each_guest(g, irq)
		if (g->d == d && (!d || g->pirq == pirq))
			return g;
	return NULL;
}

static u32 guest_count(const struct irq *irq)
{
	const struct irq_guest *g;
	u32 n = 0;

	for_each_guest(g, irq)
		n += g->d != NULL;
	return n;
}

bool irq_is_shared(u32 n)
{
	return guest_count(&irqs[n]) > 1;
}

int irq_setup_gsi(u32 gsi, bool level, bool low)
{
	struct irq *irq;
	int n;

	if (gsi >= IRQ_MAX_GSI || !ioapic_has(gsi))
		return -EINVAL;
	spin_guard_irqsave(&irq_lock);
	n = gsi_irq[gsi];
	if (n && (guest_count(&irqs[n]) || irqs[n].handler))
		return -EEXIST;
	if (!n)
		n = take_irq();
	if (n < 0)
		return n;
	irq = &irqs[n];
	irq->gsi = (s32)gsi;
	irq->level = level;
	irq->masked = true;
	gsi_irq[gsi] = (u16)n;
	ioapic_program(gsi, irq->vector, apic_of(irq->cpu), level, low);
	return 0;
}

int irq_setup_isa(u32 gsi)
{
	u32 i, flags = 0;

	for (i = 0; i < acpi.overrides; i++)
		if (acpi.override[i].gsi == gsi)
			flags = acpi.override[i].flags;
	return irq_setup_gsi(gsi, (flags >> 2 & 3) == 3, (flags & 3) == 3);
}

void irq_bind_hypervisor(u32 gsi, void (*fn)(void))
{
	if (irq_setup_gsi(gsi, false, false))
		return;
	irqs[gsi_irq[gsi]].handler = fn;
	ioapic_mask(gsi, false);
}

static void set_masked(struct irq *irq, bool masked)
{
	irq->masked = masked;
	if (irq->gsi >= 0)
		ioapic_mask((u32)irq->gsi, masked);
}

int irq_bind_guest(u32 n, struct domain *d, u32 pirq, bool share)
{
	struct irq *irq = &irqs[n];
	struct irq_guest *g;
	bool first;

	spin_guard_irqsave(&irq_lock);
	g = find_guest(irq, NULL, 0);
	first = !guest_count(irq);
	if (!irq->vector || irq->handler || !g || find_guest(irq, d, pirq) ||
	    !(first || (share && irq->share)))
		return -EBUSY;
	*g = (struct irq_guest){ .d = d, .pirq = pirq };
	irq->share = share;
	if (first) {
		move(irq, d->vcpu[0]->sched.cpu);
		set_masked(irq, false);
	}
	return 0;
}

/* Unmask the vector if all its guests have sent their EOIs. */
static void settle(struct irq *irq)
{
	const struct irq_guest *g;

	for_each_guest(g, irq)
		if (g->pending)
			return;
	if (irq->masked)
		set_masked(irq, false);
}

void irq_unbind_guest(u32 n, const struct domain *d, u32 pirq)
{
	struct irq *irq = &irqs[n];
	struct irq_guest *g;

	spin_guard_irqsave(&irq_lock);
	g = find_guest(irq, d, pirq);
	if (!g)
		return;
	*g = (struct irq_guest){ 0 };
	if (guest_count(irq))
		settle(irq);
	else
		set_masked(irq, true);
}

void irq_guest_eoi(u32 n, const struct domain *d, u32 pirq)
{
	struct irq_guest *g;

	spin_guard_irqsave(&irq_lock);
	g = find_guest(&irqs[n], d, pirq);
	if (g) {
		g->pending = false;
		settle(&irqs[n]);
	}
}

/* Copy the irq, with references to its guests for use without the lock. */
static void note_interrupt(struct irq *irq, struct irq *copy)
{
	struct irq_guest *g;

	ASSERT_HELD(&irq_lock);
	if (irq->level && guest_count(irq))
		set_masked(irq, true);
	for_each_guest(g, irq)
		if (g->d) {
			g->pending = irq->level;
			domain_hold(g->d);
		}
	irq->count++;
	*copy = *irq;
}

static void device_interrupt(u32 vector)
{
	struct irq *irq, copy = { 0 };
	struct irq_guest *g;

	spin_scoped_irqsave(&irq_lock) {
		irq = find_on(vector, this_cpu()->id);
		/* What is still sent to another CPU had the vector first. */
		if (!irq)
			irq = by_vector[vector];
		if (irq)
			note_interrupt(irq, &copy);
		arrived[this_cpu()->id]++;
		apic_eoi();
	}
	if (copy.handler)
		copy.handler();
	for_each_guest(g, &copy)
		if (g->d) {
			evtchn_send_pirq(g->d, g->pirq);
			domain_put(g->d);
		}
}

void irq_dump(void)
{
	const struct irq *irq;
	u32 i;

	for (irq = irqs; irq < irqs + IRQS; irq++)
		if (irq->vector && irq->gsi >= 0)
			log_info("GSI %d: vector %x on CPU %u, %lu arrived",
				 irq->gsi, irq->vector, irq->cpu, irq->count);
		else if (irq->vector)
			log_info("message of %02x:%02x entry %u: vector %x on "
				 "CPU %u, %lu arrived", irq->message.a.bus,
				 irq->message.a.devfn, irq->message.entry,
				 irq->vector, irq->cpu, irq->count);
	for (i = 0; i < cpu_count; i++)
		log_info("CPU %u's device interrupts: %lu", i, arrived[i]);
}

void irq_dispatch(u32 vector)
{
	hold_begin(0);
	if (vector <= IRQ_LAST_VECTOR)
		device_interrupt(vector);
	else if (vector != VEC_SPURIOUS)
		apic_eoi();
	if (vector == VEC_TIMER)
		timer_interrupt();
	else if (vector == VEC_FLUSH_IPI)
		smp_flush_interrupt();
	hold_end(0);
}

int irq_ioapic_read(u64 base, u32 reg, u32 *value)
{
	spin_guard_irqsave(&irq_lock);
	return ioapic_read(base, reg, value);
}
