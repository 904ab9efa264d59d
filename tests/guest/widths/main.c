// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/domctl.h; Xen's arch_set_info_guest(), arch_get_info_guest() and
 * arch_do_domctl()): a domain of either width makes domains of either width. A
 * context has the layout of its domain, whoever calls, and so have its root and
 * page tables; lists of frames have that of the caller. What is set is got, before
 * the domain runs and after it, in either mode; a domain that runs has these
 * registers. Its hypercall page is of its width.
 *
 * Test: widths
 * Test: widths-64 -w 64
 * Test: widths-64-intel -w 64 -I
 */
#include "domu.h"
#include <xen/foreign/x86_32.h>
#undef __DECL_REG
#undef __DECL_REG_LOHI
#undef __DECL_REG_LO8
#undef __DECL_REG_LO16
#undef __DECL_REG_HI
#include <xen/foreign/x86_64.h>

#define CODE		7u		/* the page */
#define ARGUMENT	0x7800		/* of the shutdown, in it */
#define HANDLER		0x7900
#define STACK		(DOMU_PAGES << PAGE_SHIFT)
#define FLAGS		(X86_EFLAGS_IF | X86_EFLAGS_FIXED)
#define CALLBACKS	0x7a00u		/* at this and the next addresses */

/* Both end the domain, and change no register but that of the result. */
DEFINE_CODE(end32, ".code32; movl $" STRING(__HYPERVISOR_sched_op) ", %eax;"
	    "int $0x82; 1: jmp 1b; .code" STRING(WIDTH));
DEFINE_CODE(end64, ".code64; movl $" STRING(__HYPERVISOR_sched_op) ", %eax;"
	    "syscall; 1: jmp 1b; .code" STRING(WIDTH));
#define TO_CALL		7u		/* bytes up to the jump */
DEFINE_CODE(spin, "1: jmp 1b");

/* A slot of the hypercall page, up to its number and from there on */
DEFINE_CODE(before32, ".code32; .byte 0xb8; .code" STRING(WIDTH));
DEFINE_CODE(behind32, ".code32; int $0x82; ret; .code" STRING(WIDTH));
DEFINE_CODE(before64, ".code64; push %rcx; push %r11; .byte 0xb8; .code"
	    STRING(WIDTH));
DEFINE_CODE(behind64, ".code64; syscall; pop %r11; pop %rcx; ret; .code"
	    STRING(WIDTH));

static const struct target {
	u32 width, root;		/* PIN_*, and its type */
	ulong type;
	struct {
		u32 page, index, to;
		u64 flags;
	} links[5];
	struct code code, before, behind;
} targets[] = {
	{ 32, MMUEXT_PIN_L3_TABLE, XEN_DOMCTL_PFINFO_L3TAB,
	  { { 0, 0, 1, PTE_P }, { 0, 1, 2, PTE_P }, { 0, 2, 3, PTE_P },
	    { 0, 3, 4, PTE_P }, { 1, 0, DOMU_L1, PTE_RWP } },
	  { end32, end32_end }, { before32, before32_end },
	  { behind32, behind32_end } },
	{ 64, MMUEXT_PIN_L4_TABLE, XEN_DOMCTL_PFINFO_L4TAB,
	  { { 0, 0, 1, PTE_RWP }, { 1, 0, 2, PTE_RWP },
	    { 2, 0, DOMU_L1, PTE_RWP } },
	  { end64, end64_end }, { before64, before64_end },
	  { behind64, behind64_end } },
};

PAGE_BUFFER(place);

/* Contexts that were set, and that were got */
static struct vcpu_guest_context_x86_32 set32, got32;
static struct vcpu_guest_context_x86_64 set64, got64;

static void put(const struct domu *u, u32 page, u32 index, u64 value)
{
	CHECK(domu_map(u, place, u->frames[page], PTE_RWP), 0);
	((u64 *)place)[index] = value;
}

static void fill(const struct domu *u, const struct target *t)
{
	u32 i;

	for (i = 0; i < DOMU_PAGES; i++) {
		CHECK(domu_map(u, place, u->frames[i], PTE_RWP), 0);
		memset(place, 0, PAGE_SIZE);
	}
	for (i = 0; i < ARRAY_SIZE(t->links) && t->links[i].to; i++)
		put(u, t->links[i].page, t->links[i].index,
		    (u64)u->frames[t->links[i].to] << PAGE_SHIFT |
		    t->links[i].flags);
	for (i = 0; i < DOMU_PAGES; i++)
		put(u, DOMU_L1, i, (u64)u->frames[i] << PAGE_SHIFT |
		    (i <= DOMU_L1 ? PTE_RO : PTE_RWP));
	CHECK(domu_map(u, place, u->frames[CODE], PTE_RWP), 0);
	memcpy(place, t->code.at, (ulong)(t->code.end - t->code.at));
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
}

/* Only the layouts differ, and the registers that both have not. */
#define FILL(c, what)							\
	(c).flags = VGCF_in_kernel | VGCF_online | VGCF_i387_valid;	\
	(c).user_regs.eip = CODE << PAGE_SHIFT;				\
	(c).user_regs.esp = (c).kernel_sp = STACK;			\
	(c).user_regs.eflags = FLAGS;					\
	(c).user_regs.ebp = 0x1234567;					\
	(c).trap_ctxt[0x80] = (struct trap_info_x86_##what){		\
		0x80, 3, (u16)(c).user_regs.cs, HANDLER };		\
	(c).event_callback_eip = CALLBACKS;				\
	(c).failsafe_callback_eip = CALLBACKS + 1;			\
	(c).vm_assist = 1u << VMASST_TYPE_architectural_iopl

static void fill32(xen_pfn_t root)
{
	memset(&set32, 0, sizeof(set32));
	set32.user_regs.cs = set32.event_callback_cs =
		set32.failsafe_callback_cs = FLAT_RING1_CS_X86_32;
	set32.user_regs.ss = FLAT_RING1_SS_X86_32;
	set32.kernel_ss = FLAT_RING1_SS_X86_32;
	set32.user_regs.ds = set32.user_regs.es = FLAT_RING1_DS_X86_32;
	FILL(set32, 32);
	set32.user_regs.ebx = SCHEDOP_shutdown;
	set32.user_regs.ecx = ARGUMENT;
	set32.ctrlreg[3] = (u32)(root << 12 | (u64)root >> 20);
}

static void fill64(xen_pfn_t root)
{
	memset(&set64, 0, sizeof(set64));
	set64.user_regs.cs = FLAT_RING3_CS64_X86_64;
	set64.user_regs.ss = FLAT_RING3_SS64_X86_64;
	set64.kernel_ss = FLAT_RING3_SS64_X86_64;
	FILL(set64, 64);
	set64.user_regs.rdi = SCHEDOP_shutdown;
	set64.user_regs.rsi = ARGUMENT;
	set64.user_regs.r12 = 0x123456789abcdef;
	set64.user_regs.r15 = 0xfedcba987654321;
	set64.syscall_callback_eip = 0xffff880000000000;
	set64.fs_base = 0x7fffffff0000;
	set64.gs_base_kernel = 0xffffffff80000000;
	set64.gs_base_user = 0x1111;
	set64.ctrlreg[3] = (u64)root << 12;
}

static long context(const struct domu *u, u32 cmd, void *at)
{
	domctl_op.u.vcpucontext.vcpu = 0;
	set_xen_guest_handle(domctl_op.u.vcpucontext.ctxt,
			     (vcpu_guest_context_t *)at);
	return domu_ctl(u, cmd);
}

#define SAME(a, b, member)	CHECK((a).member == (b).member, 1)
#define COMPARE(a, b)							\
	SAME(a, b, user_regs.esp); SAME(a, b, user_regs.ebp);		\
	SAME(a, b, user_regs.cs); SAME(a, b, user_regs.ss);		\
	SAME(a, b, user_regs.eflags); SAME(a, b, kernel_ss);		\
	SAME(a, b, kernel_sp); SAME(a, b, ctrlreg[3]);			\
	SAME(a, b, trap_ctxt[0x80].vector);				\
	SAME(a, b, trap_ctxt[0x80].flags);				\
	SAME(a, b, trap_ctxt[0x80].address);				\
	SAME(a, b, event_callback_eip);					\
	SAME(a, b, failsafe_callback_eip); SAME(a, b, vm_assist)

/* 'ran': up to where it ended */
static void check_context(const struct domu *u, const struct target *t, bool ran)
{
	ulong eip = (CODE << PAGE_SHIFT) + (ran ? TO_CALL : 0);

	if (t->width == 32) {
		CHECK(context(u, XEN_DOMCTL_getvcpucontext, &got32), 0);
		COMPARE(got32, set32);
		SAME(got32, set32, user_regs.ebx);
		SAME(got32, set32, user_regs.ecx);
		CHECK(got32.user_regs.eip, eip);
		return;
	}
	CHECK(context(u, XEN_DOMCTL_getvcpucontext, &got64), 0);
	COMPARE(got64, set64);
	SAME(got64, set64, user_regs.rdi);
	SAME(got64, set64, user_regs.rsi);
	SAME(got64, set64, user_regs.r12);
	SAME(got64, set64, user_regs.r15);
	SAME(got64, set64, syscall_callback_eip);
	SAME(got64, set64, fs_base);
	SAME(got64, set64, gs_base_kernel);
	SAME(got64, set64, gs_base_user);
	CHECK((ulong)got64.user_regs.rip, eip);
}

/* By the caller's width: a number goes in, its type comes out. */
static void check_types(const struct domu *u, const struct target *t)
{
	static const u32 pages[] = { 0, DOMU_L1, CODE };
	const ulong types[] = {
		t->type | XEN_DOMCTL_PFINFO_LPINTAB, XEN_DOMCTL_PFINFO_L1TAB, 0,
	};
	xen_pfn_t list[ARRAY_SIZE(pages)];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pages); i++)
		list[i] = u->frames[pages[i]];
	domctl_op.u.getpageframeinfo3.num = ARRAY_SIZE(pages);
	set_xen_guest_handle(domctl_op.u.getpageframeinfo3.array, list);
	CHECK(domu_ctl(u, XEN_DOMCTL_getpageframeinfo3), 0);
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		CHECK(list[i], types[i]);
}

static bool equal(const u8 *at, struct code c)
{
	while (c.at < c.end)
		if (*at++ != *c.at++)
			return false;
	return true;
}

/* The domain's hypercall page, which the tools fill */
static void check_page(const struct domu *u, const struct target *t)
{
	const u8 *slot = place + __HYPERVISOR_iret * 32 - 32;
	u32 before = (u32)(t->before.end - t->before.at), nr;

	domctl_op.u.hypercall_init.gmfn = u->frames[CODE + 1];
	CHECK(domu_ctl(u, XEN_DOMCTL_hypercall_init), 0);
	CHECK(domu_map(u, place, u->frames[CODE + 1], PTE_RO), 0);
	memcpy(&nr, slot + before, sizeof(nr));
	CHECK(equal(slot, t->before), 1);
	CHECK(nr, __HYPERVISOR_iret - 1);
	CHECK(equal(slot + before + sizeof(nr), t->behind), 1);
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
}

static void make(struct domu *u, const struct target *t)
{
	CHECK(domu_create(u), 0);
	domctl_op.u.max_vcpus.max = 1;
	CHECK(domu_ctl(u, XEN_DOMCTL_max_vcpus), 0);
	domctl_op.u.address_size.size = t->width;
	CHECK(domu_ctl(u, XEN_DOMCTL_set_address_size), 0);
	domctl_op.u.max_mem.max_memkb = DOMU_PAGES * 4;
	CHECK(domu_ctl(u, XEN_DOMCTL_max_mem), 0);
	CHECK(domu_populate(u, DOMU_PAGES, 0), DOMU_PAGES);
	fill(u, t);
	CHECK(domu_pin(u, t->root, u->frames[0]), 0);
}

static bool is_down(const struct domu *u)
{
	u32 i;

	for (i = 0; i < 4000; i++) {
		CHECK(domu_ctl(u, XEN_DOMCTL_getdomaininfo), 0);
		if (domctl_op.u.getdomaininfo.flags & XEN_DOMINF_shutdown)
			return true;
		sleep_ms(1);
	}
	return false;
}

static void test_target(const struct target *t)
{
	u32 before = failures;
	struct domu u;

	make(&u, t);
	check_types(&u, t);
	check_page(&u, t);
	fill32(u.frames[0]);
	fill64(u.frames[0]);
	CHECK(context(&u, XEN_DOMCTL_setvcpucontext,
		      t->width == 32 ? (void *)&set32 : &set64), 0);
	check_context(&u, t, false);
	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), 0);
	CHECK(is_down(&u), 1);
	CHECK(domctl_op.u.getdomaininfo.flags >> XEN_DOMINF_shutdownshift &
	      XEN_DOMINF_shutdownmask, SHUTDOWN_poweroff);
	check_context(&u, t, true);
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&u), 1);
	print("a domain of %u bits, made by one of %u: %u failures\n", t->width,
	      WIDTH, failures - before);
}

/* A 64-bit domain whose user mode runs, on the kernel's root */
static void test_user_mode(void)
{
	struct target t = targets[1];
	struct domu u;

	t.code = (struct code){ spin, spin_end };
	make(&u, &t);
	fill64(u.frames[0]);
	set64.flags &= ~(u64)VGCF_in_kernel;
	set64.ctrlreg[1] = set64.ctrlreg[3];
	CHECK(context(&u, XEN_DOMCTL_setvcpucontext, &set64), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), 0);
	sleep_ms(20);
	CHECK(domu_ctl(&u, XEN_DOMCTL_pausedomain), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_getdomaininfo), 0);
	CHECK(domctl_op.u.getdomaininfo.cpu_time != 0, 1);
	check_context(&u, &t, false);
	SAME(got64, set64, ctrlreg[1]);
	CHECK((u32)got64.flags & VGCF_in_kernel, 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&u), 1);
}

void test_main(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(targets); i++)
		test_target(&targets[i]);
	test_user_mode();
}
