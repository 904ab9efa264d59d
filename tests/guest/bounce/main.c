// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (cpu/bounce.c, cpu/iret.c): a domain whose handler or stack cannot be
 * used when it is to be entered crashes, and no other one: read-only, missing,
 * at the ends of the address space, in the hypervisor's part of it, or by
 * selectors that are not the guest's (QEMU takes a null SS in ring 1, no
 * processor does: not tried). Nothing is written to where the guest
 * could not write. A handler of ring 3 with a stack of ring 1 faults whenever it
 * is entered, at the same place of that stack: such a domain goes on for ever,
 * and others must get the processor nevertheless. Each case is a domain of its
 * own; a neighbour runs and counts meanwhile. Classes: XSA-136, 183, 202, 212,
 * 339.
 *
 * Test: bounce
 */
#include "domu.h"

#define STACK	(DOMU_PAGES << 12)
#define SHUT(f)	((f) >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask)
#define HANDLER	0x7800u			/* in the code page */
#define COUNTER	0x7c00u
#define TABLE	0x5000u			/* the level-1 table: read-only */

enum { FROM_KERNEL, FROM_USER };
enum { CRASHES, ENDS, GOES_ON };

struct attack {
	const char *what;
	u8 code[12];
	u8 from, result;
	u32 esp, kernel_sp, kernel_ss;
	u32 handler_cs, handler;
	u32 flags;
};

#define UD2	{ 0x0f, 0x0b }
#define INT80	{ 0xcd, 0x80 }
/* mov $23, %eax; int $0x82: the iret hypercall, with what is on the stack */
#define IRET	{ 0xb8, 23, 0, 0, 0, 0xcd, 0x82 }
#define OK	FLAT_KERNEL_CS, HANDLER
#define KERNEL	FROM_KERNEL, CRASHES
#define USER	FROM_USER, CRASHES
#define R3_HANDLER	0xe02b, HANDLER

static const struct attack attacks[] = {
	{ "good", UD2, FROM_KERNEL, ENDS, STACK, 0, 0, OK, 0 },
	{ "good, from user", INT80, FROM_USER, ENDS, 0, STACK,
	  FLAT_KERNEL_SS, OK, 0 },
	{ "stack at 0", UD2, KERNEL, 0, 0, 0, OK, 0 },
	{ "wraps", UD2, KERNEL, 8, 0, 0, OK, 0 },
	{ "top", UD2, KERNEL, 0xffffffff, 0, 0, OK, 0 },
	{ "top, aligned", UD2, KERNEL, 0xfffffff0, 0, 0, OK, 0 },
	{ "in the window", UD2, KERNEL, 0xf5801000, 0, 0, OK, 0 },
	{ "into the window", UD2, KERNEL, 0xf5800004, 0, 0, OK, 0 },
	{ "below the window", UD2, KERNEL, 0xf5800000, 0, 0, OK, 0 },
	{ "not mapped", UD2, KERNEL, 0x40000000, 0, 0, OK, 0 },
	{ "half mapped", UD2, KERNEL, STACK + 4, 0, 0, OK, 0 },
	{ "read-only", UD2, KERNEL, 0x5800, 0, 0, OK, 0 },
	{ "half read-only", UD2, KERNEL, 0x6004, 0, 0, OK, 0 },
	{ "with flags", UD2, KERNEL, 0x5800, 0, 0, OK, 0x244cd5 },
	{ "no handler", UD2, KERNEL, STACK, 0, 0, 0, 0, 0 },
	{ "handler of ring 0", UD2, KERNEL, STACK, 0, 0, 0xe008, HANDLER, 0 },
	{ "handler by TSS", UD2, KERNEL, STACK, 0, 0, 0xe040, HANDLER, 0 },
	{ "handler past GDT", UD2, KERNEL, STACK, 0, 0, 0xfff9, HANDLER, 0 },
	{ "handler by LDT", UD2, KERNEL, STACK, 0, 0, 0x5, HANDLER, 0 },
	{ "handler is data", UD2, KERNEL, STACK, 0, 0, 0xe021, HANDLER, 0 },
	{ "handler far away", UD2, KERNEL, STACK, 0, 0, FLAT_KERNEL_CS,
	  0xfffffff0, 0 },
	{ "handler not mapped", UD2, KERNEL, STACK, 0, 0, FLAT_KERNEL_CS,
	  0x40000000, 0 },
	{ "kernel stack 0", INT80, USER, 0, 0, FLAT_KERNEL_SS, OK, 0 },
	{ "kernel stack wraps", INT80, USER, 0, 16, FLAT_KERNEL_SS, OK, 0 },
	{ "kernel stack in window", INT80, USER, 0, 0xf5900000,
	  FLAT_KERNEL_SS, OK, 0 },
	{ "kernel stack above", INT80, USER, 0, 0xffff8000, FLAT_KERNEL_SS,
	  OK, 0 },
	{ "kernel stack read-only", INT80, USER, 0, 0x5800, FLAT_KERNEL_SS,
	  OK, 0 },
	{ "kernel stack: ring 0", INT80, USER, 0, STACK, 0xe010, OK, 0 },
	{ "kernel stack: ring 3", INT80, USER, 0, STACK, 0xe033, OK, 0 },
	{ "kernel stack: code", INT80, USER, 0, STACK, 0xe019, OK, 0 },
	{ "kernel stack: TSS", INT80, USER, 0, STACK, 0xe041, OK, 0 },
	{ "handler of ring 3", UD2, FROM_KERNEL, GOES_ON, STACK, STACK,
	  FLAT_KERNEL_SS, R3_HANDLER, 0 },
	{ "handler of ring 3, from user", INT80, FROM_USER, GOES_ON, 0, STACK,
	  FLAT_KERNEL_SS, R3_HANDLER, 0 },
	{ "iret, stack wraps", IRET, KERNEL, 0xfffffff8, 0, 0, OK, 0 },
	{ "iret, window", IRET, KERNEL, 0xf57ffffc, 0, 0, OK, 0 },
	{ "iret, half mapped", IRET, KERNEL, STACK - 8, 0, 0, OK, 0 },
	{ "iret to ring 0", IRET, KERNEL, STACK - 64, 0, 0, OK, 0 },
};

PAGE_BUFFER(place);
PAGE_BUFFER(counter_page);
PAGE_BUFFER(table_page);
static vcpu_guest_context_t ctx;

/* mov $__HYPERVISOR_sched_op, %eax; SCHEDOP_shutdown; its argument at 7900 */
static const u8 handler[] = {
	0xb8, __HYPERVISOR_sched_op, 0, 0, 0, 0xbb, SCHEDOP_shutdown, 0, 0, 0,
	0xb9, 0x00, 0x79, 0, 0, 0xcd, 0x82, 0xeb, 0xfe,
};
/* incl COUNTER; jmp back */
static const u8 count[] = { 0xff, 0x05, 0x00, 0x7c, 0, 0, 0xeb, 0xf8 };

/* User mode may use the pages that are not tables. */
static void let_user(const struct domu *u)
{
	u32 i;

	CHECK(domu_map(u, place, u->frames[1], PTE_RWP), 0);
	*(u64 *)place |= PTE_US;
	CHECK(domu_map(u, place, u->frames[5], PTE_RWP), 0);
	for (i = 6; i < DOMU_PAGES; i++)
		((u64 *)place)[i] |= PTE_US;
}

/* What fails in a handler of these comes to the same one again. */
static void set_context(const struct domu *u, const struct attack *a)
{
	static const u8 vectors[] = { 6, 10, 11, 12, 13, 14, 0x80 };
	u32 i;

	domu_context(u, &ctx);
	ctx.user_regs.esp = a->esp;
	ctx.user_regs.eflags = a->flags | 0x202;
	if (a->from == FROM_USER) {
		ctx.flags &= ~(u32)VGCF_in_kernel;
		ctx.user_regs.cs = 0xe02b;
		ctx.user_regs.ss = ctx.user_regs.ds = ctx.user_regs.es = 0xe033;
	}
	if (a->kernel_ss) {
		ctx.kernel_sp = a->kernel_sp;
		ctx.kernel_ss = a->kernel_ss;
	}
	for (i = 0; a->handler && i < ARRAY_SIZE(vectors); i++)
		ctx.trap_ctxt[vectors[i]] = (trap_info_t){
			vectors[i], 3, (u16)a->handler_cs, a->handler
		};
	CHECK(domu_set_context(u, &ctx), 0);
}

static void make(struct domu *u, const struct attack *a)
{
	domu_empty(u);
	domu_fill(u, place, a->code, sizeof(a->code));
	memcpy(place + (HANDLER & 0xfff), handler, sizeof(handler));
	let_user(u);
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	CHECK(domu_pin(u, MMUEXT_PIN_L3_TABLE, u->frames[0]), 0);
	set_context(u, a);
}

/* The reason, or ~0u if it went on for that long. */
static u32 end_of(const struct domu *u, u32 ms)
{
	u32 i;

	for (i = 0; i < ms; i++) {
		CHECK(domu_ctl(u, XEN_DOMCTL_getdomaininfo), 0);
		if (domctl_op.u.getdomaininfo.flags & XEN_DOMINF_shutdown)
			return SHUT(domctl_op.u.getdomaininfo.flags);
		sleep_ms(1);
	}
	return ~0u;
}

static void attack(const struct attack *a)
{
	static const u32 ends[] = {
		[CRASHES] = SHUTDOWN_crash, [ENDS] = SHUTDOWN_poweroff,
		[GOES_ON] = ~0u,
	};
	u32 before = failures, i;
	struct domu u;

	make(&u, a);
	CHECK(domu_map(&u, table_page, u.frames[TABLE >> 12], PTE_RO), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), 0);
	CHECK(end_of(&u, a->result == GOES_ON ? 200 : 4000), ends[a->result]);
	/* Its table holds what was checked, but for A and D, and no more. */
	for (i = 0; i < 512; i++)
		CHECK((((u64 *)table_page)[i] & ~(PTE_A | PTE_D)) ==
		      (i >= DOMU_PAGES ? 0 : (u64)u.frames[i] << 12 | PTE_P |
		       (i < 6 ? 0 : PTE_RW | PTE_US)), 1);
	CHECK(set_pte_va(table_page, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&u), 1);
	if (failures != before)
		print("main.c: that was \"%s\"\n", a->what);
}

void test_main(void)
{
	volatile u32 *counter = (u32 *)(counter_page + (COUNTER & 0xfff));
	struct domu neighbour;
	u32 i, last, turns;

	domu_make(&neighbour, place, count, sizeof(count));
	CHECK(domu_map(&neighbour, counter_page,
		       neighbour.frames[COUNTER >> 12], PTE_RO), 0);
	CHECK(domu_ctl(&neighbour, XEN_DOMCTL_unpausedomain), 0);
	for (i = 0; i < ARRAY_SIZE(attacks); i++) {
		attack(&attacks[i]);
		for (last = *counter, turns = 0; turns < 2000; turns++) {
			if (*counter != last)
				break;
			sleep_ms(1);
		}
		CHECK(turns < 2000, 1);
	}
	print("%u domains, %u failures\n", i, failures);
	CHECK(set_pte_va(counter_page, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&neighbour, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&neighbour), 1);
}
