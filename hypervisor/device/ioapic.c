// SPDX-License-Identifier: GPL-2.0-only
/*
 * IO-APICs (Intel 82093AA). A pin's entry has two words: the low one has the
 * vector, the high one the APIC that gets it. Each is written at once, so an
 * interrupt that arrives during ioapic_redirect() goes to the old or to the new
 * APIC. The EOI of a level interrupt finds its pin by the vector alone.
 */
#include "device/ioapic.h"
#include "device/irq.h"
#include "lib/lib.h"
#include "machine/acpi.h"
#include "machine/paging.h"

#define IOREGSEL	0
#define IOWIN		4
#define IOAPIC_VERSION	1
#define IOAPIC_REDIR	0x10
#define REDIR_NMI	0x400u
#define REDIR_LOW	BIT(13)
#define REDIR_LEVEL	BIT(15)
#define REDIR_MASKED	BIT(16)

static struct ioapic {
	volatile u32 *regs;
	u32 base, pins;
} ioapics[ACPI_MAX_IOAPICS];

/* Index first, then data. */
static u32 read_reg(const struct ioapic *io, u32 reg)
{
	io->regs[IOREGSEL] = reg;
	return io->regs[IOWIN];
}

static void write_reg(const struct ioapic *io, u32 reg, u32 v)
{
	io->regs[IOREGSEL] = reg;
	io->regs[IOWIN] = v;
}

/* NULL if there is none, otherwise with the register of the pin's low word. */
static const struct ioapic *find_pin(u32 gsi, u32 *reg)
{
	const struct ioapic *io;

	for (io = ioapics; io < ioapics + acpi.ioapics; io++)
		if (gsi >= io->base && gsi < io->base + io->pins) {
			*reg = IOAPIC_REDIR + 2 * (gsi - io->base);
			return io;
		}
	return NULL;
}

/* Write the low (0) or the high (1) word of a pin's entry, if there is a pin. */
static void write_pin(u32 gsi, u32 word, u32 v)
{
	u32 reg;
	const struct ioapic *io = find_pin(gsi, &reg);

	if (io)
		write_reg(io, reg + word, v);
}

bool ioapic_has(u32 gsi)
{
	u32 reg;

	return find_pin(gsi, &reg);
}

void ioapic_program(u32 gsi, u32 vector, u32 apic_id, bool level, bool low)
{
	u64 entry = vector | (level ? REDIR_LEVEL : 0) | (low ? REDIR_LOW : 0);

	write_pin(gsi, 0, (u32)REDIR_MASKED);
	write_pin(gsi, 1, apic_id << 24);
	write_pin(gsi, 0, (u32)(entry | REDIR_MASKED));
}

void ioapic_redirect(u32 gsi, u32 apic_id)
{
	write_pin(gsi, 1, apic_id << 24);
}

void ioapic_mask(u32 gsi, bool masked)
{
	u32 reg, v;
	const struct ioapic *io = find_pin(gsi, &reg);

	if (!io)
		return;
	v = read_reg(io, reg);
	write_reg(io, reg, masked ? v | (u32)REDIR_MASKED :
		  v & ~(u32)REDIR_MASKED);
}

void ioapic_send_nmi(u32 gsi)
{
	write_pin(gsi, 0, REDIR_NMI);
}

u32 irq_gsi_count(void)
{
	u32 i, n = 16;

	for (i = 0; i < acpi.ioapics; i++)
		n = MAX(n, ioapics[i].base + ioapics[i].pins);
	return MIN(n, (u32)IRQ_MAX_GSI);
}

void ioapic_init(void)
{
	struct ioapic *io;
	u32 i, pin;

	for (i = 0; i < acpi.ioapics; i++) {
		io = &ioapics[i];
		io->regs = paging_ioremap(paddr(acpi.ioapic[i].address), 32);
		io->base = acpi.ioapic[i].gsi_base;
		/* None, if no IO-APIC answers. */
		io->pins = ((read_reg(io, IOAPIC_VERSION) >> 16) + 1) & 0xff;
		for (pin = 0; pin < io->pins; pin++)
			ioapic_program(io->base + pin, 0, 0, false, false);
		log_info("IO-APIC %u: GSI %u to %u", acpi.ioapic[i].id,
			 io->base, io->base + io->pins - 1);
	}
}

int ioapic_read(u64 base, u32 reg, u32 *value)
{
	u32 i;

	for (i = 0; i < acpi.ioapics; i++)
		if (acpi.ioapic[i].address == base) {
			*value = read_reg(&ioapics[i], reg);
			return 0;
		}
	return -EINVAL;
}
