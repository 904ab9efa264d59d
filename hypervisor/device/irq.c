// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device interrupts. The machine has one vector space. A vector belongs to the
 * hypervisor, to pirqs of guests, or to nobody. All device interrupts go to the
 * boot CPU.
 *
 * When a guest's level interrupt arrives, the hypervisor masks it at the
 * IO-APIC, and unmasks it after each guest that shares it has sent its EOI. A
 * guest that never does stops only the devices on this line. The hypervisor
 * acknowledges edge interrupts and messages immediately.
 */
#include "debug.h"
#include "device/irq.h"
#include "domain/domain.h"
#include "machine/acpi.h"
#include "machine/apic.h"
#include "machine/asm.h"
#include "machine/smp.h"

#define IOREGSEL	0
#define IOWIN		4
#define IOAPIC_VERSION	1
#define IOAPIC_REDIR	0x10
#define REDIR_LOW	BIT(13)
#define REDIR_LEVEL	BIT(15)
#define REDIR_MASKED	BIT(16)

#define SHARERS		4

struct irq_guest {
	struct domain *d;	/* NULL: none */
	u32 pirq;
	bool pending;		/* its EOI is missing */
};

struct vector_info {
	void (*handler)(void);
	struct irq_guest guest[SHARERS];
	s32 gsi;		/* -1: a message */
	bool used;
	bool level;
	bool masked;
	bool share;		/* all its guests allow sharing */
};

struct ioapic {
	volatile u32 *regs;
	u32 base, pins;
};

static struct ioapic ioapics[ACPI_MAX_IOAPICS];
static struct vector_info vectors[256];
static u8 gsi_vector[IRQ_MAX_GSI];
static struct spinlock irq_lock = SPINLOCK(LOCK_IRQ);

/* Index first, then data. The lock is held, except during boot. */
static u32 ioapic_read(const struct ioapic *io, u32 reg)
{
	io->regs[IOREGSEL] = reg;
	return io->regs[IOWIN];
}

static void ioapic_write(const struct ioapic *io, u32 reg, u32 v)
{
	io->regs[IOREGSEL] = reg;
	io->regs[IOWIN] = v;
}

static struct ioapic *gsi_ioapic(u32 gsi)
{
	u32 i;

	for (i = 0; i < acpi.ioapics; i++)
		if (gsi >= ioapics[i].base &&
		    gsi < ioapics[i].base + ioapics[i].pins)
			return &ioapics[i];
	return NULL;
}

static void write_pin(u32 gsi, u64 entry)
{
	const struct ioapic *io = gsi_ioapic(gsi);
	u32 reg;

	if (!io)
		return;
	reg = IOAPIC_REDIR + 2 * (gsi - io->base);
	ioapic_write(io, reg, (u32)REDIR_MASKED);
	ioapic_write(io, reg + 1, (u32)(entry >> 32));
	ioapic_write(io, reg, (u32)entry);
}

static void mask_pin(u32 gsi, bool masked)
{
	const struct ioapic *io = gsi_ioapic(gsi);
	u32 reg, v;

	if (!io)
		return;
	reg = IOAPIC_REDIR + 2 * (gsi - io->base);
	v = ioapic_read(io, reg);
	ioapic_write(io, reg, masked ? v | (u32)REDIR_MASKED :
		     v & ~(u32)REDIR_MASKED);
}

u32 irq_gsi_count(void)
{
	u32 i, n = 16;

	for (i = 0; i < acpi.ioapics; i++)
		n = MAX(n, ioapics[i].base + ioapics[i].pins);
	return MIN(n, (u32)IRQ_MAX_GSI);
}

/*
 * Nothing uses the 8259s. Call this before LINT0 is masked: a request that they
 * raise while it is masked would stay pending.
 */
void irq_disable_pic(void)
{
	outb(0x20, 0x11);
	outb(0xa0, 0x11);
	outb(0x21, 0x20);
	outb(0xa1, 0x28);
	outb(0x21, 0x04);
	outb(0xa1, 0x02);
	outb(0x21, 0x01);
	outb(0xa1, 0x01);
	outb(0x21, 0xff);
	outb(0xa1, 0xff);
}

void irq_init(void)
{
	struct ioapic *io;
	u32 i, pin;

	for (i = 0; i < acpi.ioapics; i++) {
		io = &ioapics[i];
		io->regs = paging_ioremap(paddr(acpi.ioapic[i].address), 32);
		io->base = acpi.ioapic[i].gsi_base;
		io->pins = (ioapic_read(io, IOAPIC_VERSION) >> 16 & 0xff) + 1;
		for (pin = 0; pin < io->pins; pin++)
			write_pin(io->base + pin, REDIR_MASKED);
		log_info("IO-APIC %u: GSI %u to %u", acpi.ioapic[i].id,
			 io->base, io->base + io->pins - 1);
	}
}

static int take_vector(void)
{
	int v;

	ASSERT_HELD(&irq_lock);
	for (v = IRQ_FIRST_VECTOR; v <= IRQ_LAST_VECTOR; v++) {
		if (vectors[v].used || v == VEC_GUEST_SYSCALL ||
		    v == VEC_HYPERCALL)
			continue;
		vectors[v] = (struct vector_info){ .used = true, .gsi = -1 };
		return v;
	}
	return -ENOSPC;
}

int irq_alloc_vector(void)
{
	u64 f = spin_lock_irqsave(&irq_lock);
	int v = take_vector();

	spin_unlock_irqrestore(&irq_lock, f);
	return v;
}

void irq_free_vector(u32 vector)
{
	u64 f = spin_lock_irqsave(&irq_lock);

	if (vectors[vector].gsi >= 0) {
		mask_pin((u32)vectors[vector].gsi, true);
		gsi_vector[vectors[vector].gsi] = 0;
	}
	vectors[vector] = (struct vector_info){ 0 };
	spin_unlock_irqrestore(&irq_lock, f);
}

u32 irq_gsi_vector(u32 gsi)
{
	return gsi < IRQ_MAX_GSI ? gsi_vector[gsi] : 0;
}

bool irq_is_level(u32 vector)
{
	return vectors[vector].level;
}

static struct irq_guest *find_guest(struct vector_info *vi,
				    const struct domain *d, u32 pirq)
{
	u32 i;

	for (i = 0; i < SHARERS; i++)
		if (vi->guest[i].d == d && (!d || vi->guest[i].pirq == pirq))
			return &vi->guest[i];
	return NULL;
}

static u32 guest_count(const struct vector_info *vi)
{
	u32 i, n = 0;

	for (i = 0; i < SHARERS; i++)
		n += vi->guest[i].d != NULL;
	return n;
}

bool irq_is_shared(u32 vector)
{
	return guest_count(&vectors[vector]) > 1;
}

static u64 pin_entry(u32 vector, bool level, bool low)
{
	return vector | (level ? REDIR_LEVEL : 0) | (low ? REDIR_LOW : 0) |
	       (u64)cpu_blocks[0]->cpu.apic_id << 56;
}

static int setup_gsi(u32 gsi, bool level, bool low)
{
	int v = gsi_vector[gsi];

	if (v && (guest_count(&vectors[v]) || vectors[v].handler))
		return -EEXIST;
	if (!v)
		v = take_vector();
	if (v < 0)
		return v;
	vectors[v].gsi = (s32)gsi;
	vectors[v].level = level;
	vectors[v].masked = true;
	gsi_vector[gsi] = (u8)v;
	write_pin(gsi, pin_entry((u32)v, level, low) | REDIR_MASKED);
	return 0;
}

int irq_setup_gsi(u32 gsi, bool level, bool low)
{
	u64 f;
	int rc;

	if (gsi >= IRQ_MAX_GSI || !gsi_ioapic(gsi))
		return -EINVAL;
	f = spin_lock_irqsave(&irq_lock);
	rc = setup_gsi(gsi, level, low);
	spin_unlock_irqrestore(&irq_lock, f);
	return rc;
}

int irq_setup_isa(u32 gsi)
{
	bool level = false, low = false;
	u32 i;

	for (i = 0; i < acpi.overrides; i++) {
		if (acpi.override[i].gsi != gsi)
			continue;
		low = (acpi.override[i].flags & 3) == 3;
		level = (acpi.override[i].flags >> 2 & 3) == 3;
	}
	return irq_setup_gsi(gsi, level, low);
}

void irq_bind_hypervisor(u32 gsi, void (*fn)(void))
{
	if (irq_setup_gsi(gsi, false, false))
		return;
	vectors[gsi_vector[gsi]].handler = fn;
	mask_pin(gsi, false);
}

static void set_masked(struct vector_info *vi, bool masked)
{
	vi->masked = masked;
	if (vi->gsi >= 0)
		mask_pin((u32)vi->gsi, masked);
}

int irq_bind_guest(u32 vector, struct domain *d, u32 pirq, bool share)
{
	u64 f = spin_lock_irqsave(&irq_lock);
	struct vector_info *vi = &vectors[vector];
	struct irq_guest *g = find_guest(vi, NULL, 0);
	bool first = !guest_count(vi);
	int rc = -EBUSY;

	if (vi->used && !vi->handler && g && !find_guest(vi, d, pirq) &&
	    (first || (share && vi->share))) {
		*g = (struct irq_guest){ .d = d, .pirq = pirq };
		vi->share = share;
		if (first)
			set_masked(vi, false);
		rc = 0;
	}
	spin_unlock_irqrestore(&irq_lock, f);
	return rc;
}

/* Unmask the vector if all its guests have sent their EOIs. */
static void settle(struct vector_info *vi)
{
	u32 i;

	for (i = 0; i < SHARERS; i++)
		if (vi->guest[i].pending)
			return;
	if (vi->masked)
		set_masked(vi, false);
}

void irq_unbind_guest(u32 vector, const struct domain *d, u32 pirq)
{
	u64 f = spin_lock_irqsave(&irq_lock);
	struct vector_info *vi = &vectors[vector];
	struct irq_guest *g = find_guest(vi, d, pirq);

	if (g) {
		*g = (struct irq_guest){ 0 };
		if (guest_count(vi))
			settle(vi);
		else
			set_masked(vi, true);
	}
	spin_unlock_irqrestore(&irq_lock, f);
}

void irq_guest_eoi(u32 vector, const struct domain *d, u32 pirq)
{
	u64 f = spin_lock_irqsave(&irq_lock);
	struct vector_info *vi = &vectors[vector];
	struct irq_guest *g = find_guest(vi, d, pirq);

	if (g) {
		g->pending = false;
		settle(vi);
	}
	spin_unlock_irqrestore(&irq_lock, f);
}

/* Copy the vector, with references to its guests for use without the lock. */
static void note_interrupt(struct vector_info *vi, struct vector_info *copy)
{
	u32 i;

	if (vi->level && guest_count(vi))
		set_masked(vi, true);
	for (i = 0; i < SHARERS; i++)
		if (vi->guest[i].d) {
			vi->guest[i].pending = vi->level;
			domain_hold(vi->guest[i].d);
		}
	*copy = *vi;
}

static void device_interrupt(u32 vector)
{
	u64 f = spin_lock_irqsave(&irq_lock);
	struct vector_info vi;
	u32 i;

	note_interrupt(&vectors[vector], &vi);
	apic_eoi();
	spin_unlock_irqrestore(&irq_lock, f);
	if (vi.handler)
		vi.handler();
	for (i = 0; i < SHARERS; i++)
		if (vi.guest[i].d) {
			evtchn_send_pirq(vi.guest[i].d, vi.guest[i].pirq);
			domain_put(vi.guest[i].d);
		}
}

void irq_dispatch(u32 vector)
{
	hold_begin(0);
	switch (vector) {
	case VEC_TIMER:
		apic_eoi();
		timer_interrupt();
		break;
	case VEC_EVENT_IPI:
		apic_eoi();
		break;
	case VEC_FLUSH_IPI:
		apic_eoi();
		smp_flush_interrupt();
		break;
	case VEC_SPURIOUS:
		break;
	default:
		if (vector >= IRQ_FIRST_VECTOR && vector <= IRQ_LAST_VECTOR)
			device_interrupt(vector);
	}
	hold_end(0);
}

/* A guest may read the ID, the version and the arbitration ID. */
int irq_ioapic_read(u64 base, u32 reg, u32 *value)
{
	u64 f;
	u32 i;

	for (i = 0; i < acpi.ioapics; i++) {
		if (acpi.ioapic[i].address != base || reg > 2)
			continue;
		f = spin_lock_irqsave(&irq_lock);
		*value = ioapic_read(&ioapics[i], reg);
		spin_unlock_irqrestore(&irq_lock, f);
		return 0;
	}
	return -EINVAL;
}
