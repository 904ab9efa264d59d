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
 * 64-bit domains have other frames, and no selectors: tests/guest/crashes.
 *
 * Test: bounce
 */
#include "domu.h"

#define STACK	(DOMU_PAGES << 12)
#define SHUT(f)	((f) >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask)
#define HANDLER		0x7800u		/* in the code page */
#define ARGUMENT	0x7900		/* 0: power off */
#define TABLE		0x5000u		/* the level-1 table: read-only */
#define TABLE_END	0x6000u
#define UNMAPPED	0x40000000u
#define WINDOW		HYPERVISOR_VIRT_START
#define PAST_GDT	0xfff9

enum { FROM_KERNEL, FROM_USER };
enum { CRASHES, ENDS, GOES_ON };

struct attack {
	const char *what;
	const u8 *code;		/* CODE_BYTES of it, or what is behind it */
	u8 from, result;
	u32 esp, kernel_sp, kernel_ss;
	u32 handler_cs, handler;
	u32 flags;
};

DEFINE_CODE(ud2, "ud2");
DEFINE_CODE(int80, "int $0x80");
/* The iret hypercall, with what is on the stack */
DEFINE_CODE(iret, "movl $" STRING(__HYPERVISOR_iret) ", %eax; int $0x82");
/* The handler shuts its domain down */
DEFINE_CODE(handler, ASM_HYPERCALL(__HYPERVISOR_sched_op, SCHEDOP_shutdown,
				   ARGUMENT) "1: jmp 1b");
#define CODE_BYTES	12u		/* more than any of the attacks' */
#define SYSTEM_CALL	0x80

#define OK	FLAT_KERNEL_CS, HANDLER
#define KERNEL	FROM_KERNEL, CRASHES
#define USER	FROM_USER, CRASHES
#define R3_HANDLER	FLAT_USER_CS, HANDLER

static const struct attack attacks[] = {
	{ "good", ud2, FROM_KERNEL, ENDS, STACK, 0, 0, OK, 0 },
	{ "good, from user", int80, FROM_USER, ENDS, 0, STACK,
	  FLAT_KERNEL_SS, OK, 0 },
	{ "stack at 0", ud2, KERNEL, 0, 0, 0, OK, 0 },
	{ "wraps", ud2, KERNEL, 8, 0, 0, OK, 0 },
	{ "top", ud2, KERNEL, 0xffffffff, 0, 0, OK, 0 },
	{ "top, aligned", ud2, KERNEL, 0xfffffff0, 0, 0, OK, 0 },
	{ "in the window", ud2, KERNEL, WINDOW + PAGE_SIZE, 0, 0, OK, 0 },
	{ "into the window", ud2, KERNEL, WINDOW + 4, 0, 0, OK, 0 },
	{ "below the window", ud2, KERNEL, WINDOW, 0, 0, OK, 0 },
	{ "not mapped", ud2, KERNEL, UNMAPPED, 0, 0, OK, 0 },
	{ "half mapped", ud2, KERNEL, STACK + 4, 0, 0, OK, 0 },
	{ "read-only", ud2, KERNEL, TABLE + 0x800, 0, 0, OK, 0 },
	{ "half read-only", ud2, KERNEL, TABLE_END + 4, 0, 0, OK, 0 },
	{ "with flags", ud2, KERNEL, TABLE + 0x800, 0, 0, OK, X86_EFLAGS_USER },
	{ "no handler", ud2, KERNEL, STACK, 0, 0, 0, 0, 0 },
	{ "handler of ring 0", ud2, KERNEL, STACK, 0, 0, XEN_CS, HANDLER, 0 },
	{ "handler by TSS", ud2, KERNEL, STACK, 0, 0, XEN_TSS, HANDLER, 0 },
	{ "handler past GDT", ud2, KERNEL, STACK, 0, 0, PAST_GDT, HANDLER, 0 },
	{ "handler by LDT", ud2, KERNEL, STACK, 0, 0, LDT_SELECTOR(0, 1),
	  HANDLER, 0 },
	{ "handler is data", ud2, KERNEL, STACK, 0, 0, FLAT_KERNEL_DS,
	  HANDLER, 0 },
	{ "handler far away", ud2, KERNEL, STACK, 0, 0, FLAT_KERNEL_CS,
	  0xfffffff0, 0 },
	{ "handler not mapped", ud2, KERNEL, STACK, 0, 0, FLAT_KERNEL_CS,
	  UNMAPPED, 0 },
	{ "kernel stack 0", int80, USER, 0, 0, FLAT_KERNEL_SS, OK, 0 },
	{ "kernel stack wraps", int80, USER, 0, 16, FLAT_KERNEL_SS, OK, 0 },
	{ "kernel stack in window", int80, USER, 0, WINDOW + 0x100000,
	  FLAT_KERNEL_SS, OK, 0 },
	{ "kernel stack above", int80, USER, 0, 0xffff8000, FLAT_KERNEL_SS,
	  OK, 0 },
	{ "kernel stack read-only", int80, USER, 0, TABLE + 0x800,
	  FLAT_KERNEL_SS, OK, 0 },
	{ "no handler, from user", int80, USER, 0, STACK, FLAT_KERNEL_SS, 0, 0,
	  0 },
	{ "null handler, from user", int80, USER, 0, STACK, FLAT_KERNEL_SS, 0,
	  HANDLER, 0 },
	{ "kernel stack half read-only", int80, USER, 0, TABLE_END + 4,
	  FLAT_KERNEL_SS, OK, 0 },
	{ "kernel stack, last word missing", int80, USER, 0, STACK + 4,
	  FLAT_KERNEL_SS, OK, 0 },
	{ "kernel stack, first word alone", int80, USER, 0, STACK + 16,
	  FLAT_KERNEL_SS, OK, 0 },
	{ "kernel stack not mapped", int80, USER, 0, STACK + 20,
	  FLAT_KERNEL_SS, OK, 0 },
	{ "kernel stack one over", int80, USER, 0, 19, FLAT_KERNEL_SS, OK, 0 },
	{ "kernel stack at the tables", int80, USER, 0, 20, FLAT_KERNEL_SS, OK,
	  0 },
	{ "kernel stack into window", int80, USER, 0, WINDOW + 4,
	  FLAT_KERNEL_SS, OK, 0 },
	{ "kernel stack: ring 0", int80, USER, 0, STACK, XEN_DS, OK, 0 },
	{ "kernel stack: ring 3", int80, USER, 0, STACK, FLAT_USER_DS, OK, 0 },
	{ "kernel stack: code", int80, USER, 0, STACK, FLAT_KERNEL_CS, OK, 0 },
	{ "kernel stack: TSS", int80, USER, 0, STACK, XEN_TSS | 1, OK, 0 },
	{ "handler of ring 3", ud2, FROM_KERNEL, GOES_ON, STACK, STACK,
	  FLAT_KERNEL_SS, R3_HANDLER, 0 },
	{ "handler of ring 3, from user", int80, FROM_USER, GOES_ON, 0, STACK,
	  FLAT_KERNEL_SS, R3_HANDLER, 0 },
	{ "iret, stack wraps", iret, KERNEL, 0xfffffff8, 0, 0, OK, 0 },
	{ "iret, window", iret, KERNEL, WINDOW - 4, 0, 0, OK, 0 },
	{ "iret, half mapped", iret, KERNEL, STACK - 8, 0, 0, OK, 0 },
	{ "iret to ring 0", iret, KERNEL, STACK - 64, 0, 0, OK, 0 },
};

PAGE_BUFFER(place);
PAGE_BUFFER(table_page);
static vcpu_guest_context_t ctx;

/* As a kernel that goes to user mode does. */
static void unmask_events(const struct domu *u)
{
	CHECK(domu_ctl(u, XEN_DOMCTL_getdomaininfo), 0);
	CHECK(domu_map(u, place,
		       (u32)domctl_op.u.getdomaininfo.shared_info_frame,
		       PTE_RWP), 0);
	((shared_info_t *)place)->vcpu_info[0].evtchn_upcall_mask = 0;
}

/* What fails in a handler of these comes to the same one again. */
static void set_context(const struct domu *u, const struct attack *a)
{
	static const u8 vectors[] = {
		X86_TRAP_UD, X86_TRAP_TS, X86_TRAP_NP, X86_TRAP_SS, X86_TRAP_GP,
		X86_TRAP_PF, SYSTEM_CALL,
	};
	u32 i;

	domu_context(u, &ctx);
	ctx.user_regs.esp = a->esp;
	ctx.user_regs.eflags |= a->flags;
	if (a->from == FROM_USER) {
		ctx.flags &= ~(u32)VGCF_in_kernel;
		ctx.user_regs.cs = FLAT_USER_CS;
		ctx.user_regs.ss = ctx.user_regs.ds = ctx.user_regs.es =
			FLAT_USER_DS;
	}
	if (a->kernel_ss) {
		ctx.kernel_sp = a->kernel_sp;
		ctx.kernel_ss = a->kernel_ss;
	}
	for (i = 0; a->handler && i < ARRAY_SIZE(vectors); i++)
		ctx.trap_ctxt[vectors[i]] = (trap_info_t){
			/* int 0x80 masks events, as Linux's does. */
			vectors[i], vectors[i] == SYSTEM_CALL ? 7 : 3,
			(u16)a->handler_cs, a->handler
		};
	CHECK(domu_set_context(u, &ctx), 0);
}

static void make(struct domu *u, const struct attack *a)
{
	domu_empty(u);
	domu_fill(u, place, a->code, CODE_BYTES);
	memcpy(place + (HANDLER & 0xfff), handler, CODE_SIZE(handler));
	domu_let_user(u, place);
	unmask_events(u);
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	CHECK(domu_pin(u, PIN_ROOT, u->frames[0]), 0);
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
		       (i <= DOMU_L1 ? 0 : PTE_RW | PTE_US)), 1);
	CHECK(set_pte_va(table_page, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&u), 1);
	if (failures != before)
		print("main.c: that was \"%s\"\n", a->what);
}

void test_main(void)
{
	u32 i;

	neighbour_start();
	for (i = 0; i < ARRAY_SIZE(attacks); i++) {
		attack(&attacks[i]);
		neighbour_check();
	}
	print("%u domains, %u failures\n", i, failures);
	neighbour_end();
}
