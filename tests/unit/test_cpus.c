// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machines of many processors: sets of up to MAX_CPUS of them, and their ids as
 * the MADT has them (ACPI 6.5, 5.2.12): of 8 bits in entries of type 0, of 32 in
 * entries of type 9; all bits set stand for none, and an id may be in both.
 */
#include <stdlib.h>
#include <string.h>
#include "host.h"
#include "machine/acpi.h"
#include "machine/boot.h"
#include "machine/cpus.h"
#include "machine/paging.h"

#define MADT_HEADER	44u
#define TABLES		4096u		/* bytes of room */
#define AT		0x10000u	/* and their address */

extern struct acpi_info own_acpi;

static void test_sets(void **state)
{
	bool in[MAX_CPUS] = { false };
	cpus_t set = { { 0 } }, below;
	u32 i, k, cpu, next;

	(void)state;
	srand(31);
	assert_false(cpus_any(&set));
	for (i = 0; i < 3000; i++) {
		cpu = (u32)rand() % MAX_CPUS;
		in[cpu] = rand() % 3;
		if (in[cpu])
			cpus_add(&set, cpu);
		else
			cpus_remove(&set, cpu);
		k = (u32)rand() % (MAX_CPUS + 1);
		for (next = k; next < MAX_CPUS && !in[next];)
			next++;
		assert_int_equal(cpus_next(&set, k), next);
		below = cpus_and(set, cpus_below(k));
		for (cpu = 0; cpu < MAX_CPUS; cpu++) {
			assert_int_equal(cpus_has(&set, cpu), in[cpu]);
			assert_int_equal(cpus_has(&below, cpu),
					 in[cpu] && cpu < k);
		}
	}
	for (i = 0; i < MAX_CPUS; i++) {
		set = cpus_one(i);
		k = 0;
		for_each_cpu(cpu, &set) {
			assert_int_equal(cpu, i);
			k++;
		}
		assert_int_equal(k, 1);
	}
}

static u8 *tables;
static u32 filled;

static void put32(u32 at, u32 v)
{
	memcpy(tables + at, &v, 4);
}

static void add_cpu(u32 id, bool wide, u32 flags)
{
	u8 *e = tables + filled;

	e[0] = wide ? 9 : 0;
	e[1] = wide ? 16 : 8;
	e[3] = (u8)id;
	put32(filled + 4, wide ? id : flags);
	if (wide)
		put32(filled + 8, flags);
	filled += e[1];
}

static u8 sum_of(const u8 *p, u32 n)
{
	u8 sum = 0;

	while (n--)
		sum = (u8)(sum + *p++);
	return sum;
}

/*
 * At 0 the RSDP, at 64 the RSDT, at 128 the MADT, of which add() adds entries. The
 * RSDT has an entry 0 as well, and at address 0 is what looks like a table.
 */
static void read_madt(void (*add)(void))
{
	u8 *memory = calloc(1, AT + 2 * TABLES);
	u64 base = direct_base;

	direct_base = (u64)memory;
	tables = memory + AT;
	memcpy(tables, "RSD PTR ", 8);
	put32(16, AT + 64);
	memcpy(tables + 64, "RSDT", 4);
	put32(64 + 4, 44);
	put32(64 + 40, AT + 128);
	memcpy(tables + 128, "APIC", 4);
	filled = 128 + MADT_HEADER;
	add_cpu(0x77, false, 1);
	put32(128 + 4, filled - 128);
	memcpy(memory, tables + 128, filled - 128);
	memory[9] = (u8)-sum_of(memory, filled - 128);
	filled = 128 + MADT_HEADER;
	add();
	put32(128 + 4, filled - 128);
	tables[128 + 9] = (u8)-sum_of(tables + 128, filled - 128);
	boot_info.rsdp = AT;
	memset(&own_acpi, 0, sizeof(own_acpi));
	acpi_init();
	boot_info.rsdp = 0;
	direct_base = base;
	free(memory);
}

static void add_ids(void)
{
	add_cpu(0, false, 1);
	add_cpu(2, false, 0);		/* not there */
	add_cpu(2, false, 2);		/* may come later */
	add_cpu(0xff, false, 1);
	add_cpu(4, false, 1);
	add_cpu(4, true, 1);		/* the same one */
	add_cpu(0xff, true, 1);
	add_cpu(0x12345, true, 1);
	add_cpu(0xffffffff, true, 1);
}

static void add_many(void)
{
	u32 i;

	for (i = 0; i < MAX_CPUS - 1; i++)
		add_cpu(i, i > 200, 1);
	for (i = 0; i < 3; i++)
		add_cpu(1000 + 16 * i, true, 1);
}

static void test_ids(void **state)
{
	static const u32 want[] = { 0, 4, 0xff, 0x12345 };
	u32 i;

	(void)state;
	read_madt(add_ids);
	assert_int_equal(own_acpi.cpus, ARRAY_SIZE(want));
	for (i = 0; i < ARRAY_SIZE(want); i++)
		assert_int_equal(own_acpi.apic_id[i], want[i]);
	assert_int_equal(own_acpi.ignored_cpus, 0);
	read_madt(add_many);
	assert_int_equal(own_acpi.cpus, MAX_CPUS);
	assert_int_equal(own_acpi.apic_id[MAX_CPUS - 2], MAX_CPUS - 2);
	assert_int_equal(own_acpi.apic_id[MAX_CPUS - 1], 1000);
	assert_int_equal(own_acpi.ignored_cpus, 2);
}

EXPORT_TESTS(cpus, cmocka_unit_test(test_sets), cmocka_unit_test(test_ids));
