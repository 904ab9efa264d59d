// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/arch-x86/xen-x86_32.h; pv/iret.c, pv/bounce.c): whatever stands in
 * the flags, selectors and stack pointers of who enters the hypervisor, by
 * hypercall, exception, SYSENTER, SYSCALL or the iret hypercall, comes out as
 * it was or as a fault of who set it; a handler runs in ring 1 with IF set,
 * IOPL 0, and no NT, TF or VM. Classes: XSA-7, 44, 136, 193, 202, 213, 339.
 *
 * Test: entry
 * Test: entry-intel -I
 */
#include "guest.h"

#define USER_CS	0xe02bu
#define USER_DS	0xe033u
#define F_TF	0x100u
#define F_IF	0x200u
#define F_IOPL	0x3000u
#define F_NT	0x4000u
#define F_RF	0x10000u
#define F_VM	0x20000u
/* What user mode may have: CF PF AF ZF SF DF OF NT AC ID. */
#define F_USER	0x244cd5u

/* QEMU raises 11 where a processor raises 12. */
#define ABSENT_SS	99u

/* In the order of the iret hypercall's frame. */
struct frame {
	u32 eax, eip, cs, eflags, esp, ss;
};

PAGE_BUFFER(user_page);
PAGE_BUFFER(user_stack);
static u8 kernel_stack[8192] __attribute__((aligned(4096)));
static u64 gdt[512] __attribute__((aligned(4096)));

static struct trap_frame came;
static volatile u32 vector, inside_flags, inside_cs;
struct frame entry_frame;

/* Always the same way back, whatever the frame says. */
static void leave(struct trap_frame *f)
{
	__asm__ volatile("pushf; popl %0; mov %%cs, %1" : "=r" (inside_flags),
			 "=r" (inside_cs));
	came = *f;
	vector = f->vector;
	__asm__ volatile("movl entry_sp, %esp; movl entry_bp, %ebp; ret");
}

__asm__(".data; .globl entry_sp, entry_bp; entry_sp: .long 0;"
	"entry_bp: .long 0; .text\n"
	"enter:	pushl %ebx; pushl %esi; pushl %edi\n"
	"	call 1f\n"
	"	movl $0xe021, %eax; movl %eax, %ss; movl %eax, %ds\n"
	"	movl %eax, %es; cld\n"
	"	popl %edi; popl %esi; popl %ebx; ret\n"
	"1:	movl %esp, entry_sp; movl %ebp, entry_bp\n"
	"	movl $entry_frame, %esp\n"
	"	movl $23, %eax; int $0x82; ud2\n");
void enter(void);

/* Whether any code of a handler ran as it must. */
static void check_inside(void)
{
	CHECK(inside_cs & 3, 1);
	CHECK(inside_flags & (F_NT | F_TF | F_VM | F_RF | F_IOPL | F_IF), F_IF);
}

static u32 run(const struct frame *f)
{
	entry_frame = *f;
	vector = ~0u;
	__asm__ volatile("call enter" ::: "eax", "ecx", "edx", "memory", "cc");
	check_inside();
	return vector;
}

static struct frame user_frame(const u8 *code, u32 n)
{
	memcpy(user_page, code, n);
	return (struct frame){ 0x1234, (u32)user_page, USER_CS, 0x202,
			       (u32)user_stack + 4096, USER_DS };
}

static const u8 int80[] = { 0xcd, 0x80 };

/* Each flag alone, and all with one missing. */
static void test_flags(void)
{
	struct frame f = user_frame(int80, 2);
	u32 i, want;

	for (i = 0; i < 64; i++) {
		f.eflags = 1u << (i & 31);
		if (i & 32)
			f.eflags = ~f.eflags;
		if (f.eflags & F_VM) {
			CHECK_TRAP(run(&f), X86_TRAP_GP);
			CHECK(came.error, 0);
			continue;
		}
		want = (f.eflags & (F_USER | F_TF | F_IF)) | 2;
		CHECK_TRAP(run(&f), 0x80);
		CHECK(came.eflags & ~F_RF, want);
		CHECK(came.cs & 0xffff, USER_CS);
		CHECK(came.eip, (u32)user_page + 2);
		CHECK(shared->vcpu_info[0].evtchn_upcall_mask,
		      !(f.eflags & F_IF));
	}
	shared->vcpu_info[0].evtchn_upcall_mask = 1;
}

/* Selectors and addresses that no one may return to. */
static void test_selectors(void)
{
	static const struct {
		u32 cs, ss, vector, error;
	} cases[] = {
		{ 0x3, USER_DS, 13, 0 }, { USER_DS, USER_DS, 13, 0xe030 },
		{ 0xe00b, USER_DS, 13, 0xe008 },	/* the hypervisor's */
		{ 0xe01b, USER_DS, 13, 0xe018 },	/* the kernel's */
		{ 0xe043, USER_DS, 13, 0xe040 },	/* TSS */
		{ 0xe053, USER_DS, 13, 0xe050 },	/* LDT */
		{ 0x7, USER_DS, 13, 0x4 },		/* none there */
		{ 0xfff3, USER_DS, 13, 0xfff0 },	/* past the limit */
		{ USER_CS, 0x3, 13, 0 }, { USER_CS, 0x0, 13, 0 },
		{ USER_CS, USER_CS, 13, 0xe028 },
		{ USER_CS, 0xe013, 13, 0xe010 },
		{ USER_CS, 0xe023, 13, 0xe020 },
		{ USER_CS, 0xe021, 13, 0xe020 },
		{ USER_CS, 0xe043, 13, 0xe040 },
		{ USER_CS, 0xfff3, 13, 0xfff0 },
		/* in our GDT: 1 absent code, 2 absent data, 3 read-only */
		{ 0xb, USER_DS, 11, 0x8 }, { USER_CS, 0x13, ABSENT_SS, 0x10 },
		{ USER_CS, 0x1b, 13, 0x18 },
		/* 4 conforming code of ring 1: what asks for ring 3 gets it */
		{ 0x23, USER_DS, 0x80, 0 },
		{ USER_CS | 0xabcd0000, USER_DS | 0x12340000, 0x80, 0 },
	};
	struct frame f = user_frame(int80, 2);
	u32 i, want;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		f.cs = cases[i].cs;
		f.ss = cases[i].ss;
		want = cases[i].vector;
		run(&f);
		if (want == ABSENT_SS)
			want = vector == 11 ? 11 : 12;
		if (vector != want || came.error != cases[i].error)
			print("cs %x ss %x\n", f.cs, f.ss);
		CHECK(vector, want);
		CHECK(came.error, cases[i].error);
	}
}

static void test_addresses(void)
{
	static const u32 at[] = {
		0xa0000000, 0xfffff000, 0xffffffff, 0xf5800000, 0xf57fffff,
	};
	static const u32 sp[] = { 0, 1, 3, 0x80000000, 0xf5800000, 0xffffffff };
	struct frame f = user_frame(int80, 2);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sp); i++) {
		f.esp = sp[i];
		CHECK_TRAP(run(&f), 0x80);
		CHECK(came.esp, sp[i]);
	}
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		f.eip = at[i];
		CHECK_TRAP(run(&f), X86_TRAP_PF);
		CHECK(came.eip, at[i]);
		CHECK(shared->vcpu_info[0].arch.cr2, at[i]);
		CHECK(came.error & 6, 4);
	}
}

/* One fault is one entry: its frame is the user's, not a handler's. */
static void check_from_user(u32 flags)
{
	CHECK(came.cs & 3, 3);
	CHECK(came.eflags & flags, flags);
}

static void fast_calls(u32 flags, bool set)
{
	static const u8 sysenter[] = { 0x0f, 0x34, 0xcd, 0x80 };
	static const u8 syscall[] = { 0x0f, 0x05, 0xcd, 0x80 };
	struct frame f = user_frame(sysenter, 4);

	f.eflags = flags | F_IF;
	run(&f);
	CHECK(vector == 0x99 || vector == 6 || vector == 13, 1);
	check_from_user(flags & ~(F_TF | F_RF));
	f = user_frame(syscall, 4);
	f.eflags = flags | F_IF;
	run(&f);
	CHECK(vector == 0x98 || vector == 6 || vector == 13, 1);
	check_from_user(flags & ~(F_TF | F_RF));
	if (vector == 0x98)
		CHECK(came.eip, (u32)user_page + 2);
	if (!set)
		CHECK(vector != 0x98, 1);
}

static long callback(u16 type, u32 entry)
{
	struct callback_register cb = {
		.type = type, .address = { FLAT_KERNEL_CS, entry },
	};

	return HC2(callback_op, CALLBACKOP_register, &cb);
}

static void test_fast_calls(void)
{
	static const u32 flags[] = {
		0, F_TF, F_NT, 0x400, 0x40000, F_USER | F_TF, F_RF,
	};
	u32 i, set;

	for (set = 0; set < 2; set++) {
		for (i = 0; i < ARRAY_SIZE(flags); i++)
			fast_calls(flags[i], set);
		callback(CALLBACKTYPE_sysenter, trap_entries[0x99]);
		callback(CALLBACKTYPE_syscall32, trap_entries[0x98]);
	}
}

/* Hypercalls of the kernel with its flags, segments and stack spoiled. */
static void test_hypercalls(void)
{
	static const u32 flags[] = { F_NT, 0x400, 0x40000, F_USER };
	u32 i, rc, after;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		rc = __HYPERVISOR_xen_version;
		__asm__ volatile("pushl %2; popf; int $0x82; pushf; popl %1;"
				 "pushl $2; popf"
				 : "+a" (rc), "=&r" (after) : "r" (flags[i]),
				 "b" (0), "c" (0) : "memory", "cc");
		CHECK(rc, XEN_4_17);
		CHECK(after & F_USER, flags[i]);
	}
	for (i = 0; i < 3; i++) {
		static const u32 sp[] = { 0, 2, 0xfffffffc };

		rc = __HYPERVISOR_xen_version;
		__asm__ volatile("movl %%esp, %%edi; movl %1, %%esp\n"
				 "xorl %%edx, %%edx; movl %%edx, %%es\n"
				 "movl %%edx, %%fs; movl %%edx, %%gs\n"
				 "movl %%edx, %%ds\n"
				 "int $0x82; movl %%edi, %%esp\n"
				 "movl $0xe021, %%edx; movl %%edx, %%ds\n"
				 "movl %%edx, %%es" : "+a" (rc)
				 : "r" (sp[i]), "b" (0), "c" (0)
				 : "edx", "edi", "memory");
		CHECK(rc, XEN_4_17);
	}
}

/* Exceptions of ring 1 with all the flags it can set. */
static void test_exceptions(void)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		static const u32 flags[] = { F_NT, F_USER };
		struct frame f = {
			.eip = (u32)user_page, .cs = FLAT_KERNEL_CS,
			.eflags = flags[i] | F_IF,
		};
		static const u8 code[][3] = {
			{ 0xcc }, { 0x0f, 0x0b }, { 0xcd, 0x80 }, { 0xf4 },
			{ 0xce },	/* into: OF is in F_USER */
		};
		static const u32 want[] = { 3, 6, 0x80, 13, 4 };
		u32 k;

		for (k = 0; k < ARRAY_SIZE(code) - !i; k++) {
			memcpy(user_page, code[k], 3);
			CHECK(run(&f), want[k]);
			CHECK(came.cs & 0xffff, FLAT_KERNEL_CS);
			CHECK(came.eflags & F_USER, flags[i]);
		}
	}
}

/* The bases of FS and GS are the descriptors' alone. */
static void test_bases(void)
{
	static const u32 msr[] = { 0xc0000100, 0xc0000101, 0xc0000102 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(msr); i++)
		CHECK_TRAP(EXPECT_TRAP("movl %0, %%ecx; xorl %%eax, %%eax;" "movl $0x800000, %%edx; wrmsr",
				       "r" (msr[i])), X86_TRAP_GP);
	/* FSGSBASE is not there: rdfsbase %eax, as bytes */
	CHECK_INSN(".byte 0xf3, 0x0f, 0xae, 0xc0", X86_TRAP_UD);
	CHECK_INSN(".byte 0xf3, 0x0f, 0xae, 0xd0", X86_TRAP_UD);
}

static multicall_entry_t list[2];

/*
 * An iret in a multicall leaves the kernel, with the EAX of its frame as its
 * result, and ends the list: what comes after it is never done for user mode,
 * nor for the kernel.
 */
static void test_multicall(void)
{
	u32 rc = ~0u;

	entry_frame = user_frame(int80, 2);
	entry_frame.eax = 0xffffff56;	/* -170, and no other error either */
	list[0] = (multicall_entry_t){ .op = __HYPERVISOR_iret, .result = 7 };
	list[1] = (multicall_entry_t){ .op = __HYPERVISOR_xen_version,
				       .result = 7 };
	vector = ~0u;
	__asm__ volatile("pushl %%ebp; pushl $2f\n"
			 "movl %%esp, entry_sp; movl %%ebp, entry_bp\n"
			 "movl $entry_frame, %%esp\n"
			 "movl $13, %%eax; int $0x82\n"
			 "movl entry_sp, %%esp; ret\n"
			 "2: popl %%ebp; movl $0xe021, %%ecx\n"
			 "movl %%ecx, %%ss; movl %%ecx, %%ds; movl %%ecx, %%es"
			 : "=a" (rc) : "b" (list), "c" (2)
			 : "edx", "esi", "edi", "memory", "cc");
	CHECK_TRAP(vector, 0x80);
	check_from_user(0);
	CHECK(came.eax, 0xffffff56);
	CHECK(came.eip, (u32)user_page + 2);
	CHECK(list[0].result, 0xffffff56);
	CHECK(list[1].result, 7);
}

static void user_may(const void *p)
{
	CHECK(set_pte_va(p, va_maddr(p) | PTE_RWP | PTE_US, UVMF_INVLPG), 0);
	CHECK(mmu_update(va_maddr(l2_of(0)) + ((u32)p >> 21) * 8,
			 ((u64 *)l2_of(0))[(u32)p >> 21] | PTE_US), 0);
}

static void set_gdt(void)
{
	xen_pfn_t frame = va_mfn(gdt);

	gdt[1] = 0x00cf7b000000ffffull;
	gdt[2] = 0x00cf73000000ffffull;
	gdt[3] = 0x00cff1000000ffffull;
	gdt[4] = 0x00cfbf000000ffffull;
	CHECK(make_ro(gdt), 0);
	CHECK(HC2(set_gdt, &frame, 512), 0);
}

void test_main(void)
{
	static const u8 vectors[] = {
		1, 3, 4, 6, 10, 11, 12, 13, 14, 17, 0x80, 0x98, 0x99,
	};
	u32 i;

	CHECK(HC2(stack_switch, FLAT_KERNEL_SS, (u32)kernel_stack + 8192), 0);
	user_may(user_page);
	user_may(user_stack);
	mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
	set_gdt();
	test_bases();
	test_hypercalls();
	for (i = 0; i < ARRAY_SIZE(vectors); i++)
		set_trap_handler(vectors[i], leave);
	test_flags();
	test_selectors();
	test_addresses();
	test_fast_calls();
	test_exceptions();
	test_multicall();
}
