// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/arch-x86/xen.h trap_info): an exception enters the guest's handler
 * with the frame of its width; the event mask is set only for entries with flag
 * bit 2; the frame has the old mask beside CS and, inverted, in IF; TF is clear
 * in the handler; "int n" obeys the DPL in the trap table; a page fault leaves
 * its address in vcpu_info.
 *
 * Test: traps
 * Test: traps-64 -w 64
 */
#include "guest.h"

#define SYSTEM_CALL	0x80u
#define KERNEL_MAY	0x21u	/* a vector whose DPL lets a kernel raise it */
#define NOBODY_MAY	0x22u
/*
 * The error code of #GP for "int n" in long mode: QEMU 7.2 counts 16 for each
 * vector, processors 8.
 */
#define QEMU_INT_ERROR(n)	((n) * 16 + 2)

static volatile u32 seen_vector, seen_error, seen_mask_beside_cs, seen_if;
static volatile u32 seen_upcall_mask;

static void record(struct trap_frame *f)
{
	seen_vector = f->vector;
	seen_error = f->error;
	seen_mask_beside_cs = frame_mask(f);
	seen_if = !!(f->eflags & X86_EFLAGS_IF);
	seen_upcall_mask = shared->vcpu_info[0].evtchn_upcall_mask;
}

static void record_and_skip2(struct trap_frame *f)
{
	record(f);
	f->eip += 2;
}

static void test_masks(void)
{
	static const struct {
		u32 flags;		/* of the entry */
		u32 mask, inside;	/* of events, before and in it */
	} cases[] = {
		{ 3, 0, 0 }, { 3, 1, 1 }, { 3 | TRAP_MASKS_EVENTS, 0, 1 },
	};
	u32 i;

	set_trap_handler(X86_TRAP_BP, record);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		trap_info_t t[2] = { trap_entry(X86_TRAP_BP, cases[i].flags) };

		CHECK(HC1(set_trap_table, t), 0);
		mask_events(cases[i].mask);
		__asm__ volatile("int3");
		CHECK_TRAP(seen_vector, X86_TRAP_BP);
		CHECK(seen_mask_beside_cs, cases[i].mask);
		CHECK(seen_if, !cases[i].mask);
		CHECK(seen_upcall_mask, cases[i].inside);
		CHECK(shared->vcpu_info[0].evtchn_upcall_mask, cases[i].mask);
	}
	mask_events(true);
}

static void check_fault(int vector, ulong address, u32 error)
{
	CHECK_TRAP(vector, X86_TRAP_PF);
	CHECK(trapped_error, error);
	CHECK(shared->vcpu_info[0].arch.cr2, address);
}

static void test_faults(void)
{
	ulong at = NOWHERE + 0x123;
	u32 zero = 0;

	CHECK_TRAP(EXPECT_TRAP("xorl %%edx, %%edx; movl $1, %%eax; divl %0",
			       "m" (zero)), X86_TRAP_DE);
	CHECK_INSN("ud2", X86_TRAP_UD);
	CHECK_INSN("hlt", X86_TRAP_GP);
	check_fault(EXPECT_TRAP("movl (%0), %%eax", "r" (at)), at, 0);
	check_fault(EXPECT_TRAP("movl %%eax, (%0)", "r" (at)), at,
		    X86_PF_WRITE);
	/* The hypervisor's window may be read, never written. */
	CHECK_TRAP(EXPECT_TRAP("movl (%0), %%eax", "r" (window)), NO_TRAP);
	check_fault(EXPECT_TRAP("movl %%eax, (%0)", "r" (window)), window,
		    X86_PF_WRITE | X86_PF_PROT);
}

static void test_software_interrupts(void)
{
	trap_info_t t[3] = {
		trap_entry(KERNEL_MAY, 1), trap_entry(NOBODY_MAY, 0),
	};

	CHECK(HC1(set_trap_table, t), 0);
	set_trap_handler(SYSTEM_CALL, record);
	set_trap_handler(KERNEL_MAY, record);
	set_trap_handler(X86_TRAP_GP, record_and_skip2);
	__asm__ volatile("int %0" :: "i" (SYSTEM_CALL));
	CHECK_TRAP(seen_vector, SYSTEM_CALL);
	__asm__ volatile("int %0" :: "i" (KERNEL_MAY));
	/* By QEMU's error code another entry counts: see QEMU_INT_ERROR. */
	if (seen_vector == X86_TRAP_GP)
		CHECK(seen_error, QEMU_INT_ERROR(KERNEL_MAY));
	else
		CHECK_TRAP(seen_vector, KERNEL_MAY);
	__asm__ volatile("int %0" :: "i" (NOBODY_MAY));
	CHECK_TRAP(seen_vector, X86_TRAP_GP);
	set_trap_handler(X86_TRAP_GP, 0);
}

static volatile u32 steps;

static void step(struct trap_frame *f)
{
	steps++;
	f->eflags &= ~(ulong)X86_EFLAGS_TF;
}

static void test_single_step(void)
{
	set_trap_handler(X86_TRAP_DB, step);
	__asm__ volatile(SET_TF "nop; nop" ::: "cc", "memory");
	CHECK(steps, 1);
	/* TF at a hypercall must not stop the hypervisor. */
	CHECK(HYPERCALL_BETWEEN(SET_TF, __HYPERVISOR_xen_version,
				XENVER_version, 0, "nop"), XEN_4_17);
	CHECK(steps >= 1, 1);
}

void test_main(void)
{
	test_masks();
	test_faults();
	test_software_interrupts();
	test_single_step();
}
