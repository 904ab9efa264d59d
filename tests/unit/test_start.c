// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starting processors, up to MAX_CPUS of them.
 *
 * Rules: each processor that the ACPI tables name, but for the boot processor, gets
 * INIT and then STARTUP with the page of the trampoline (Intel SDM, volume 3, "MP
 * Initialization"), one after the other, up to the option maxcpus. One that cannot be
 * used is named in the log with the reason, and gets another INIT; the next one has
 * its number. Afterwards the page holds what it held: it may be a boot module's.
 */
#include <stdio.h>
#include <string.h>
#include "host.h"
#include "machine/acpi.h"
#include "machine/apic.h"
#include "machine/paging.h"
#include "machine/smp.h"
#include "machine/time.h"
#include "machine/tsc.h"
#include "memory/frames.h"

static u64 now, begin_page;
static u32 used;

static u64 test_now(void)
{
	return now += NS_PER_MS;
}

static void test_wait(u64 ns)
{
	now += ns;
}

static bool test_tsc_lead(void);

#undef cpu_count
#undef TRAMPOLINE_PHYS
#define cpu_count	used
#define TRAMPOLINE_PHYS	begin_page
#define time_now	test_now
#define time_wait	test_wait
#define tsc_lead	test_tsc_lead
#define ap_max_cpus	most
#include "machine/ap.c"

u8 trampoline_start[TRAMPOLINE_SIZE] = "the code that processors begin with";
u64 start_stack;
void (*start_function)(void);

enum kind { SOUND, DEAD, APART, FAR };

static const char *const reasons[] = {
	[DEAD] = "it does not start",
	[APART] = "its time stamp counter disagrees with the others'",
	[FAR] = "the APICs are not in x2APIC mode",
};

static u32 asked;		/* the processor that is starting */
static u32 inits, startups;

/* By the id, of which the low four bits are 0. */
static enum kind kind_of(u32 apic_id)
{
	return apic_id / 16 % 8 == 3 ? DEAD : apic_id / 16 % 16 == 5 ? APART :
	       apic_id / 16 % 32 == 7 ? FAR : SOUND;
}

static bool test_tsc_lead(void)
{
	return kind_of(asked) != APART;
}

bool apic_reaches(u32 apic_id)
{
	return kind_of(apic_id) != FAR;
}

void apic_send_ipi(u32 apic_id, u32 what)
{
	struct cpu *c = &cpu_blocks[used]->cpu;

	assert_true(kind_of(apic_id) != FAR);
	if (what == APIC_INIT) {
		asked = apic_id;
		inits++;
		return;
	}
	assert_int_equal(what, APIC_STARTUP | begin_page >> PAGE_SHIFT);
	assert_int_equal(apic_id, asked);
	assert_memory_equal(phys_to_virt(paddr(begin_page)), trampoline_start,
			    TRAMPOLINE_SIZE);
	assert_ptr_equal(start_function, ap_main);
	assert_ptr_equal(start_stack, &cpu_blocks[used]->guest);
	assert_int_equal(c->apic_id, apic_id);
	assert_int_equal(c->id, used);
	startups++;
	c->online = kind_of(apic_id) != DEAD;
}

void apic_init_cpu(void)
{
}

void paging_init_cpu(void)
{
}

static void never(void)
{
	fail();
}

/* The boot processor is not the first in the tables. */
static void start(u32 named, u32 limit, u32 *bad)
{
	struct cpu_block *blocks[MAX_CPUS];
	u32 i, n, bads = 0, tried = 0, far = 0;
	u8 before[PAGE_SIZE];
	char line[100];

	memcpy(blocks, cpu_blocks, sizeof(blocks));
	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(1), HOST_FRAMES - 1);
	begin_page = frame_alloc(0, 0).n << PAGE_SHIFT;
	memset(phys_to_virt(paddr(begin_page)), 0xa5, PAGE_SIZE);
	memcpy(before, phys_to_virt(paddr(begin_page)), PAGE_SIZE);
	inits = startups = 0;
	most = limit;
	used = 1;
	acpi.cpus = named;
	for (i = 0; i < named; i++)
		acpi.apic_id[i] = 16 * i;
	host_cpu.apic_id = 16 * 4;
	ap_boot(never, never);
	for (i = 0, n = 1; i < named && n < limit; i++) {
		if (i == 4)
			continue;
		far += kind_of(16 * i) == FAR;
		tried++;
		snprintf(line, sizeof(line), "CPU with APIC %u is not used: %s\n",
			 16 * i, reasons[kind_of(16 * i)]);
		assert_true(!strstr(host_log, line) == (kind_of(16 * i) == SOUND));
		if (kind_of(16 * i) != SOUND) {
			bads++;
			continue;
		}
		assert_int_equal(cpu_blocks[n]->cpu.apic_id, 16 * i);
		n++;
	}
	assert_int_equal(used, n);
	assert_int_equal(startups, tried - far);
	assert_int_equal(inits, startups + bads - far);
	assert_memory_equal(phys_to_virt(paddr(begin_page)), before, PAGE_SIZE);
	*bad = bads;
	memcpy(cpu_blocks, blocks, sizeof(blocks));
	acpi.cpus = 0;
	host_cpu.apic_id = 0;
}

static void test_start(void **state)
{
	static const struct {
		u32 named, limit;
		bool some_bad;
	} cases[] = {
		{ MAX_CPUS, MAX_CPUS, true }, { MAX_CPUS, 7, true },
		{ MAX_CPUS, 3, false }, { 5, MAX_CPUS, true },
		{ MAX_CPUS, 1, false }, { 0, MAX_CPUS, false },
	};
	u32 i, bad;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		start(cases[i].named, cases[i].limit, &bad);
		assert_int_equal(bad != 0, cases[i].some_bad);
	}
}

EXPORT_TESTS(start, cmocka_unit_test(test_start));
