// SPDX-License-Identifier: GPL-2.0-only
/*
 * Four levels of page tables, with linear entries: the 64-bit guest and the model
 * of tests/unit/model64.h, with steps that the input chooses. Beside those that
 * the unit tests know there are mappings by address, stores to tables that the
 * hypervisor emulates, and memory that the guest gives up and gets. The input
 * also says where a call is preempted, and where the other vCPU makes a step
 * while it takes a lock and holds none. In the end the domain dies.
 */
#include <stdlib.h>
#include "../../hypervisor/debug/debug.h"
#include "errno.h"
#include "hypercalls.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/memory.h"
#include "mmu/ptwrite.h"
#include "../../unit/model64.h"

#define STEPS	200u

static const u8 *input;
static size_t left;
static u32 depth, preempt_bits, until_between;

/* From two bytes of the input where one is not enough; at its end all are 0. */
static u32 draw(u32 n)
{
	u32 v = 0, i, bytes = n > 256 ? 4 : 1;

	for (i = 0; i < bytes && left; i++, left--)
		v = v << 8 | *input++;
	return v % n;
}

/* An address whose entries are in slots that the model looks at. */
static u64 any_address(void)
{
	u64 at = 0;
	u32 i;

	for (i = 0; i < 4; i++)
		at = at << 9 | model_any_slot();
	at <<= PAGE_SHIFT;
	return at & BIT(47) ? at | ~0ull << 48 : at;
}

static void map_address(void)
{
	u64 at = any_address();

	do_update_va_mapping((u64[6]){ at, model_any_entry(), draw(8), 0 });
}

/* A kernel's store to a table that it has mapped read-only, or may have. */
static void store_entry(void)
{
	static const u8 code[][16] = {
		{ 0x48, 0x89, 0x0e }, { 0x48, 0x87, 0x0e },
		{ 0xf0, 0x48, 0x0f, 0xb1, 0x0e }, { 0x89, 0x0e },
		{ 0x48, 0x21, 0x0e }, { 0x48, 0x0f, 0xba, 0x36, 1 },
	};
	u64 at = any_address() + model_any_slot() * 8;
	struct regs r = { .cs = 0xe033, .si = at, .cx = model_any_entry() };

	host_window(0, (u8 *)(uintptr_t)code[draw(ARRAY_SIZE(code))], 16);
	ptwrite_emulate(host_current, &r, gva(at));
	host_window(0, NULL, 0);
}

static void change_memory(void)
{
	static const u32 ops[] = {
		XENMEM_decrease_reservation, XENMEM_populate_physmap,
	};
	u64 extent[1] = { model_first + draw(PAGES) };
	struct xen_memory_reservation r = {
		.nr_extents = 1, .domid = DOMID_SELF,
	};

	r.extent_start.p = (void *)extent;
	do_memory_op((u64[6]){ ops[draw(ARRAY_SIZE(ops))], (u64)&r });
}

static void step(void)
{
	static void (*const others[])(void) = {
		map_address, store_entry, change_memory,
	};
	u32 which = draw(2 * ARRAY_SIZE(others) + 2);

	if (which >= ARRAY_SIZE(others)) {
		model_step();
		return;
	}
	host_current = model->vcpu[draw(CPUS)];
	/* A vCPU without a root does not run. */
	if (!mfn_eq(host_current->roots.kernel.table, INVALID_MFN))
		others[which]();
}

static bool wanted(void)
{
	bool now = preempt_bits & 1;

	preempt_bits >>= 1;
	return now;
}

static void between(void)
{
	struct vcpu *was = host_current;

	if (depth != 1 || !until_between || --until_between || !left)
		return;
	depth++;
	host_busy = model;
	step();
	host_busy = NULL;
	host_current = was;
	depth--;
}

static void run(void)
{
	u32 i, how;

	for (i = 0; i < STEPS && left; i++) {
		how = draw(256);
		preempt_bits = how & 1 ? draw(256) : 0;
		until_between = how >> 1 & 15;
		depth = 1;
		step();
		depth = 0;
		model_check();
		if (i % 16 == 0)
			assert_int_equal(audit_frames(), 0);
	}
	preempt_bits = until_between = 0;
}

/* A failed check ends the process, which libFuzzer notes. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	setenv("CMOCKA_TEST_ABORT", "1", 1);
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u64 free;

	input = data;
	left = size;
	depth = preempt_bits = until_between = 0;
	model_draw = draw;
	if (draw(4))
		model_pin_three();
	else
		model_setup(PAGES);
	model->tables.address_end = BIT(47);
	free = frames_free() + PAGES;
	host_wanted = wanted;
	host_between = between;
	run();
	model_end(free);
	return 0;
}
