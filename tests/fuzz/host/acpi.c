// SPDX-License-Identifier: GPL-2.0-only
/*
 * ACPI tables: the input has kind, length and body of each. The harness makes
 * the root, headers and checksums, so that the parser looks into every table.
 * Nothing may be read behind a table. If bit 6 of the first kind is set, each
 * table begins with a length of its own, which may be wrong, and can name any
 * DSDT; then all memory may be read, but the parser must end.
 */
#include <string.h>
#include "boot/boot.h"
#include "machine/acpi.h"
#include "parser.h"

#define RSDP		0xe0000u
#define ROOT		0x100000u
#define TABLES		0x110000u
#define DSDT		0x400000u
#define NOWHERE		(48u << 20)	/* plus 4 GiB: no memory */
#define HEADER		36u
#define MAX_TABLES	16u
#define FADT_DSDT	40u


static u8 root[HEADER + MAX_TABLES * 8];
static u32 tables, wide, high;
static bool honest;

static void put32(u8 *p, u32 v)
{
	memcpy(p, &v, 4);
}

static void add_root(u64 at)
{
	memcpy(root + HEADER + tables * (wide ? 8 : 4), &at, wide ? 8 : 4);
	tables++;
}

static void put_table(u8 kind, const u8 *body, u32 n)
{
	static const char *const names[] = {
		"APIC", "FACP", "HPET", "DSDT", "SSDT", "APIC", "APIC", "XSDT"
	};
	u8 t[HEADER + 256] = { 0 }, sum = 0;
	u32 size = HEADER + n, length = size, i;

	memcpy(t, names[kind & 7], 4);
	memcpy(t + HEADER, body, n);
	if (!honest && n >= 2)
		length = body[0] | body[1] << 8;
	put32(t + 4, length);
	if ((kind & 7) == 1 && honest && size >= FADT_DSDT + 4)
		put32(t + FADT_DSDT, DSDT);
	for (i = 0; i < size && i < length; i++)
		sum = (u8)(sum + t[i]);
	t[9] = (u8)-sum;
	if ((kind & 7) == 3) {
		parser_put(DSDT, t, size, honest);
		return;
	}
	parser_put(TABLES + tables * 8192, t, size, honest);
	add_root(TABLES + tables * 8192);
}

static void put_root(void)
{
	u8 rsdp[36] = "RSD PTR ";
	u8 sum = 0;
	u32 i;

	rsdp[15] = wide || high ? 2 : 0;
	put32(rsdp + 16, ROOT);
	put32(rsdp + 24, high ? NOWHERE : ROOT);
	put32(rsdp + 28, high);
	for (i = 0; i < 20; i++)
		sum = (u8)(sum + rsdp[i]);
	rsdp[8] = (u8)-sum;
	parser_put(RSDP, rsdp, sizeof(rsdp), false);
	put32(root + 4, HEADER + tables * (wide ? 8 : 4));
	parser_put(ROOT, root, HEADER + tables * (wide ? 8 : 4), honest);
}

static void check(void)
{
	parser_check(acpi.cpus <= MAX_CPUS, "the number of processors");
	parser_check(acpi.ioapics <= ACPI_MAX_IOAPICS, "the IO-APICs");
	parser_check(acpi.overrides <= ACPI_MAX_OVERRIDES, "the overrides");
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	bool dsdt = false;
	u32 n;

	parser_forget();
	memset(root, 0, sizeof(root));
	tables = 0;
	wide = size & 1;
	honest = !size || !(data[0] & 0x40);
	high = size & 2 && !wide;	/* the root cannot be read */
	while (size >= 2 && tables < MAX_TABLES) {
		n = data[1] < size - 2 ? data[1] : (u32)size - 2;
		if ((data[0] & 7) != 3 || !dsdt)
			put_table(data[0], data + 2, n);
		dsdt |= (data[0] & 7) == 3;
		data += 2 + n;
		size -= 2 + n;
	}
	put_root();
	acpi = (struct acpi_info){ 0 };
	parser_check(parser_run(acpi_init), "a panic");
	check();
	return 0;
}
