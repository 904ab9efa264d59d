// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (Xen's create_bounce_frame() and do_iret(); guest/bounce has those of 32
 * bits): a 64-bit domain crashes, and nobody else, if what it is interrupted
 * with has no handler, if its stack cannot be written then, if the frame of an
 * iret hypercall cannot be read, or if that goes to user mode without a user
 * root. Such a stack is read-only, missing, not canonical, or in the
 * hypervisor's part of the address space, or at its ends. Nothing is written to
 * where the guest could not write. A hypercall needs no stack.
 *
 * Test: crashes -w 64
 * Test: crashes-intel -w 64 -I
 */
#include "domu.h"

#define STACK	((ulong)DOMU_PAGES << 12)
#define SHUT(f)	((f) >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask)
#define HANDLER		0x7800ul	/* in the code page */
#define ARGUMENT	0x7900		/* 0: power off */
#define TABLE		0x5000ul	/* the level-1 table: read-only */
#define TABLE_END	0x6000ul
#define UNMAPPED	0x40000000ul
#define HOLE		0x800000000000ul	/* its first address */
#define GUESTS		0xffff880000000000ul	/* behind the hypervisor */
#define SYSTEM_CALL	0x80

enum { KERNEL, USER };
enum { CRASHES, ENDS, NO_SYSENTER };	/* then #UD: ENDS */

DEFINE_CODE(ud2, "ud2");
DEFINE_CODE(int80, "int $0x80");
DEFINE_CODE(sysenter, "sysenter");
DEFINE_CODE(iret, "movl $" STRING(__HYPERVISOR_iret) ", %eax; syscall");
/* With the stack pointer that is in RBX, whatever it is */
DEFINE_CODE(ud2_there, "movq %rbx, %rsp; ud2");
DEFINE_CODE(iret_there, "movq %rbx, %rsp; movl $" STRING(__HYPERVISOR_iret)
	    ", %eax; syscall");
DEFINE_CODE(call_there, "movq %rbx, %rsp;" ASM_HYPERCALL(__HYPERVISOR_sched_op,
	    SCHEDOP_shutdown, ARGUMENT) "1: jmp 1b");
/* To user mode, which must not be reached without a root */
DEFINE_CODE(to_user, "pushq $0xe02b; pushq $0x8000; pushq $0x202;"
	    "pushq $0xe033; pushq $0x7900; pushq $0; pushq $0; pushq $0;"
	    "pushq $0; movl $" STRING(__HYPERVISOR_iret) ", %eax; syscall");
/* The handler shuts its domain down */
DEFINE_CODE(handler, ASM_HYPERCALL(__HYPERVISOR_sched_op, SCHEDOP_shutdown,
				   ARGUMENT) "1: jmp 1b");
#define CODE_BYTES	64u		/* at least those of the attacks */

static const struct attack {
	const char *what;
	const u8 *code;		/* CODE_BYTES of it, or what is behind it */
	u8 from, result;
	ulong rsp;		/* of user mode: the kernel's */
	ulong handler;
	ulong rbx;
	ulong flags;
} attacks[] = {
	{ "good", ud2, KERNEL, ENDS, STACK, HANDLER, 0, 0 },
	{ "good, from user mode", int80, USER, ENDS, STACK, HANDLER, 0, 0 },
	{ "aligned down", ud2, KERNEL, ENDS, STACK + 15, HANDLER, 0, 0 },
	{ "aligned down, from user mode", int80, USER, ENDS, STACK + 15,
	  HANDLER, 0, 0 },
	{ "stack at 0", ud2, KERNEL, CRASHES, 0, HANDLER, 0, 0 },
	{ "wraps", ud2, KERNEL, CRASHES, 16, HANDLER, 0, 0 },
	{ "top", ud2, KERNEL, CRASHES, ~0ul, HANDLER, 0, 0 },
	{ "before the hole", ud2, KERNEL, CRASHES, HOLE - 1, HANDLER, 0, 0 },
	{ "at the hole", ud2_there, KERNEL, CRASHES, STACK, HANDLER, HOLE, 0 },
	{ "in the hole", ud2_there, KERNEL, CRASHES, STACK, HANDLER,
	  HOLE + 0x1000, 0 },
	{ "end of the hole", ud2, KERNEL, CRASHES, HYPERVISOR_VIRT_START,
	  HANDLER, 0, 0 },
	{ "into the array", ud2, KERNEL, CRASHES, HYPERVISOR_VIRT_START + 64,
	  HANDLER, 0, 0 },
	{ "in the array", ud2, KERNEL, CRASHES, HYPERVISOR_VIRT_START + 0x1000,
	  HANDLER, 0, 0 },
	{ "hypervisor's last", ud2, KERNEL, CRASHES, GUESTS, HANDLER, 0, 0 },
	{ "into its last", ud2, KERNEL, CRASHES, GUESTS + 16, HANDLER, 0, 0 },
	{ "behind its last", ud2, KERNEL, CRASHES, GUESTS + 64, HANDLER, 0, 0 },
	{ "not mapped", ud2, KERNEL, CRASHES, UNMAPPED, HANDLER, 0, 0 },
	{ "half mapped", ud2, KERNEL, CRASHES, STACK + 16, HANDLER, 0, 0 },
	{ "read-only", ud2, KERNEL, CRASHES, TABLE + 0x800, HANDLER, 0, 0 },
	{ "half read-only", ud2, KERNEL, CRASHES, TABLE_END + 16, HANDLER, 0,
	  0 },
	{ "with flags", ud2, KERNEL, CRASHES, TABLE + 0x800, HANDLER, 0,
	  X86_EFLAGS_USER },
	{ "no handler", ud2, KERNEL, CRASHES, STACK, 0, 0, 0 },
	{ "no handler, from user mode", ud2, USER, CRASHES, STACK, 0, 0, 0 },
	{ "handler not mapped", ud2, KERNEL, CRASHES, STACK, UNMAPPED, 0, 0 },
	{ "hypervisor's handler", ud2, KERNEL, CRASHES, STACK,
	  HYPERVISOR_PAGE, 0, 0 },
	{ "kernel stack 0", int80, USER, CRASHES, 0, HANDLER, 0, 0 },
	{ "kernel stack wraps", int80, USER, CRASHES, 16, HANDLER, 0, 0 },
	{ "kernel stack at the hole's end", int80, USER, CRASHES,
	  HYPERVISOR_VIRT_START, HANDLER, 0, 0 },
	{ "kernel stack in the array", int80, USER, CRASHES,
	  HYPERVISOR_VIRT_START + 0x1000, HANDLER, 0, 0 },
	{ "kernel stack: hypervisor's", int80, USER, CRASHES, HYPERVISOR_PAGE,
	  HANDLER, 0, 0 },
	{ "kernel stack behind that", int80, USER, CRASHES, GUESTS + 16,
	  HANDLER, 0, 0 },
	{ "kernel stack read-only", int80, USER, CRASHES, TABLE + 0x800,
	  HANDLER, 0, 0 },
	{ "kernel stack half mapped", int80, USER, CRASHES, STACK + 16,
	  HANDLER, 0, 0 },
	{ "iret, not mapped", iret, KERNEL, CRASHES, UNMAPPED, HANDLER, 0, 0 },
	{ "iret, half mapped", iret, KERNEL, CRASHES, STACK - 64, HANDLER, 0,
	  0 },
	{ "iret, top", iret, KERNEL, CRASHES, ~0ul - 7, HANDLER, 0, 0 },
	{ "iret, hole", iret_there, KERNEL, CRASHES, STACK, HANDLER, HOLE, 0 },
	{ "iret, into the hole", iret_there, KERNEL, CRASHES, STACK, HANDLER,
	  HOLE - 8, 0 },
	{ "iret, array", iret, KERNEL, CRASHES, HYPERVISOR_VIRT_START, HANDLER,
	  0, 0 },
	{ "iret, hypervisor's", iret, KERNEL, CRASHES, HYPERVISOR_PAGE,
	  HANDLER, 0, 0 },
	/* The kernel's stack pointer is 0 then. */
	{ "SYSENTER", sysenter, KERNEL, NO_SYSENTER, STACK, HANDLER, 0, 0 },
	{ "no user root", to_user, KERNEL, CRASHES, STACK, HANDLER, 0, 0 },
	{ "a call without a stack", call_there, KERNEL, ENDS, STACK, HANDLER,
	  0, 0 },
	{ "a call with one in the hole", call_there, KERNEL, ENDS, STACK,
	  HANDLER, HOLE, 0 },
	{ "a call with the hypervisor's", call_there, KERNEL, ENDS, STACK,
	  HANDLER, HYPERVISOR_PAGE, 0 },
};

PAGE_BUFFER(place);
PAGE_BUFFER(table_page);
static vcpu_guest_context_t ctx;

/* What fails in a handler of these comes to the same one again. */
static void set_context(const struct domu *u, const struct attack *a)
{
	static const u8 vectors[] = {
		X86_TRAP_UD, X86_TRAP_TS, X86_TRAP_NP, X86_TRAP_SS, X86_TRAP_GP,
		X86_TRAP_PF, SYSTEM_CALL,
	};
	u32 i;

	domu_context(u, &ctx);
	ctx.user_regs.rbx = a->rbx;
	ctx.user_regs.rflags |= a->flags;
	if (a->from == USER) {
		ctx.flags &= ~(u32)VGCF_in_kernel;
		CHECK(domu_set_context(u, &ctx), -XEN_EINVAL);
		/* The kernel's root is user mode's as well. */
		ctx.ctrlreg[1] = ctx.ctrlreg[3];
		ctx.kernel_sp = a->rsp;
	} else {
		ctx.user_regs.rsp = a->rsp;
	}
	for (i = 0; a->handler && i < ARRAY_SIZE(vectors); i++)
		ctx.trap_ctxt[vectors[i]] = (trap_info_t){
			vectors[i], 3, FLAT_KERNEL_CS, a->handler
		};
	CHECK(domu_set_context(u, &ctx), 0);
}

static void make(struct domu *u, const struct attack *a)
{
	domu_empty(u);
	domu_fill(u, place, a->code, CODE_BYTES);
	memcpy(place + (HANDLER & 0xfff), handler, CODE_SIZE(handler));
	memset(place + (ARGUMENT & 0xfff), 0, sizeof(struct sched_shutdown));
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

static u32 expected_end(const struct attack *a)
{
	bool ends = a->result == ENDS ||
		    (a->result == NO_SYSENTER && !is_intel());

	return ends ? SHUTDOWN_poweroff : SHUTDOWN_crash;
}

static void attack(const struct attack *a)
{
	static u64 entries[512];
	u32 before = failures, i;
	struct domu u;

	make(&u, a);
	CHECK(domu_map(&u, table_page, u.frames[TABLE >> 12], PTE_RO), 0);
	memcpy(entries, table_page, sizeof(entries));
	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), 0);
	CHECK(end_of(&u, 4000), expected_end(a));
	/* Its table holds what was checked, but for A and D. */
	for (i = 0; i < 512; i++)
		CHECK((((u64 *)table_page)[i] ^ entries[i]) & ~(PTE_A | PTE_D),
		      0);
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
