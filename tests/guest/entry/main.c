// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/arch-x86/xen-x86_32.h and xen-x86_64.h; cpu/iret.c, cpu/bounce.c):
 * whatever stands in the flags, selectors and stack pointers of who enters the
 * hypervisor, by hypercall, exception, SYSENTER, SYSCALL or the iret hypercall,
 * comes out as it was or as a fault of who set it; a handler runs in the kernel's
 * ring with IF set, IOPL 0, and no NT, TF or VM. Classes: XSA-7, 44, 136, 193, 202,
 * 213, 339.
 *
 * 64-bit guests have more ways in: tests/guest/frames, syscall and segbase.
 *
 * Test: entry
 * Test: entry-intel -I
 * Test: entry-64 -w 64
 * Test: entry-64-intel -w 64 -I
 */
#include "user.h"

#define SYSTEM_CALL	0x80u
#define SYSENTER_ENTRY	0x99u	/* vectors whose entries are those callbacks */
#define SYSCALL_ENTRY	0x98u
#define INT_SIZE	2u	/* also SYSCALL's */

#include "selectors.h"

/* Those that a handler's first instruction finds clear, and IF set. */
#define HANDLER_FLAGS	(X86_EFLAGS_NT | X86_EFLAGS_TF | X86_EFLAGS_VM | \
			 X86_EFLAGS_RF | X86_EFLAGS_IOPL | X86_EFLAGS_IF | \
			 (WIDTH == 64 ? X86_EFLAGS_AC : 0))

/* The end of the guest's lower addresses, and what lies behind the page there */
#define LOWER_END	(WIDTH == 32 ? HYPERVISOR_VIRT_START : 1ul << 47)
#define NEW_TABLES	(WIDTH == 32 ? 1u : 3u)

static u8 last_page[PAGE_SIZE] __attribute__((aligned(4096)));
static u64 last_tables[NEW_TABLES][512] __attribute__((aligned(4096)));
static u64 gdt[GDT_ENTRIES] __attribute__((aligned(4096)));
static u16 callback_flags;

/* Run it, and look at what the handler was like: the vector. */
static u32 run(const struct iret_context *c)
{
	u32 vector = iret_to(c);

	CHECK_SELECTOR(came.cs, FLAT_KERNEL_CS);
	CHECK(came.flags & HANDLER_FLAGS, X86_EFLAGS_IF);
	return vector;
}

/* Whether the handlers of int 0x80 and SYSENTER mask events, as Linux's do. */
static void set_masking(bool masks)
{
	trap_info_t one[2] = { trap_entry(SYSTEM_CALL, masks ? 7 : 3) };

	CHECK(HC1(set_trap_table, one), 0);
	callback_flags = masks ? CALLBACKF_mask_events : 0;
}

/*
 * Of the iret hypercall, in a 32-bit guest: #GP, as of the first instruction in the
 * mode that no hypervisor enters.
 */
static void check_vm_flag(const struct iret_context *c)
{
	CHECK_TRAP(run(c), X86_TRAP_GP);
	CHECK(came.frame.error, 0);
	CHECK(came.frame.eip, c->rip);
	CHECK(came.frame.cs, c->cs);
	CHECK(came.frame.eflags, c->rflags);
	CHECK(came.mask, !(c->rflags & X86_EFLAGS_IF));
	if ((c->cs & 3) != 3)
		return;
	CHECK(came.frame.esp, c->rsp);
	CHECK(came.frame.ss, c->ss);
}

/* Each flag alone, and all with one missing. */
static void flags_of(struct iret_context c, bool masks)
{
	ulong want;
	u32 i;

	for (i = 0; i < 64; i++) {
		c.rflags = 1u << (i & 31);
		if (i & 32)
			c.rflags ^= 0xffffffff;
		if (WIDTH == 32 && c.rflags & X86_EFLAGS_VM) {
			check_vm_flag(&c);
			continue;
		}
		want = (c.rflags & (X86_EFLAGS_USER | X86_EFLAGS_TF |
				    X86_EFLAGS_IF)) | X86_EFLAGS_FIXED;
		CHECK_TRAP(run(&c), SYSTEM_CALL);
		CHECK(came.frame.eflags & ~(ulong)X86_EFLAGS_RF, want);
		CHECK_SELECTOR((u16)came.frame.cs, c.cs);
		CHECK(came.frame.eip, c.rip + INT_SIZE);
		CHECK(frame_mask(&came.frame), !(c.rflags & X86_EFLAGS_IF));
		CHECK(came.mask, masks || !(c.rflags & X86_EFLAGS_IF));
	}
}

static void test_flags(bool masks)
{
	struct iret_context c = USER_CONTEXT("int $0x80");

	flags_of(c, masks);
	to_kernel(&c);
	flags_of(c, masks);
}

static void selectors_of(u32 i, struct iret_context c)
{
	static const ulong upper[] = { UPPER_PARTS };
	bool last = i == ARRAY_SIZE(selectors) - 1;
	u32 want = selectors[i].vector;

	c.cs |= last ? upper[0] : 0;
	c.ss = selectors[i].ss | (last ? upper[1] : 0);
	run(&c);
	if (want == ABSENT_SS)
		want = came.frame.vector == X86_TRAP_NP ? X86_TRAP_NP :
							 X86_TRAP_SS;
	if (came.frame.vector != want || came.frame.error != selectors[i].error)
		print("cs %s ss %s\n", selector_name((u16)c.cs),
		      selector_name((u16)c.ss));
	CHECK_TRAP(came.frame.vector, want);
	CHECK(came.frame.error, selectors[i].error);
	CHECK(came.frame.eip, c.rip + (want == SYSTEM_CALL ? INT_SIZE : 0));
	CHECK_SELECTOR((u16)came.frame.cs, (u16)c.cs);
	CHECK_SELECTOR((u16)came.frame.ss,
		       WIDTH == 32 ? (u16)c.ss : RING3((u16)c.ss));
	CHECK(came.frame.esp, c.rsp);
}

static void test_selectors(void)
{
	struct iret_context c = USER_CONTEXT("int $0x80");
	u32 i;

	for (i = 0; i < ARRAY_SIZE(selectors); i++) {
		c.cs = selectors[i].cs;
		selectors_of(i, c);
	}
	/* The kernel of a 64-bit guest has the same ring. */
	to_kernel(&c);
	for (i = 0; i < ARRAY_SIZE(selectors) && WIDTH == 64; i++) {
		c.cs = selectors[i].cs & ~3ul;
		selectors_of(i, c);
	}
}

static bool is_canonical(ulong at)
{
	return WIDTH == 32 || (long)at >> (WIDTH - 17) == 0 ||
	       (long)at >> (WIDTH - 17) == -1;
}

static void test_addresses(void)
{
	static const ulong at[] = {
		NOWHERE, HYPERVISOR_PAGE, ~0ul, HYPERVISOR_VIRT_START,
		HYPERVISOR_VIRT_START - 1,
	};
	static const ulong sp[] = {
		0, 1, 3, 1ul << (WIDTH - 1), HYPERVISOR_VIRT_START, ~0ul,
	};
	struct iret_context c = USER_CONTEXT("int $0x80");
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sp); i++) {
		c.rsp = sp[i];
		CHECK_TRAP(run(&c), SYSTEM_CALL);
		CHECK(came.frame.esp, sp[i]);
	}
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		c.rip = at[i];
		CHECK_TRAP(run(&c), is_canonical(at[i]) ? X86_TRAP_PF :
							 X86_TRAP_GP);
		CHECK(came.frame.eip, at[i]);
		if (!is_canonical(at[i])) {
			CHECK(came.frame.error, 0);
			continue;
		}
		CHECK(shared->vcpu_info[0].arch.cr2, at[i]);
		CHECK(came.frame.error & (X86_PF_USER | X86_PF_WRITE),
		      X86_PF_USER);
	}
}

/* One fault is one entry: its frame is the user's, not a handler's. */
static void check_from_user(u32 flags)
{
	CHECK(came.frame.cs & 3, 3);		/* ring */
	CHECK(came.frame.eflags & flags, flags);
}

/* What either is without a callback, depending on the processor. */
static bool is_fault(u32 v)
{
	return v == X86_TRAP_UD || v == X86_TRAP_GP;
}

static void fast_calls(u32 flags, bool set)
{
	u32 kept = flags & ~(u32)(X86_EFLAGS_TF | X86_EFLAGS_RF), vector;
	struct iret_context c = USER_CONTEXT("sysenter; int $0x80");

	c.rflags = flags | X86_EFLAGS_IF;
	vector = run(&c);
	CHECK(vector == SYSENTER_ENTRY || is_fault(vector), 1);
	/* It saves no address, but may fault itself. */
	if (came.frame.eip != USER_CODE)
		CHECK(came.frame.eip, 0);
	check_from_user(kept);
	c = USER_CONTEXT("syscall; int $0x80");
	c.rflags = flags | X86_EFLAGS_IF;
	vector = run(&c);
	CHECK(vector == SYSCALL_ENTRY || is_fault(vector), 1);
	check_from_user(kept);
	if (vector == SYSCALL_ENTRY)
		CHECK(came.frame.eip, USER_CODE + INT_SIZE);
	if (!set)
		CHECK(vector != SYSCALL_ENTRY, 1);
}

static void set_fast_calls(void)
{
	register_callback(CALLBACKTYPE_sysenter, trap_entries[SYSENTER_ENTRY],
			  callback_flags);
	register_callback(CALLBACKTYPE_syscall32, trap_entries[SYSCALL_ENTRY],
			  callback_flags);
	CHECK(register_callback(CALLBACKTYPE_syscall,
				trap_entries[SYSCALL_ENTRY], callback_flags),
	      WIDTH == 32 ? -XEN_ENOSYS : 0);
}

static void test_fast_calls(void)
{
	static const u32 flags[] = {
		0, X86_EFLAGS_TF, X86_EFLAGS_NT, X86_EFLAGS_DF, X86_EFLAGS_AC,
		X86_EFLAGS_USER | X86_EFLAGS_TF, X86_EFLAGS_RF,
	};
	u32 i, set;

	/* Without callbacks, with such as do not mask events, and with others. */
	for (set = 0; set < 3; set++) {
		for (i = 0; i < ARRAY_SIZE(flags); i++)
			fast_calls(flags[i], set);
		set_masking(set);
		set_fast_calls();
	}
}

/* A page that ends where the guest's lower addresses do. */
static void map_last_page(void)
{
	ulong at = LOWER_END - PAGE_SIZE;
	const void *below = last_page;
	u32 i;

	for (i = 0; i < NEW_TABLES; i++) {
		last_tables[i][at >> (PAGE_SHIFT + 9 * i) & 511] =
			va_maddr(below) | PTE_RWP;
		below = last_tables[i];
		CHECK(make_ro(below), 0);
	}
	CHECK(mmu_update(va_maddr(entry_of((void *)at, NEW_TABLES + 1)),
			 va_maddr(below) | PTE_RWP), 0);
}

/* The kernel's stack may begin anywhere in a word, and at the last address. */
static void test_stacks(void)
{
	const ulong top = (ulong)kernel_stack + KERNEL_STACK_SIZE;
	const ulong sp[] = { top - 1, top - 2, top - 3, LOWER_END, top };
	const ulong aligned = WIDTH == 32 ? 1 : 16;
	struct iret_context c;
	u32 i, vector;

	for (i = 0; i < ARRAY_SIZE(sp); i++) {
		CHECK(HC2(stack_switch, FLAT_KERNEL_SS, sp[i]), 0);
		c = USER_CONTEXT("int $0x80");
		CHECK_TRAP(run(&c), SYSTEM_CALL);
		CHECK((ulong)(came.at + 1), sp[i] & ~(aligned - 1));
		c = USER_CONTEXT("sysenter");
		vector = run(&c);
		CHECK(vector == SYSENTER_ENTRY || is_fault(vector), 1);
		CHECK((ulong)(came.at + 1), sp[i] & ~(aligned - 1));
	}
}

/* With the right to a port, an OUT ends by the int 0x80 behind it. */
static void check_out(struct iret_context c, bool may)
{
	CHECK_TRAP(run(&c), may ? SYSTEM_CALL : X86_TRAP_GP);
	CHECK(came.frame.eflags & X86_EFLAGS_IOPL, c.rflags & X86_EFLAGS_IOPL);
}

/*
 * With architectural_iopl (xen.h) a frame has the IOPL that the last iret gave,
 * which lets user mode use ports; the processor's stays 0.
 */
static void test_iopl(void)
{
	struct iret_context c = USER_CONTEXT("outb %%al, $0x80; int $0x80"), k = c;
	u32 i;

	to_kernel(&k);
	CHECK(HC2(vm_assist, VMASST_CMD_enable,
		  VMASST_TYPE_architectural_iopl), 0);
	for (i = 0; i <= 3; i++) {
		c.rflags = k.rflags = X86_EFLAGS_FIXED | X86_EFLAGS_IF | i << 12;
		check_out(c, i == 3);
		check_out(k, true);
	}
	CHECK(HC2(vm_assist, VMASST_CMD_disable,
		  VMASST_TYPE_architectural_iopl), 0);
	c = USER_CONTEXT("int $0x80");
	c.rflags |= X86_EFLAGS_IOPL;
	CHECK_TRAP(run(&c), SYSTEM_CALL);
	CHECK(came.frame.eflags & X86_EFLAGS_IOPL, 0);
}

ulong spoiled, spared;		/* a register's value during a call, and else */
u16 kernel_ds = FLAT_KERNEL_DS, no_ds;

#define SPOIL(after)							\
	HYPERCALL_BETWEEN("push spoiled; popf\n", __HYPERVISOR_xen_version, \
			  XENVER_version, 0, after)
#define VERSION_WITHOUT_STACK()						\
	HYPERCALL_BETWEEN("mov " R(sp) ", spared; mov spoiled, " R(sp) "\n" \
		"movw no_ds, %%es; movw no_ds, %%fs; movw no_ds, %%gs\n" \
		"movw no_ds, %%ds\n", __HYPERVISOR_xen_version,		\
		XENVER_version, 0,					\
		"movw %%cs:kernel_ds, %%ds; movw kernel_ds, %%es\n"	\
		"mov spared, " R(sp) "\n")

/* Hypercalls of the kernel with its flags, segments and stack spoiled. */
static void test_hypercalls(void)
{
	static const u32 flags[] = {
		X86_EFLAGS_NT, X86_EFLAGS_DF, X86_EFLAGS_AC, X86_EFLAGS_USER,
	};
	static const ulong sp[] = { 0, 2, (ulong)-4l };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		spoiled = flags[i];
		CHECK(SPOIL("pushf; pop spared; push $2; popf\n"), XEN_4_17);
		CHECK(spared & X86_EFLAGS_USER, flags[i]);
	}
	for (i = 0; i < ARRAY_SIZE(sp); i++) {
		spoiled = sp[i];
		CHECK(VERSION_WITHOUT_STACK(), XEN_4_17);
	}
}

DEFINE_CODE(int3, "int3");
DEFINE_CODE(ud2, "ud2");
DEFINE_CODE(int80, "int $0x80");
DEFINE_CODE(hlt, "hlt");
DEFINE_CODE(into, ".byte 0xce");	/* none in 64-bit code */
#define EXCEPTION(name, vector)	{ { name, name##_end }, vector }

/* Exceptions of the kernel with all the flags it can set. */
static void exceptions(u32 flags)
{
	static const struct {
		struct code code;
		u32 vector;
	} cases[] = {
		EXCEPTION(int3, X86_TRAP_BP), EXCEPTION(ud2, X86_TRAP_UD),
		EXCEPTION(int80, SYSTEM_CALL), EXCEPTION(hlt, X86_TRAP_GP),
		EXCEPTION(into, WIDTH == 32 ? X86_TRAP_OF : X86_TRAP_UD),
	};
	struct iret_context c;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (cases[i].vector == X86_TRAP_OF && !(flags & X86_EFLAGS_OF))
			continue;
		c = user_context(cases[i].code);
		to_kernel(&c);
		c.rflags = flags | X86_EFLAGS_IF;
		CHECK_TRAP(run(&c), cases[i].vector);
		CHECK_SELECTOR((u16)came.frame.cs, c.cs);
		CHECK(came.frame.eflags & X86_EFLAGS_USER, flags);
	}
}

static void test_exceptions(void)
{
	exceptions(X86_EFLAGS_NT);
	exceptions(X86_EFLAGS_USER);
}

/* The bases of FS and GS are the descriptors' alone in a 32-bit guest. */
static void test_bases(void)
{
	static const u32 msr[] = {
		MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(msr); i++)
		CHECK_TRAP(EXPECT_TRAP("movl %0, %%ecx; xorl %%eax, %%eax;"
				       "movl $0x800000, %%edx; wrmsr",
				       "r" (msr[i])), X86_TRAP_GP);
	/* FSGSBASE is not there. */
	CHECK_INSN("rdfsbase %%eax", X86_TRAP_UD);
	CHECK_INSN("wrfsbase %%eax", X86_TRAP_UD);
}

#define IRET_RESULT	(-170l)		/* no error, nor a call's result */

static multicall_entry_t list[2];

/*
 * An iret in a multicall leaves the kernel, with the AX of its frame, and ends the
 * list: what comes after it is never done for user mode, nor for the kernel. AX
 * is also its result, where the list is mapped in user mode.
 */
static void test_multicall(void)
{
	struct iret_context c = USER_CONTEXT("int $0x80");

	c.rax = (ulong)IRET_RESULT;
	list[0] = (multicall_entry_t){ .op = __HYPERVISOR_iret, .result = 7 };
	list[1] = (multicall_entry_t){ .op = __HYPERVISOR_xen_version,
				       .result = 7 };
	CHECK_TRAP(iret_by(&c, __HYPERVISOR_multicall, (ulong)list, 2),
		   SYSTEM_CALL);
	check_from_user(0);
	CHECK(came.frame.eax, IRET_RESULT);
	CHECK(came.frame.eip, c.rip + INT_SIZE);
	if (WIDTH == 32)
		CHECK(list[0].result, IRET_RESULT);
	CHECK(list[1].result, 7);
}

static void set_gdt(void)
{
	const u64 code = WIDTH == 32 ? 0 : DESC_L | DESC_B;
	xen_pfn_t frame = va_mfn(gdt);

	gdt[ABSENT_CODE] = FLAT_CODE(3) & ~DESC_P;
	gdt[ABSENT_DATA] = FLAT_DATA(3) & ~DESC_P;
	gdt[READ_ONLY] = FLAT_DATA(3) & ~DESC_RW;
	gdt[CONFORMING] = FLAT_CODE(1) | DESC_CONFORMING;
	gdt[CODE] = FLAT_CODE(3) ^ code;
	gdt[DATA] = FLAT_DATA(3);
	CHECK(make_ro(gdt), 0);
	CHECK(HC2(set_gdt, &frame, GDT_ENTRIES), 0);
}

void test_main(void)
{
	u32 i;

	user_init();
	set_gdt();
	if (WIDTH == 32)
		test_bases();
	test_hypercalls();
	for (i = 0; i < 2; i++) {
		set_masking(i);
		test_flags(i);
		test_selectors();
		test_addresses();
	}
	test_fast_calls();
	map_last_page();
	for (i = 0; i < 2; i++) {
		set_masking(i);
		set_fast_calls();
		test_stacks();
		test_iopl();
	}
	test_exceptions();
	test_multicall();
}
