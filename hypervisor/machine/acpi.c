// SPDX-License-Identifier: GPL-2.0-only
/*
 * ACPI's static tables: MADT for processors and interrupt controllers, FADT for
 * the power-off ports, HPET for a clock, MCFG for PCI. The hypervisor trusts
 * these tables as it trusts the rest of the firmware, but checks lengths and
 * checksums. It does not interpret AML. It needs only the values of \_S5, and
 * searches the bytes of the AML for them.
 */
#include "lib/lib.h"
#include "machine/acpi.h"
#include "machine/boot.h"
#include "machine/paging.h"

struct acpi_header {
	char signature[4];
	u32 length;
	u8 revision, checksum;
	char oem[6], oem_table[8];
	u32 oem_revision, creator, creator_revision;
} __attribute__((packed));
_Static_assert(sizeof(struct acpi_header) == 36, "ACPI format");

struct rsdp {
	char signature[8];
	u8 checksum;
	char oem[6];
	u8 revision;
	u32 rsdt, length;
	u64 xsdt;
} __attribute__((packed));

#define FADT_DSDT	40
#define FADT_PM1A	64
#define FADT_PM1B	68
#define FADT_PM_TIMER	76
#define FADT_FLAGS	112
#define FADT_RESET	116
#define FADT_RESET_VALUE	128

#define HPET_SPACE	40	/* generic address: 0 is memory */
#define HPET_ADDRESS	44
#define HPET_LENGTH	56

#define MCFG_FIRST	44	/* PCI Firmware Specification 3.3, 4.1.2 */
#define MCFG_SIZE	16

#define MADT_ENABLED	1u
#define NO_APIC8	0xffu		/* as an id: there is none */
#define NO_APIC32	0xffffffffu
enum { MADT_CPU, MADT_IOAPIC, MADT_OVERRIDE, MADT_X2APIC = 9 };

struct acpi_info acpi;

static bool sum_ok(const void *p, size_t n)
{
	const u8 *b = p;
	u8 sum = 0;

	while (n--)
		sum = (u8)(sum + *b++);
	return !sum;
}

static const struct rsdp *find_rsdp(void)
{
	const u8 *p;

	if (boot_info.rsdp)
		return phys_to_virt(paddr(boot_info.rsdp));
	for (p = phys_to_virt(paddr(0xe0000));
	     p < (u8 *)phys_to_virt(paddr(0x100000)); p += 16)
		if (!memcmp(p, "RSD PTR ", 8) && sum_ok(p, 20))
			return (const struct rsdp *)p;
	return NULL;
}

static void add_cpu(u32 apic_id, u32 flags)
{
	u32 i;

	if (!(flags & MADT_ENABLED))
		return;
	/*
	 * Firmware may name a processor in an entry of either type, or in both.
	 */
	for (i = 0; i < acpi.cpus; i++)
		if (acpi.apic_id[i] == apic_id)
			return;
	if (acpi.cpus < MAX_CPUS)
		acpi.apic_id[acpi.cpus++] = apic_id;
	else
		acpi.ignored_cpus++;
}

static void add_ioapic(const u8 *e)
{
	if (acpi.ioapics < ACPI_MAX_IOAPICS)
		acpi.ioapic[acpi.ioapics++] = (struct acpi_ioapic){
			e[2], get_u32(e, 4), get_u32(e, 8)
		};
	else
		acpi.ignored_ioapics++;
}

static void add_override(const u8 *e)
{
	if (acpi.overrides < ACPI_MAX_OVERRIDES)
		acpi.override[acpi.overrides++] = (struct acpi_override){
			e[3], get_u32(e, 4), (u16)(e[8] | e[9] << 8)
		};
}

static void parse_madt(const struct acpi_header *h)
{
	static const u8 size[] = { 8, 12, 10, [MADT_X2APIC] = 16 };
	const u8 *e = (const u8 *)h + 44;
	const u8 *end = (const u8 *)h + h->length;

	if (e > end)
		return;
	for (; e + 2 <= end && e[1] >= 2 && e + e[1] <= end; e += e[1]) {
		if (e[0] < sizeof(size) && e[1] < size[e[0]])
			continue;
		switch (e[0]) {
		case MADT_CPU:
			if (e[3] != NO_APIC8)
				add_cpu(e[3], get_u32(e, 4));
			break;
		case MADT_X2APIC:
			if (get_u32(e, 4) != NO_APIC32)
				add_cpu(get_u32(e, 4), get_u32(e, 8));
			break;
		case MADT_IOAPIC:
			add_ioapic(e);
			break;
		case MADT_OVERRIDE:
			add_override(e);
			break;
		}
	}
}

/* One element of a package: a byte constant, with or without its prefix. */
static const u8 *aml_byte(const u8 *p, u8 *v)
{
	if (*p == 0x0a)
		p++;
	*v = *p;
	return p + 1;
}

static void find_s5(const struct acpi_header *dsdt)
{
	const u8 *p = (const u8 *)(dsdt + 1);
	const u8 *end = (const u8 *)dsdt + dsdt->length - 13;

	if (memcmp(dsdt->signature, "DSDT", 4))
		return;
	for (; p < end; p++) {
		if (memcmp(p, "_S5_\x12", 5))
			continue;
		p += 5;
		p += 2 + (*p >> 6);	/* package length, element count */
		p = aml_byte(p, &acpi.s5_a);
		aml_byte(p, &acpi.s5_b);
		acpi.has_s5 = true;
		return;
	}
}

static void parse_fadt(const struct acpi_header *h)
{
	const u8 *b = (const u8 *)h;

	if (h->length < FADT_PM_TIMER + 4)
		return;
	acpi.pm1a = get_u32(h, FADT_PM1A);
	acpi.pm1b = get_u32(h, FADT_PM1B);
	acpi.pm_timer = get_u32(h, FADT_PM_TIMER);
	if (h->length > FADT_RESET_VALUE && (get_u32(h, FADT_FLAGS) & BIT(10)) &&
	    b[FADT_RESET] == 1) {
		acpi.reset_port = (u16)get_u32(h, FADT_RESET + 4);
		acpi.reset_value = b[FADT_RESET_VALUE];
	}
	if (get_u32(h, FADT_DSDT))
		find_s5(phys_to_virt(paddr(get_u32(h, FADT_DSDT))));
}

static void parse_hpet(const struct acpi_header *h)
{
	const u8 *b = (const u8 *)h;

	if (h->length >= HPET_LENGTH && !b[HPET_SPACE])
		memcpy(&acpi.hpet, b + HPET_ADDRESS, sizeof(acpi.hpet));
}

static void parse_mcfg(const struct acpi_header *h)
{
	const u8 *b = (const u8 *)h;
	struct acpi_mcfg *m;
	u32 at;

	for (at = MCFG_FIRST; at + MCFG_SIZE <= h->length; at += MCFG_SIZE) {
		if (acpi.mcfgs == ACPI_MAX_MCFG)
			return;
		m = &acpi.mcfg[acpi.mcfgs++];
		memcpy(&m->address, b + at, 8);
		memcpy(&m->segment, b + at + 8, 2);
		m->first = b[at + 10];
		m->last = b[at + 11];
	}
}

static void parse_table(u64 phys)
{
	const struct acpi_header *h = phys_to_virt(paddr(phys));

	/* Some firmware leaves entries 0. */
	if (!phys || phys >> 32 || h->length < sizeof(*h) || !sum_ok(h, h->length))
		return;
	if (!memcmp(h->signature, "APIC", 4))
		parse_madt(h);
	else if (!memcmp(h->signature, "FACP", 4))
		parse_fadt(h);
	else if (!memcmp(h->signature, "HPET", 4))
		parse_hpet(h);
	else if (!memcmp(h->signature, "MCFG", 4))
		parse_mcfg(h);
}

void acpi_init(void)
{
	const struct rsdp *r = find_rsdp();
	const struct acpi_header *root;
	u32 at, width;
	u64 entry;

	if (!r) {
		log_warn("no ACPI tables found");
		return;
	}
	width = r->revision >= 2 && r->xsdt && !(r->xsdt >> 32) ? 8 : 4;
	root = phys_to_virt(paddr(width == 8 ? r->xsdt : r->rsdt));
	for (at = sizeof(*root); at + width <= root->length; at += width) {
		entry = 0;
		memcpy(&entry, (const u8 *)root + at, width);
		parse_table(entry);
	}
	if (acpi.ignored_cpus || acpi.ignored_ioapics)
		log_warn("%u processors and %u IO-APICs are ignored: Krypton "
			 "uses at most %u and %u", acpi.ignored_cpus,
			 acpi.ignored_ioapics, MAX_CPUS, ACPI_MAX_IOAPICS);
}
