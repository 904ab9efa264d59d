// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (cpu/bounce.c, xen/arch-x86/xen.h "trap_info"): an exception enters the
 * guest's handler with the frame of the 32-bit ABI; the event mask is set only
 * for entries with flag bit 2; the old mask stands in bits 16-23 of the CS
 * slot and, inverted, in IF; TF is clear in the handler; `int n` obeys the
 * DPL in the trap table; #PF leaves its address in vcpu_info.
 *
 * Test: traps
 */
#include "guest.h"

static volatile u32 seen_vector, seen_error, seen_mask_in_cs, seen_if;
static volatile u32 seen_upcall_mask;

static void record(struct trap_frame *f)
{
	seen_vector = f->vector;
	seen_error = f->error;
	seen_mask_in_cs = f->cs >> 16 & 0xff;
	seen_if = f->eflags >> 9 & 1;
	seen_upcall_mask = shared->vcpu_info[0].evtchn_upcall_mask;
}

static void record_and_skip2(struct trap_frame *f)
{
	record(f);
	f->eip += 2;
}

static void test_masks(void)
{
	trap_info_t t[2] = { { 3, 3 | 4, FLAT_KERNEL_CS, trap_entries[3] } };
	u32 mask;

	set_trap_handler(3, record);
	for (mask = 0; mask < 2; mask++) {
		shared->vcpu_info[0].evtchn_upcall_mask = (u8)mask;
		__asm__ volatile("int3");
		CHECK(seen_vector, 3);
		CHECK(seen_mask_in_cs, mask);
		CHECK(seen_if, !mask);
		CHECK(seen_upcall_mask, mask);
		CHECK(shared->vcpu_info[0].evtchn_upcall_mask, mask);
	}
	CHECK(HC1(set_trap_table, t), 0);
	shared->vcpu_info[0].evtchn_upcall_mask = 0;
	__asm__ volatile("int3");
	CHECK(seen_upcall_mask, 1);
	CHECK(seen_if, 1);
	CHECK(shared->vcpu_info[0].evtchn_upcall_mask, 0);
	shared->vcpu_info[0].evtchn_upcall_mask = 1;
}

static void test_faults(void)
{
	u32 zero = 0;

	CHECK(EXPECT_TRAP("xorl %%edx, %%edx; movl $1, %%eax; divl %0",
			  "m" (zero)), 0);
	CHECK(EXPECT_TRAP("ud2", "i" (0)), 6);
	CHECK(EXPECT_TRAP("movl 0xa0000000, %%eax", "i" (0)), 14);
	CHECK(trapped_error, 0);
	CHECK(shared->vcpu_info[0].arch.cr2, 0xa0000000);
	CHECK(EXPECT_TRAP("movl %%eax, 0xa0000123", "i" (0)), 14);
	CHECK(trapped_error, 2);
	CHECK(shared->vcpu_info[0].arch.cr2, 0xa0000123);
	CHECK(EXPECT_TRAP("hlt", "i" (0)), 13);
}

/* The hypervisor's window may be read, never written. */
static void test_window(void)
{
	CHECK(EXPECT_TRAP("movl (%0), %%eax", "r" (window)), -1);
	CHECK(EXPECT_TRAP("movl %%eax, (%0)", "r" (window)), 14);
	CHECK(trapped_error, 3);
}

static void test_software_interrupts(void)
{
	trap_info_t t[3] = {
		{ 0x21, 1, FLAT_KERNEL_CS, trap_entries[0x21] },
		{ 0x22, 0, FLAT_KERNEL_CS, trap_entries[0x22] },
	};

	CHECK(HC1(set_trap_table, t), 0);
	set_trap_handler(0x80, record);
	__asm__ volatile("int $0x80");
	CHECK(seen_vector, 0x80);
	set_trap_handler(0x21, record);
	set_trap_handler(13, record_and_skip2);
	__asm__ volatile("int $0x21");
	if (seen_vector == 13)
		print("note: int n error code %x\n", seen_error);
	else
		CHECK(seen_vector, 0x21);
	__asm__ volatile("int $0x22");
	CHECK(seen_vector, 13);
	set_trap_handler(13, 0);
}

static volatile u32 db_count;

static void debug_handler(struct trap_frame *f)
{
	db_count++;
	f->eflags &= ~0x100u;
}

static void test_single_step(void)
{
	set_trap_handler(1, debug_handler);
	__asm__ volatile("pushf; orl $0x100, (%%esp); popf; nop; nop" ::: "cc",
			 "memory");
	CHECK(db_count, 1);
	/* TF at a hypercall must not stop the hypervisor. */
	__asm__ volatile("pushf; orl $0x100, (%%esp); popf; int $0x82; nop"
			 :: "a" (__HYPERVISOR_xen_version), "b" (0), "c" (0)
			 : "cc", "memory");
	CHECK(db_count >= 1, 1);
}

void test_main(void)
{
	test_masks();
	test_faults();
	test_window();
	test_software_interrupts();
	test_single_step();
}
