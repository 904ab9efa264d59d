// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/arch-x86/xen-x86_64.h, "64-bit hypercall interface" and struct
 * iret_context; xen/callback.h; Xen's x86_64/entry.S, do_general_protection()):
 * SYSCALL of the kernel is a hypercall, which changes RAX, RCX and R11 alone.
 * SYSCALL of user mode enters the syscall callback, of compatibility mode
 * syscall32's, SYSENTER its own; without one, #UD at the SYSCALL, #GP(0) for
 * SYSENTER. int $0x80, int3 and into ignore the DPL of the guest's entry,
 * "int n" obeys it. Every entry comes on the kernel's stack, aligned to 16 bytes,
 * with what was interrupted, and with the flags that its callback asked for.
 *
 * Test: syscall -w 64
 * Test: syscall-intel -w 64 -I
 */
#include "user.h"

#define SYSTEM_CALL	0x80u
/* Vectors whose entries are the callbacks */
#define SYSCALL_ENTRY	0x98u
#define SYSCALL32_ENTRY	0x99u
#define SYSENTER_ENTRY	0x9au

#define SYSCALL_SIZE	2u		/* also of int n and SYSENTER */
#define HIGH		(0xdeadbeeful << 32)	/* an upper half */
#define FLAGS		(X86_EFLAGS_IF | X86_EFLAGS_FIXED)

/* Those that a handler's first instruction finds clear, but IF */
#define HANDLER_FLAGS	(X86_EFLAGS_NT | X86_EFLAGS_TF | X86_EFLAGS_VM | \
			 X86_EFLAGS_RF | X86_EFLAGS_IOPL | X86_EFLAGS_AC | \
			 X86_EFLAGS_IF)

extern u8 hypercall_page[];

struct registers {
	ulong r15, r14, r13, r12, r11, r10, r9, r8;
	ulong rbp, rdi, rsi, rdx, rcx, rbx, rax, rflags;
};

/* Load all registers, make the hypercall, store what it left. */
__asm__(".macro with_registers name, how:vararg\n"
	"\\name:\n"
	"	pushq %rbx; pushq %rbp; pushq %r12\n"
	"	pushq %r13; pushq %r14; pushq %r15\n"
	"	movq %rsp, caller_sp; movq %rdi, %rsp\n"
	"	popq %r15; popq %r14; popq %r13; popq %r12\n"
	"	popq %r11; popq %r10; popq %r9; popq %r8\n"
	"	popq %rbp; popq %rdi; popq %rsi; popq %rdx\n"
	"	popq %rcx; popq %rbx; popq %rax; popfq\n"
	"	\\how\n"
	"	pushfq; pushq %rax; pushq %rbx; pushq %rcx\n"
	"	pushq %rdx; pushq %rsi; pushq %rdi; pushq %rbp\n"
	"	pushq %r8; pushq %r9; pushq %r10; pushq %r11\n"
	"	pushq %r12; pushq %r13; pushq %r14; pushq %r15\n"
	"	movq caller_sp, %rsp\n"
	"	pushq $" STRING(X86_EFLAGS_FIXED) "; popfq\n"
	"	popq %r15; popq %r14; popq %r13\n"
	"	popq %r12; popq %rbp; popq %rbx\n"
	"	ret\n"
	".endm\n"
	"with_registers inline_call, syscall\n"
	"with_registers page_call, call hypercall_page + "
	STRING(__HYPERVISOR_xen_version) " * 32\n"
	".pushsection .bss; .balign 8; caller_sp: .skip 8; .popsection");
void inline_call(struct registers *r), page_call(struct registers *r);

static void fill(struct registers *r)
{
	ulong *word = (ulong *)r;
	u32 i;

	for (i = 0; i < sizeof(*r) / sizeof(*word); i++)
		word[i] = 0x0123456789abcdef * (i + 1);
	r->rflags = FLAGS;
}

/* Which registers differ, as bits in the order of the structure */
static u32 changes(const struct registers *a, const struct registers *b)
{
	const ulong *word = (const ulong *)a, *other = (const ulong *)b;
	u32 i, bits = 0;

	for (i = 0; i < sizeof(*a) / sizeof(*word); i++)
		bits |= (u32)(word[i] != other[i]) << i;
	return bits;
}
#define REGISTER(name)	(1u << offsetof(struct registers, name) / 8)
#define LOST_REGISTERS	(REGISTER(rax) | REGISTER(rcx) | REGISTER(r11))

static void check_registers(const struct registers *before,
			    const struct registers *after, u32 lost)
{
	CHECK(changes(before, after) & ~(lost | REGISTER(rflags)), 0);
	CHECK((after->rflags ^ before->rflags) & X86_EFLAGS_USER, 0);
}

static void test_numbers(void)
{
	static const struct {
		const char *what;
		ulong rax, rdi, rsi;
		long result;
	} cases[] = {
		{ "version", __HYPERVISOR_xen_version, XENVER_version, 0,
		  XEN_4_17 },
		{ "a command is an int", __HYPERVISOR_xen_version,
		  HIGH | XENVER_version, 0, XEN_4_17 },
		{ "no number", NO_HYPERCALL, 0, 0, -XEN_ENOSYS },
		{ "the last number", ~0ul, 0, 0, -XEN_ENOSYS },
		{ "a number has 64 bits", HIGH | __HYPERVISOR_xen_version,
		  XENVER_version, 0, -XEN_ENOSYS },
		{ "an address of 64 bits", __HYPERVISOR_set_debugreg, 0,
		  0x7ffffffff000, 0 },
		{ "a result of 64 bits", __HYPERVISOR_get_debugreg, HIGH, 0,
		  0x7ffffffff000 },
		{ "an address of kernels", __HYPERVISOR_set_debugreg, 0,
		  0xfffffffffffff000, 0 },
		{ "a negative result", __HYPERVISOR_get_debugreg, 0, 0,
		  -0x1000 },
		{ "no debug register", __HYPERVISOR_get_debugreg, 8, 0,
		  -XEN_ENODEV },
	};
	struct registers before, after;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		fill(&before);
		before.rax = cases[i].rax;
		before.rdi = cases[i].rdi;
		before.rsi = cases[i].rsi;
		after = before;
		inline_call(&after);
		CHECK_AS(error_name, cases[i].what, after.rax, cases[i].result);
		check_registers(&before, &after, LOST_REGISTERS);
	}
	CHECK(HC2(set_debugreg, 0, 0), 0);
}

/* A call by the page keeps RCX and R11 as well; both keep flags. */
static void test_flags(void)
{
	struct registers before, after;
	u32 i, page;

	for (i = 0; i < 32; i++) {
		if (!(1u << i & X86_EFLAGS_USER))
			continue;
		for (page = 0; page < 2; page++) {
			fill(&before);
			before.rax = __HYPERVISOR_xen_version;
			before.rdi = XENVER_version;
			before.rflags |= 1u << i;
			after = before;
			(page ? page_call : inline_call)(&after);
			CHECK(after.rax, XEN_4_17);
			check_registers(&before, &after, page ? REGISTER(rax) :
					LOST_REGISTERS);
		}
	}
}

/* What every entry from user mode has. */
static void check_entry(const struct iret_context *c, u32 size)
{
	ulong kept = X86_EFLAGS_USER | X86_EFLAGS_IF | X86_EFLAGS_FIXED;

	CHECK_SELECTOR((u16)came.frame.cs, c->cs);
	CHECK_SELECTOR(came.frame.ss, FLAT_USER_SS64);
	CHECK(came.frame.eip, c->rip + size);
	CHECK(came.frame.esp, c->rsp);
	CHECK(came.frame.eflags & kept, c->rflags & kept);
	CHECK(frame_mask(&came.frame), !(c->rflags & X86_EFLAGS_IF));
	CHECK((ulong)(came.at + 1), (ulong)kernel_stack + KERNEL_STACK_SIZE);
	CHECK_SELECTOR(came.cs, FLAT_KERNEL_CS);
	CHECK_SELECTOR(came.ss, FLAT_KERNEL_SS);
	CHECK(came.flags & HANDLER_FLAGS, X86_EFLAGS_IF);
}

/* From the kernel: CS in the frame has RPL 0, and its stack is the same. */
static void check_kernel_entry(const struct iret_context *c, u32 size)
{
	CHECK_SELECTOR((u16)came.frame.cs, c->cs);
	CHECK_SELECTOR(came.frame.ss, FLAT_KERNEL_SS);
	CHECK(came.frame.eip, c->rip + size);
	CHECK(came.frame.esp, c->rsp);
}

/* SYSCALL gives RIP and the real flags, in which IF is set. */
static void check_syscall(const struct iret_context *c, u32 vector)
{
	CHECK_TRAP(came.frame.vector, vector);
	check_entry(c, SYSCALL_SIZE);
	CHECK(came.frame.ecx, c->rip + SYSCALL_SIZE);
	CHECK(came.frame.r11 & ~(ulong)X86_EFLAGS_RF,
	      c->rflags | X86_EFLAGS_IF);
	CHECK(came.flags & X86_EFLAGS_DF, 0);
}

/* No callback: the exception of who has no such instruction. */
static void test_none(void)
{
	struct iret_context c = USER_CONTEXT("syscall; int $0x80");

	c.rflags |= X86_EFLAGS_DF;
	CHECK_TRAP(iret_to(&c), X86_TRAP_UD);
	check_entry(&c, 0);
	CHECK(came.mask, 0);
	c = COMPAT_CONTEXT("syscall; int $0x80");
	c.cs = FLAT_USER_CS32;
	CHECK_TRAP(iret_to(&c), X86_TRAP_UD);
	check_entry(&c, 0);
}

static void test_user_flags(void)
{
	struct iret_context c = USER_CONTEXT("syscall; int $0x80");
	u32 i;

	for (i = 0; i < 32; i++) {
		if (!(1u << i & (X86_EFLAGS_USER | X86_EFLAGS_IF |
				 X86_EFLAGS_TF)))
			continue;
		c.rflags = 1u << i | X86_EFLAGS_FIXED;
		iret_to(&c);
		check_syscall(&c, SYSCALL_ENTRY);
		CHECK(came.mask, !(c.rflags & X86_EFLAGS_IF));
	}
	/* User mode's IOPL is 0, whatever its frame says. */
	c.rflags = FLAGS | X86_EFLAGS_IOPL;
	iret_to(&c);
	CHECK(came.frame.eflags & X86_EFLAGS_IOPL, 0);
	CHECK(came.frame.r11 & X86_EFLAGS_IOPL, 0);
}

/* As on Xen, compatibility mode has the mask of 64-bit code, and not its own. */
static void test_compat_masks(void)
{
	struct iret_context c = COMPAT_CONTEXT("syscall; int $0x80");
	u32 i;

	c.cs = FLAT_USER_CS32;
	for (i = 0; i < 4; i++) {
		CHECK(register_callback(CALLBACKTYPE_syscall,
					trap_entries[SYSCALL_ENTRY],
					i & 1 ? CALLBACKF_mask_events : 0), 0);
		CHECK(register_callback(CALLBACKTYPE_syscall32,
					trap_entries[SYSCALL32_ENTRY],
					i & 2 ? CALLBACKF_mask_events : 0), 0);
		iret_to(&c);
		if (came.frame.vector == SYSCALL32_ENTRY)
			CHECK(came.mask, i & 1);
	}
}

static void test_masks(void)
{
	struct iret_context c = USER_CONTEXT("syscall; int $0x80");
	u32 masks;

	for (masks = 0; masks < 2; masks++) {
		CHECK(register_callback(CALLBACKTYPE_syscall,
					trap_entries[SYSCALL_ENTRY],
					masks ? CALLBACKF_mask_events : 0), 0);
		iret_to(&c);
		check_syscall(&c, SYSCALL_ENTRY);
		CHECK(came.mask, masks);
	}
	/* The old call sets all three, and no masks. */
	CHECK(HC3(set_callbacks, event_entry, failsafe_entry,
		  trap_entries[SYSCALL32_ENTRY]), 0);
	iret_to(&c);
	check_syscall(&c, SYSCALL32_ENTRY);
	CHECK(came.mask, 0);
	/* An address of 0 is none; no other one can be taken back. */
	CHECK(register_callback(CALLBACKTYPE_syscall, 0, 0), 0);
	CHECK_TRAP(iret_to(&c), X86_TRAP_UD);
	check_entry(&c, 0);
}

static void test_alignment(void)
{
	struct iret_context c = USER_CONTEXT("syscall; int $0x80");
	ulong top = (ulong)kernel_stack + KERNEL_STACK_SIZE;
	u32 i;

	for (i = 0; i <= 32; i += i < 18 ? 1 : 7) {
		CHECK(HC2(stack_switch, FLAT_KERNEL_SS, top - i), 0);
		iret_to(&c);
		CHECK_TRAP(came.frame.vector, SYSCALL_ENTRY);
		CHECK((ulong)(came.at + 1), (top - i) & ~15ul);
	}
	CHECK(HC2(stack_switch, FLAT_KERNEL_SS, top), 0);
}

/* In compatibility mode QEMU has SYSCALL on all models, Intel has not. */
static void test_compat(void)
{
	struct iret_context c = COMPAT_CONTEXT("syscall; int $0x80");

	c.cs = FLAT_USER_CS32;
	iret_to(&c);
	if (is_intel() && came.frame.vector == X86_TRAP_UD)
		check_entry(&c, 0);
	else
		check_syscall(&c, SYSCALL32_ENTRY);
	/* Code of 32 bits makes no hypercalls, not even a kernel's. */
	to_kernel(&c);
	c.cs = FLAT_USER_CS32 & ~3;
	iret_to(&c);
	if (!is_intel() || came.frame.vector != X86_TRAP_UD) {
		CHECK_TRAP(came.frame.vector, SYSCALL32_ENTRY);
		check_kernel_entry(&c, SYSCALL_SIZE);
	}
	c = COMPAT_CONTEXT("int $0x80");
	c.cs = FLAT_USER_CS32;
	CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
	check_entry(&c, SYSCALL_SIZE);
	c = COMPAT_CONTEXT("into; int $0x80");
	c.cs = FLAT_USER_CS32;
	c.rflags |= X86_EFLAGS_OF;
	CHECK_TRAP(iret_to(&c), X86_TRAP_OF);
	check_entry(&c, 1);
}

/* The processor forgets who made a SYSENTER: CS 3, RIP and RSP 0. */
static void check_sysenter(u32 vector, ulong rflags, u32 mask)
{
	struct iret_context c = { .cs = 3, .rflags = rflags };

	CHECK_TRAP(came.frame.vector, vector);
	check_entry(&c, 0);
	CHECK(came.mask, mask);
}

static void test_sysenter(void)
{
	struct iret_context c = USER_CONTEXT("sysenter; int $0x80");
	u32 i;

	iret_to(&c);
	if (!is_intel()) {
		CHECK_TRAP(came.frame.vector, X86_TRAP_UD);
		check_entry(&c, 0);
		return;
	}
	check_sysenter(X86_TRAP_GP, FLAGS, 0);
	CHECK(came.frame.error, 0);
	for (i = 0; i < 2; i++) {
		CHECK(register_callback(CALLBACKTYPE_sysenter,
					trap_entries[SYSENTER_ENTRY],
					i ? CALLBACKF_mask_events : 0), 0);
		c.cs = i ? FLAT_USER_CS32 : FLAT_USER_CS64;
		c.rflags = FLAGS | X86_EFLAGS_DF | X86_EFLAGS_AC |
			   X86_EFLAGS_NT;
		iret_to(&c);
		check_sysenter(SYSENTER_ENTRY, c.rflags, i);
	}
}

#define QEMU_INT_ERROR(n)	((n) * 16 + 2)	/* processors: 8 */
#define INT_ERROR(n)		((n) * 8 + 2)

/*
 * QEMU 7.2 puts 16 for each vector into the error code of "int n", and so Xen
 * looks at another entry, with the same DPL here.
 */
static void set_dpl(u32 vector, u32 dpl)
{
	trap_info_t t[3] = {
		trap_entry(vector, dpl), trap_entry(2 * vector & 0xff, dpl),
	};

	CHECK(HC1(set_trap_table, t), 0);
}

static void check_int(const char *what, u32 expected, u32 vector)
{
	if (expected == X86_TRAP_GP) {
		CHECK_AS(trap_name, what, came.frame.vector, X86_TRAP_GP);
		CHECK(came.frame.error == INT_ERROR(vector) ||
		      came.frame.error == QEMU_INT_ERROR(vector), 1);
	} else if (came.frame.vector != 2 * expected) {
		CHECK_AS(trap_name, what, came.frame.vector, expected);
	}
}

DEFINE_CODE(int_21, "int $0x21");
DEFINE_CODE(int_80, "int $0x80");
DEFINE_CODE(int_82, "int $0x82");
DEFINE_CODE(int_3, "int3");
DEFINE_CODE(int_03, ".byte 0xcd, 3");
#define CODE(name)	{ name, name##_end }

static const struct {
	const char *what;
	struct code code;
	u32 vector, dpl;
	u32 user, kernel;	/* the vectors that come */
	u32 done;		/* bytes of the instruction, if it is not #GP */
} ints[] = {
	{ "int 0x21, DPL 3", CODE(int_21), 0x21, 3, 0x21, 0x21, 2 },
	{ "int 0x21, DPL 2", CODE(int_21), 0x21, 2, X86_TRAP_GP, 0x21, 2 },
	{ "int 0x21, DPL 1", CODE(int_21), 0x21, 1, X86_TRAP_GP, 0x21, 2 },
	{ "int 0x21, DPL 0", CODE(int_21), 0x21, 0, X86_TRAP_GP, X86_TRAP_GP,
	  2 },
	{ "int 0x80, DPL 3", CODE(int_80), 0x80, 3, 0x80, 0x80, 2 },
	{ "int 0x80, DPL 0", CODE(int_80), 0x80, 0, 0x80, 0x80, 2 },
	{ "int3, DPL 0", CODE(int_3), 3, 0, 3, 3, 1 },
	{ "int 3, DPL 0", CODE(int_03), 3, 0, 3, 3, 2 },
	{ "int 0x82, DPL 0", CODE(int_82), 0x82, 0, X86_TRAP_GP, X86_TRAP_GP,
	  2 },
};

static void test_ints(void)
{
	struct iret_context c;
	u32 i, size;

	for (i = 0; i < ARRAY_SIZE(ints); i++) {
		set_dpl(ints[i].vector, ints[i].dpl);
		c = user_context(ints[i].code);
		iret_to(&c);
		check_int(ints[i].what, ints[i].user, ints[i].vector);
		size = ints[i].user == X86_TRAP_GP ? 0 : ints[i].done;
		check_entry(&c, size);
		to_kernel(&c);
		c.rsp -= 8;
		iret_to(&c);
		check_int(ints[i].what, ints[i].kernel, ints[i].vector);
		size = ints[i].kernel == X86_TRAP_GP ? 0 : ints[i].done;
		check_kernel_entry(&c, size);
	}
}

static void test_no_handler(void)
{
	struct iret_context c = USER_CONTEXT("int $0x80");
	trap_info_t gp[2] = { trap_entry(X86_TRAP_GP, 0) };
	u32 kernel;

	/* No table takes all handlers away. */
	CHECK(HC1(set_trap_table, 0), 0);
	CHECK(HC1(set_trap_table, gp), 0);
	for (kernel = 0; kernel < 2; kernel++) {
		if (kernel)
			to_kernel(&c);
		CHECK_TRAP(iret_to(&c), X86_TRAP_GP);
		CHECK(came.frame.error, INT_ERROR(SYSTEM_CALL));
		CHECK(came.frame.eip, c.rip);
	}
	traps_init();
}

void test_main(void)
{
	test_numbers();
	test_flags();
	user_init();
	test_none();
	CHECK(register_callback(CALLBACKTYPE_syscall,
				trap_entries[SYSCALL_ENTRY], 0), 0);
	CHECK(register_callback(CALLBACKTYPE_syscall32,
				trap_entries[SYSCALL32_ENTRY], 0), 0);
	test_user_flags();
	test_alignment();
	test_compat();
	test_sysenter();
	test_masks();
	test_compat_masks();
	test_ints();
	test_no_handler();
}
