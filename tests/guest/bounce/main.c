// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (cpu/bounce.c, cpu/iret.c; Xen's create_bounce_frame() and do_iret()): a
 * domain whose handler or stack cannot be used when it is to be entered crashes, and
 * no other one: read-only, missing, at the ends of the address space, not canonical,
 * in the hypervisor's part of it, or by selectors that are not the guest's (QEMU takes
 * a null SS in ring 1, no processor does: not tried). So does one whose frame of an
 * iret hypercall cannot be read, or that goes to user mode without a user root.
 * Nothing is written to where the guest could not write. A hypercall of a 64-bit guest
 * needs no stack. A handler of ring 3 with a stack of ring 1 faults whenever it
 * is entered, at the same place of that stack: such a domain goes on for ever,
 * and others must get the processor nevertheless. Each case is a domain of its
 * own; a neighbour runs and counts meanwhile. Classes: XSA-136, 183, 202, 212,
 * 339.
 *
 * Test: bounce
 * Test: bounce-64 -w 64
 * Test: bounce-64-intel -w 64 -I
 */
#include "attacks.h"

#define SHUT(f)	((f) >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask)

/* The handler shuts its domain down */
DEFINE_CODE(handler, ASM_HYPERCALL(__HYPERVISOR_sched_op, SCHEDOP_shutdown,
				   ARGUMENT) "1: jmp 1b");

static const struct attack attacks[] = {
	ATTACK("good", ud2, KERNEL, ENDS, STACK),
	ATTACK("good, from user", int80, USER, ENDS, STACK),
	ATTACK("stack at 0", ud2, KERNEL, CRASHES, 0),
	ATTACK("wraps", ud2, KERNEL, CRASHES, 2 * sizeof(ulong)),
	ATTACK("top", ud2, KERNEL, CRASHES, ~0ul),
	ATTACK("top, aligned", ud2, KERNEL, CRASHES, ~0ul - 15),
	ATTACK("not mapped", ud2, KERNEL, CRASHES, UNMAPPED),
	ATTACK("half mapped", ud2, KERNEL, CRASHES, STACK + ALIGNMENT),
	ATTACK("read-only", ud2, KERNEL, CRASHES, TABLE + 0x800),
	ATTACK("half read-only", ud2, KERNEL, CRASHES, TABLE_END + ALIGNMENT),
	ATTACK("with flags", ud2, KERNEL, CRASHES, TABLE + 0x800,
	       .flags = X86_EFLAGS_USER),
	ATTACK("no handler", ud2, KERNEL, CRASHES, STACK, .no_handler = true),
	ATTACK("handler not mapped", ud2, KERNEL, CRASHES, STACK,
	       .handler = UNMAPPED),
	ATTACK("kernel stack 0", int80, USER, CRASHES, 0),
	ATTACK("kernel stack wraps", int80, USER, CRASHES, 16),
	ATTACK("kernel stack read-only", int80, USER, CRASHES, TABLE + 0x800),
	ATTACK("kernel stack half read-only", int80, USER, CRASHES,
	       TABLE_END + ALIGNMENT),
	ATTACK("kernel stack half mapped", int80, USER, CRASHES,
	       STACK + ALIGNMENT),
	ATTACK("kernel stack not mapped", int80, USER, CRASHES, STACK + 256),
	ATTACK("no handler, from user", ud2, USER, CRASHES, STACK,
	       .no_handler = true),
	ATTACK("no handler of int 0x80", int80, USER, CRASHES, STACK,
	       .no_handler = true),
	/* Its gate lets all rings pass; then it is as any other INT. */
	ATTACK("no int 0x80, for user mode", int80, USER, CRASHES, STACK,
	       .no_int80 = true, .dpl = 3),
	ATTACK("no int 0x80, for the kernel", int80, USER, ENDS, STACK,
	       .no_int80 = true, .dpl = 1),
	ATTACK("no int 0x80, from the kernel", int80, KERNEL, CRASHES, STACK,
	       .no_int80 = true, .dpl = 1),
	ATTACK("no int 0x80, for nobody", int80, KERNEL, ENDS, STACK,
	       .no_int80 = true),
	ATTACK("iret, not mapped", iret, KERNEL, CRASHES, UNMAPPED),
	ATTACK("iret, half mapped", iret, KERNEL, CRASHES,
	       STACK - 2 * sizeof(ulong)),
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

/* What user mode needs */
static void set_user(const struct domu *u)
{
	ctx.flags &= ~(u32)VGCF_in_kernel;
#if WIDTH == 32
	(void)u;
	ctx.user_regs.cs = FLAT_USER_CS;
	ctx.user_regs.ss = ctx.user_regs.ds = ctx.user_regs.es = FLAT_USER_DS;
#else
	CHECK(domu_set_context(u, &ctx), -XEN_EINVAL);
	/* The kernel's root is user mode's as well. */
	ctx.ctrlreg[1] = ctx.ctrlreg[3];
#endif
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
	ctx.user_regs.ebx = a->bx;
	ctx.user_regs.eflags |= a->flags;
	ctx.kernel_sp = a->sp;
	ctx.kernel_ss = a->ss ? a->ss : FLAT_KERNEL_SS;
	if (a->from == USER)
		set_user(u);
	else
		ctx.user_regs.esp = a->sp;
	for (i = 0; !a->no_handler && i < ARRAY_SIZE(vectors); i++)
		ctx.trap_ctxt[vectors[i]] = (trap_info_t){
			/* int 0x80 masks events, as Linux's does. */
			vectors[i], vectors[i] == SYSTEM_CALL ? 7 : 3,
			(u16)(a->cs ? a->cs : FLAT_KERNEL_CS),
			a->handler ? a->handler : HANDLER
		};
	if (a->no_int80)
		ctx.trap_ctxt[SYSTEM_CALL] = (trap_info_t){
			SYSTEM_CALL, a->dpl, 0, 0
		};
	CHECK(domu_set_context(u, &ctx), 0);
}

static void make(struct domu *u, const struct attack *a)
{
	domu_empty(u);
	domu_fill(u, place, a->code, CODE_BYTES);
	memcpy(place + (HANDLER & 0xfff), handler, CODE_SIZE(handler));
	memset(place + (ARGUMENT & 0xfff), 0, sizeof(struct sched_shutdown));
	if (WIDTH == 32)
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

static u32 expected_end(const struct attack *a)
{
	switch (a->end) {
	case ENDS:
		return SHUTDOWN_poweroff;
	case GOES_ON:
		return ~0u;
	case NO_SYSENTER:
		return is_intel() ? SHUTDOWN_crash : SHUTDOWN_poweroff;
	default:
		return SHUTDOWN_crash;
	}
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
	CHECK(end_of(&u, a->end == GOES_ON ? 200 : 4000), expected_end(a));
	/* Its table holds what was checked, but for A and D, and no more. */
	for (i = 0; i < 512; i++) {
		CHECK((((u64 *)table_page)[i] ^ entries[i]) & ~(PTE_A | PTE_D),
		      0);
		CHECK(!(entries[i] & PTE_P), i >= DOMU_PAGES);
	}
	CHECK(set_pte_va(table_page, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&u), 1);
	if (failures != before)
		print("main.c: that was \"%s\"\n", a->what);
}

static void attack_each(const struct attack *a, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		attack(&a[i]);
		neighbour_check();
	}
	print("%u domains, %u failures\n", n, failures);
}

void test_main(void)
{
	neighbour_start();
	attack_each(attacks, ARRAY_SIZE(attacks));
	attack_each(attacks_of_width, ARRAY_SIZE(attacks_of_width));
	neighbour_end();
}
