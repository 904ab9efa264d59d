// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration cycles and messages (PCI Local Bus Specification 3.0, 3.2.2.3.2
 * and 6.8): a cycle reaches the device that was meant, whatever another CPU
 * does between address and data, and a message goes where the device says.
 */
#include <string.h>
#include <xen/event_channel.h>
#include <xen/physdev.h>
#include "device/ioapic.h"
#include "device/irq.h"
#include "cpu/emulate.h"
#include "domain/part.h"
#include "errno.h"
#include "host.h"
#include "hypercalls.h"
#include "machine/acpi.h"
#include "machine/paging.h"
#include "machine/pci.h"
#include "memory/frames.h"

#define OURS	0x80000800u	/* 0:1.0 */
#define OTHERS	0x80001000u
#define MSI	0x40u
#define MSIX	0x60u
#define BAR1	0x14u
#define TABLE	0x2000u		/* in BAR 1 */

static const struct pci_address device = { 0, 8, 0 };
static const struct msi_place msi = { { 0, 8, 0 }, false, 0 };
static u32 config[64];
static u32 strayed;		/* accesses that reached another device */
static struct cpu_block blocks[2];
struct cpu_block *cpu_blocks[MAX_CPUS] = { &blocks[0], &blocks[1] };

static u32 read_register(u32 address)
{
	if ((address & ~0xffu) == OURS)
		return config[address >> 2 & 63];
	strayed++;
	return 0x5a5a5a5a;
}

static void write_register(u32 address, u32 value)
{
	if ((address & ~0xffu) == OURS)
		config[address >> 2 & 63] = value;
	else
		strayed++;
}

static long operation(u32 cmd, void *arg)
{
	return do_event_channel_op((u64[6]){ cmd, (u64)arg });
}

static int program_msix(u32 entry)
{
	const struct msi_place m = { device, true, entry };

	return msi_program(&m, 3, 0x55);
}

static void other_cpu(void)
{
	host_pci_latch = OTHERS;
}

static struct vcpu *setup(void)
{
	u32 first;

	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	host_domain(2, &first);
	host_current->d->privileged = true;
	memset(config, 0, sizeof(config));
	config[0] = 0x10011af4;
	config[1] = 0x10 << 16;
	config[0x34 / 4] = MSI;
	config[MSI / 4] = 0x05 | MSIX << 8 | 0xf0 << 16;
	config[MSIX / 4] = 0x11 | 7 << 16;
	config[MSIX / 4 + 1] = TABLE | 1;
	config[BAR1 / 4] = 0xfeb00000;
	host_pci_register = read_register;
	host_pci_written = write_register;
	strayed = 0;
	return host_current;
}

static void end(void)
{
	host_pci_register = NULL;
	host_pci_written = NULL;
	host_turn = NULL;
	host_pci_latch = 0;
}

/*
 * An access to PCI's configuration space is its own, though another CPU writes
 * the address register between any two of its steps.
 */
static void test_another_cpu(void **state)
{
	struct vcpu *v = setup();

	(void)state;
	host_turn = other_cpu;
	v->d->dev.pci_cf8 = OURS;
	assert_int_equal(ioport_read(v, 0xcfc, 4), 0x10011af4);
	v->d->dev.pci_cf8 = OURS + 0x10;
	ioport_write(v, 0xcfc, 4, 0xabcd0000);
	assert_int_equal(config[4], 0xabcd0000);
	assert_int_equal(pci_read(device, 0), 0x10011af4);
	pci_update(device, 0x10, 0xffff0000, 0x1234);
	assert_int_equal(config[4], 0xabcd1234);
	assert_int_equal(msi_program(&msi, 3, 0x55), 0);
	assert_int_equal(program_msix(0), 0);
	assert_int_equal(strayed, 0);
	end();
}

/* 64-bit address; the upper half of the data word is the device's own. */
static void test_msi(void **state)
{
	(void)state;
	setup();
	config[MSI / 4 + 2] = ~0u;
	config[MSI / 4 + 3] = 0x77770000;
	assert_int_equal(msi_program(&msi, 3, 0x55), 0);
	assert_int_equal(config[MSI / 4 + 1], 0xfee03000);
	assert_int_equal(config[MSI / 4 + 2], 0);
	assert_int_equal(config[MSI / 4 + 3], 0x77770055);
	assert_int_equal(config[MSI / 4], 0x05 | MSIX << 8 | 0x80 << 16);
	assert_int_equal(msi_program(&msi, 5, 0), 0);
	assert_int_equal(config[MSI / 4 + 1], 0xfee05000);
	assert_int_equal(config[MSI / 4 + 3], 0x77770055);
	config[MSI / 4] &= 0xffff00ff;		/* the list ends here */
	assert_int_equal(program_msix(0), -ENODEV);
	end();
}

/* The ports do not reach other segments; their registers are memory, by MCFG. */
static void test_segments(void **state)
{
	const struct acpi_mcfg area = { 0x80000000, 2, 0x40, 0x7f };
	u32 *reg = (u32 *)host_window_page;
	struct msi_place m = { { 0x41, 8, 2 }, false, 0 };
	const u32 ports = host_port.count;

	(void)state;
	setup();
	acpi.mcfg[0] = area;
	acpi.mcfgs = 1;
	memset(host_window_page, 0, PAGE_SIZE);
	reg[1] = 0x10 << 16;
	reg[0x34 / 4] = MSI;
	reg[MSI / 4] = 0x05;
	assert_int_equal(msi_program(&m, 3, 0x55), 0);
	assert_int_equal(host_window_frame.n, 0x84108);
	assert_int_equal(reg[MSI / 4 + 1], 0xfee03000);
	assert_int_equal(reg[MSI / 4 + 2], 0x55);
	m.a.bus = 0x3f;
	assert_int_equal(msi_program(&m, 3, 0x55), -ENODEV);
	m.a = (struct pci_address){ 0x41, 8, 3 };
	assert_int_equal(msi_program(&m, 3, 0x55), -ENODEV);
	assert_int_equal(host_port.count, ports);
	acpi.mcfgs = 0;
	end();
}

static u32 card_command, cards_bar;

/* A card at 1:2.1, and Intel's AMT at 0:22.3. */
static u32 read_card(u32 address)
{
	bool amt = (address & ~0xffu) == 0x8000b300;

	if (!amt && (address & ~0xffu) != 0x80011100)
		return ~0u;
	return (address & 0xff) == 4 ? card_command :
	       (address & 0xff) == 8 ? 0x07000200 :
	       (address & 0xff) == 0x10 ? amt ? 0xe001 : cards_bar : 0;
}

static void write_card(u32 address, u32 value)
{
	if ((address & 0xff) == 4)
		card_command = value;
	else
		strayed++;
}

/*
 * The serial card that the hypervisor uses has its ports on, and is its own: Dom0
 * reads its registers and cannot change them. One whose registers are memory is
 * none.
 */
static void test_serial_card(void **state)
{
	struct vcpu *v = setup();

	(void)state;
	host_pci_register = read_card;
	host_pci_written = write_card;
	cards_bar = 0xfe000000;
	assert_int_equal(pci_take_serial(1), 0);
	cards_bar = 0xc041;
	card_command = 0x00100100;
	assert_int_equal(pci_take_serial(1), 0xc040);
	assert_int_equal(card_command, 0x101);
	v->d->dev.pci_cf8 = 0x80011110;
	assert_int_equal(ioport_read(v, 0xcfc, 4), 0xc041);
	ioport_write(v, 0xcfc, 4, ~0u);
	v->d->dev.pci_cf8 = 0x80011104;
	ioport_write(v, 0xcfc, 1, 0);
	assert_int_equal(card_command, 0x101);
	assert_int_equal(strayed, 0);
	v->d->dev.pci_cf8 = 0x80011010;
	ioport_write(v, 0xcfc, 4, 0);
	assert_int_equal(strayed, 1);
	assert_int_equal(pci_take_serial(0), 0xe000);
	end();
}

/* The table may move without end; in RAM it is refused. */
static void test_msix(void **state)
{
	const u32 *entry = (u32 *)host_window_page + 4 * 4;
	struct msi_place entry_4 = { device, true, 0 };
	u32 i;

	(void)state;
	setup();
	for (i = 0; i < 100; i++) {
		config[BAR1 / 4] = 0xfeb00000 + i * 0x1000;
		memset(host_window_page, 0xff, PAGE_SIZE);
		assert_int_equal(program_msix(4), 0);
		assert_int_equal(host_window_frame.n, 0xfeb02 + i);
		assert_int_equal(entry[0], 0xfee03000);
		assert_int_equal(entry[1], 0);
		assert_int_equal(entry[2], 0x55);
		assert_int_equal(entry[3], ~1u);
	}
	assert_int_equal(program_msix(8), -EINVAL);
	entry_4.entry = 4;
	host_window_page[0x4c] = 1;		/* masked: it stays so */
	assert_int_equal(msi_program(&entry_4, 5, 0), 0);
	assert_int_equal(entry[0], 0xfee05000);
	assert_int_equal(entry[2], 0x55);
	assert_int_equal(entry[3] & 1, 1);
	config[BAR1 / 4] = 0x100000;
	assert_int_equal(program_msix(4), -ENXIO);
	config[BAR1 / 4] = 4;
	config[BAR1 / 4 + 1] = 0xffffffff;	/* beyond the address bits */
	assert_int_equal(program_msix(4), -ENXIO);
	end();
}

extern int own_bind_guest(u32 irq, struct domain *d, u32 pirq, bool share);
extern void own_unbind_guest(u32 irq, const struct domain *d, u32 pirq);
static u32 eois;

void apic_eoi(void)
{
	eois++;
}

/* Let a vector arrive at a CPU; whether the domain's pirq 20 is pending then. */
static bool arrives(struct domain *d, u32 cpu, u32 vector)
{
	u8 *pending = d->shared + d->width->pending_offset;

	*pending = 0;
	host_cpu.id = cpu;
	eois = 0;
	irq_dispatch(vector);
	host_cpu.id = 0;
	assert_int_equal(eois, 1);
	return *pending & 2;
}

/*
 * An interrupt goes to the CPU of the vCPU that it notifies, and moves by one
 * write. A message that was sent before still arrives.
 */
static void test_irq_moves(void **state)
{
	struct domain *d = setup()->d;
	struct pirq *p = &d->dev.pirqs[20];
	struct evtchn_bind_pirq bind = { .pirq = 20 };
	u32 vector;
	int irq;

	(void)state;
	blocks[0].cpu.apic_id = 3;
	blocks[1].cpu.apic_id = 7;
	d->vcpu[0]->sched.cpu = 1;
	irq = irq_alloc_message(msi);
	assert_true(irq > 0);
	vector = config[MSI / 4 + 3] & 0xff;
	assert_int_equal(config[MSI / 4 + 1], 0xfee03000);
	p->irq = (u32)irq;
	p->allowed = true;
	assert_int_equal(operation(EVTCHNOP_bind_pirq, &bind), 0);
	assert_int_equal(bind.port, 1);
	assert_int_equal(own_bind_guest((u32)irq, d, 20, false), 0);
	assert_int_equal(config[MSI / 4 + 1], 0xfee07000);
	assert_int_equal(config[MSI / 4 + 3] & 0xff, vector);
	assert_true(arrives(d, 1, vector));
	assert_true(arrives(d, 0, vector));	/* late */
	irq_move((u32)irq, 0);
	assert_int_equal(config[MSI / 4 + 1], 0xfee03000);
	blocks[1].cpu.apic_id = 300;		/* no message reaches it */
	irq_move((u32)irq, 1);
	assert_int_equal(config[MSI / 4 + 1], 0xfee03000);
	assert_true(arrives(d, 0, vector));
	own_unbind_guest((u32)irq, d, 20);
	assert_false(arrives(d, 0, vector));
	irq_free((u32)irq);
	assert_false(arrives(d, 0, vector));
	end();
}

/*
 * An interrupt that nobody wants, such as one that the firmware left pending, or of
 * the 8259s, is acknowledged and harms nobody. The spurious vector, which the APIC
 * does not count as in service, is not acknowledged (Intel SDM volume 3, 11.9).
 */
static void test_irq_of_nobody(void **state)
{
	struct domain *d = setup()->d;
	u32 vector;

	(void)state;
	for (vector = 0x20; vector < 0x100; vector++) {
		if (vector == VEC_HYPERCALL || vector == VEC_GUEST_SYSCALL)
			continue;
		eois = 0;
		irq_dispatch(vector);
		assert_int_equal(eois, vector != VEC_SPURIOUS);
		assert_int_equal(d->shared[d->width->pending_offset], 0);
	}
	assert_int_equal(host_locks, 0);
	end();
}

/* Each CPU has its own vectors; an irq that shares its vector stays. */
static void test_irq_vectors(void **state)
{
	static u32 at[2][256], first_address;
	u32 n = 0, cpu, vector, i;
	int irqs[1024], irq;

	(void)state;
	setup();
	blocks[0].cpu.apic_id = 3;
	blocks[1].cpu.apic_id = 7;
	memset(at, 0, sizeof(at));
	while ((irq = irq_alloc_message(msi)) > 0) {
		irqs[n++] = irq;
		cpu = config[MSI / 4 + 1] == 0xfee07000;
		vector = config[MSI / 4 + 3] & 0xff;
		assert_int_equal(at[cpu][vector]++, 0);
		assert_in_range(vector, IRQ_FIRST_VECTOR, IRQ_LAST_VECTOR);
	}
	assert_int_equal(irq, -ENOSPC);
	assert_int_equal(n, 2 * (IRQ_LAST_VECTOR - IRQ_FIRST_VECTOR - 1));
	assert_int_equal(at[0][0x80] + at[0][0x82] + at[1][0x80] + at[1][0x82],
			 0);
	first_address = config[MSI / 4 + 1];
	irq_move((u32)irqs[0], 1);
	irq_move((u32)irqs[n - 1], 0);
	assert_int_equal(config[MSI / 4 + 1], first_address);
	for (i = 0; i < n; i++)
		irq_free((u32)irqs[i]);
	assert_true((irq = irq_alloc_message(msi)) > 0);
	irq_free((u32)irq);
	end();
}

/* An access is done as a whole, or by those of its bytes that may be. */
static void test_parts(void **state)
{
	static u8 denied[8192];
	struct vcpu *v = setup();

	(void)state;
	v->d->dev.ioports = denied;
	memset(denied, 0, sizeof(denied));
	host_port_input = 0x11111111;
	v->d->dev.pci_cf8 = OURS;
	host_pci_latch = OTHERS;
	assert_int_equal(ioport_read(v, 0xcfa, 4), 0x1af41111);
	assert_int_equal(ioport_read(v, 0xcfb, 2) >> 8, 0xf4);
	ioport_write(v, 0xcfa, 4, 0xbeef0000);
	assert_int_equal(config[0] & 0xffff, 0xbeef);
	denied[0x80 / 8] = 0x05;		/* 0x80 and 0x82 */
	assert_int_equal(ioport_read(v, 0x80, 4), 0x11ff11ff);
	assert_int_equal(ioport_read(v, 0x84, 4), 0x11111111);
	assert_int_equal((u16)ioport_read(v, 0xffff, 2), 0xff11);
	assert_int_equal(strayed, 0);
	end();
}

static long physdev(u32 cmd, void *arg)
{
	return do_physdev_op((u64[2]){ cmd, (u64)arg });
}

static int free_pirq(void)
{
	struct physdev_get_free_pirq op = { .type = MAP_PIRQ_TYPE_GSI };
	long rc = physdev(PHYSDEVOP_get_free_pirq, &op);

	return rc ? (int)rc : (int)op.pirq;
}

/* A domain with 42 pirqs, on a machine with 40 GSIs */
static struct domain *setup_gsis(void)
{
	struct domain *d = setup()->d;

	d->dev.pirq_count = 42;
	memset(&d->dev.pirqs[16], 0, 27 * sizeof(d->dev.pirqs[0]));
	acpi.ioapics = 1;
	acpi.ioapic[0] = (struct acpi_ioapic){ 0, HOST_IOAPIC, 16 };
	host_ioapic[4] = 23 << 16;		/* 24 pins */
	ioapic_init();
	return d;
}

/*
 * If all pirqs of GSIs are in use, a GSI gets one of those for messages. One that
 * was reserved is free again after it was mapped and unmapped.
 */
static void test_free_pirqs(void **state)
{
	struct physdev_map_pirq map = { DOMID_SELF, MAP_PIRQ_TYPE_GSI, 20, 30 };
	struct physdev_unmap_pirq unmap = { DOMID_SELF, 30 };
	struct domain *d = setup_gsis();
	struct physdev_eoi eoi = { 30 };
	u32 i;

	(void)state;
	assert_int_equal(irq_gsi_count(), 40);
	for (i = 16; i < 42; i++)
		assert_int_equal(free_pirq(), i);
	assert_int_equal(free_pirq(), -ENOSPC);
	assert_false(d->dev.pirqs[42].reserved);
	assert_int_equal(physdev(PHYSDEVOP_eoi, &eoi), 0);
	assert_int_equal(physdev(PHYSDEVOP_map_pirq, &map), 0);
	assert_int_equal(free_pirq(), -ENOSPC);
	assert_int_equal(physdev(PHYSDEVOP_unmap_pirq, &unmap), 0);
	assert_int_equal(physdev(PHYSDEVOP_eoi, &eoi), -EINVAL);
	assert_int_equal(free_pirq(), 30);
	assert_int_equal(free_pirq(), -ENOSPC);
	acpi.ioapics = 0;
	end();
}

/*
 * A pirq that is unmapped while a port is bound keeps its GSI busy, until the port
 * is closed. Nor can another GSI be mapped to it.
 */
static void test_busy_gsi(void **state)
{
	struct physdev_map_pirq map = { DOMID_SELF, MAP_PIRQ_TYPE_GSI, 20, 30 };
	struct physdev_unmap_pirq unmap = { DOMID_SELF, 30 };
	struct domain *d = setup_gsis();

	(void)state;
	assert_int_equal(physdev(PHYSDEVOP_map_pirq, &map), 0);
	d->dev.pirqs[30].port = 5;
	assert_int_equal(physdev(PHYSDEVOP_unmap_pirq, &unmap), 0);
	map.pirq = -1;
	assert_int_equal(physdev(PHYSDEVOP_map_pirq, &map), -EBUSY);
	map.pirq = 31;
	assert_int_equal(physdev(PHYSDEVOP_map_pirq, &map), -EEXIST);
	map.pirq = 30;
	assert_int_equal(physdev(PHYSDEVOP_map_pirq, &map), -EEXIST);
	map.index = 21;
	assert_int_equal(physdev(PHYSDEVOP_map_pirq, &map), -EEXIST);
	map.index = 20;
	d->dev.pirqs[30].port = d->dev.pirqs[30].was = 0;
	map.pirq = -1;
	assert_int_equal(physdev(PHYSDEVOP_map_pirq, &map), 0);
	assert_int_equal(map.pirq, 16);
	acpi.ioapics = 0;
	end();
}

static u32 locks;		/* that were about to be taken */

static void count_lock(void)
{
	locks++;
}

/*
 * All device interrupts take one lock. A domain without any, which says all the time
 * that it has handled some, does not.
 */
static void test_eoi_of_none(void **state)
{
	struct domain *d = setup()->d;
	struct physdev_eoi eoi = { 20 };

	(void)state;
	d->privileged = false;
	memset(&d->dev.pirqs[20], 0, sizeof(d->dev.pirqs[20]));
	locks = 0;
	host_between = count_lock;
	assert_int_equal(physdev(PHYSDEVOP_eoi, &eoi), -EINVAL);
	d->dev.pirqs[20].reserved = true;
	assert_int_equal(physdev(PHYSDEVOP_eoi, &eoi), 0);
	assert_int_equal(locks, 0);
	d->dev.pirqs[20].irq = 1;
	assert_int_equal(physdev(PHYSDEVOP_eoi, &eoi), 0);
	host_between = NULL;
	assert_int_equal(locks, 1);
	d->dev.pirqs[20].irq = 0;
	end();
}

/*
 * Any domain may register a page of EOI bits, once. The page keeps its type, and a
 * reference, until the domain dies, which may take several attempts.
 */
static void test_eoi_page(void **state)
{
	struct domain *d = setup()->d;
	struct physdev_pirq_eoi_gmfn op = { d->mem.pages };
	struct frame *f = mfn_frame(mfn(d->mem.pages));
	const u32 refs = f->refs;
	u32 i;

	(void)state;
	d->privileged = false;
	assert_int_equal(physdev(PHYSDEVOP_pirq_eoi_gmfn_v2, &op), 0);
	assert_ptr_equal(d->dev.eoi_map, mfn_to_virt(mfn(d->mem.pages)));
	assert_int_equal(physdev(PHYSDEVOP_pirq_eoi_gmfn_v2, &op), -EBUSY);
	assert_int_equal(f->refs, refs + 1);
	assert_int_equal(f->type, TYPE_WRITABLE);
	assert_int_equal(f->type_count, 1);
	for (i = 0; i < 2; i++) {
		assert_int_equal(part_at(PART_DEVICES)->kill(d), 0);
		assert_null(d->dev.eoi_map);
		assert_int_equal(f->refs, refs);
		assert_int_equal(f->type_count, 0);
	}
	assert_int_equal(host_locks, 0);
	end();
}

static void nothing(void)
{
}

/*
 * Dom0 can give a port that is bound already the pirq of a GSI that the hypervisor
 * itself uses, and then another vCPU: that does not move the interrupt.
 */
static void test_irq_of_hypervisor(void **state)
{
	(void)state;
	setup();
	blocks[0].cpu.apic_id = 3;
	blocks[1].cpu.apic_id = 7;
	acpi.ioapics = 1;
	acpi.ioapic[0] = (struct acpi_ioapic){ 0, HOST_IOAPIC, 0 };
	host_ioapic[4] = 23 << 16;		/* 24 pins */
	ioapic_init();
	irq_bind_hypervisor(2, nothing);
	assert_true(irq_of_gsi(2));
	host_ioapic[4] = 0;
	irq_move(irq_of_gsi(2), 1);
	assert_int_equal(host_ioapic[4], 0);
	irq_free(irq_of_gsi(2));
	acpi.ioapics = 0;
	end();
}

EXPORT_TESTS(pci, cmocka_unit_test(test_irq_of_hypervisor),
	     cmocka_unit_test(test_serial_card),
	     cmocka_unit_test(test_irq_of_nobody),
	     cmocka_unit_test(test_segments), cmocka_unit_test(test_free_pirqs),
	     cmocka_unit_test(test_busy_gsi),
	     cmocka_unit_test(test_eoi_of_none),
	     cmocka_unit_test(test_eoi_page), cmocka_unit_test(test_another_cpu),
	     cmocka_unit_test(test_msi), cmocka_unit_test(test_msix),
	     cmocka_unit_test(test_irq_moves),
	     cmocka_unit_test(test_irq_vectors),
	     cmocka_unit_test(test_parts));
