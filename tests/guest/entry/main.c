// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/arch-x86/xen-x86_32.h; cpu/iret.c, cpu/bounce.c): whatever stands in
 * the flags, selectors and stack pointers of who enters the hypervisor, by
 * hypercall, exception, SYSENTER, SYSCALL or the iret hypercall, comes out as
 * it was or as a fault of who set it; a handler runs in ring 1 with IF set,
 * IOPL 0, and no NT, TF or VM. Classes: XSA-7, 44, 136, 193, 202, 213, 339.
 *
 * 64-bit guests have other entries: tests/guest/frames, syscall and segbase.
 *
 * Test: entry
 * Test: entry-intel -I
 */
#include "guest.h"

#define SYSTEM_CALL	0x80u
#define SYSENTER_ENTRY	0x99u	/* vectors whose entries are those callbacks */
#define SYSCALL_ENTRY	0x98u

/* Those that a handler's first instruction finds clear, and IF set. */
#define HANDLER_FLAGS	(X86_EFLAGS_NT | X86_EFLAGS_TF | X86_EFLAGS_VM | \
			 X86_EFLAGS_RF | X86_EFLAGS_IOPL | X86_EFLAGS_IF)

/* QEMU raises #NP for a stack that is not present, a processor #SS. */
#define ABSENT_SS	99u

/* In the order of the iret hypercall's frame. */
struct frame {
	u32 eax, eip, cs, eflags, esp, ss;
};

PAGE_BUFFER(user_page);
PAGE_BUFFER(user_stack);
PAGE_BUFFER(last_page);
static u64 last_table[512] __attribute__((aligned(4096)));
static u8 kernel_stack[8192] __attribute__((aligned(4096)));
static u64 gdt[512] __attribute__((aligned(4096)));

static struct trap_frame came;
static u32 came_at;			/* what it was pushed from */
static u16 sysenter_flags;
static volatile u32 vector, inside_flags, inside_cs;
struct frame entry_frame;

/* Always the same way back, whatever the frame says. */
static void leave(struct trap_frame *f)
{
	__asm__ volatile("pushf; popl %0; mov %%cs, %1" : "=r" (inside_flags),
			 "=r" (inside_cs));
	came = *f;
	came_at = (u32)(f + 1);
	vector = f->vector;
	__asm__ volatile("movl entry_sp, %esp; movl entry_bp, %ebp; ret");
}

__asm__(".data; .globl entry_sp, entry_bp; entry_sp: .long 0;"
	"entry_bp: .long 0; .text\n"
	"enter:	pushl %ebx; pushl %esi; pushl %edi\n"
	"	call 1f\n"
	"	movl $" STRING(FLAT_KERNEL_DS) ", %eax\n"
	"	movl %eax, %ss; movl %eax, %ds\n"
	"	movl %eax, %es; cld\n"
	"	popl %edi; popl %esi; popl %ebx; ret\n"
	"1:	movl %esp, entry_sp; movl %ebp, entry_bp\n"
	"	movl $entry_frame, %esp\n"
	"	movl $" STRING(__HYPERVISOR_iret) ", %eax; int $0x82; ud2\n");
void enter(void);

/* Whether any code of a handler ran as it must. */
static void check_inside(void)
{
	CHECK(inside_cs & 3, KERNEL_RPL);
	CHECK(inside_flags & HANDLER_FLAGS, X86_EFLAGS_IF);
}

static u32 run(const struct frame *f)
{
	entry_frame = *f;
	vector = ~0u;
	__asm__ volatile("call enter" ::: "eax", "ecx", "edx", "memory", "cc");
	check_inside();
	return vector;
}

/* To the place of user code, which is put there. */
static struct frame frame_to(const u8 *code, const u8 *end)
{
	memcpy(user_page, code, (u32)(end - code));
	return (struct frame){
		.eax = 0x1234, .eip = (u32)user_page, .cs = FLAT_USER_CS,
		.eflags = X86_EFLAGS_IF | X86_EFLAGS_FIXED,
		.esp = (u32)user_stack + PAGE_SIZE, .ss = FLAT_USER_DS,
	};
}
#define FRAME_TO(code)	frame_to(code, code##_end)

DEFINE_CODE(int80, "int $0x80");
#define INT_SIZE	2u

/* Whether the handlers of int 0x80 and SYSENTER mask events, as Linux's do. */
static void set_masking(bool masks)
{
	trap_info_t one[2] = { trap_entry(SYSTEM_CALL, masks ? 7 : 3) };

	CHECK(HC1(set_trap_table, one), 0);
	sysenter_flags = masks ? CALLBACKF_mask_events : 0;
}

/* Each flag alone, and all with one missing. */
static void test_flags(bool masks)
{
	struct frame f = FRAME_TO(int80);
	u32 i, want;

	for (i = 0; i < 64; i++) {
		f.eflags = 1u << (i & 31);
		if (i & 32)
			f.eflags = ~f.eflags;
		if (f.eflags & X86_EFLAGS_VM) {
			CHECK_TRAP(run(&f), X86_TRAP_GP);
			CHECK(came.error, 0);
			continue;
		}
		want = (f.eflags & (X86_EFLAGS_USER | X86_EFLAGS_TF |
				    X86_EFLAGS_IF)) | X86_EFLAGS_FIXED;
		CHECK_TRAP(run(&f), SYSTEM_CALL);
		CHECK(came.eflags & ~(ulong)X86_EFLAGS_RF, want);
		CHECK_SELECTOR((u16)came.cs, FLAT_USER_CS);
		CHECK(came.eip, (u32)user_page + INT_SIZE);
		CHECK((u8)(came.cs >> 16), !(f.eflags & X86_EFLAGS_IF));
		CHECK(shared->vcpu_info[0].evtchn_upcall_mask,
		      masks || !(f.eflags & X86_EFLAGS_IF));
	}
	mask_events(true);
}

/* Entries of our GDT, and other selectors */
enum { ABSENT_CODE = 1, ABSENT_DATA, READ_ONLY, CONFORMING };
#define RING3(selector)	((selector) | 3)
#define NAMES(selector)	((selector) & ~3)	/* as an error code */
#define NO_LDT		LDT_SELECTOR(0, 3)
#define PAST_GDT	0xfff3
#define GOOD_CS		FLAT_USER_CS
#define GOOD_SS		FLAT_USER_DS

/* Selectors that no one may return to. */
static void test_selectors(void)
{
	static const struct {
		u32 cs, ss, vector, error;
	} cases[] = {
		{ RING3(0), GOOD_SS, X86_TRAP_GP, 0 },
		{ FLAT_USER_DS, GOOD_SS, X86_TRAP_GP, NAMES(FLAT_USER_DS) },
		{ RING3(XEN_CS), GOOD_SS, X86_TRAP_GP, XEN_CS },
		{ RING3(FLAT_KERNEL_CS), GOOD_SS, X86_TRAP_GP,
		  NAMES(FLAT_KERNEL_CS) },
		{ RING3(XEN_TSS), GOOD_SS, X86_TRAP_GP, XEN_TSS },
		{ RING3(XEN_LDT), GOOD_SS, X86_TRAP_GP, XEN_LDT },
		{ NO_LDT, GOOD_SS, X86_TRAP_GP, NAMES(NO_LDT) },
		{ PAST_GDT, GOOD_SS, X86_TRAP_GP, NAMES(PAST_GDT) },
		{ GOOD_CS, RING3(0), X86_TRAP_GP, 0 },
		{ GOOD_CS, 0, X86_TRAP_GP, 0 },
		{ GOOD_CS, FLAT_USER_CS, X86_TRAP_GP, NAMES(FLAT_USER_CS) },
		{ GOOD_CS, RING3(XEN_DS), X86_TRAP_GP, XEN_DS },
		{ GOOD_CS, RING3(FLAT_KERNEL_DS), X86_TRAP_GP,
		  NAMES(FLAT_KERNEL_DS) },
		{ GOOD_CS, FLAT_KERNEL_DS, X86_TRAP_GP, NAMES(FLAT_KERNEL_DS) },
		{ GOOD_CS, RING3(XEN_TSS), X86_TRAP_GP, XEN_TSS },
		{ GOOD_CS, PAST_GDT, X86_TRAP_GP, NAMES(PAST_GDT) },
		{ SELECTOR(ABSENT_CODE, 3), GOOD_SS, X86_TRAP_NP,
		  SELECTOR(ABSENT_CODE, 0) },
		{ GOOD_CS, SELECTOR(ABSENT_DATA, 3), ABSENT_SS,
		  SELECTOR(ABSENT_DATA, 0) },
		{ GOOD_CS, SELECTOR(READ_ONLY, 3), X86_TRAP_GP,
		  SELECTOR(READ_ONLY, 0) },
		/* Conforming code of ring 1: what asks for ring 3 gets it. */
		{ SELECTOR(CONFORMING, 3), GOOD_SS, SYSTEM_CALL, 0 },
		/* The upper halves of the slots do not count. */
		{ GOOD_CS | 0xabcd0000, GOOD_SS | 0x12340000, SYSTEM_CALL, 0 },
	};
	struct frame f = FRAME_TO(int80);
	u32 i, want;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		f.cs = cases[i].cs;
		f.ss = cases[i].ss;
		want = cases[i].vector;
		run(&f);
		if (want == ABSENT_SS)
			want = vector == X86_TRAP_NP ? X86_TRAP_NP :
						      X86_TRAP_SS;
		if (vector != want || came.error != cases[i].error)
			print("cs %s ss %s\n", selector_name(f.cs),
			      selector_name(f.ss));
		CHECK_TRAP(vector, want);
		CHECK(came.error, cases[i].error);
	}
}

static void test_addresses(void)
{
	static const u32 at[] = {
		NOWHERE, HYPERVISOR_PAGE, ~0u, HYPERVISOR_VIRT_START,
		HYPERVISOR_VIRT_START - 1,
	};
	static const u32 sp[] = {
		0, 1, 3, 0x80000000, HYPERVISOR_VIRT_START, ~0u,
	};
	struct frame f = FRAME_TO(int80);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sp); i++) {
		f.esp = sp[i];
		CHECK_TRAP(run(&f), SYSTEM_CALL);
		CHECK(came.esp, sp[i]);
	}
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		f.eip = at[i];
		CHECK_TRAP(run(&f), X86_TRAP_PF);
		CHECK(came.eip, at[i]);
		CHECK(shared->vcpu_info[0].arch.cr2, at[i]);
		CHECK(came.error & (X86_PF_USER | X86_PF_WRITE), X86_PF_USER);
	}
}

/* One fault is one entry: its frame is the user's, not a handler's. */
static void check_from_user(u32 flags)
{
	CHECK(came.cs & 3, 3);		/* ring */
	CHECK(came.eflags & flags, flags);
}

DEFINE_CODE(sysenter, "sysenter; int $0x80");
DEFINE_CODE(syscall, "syscall; int $0x80");
#define SYSCALL_SIZE	2u

/* What either is without a callback, depending on the processor. */
static bool is_fault(u32 v)
{
	return v == X86_TRAP_UD || v == X86_TRAP_GP;
}

static void fast_calls(u32 flags, bool set)
{
	u32 kept = flags & ~(u32)(X86_EFLAGS_TF | X86_EFLAGS_RF);
	struct frame f = FRAME_TO(sysenter);

	f.eflags = flags | X86_EFLAGS_IF;
	run(&f);
	CHECK(vector == SYSENTER_ENTRY || is_fault(vector), 1);
	check_from_user(kept);
	f = FRAME_TO(syscall);
	f.eflags = flags | X86_EFLAGS_IF;
	run(&f);
	CHECK(vector == SYSCALL_ENTRY || is_fault(vector), 1);
	check_from_user(kept);
	if (vector == SYSCALL_ENTRY)
		CHECK(came.eip, (u32)user_page + SYSCALL_SIZE);
	if (!set)
		CHECK(vector != SYSCALL_ENTRY, 1);
}

static long callback(u16 type, u32 entry)
{
	struct callback_register cb = {
		.type = type, .flags = sysenter_flags,
		.address = callback_at(entry),
	};

	return HC2(callback_op, CALLBACKOP_register, &cb);
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
		callback(CALLBACKTYPE_sysenter, trap_entries[SYSENTER_ENTRY]);
		callback(CALLBACKTYPE_syscall32, trap_entries[SYSCALL_ENTRY]);
	}
}

/* A page that ends where the hypervisor's part of the address space begins. */
static void map_last_page(void)
{
	u32 at = HYPERVISOR_VIRT_START - PAGE_SIZE;
	u64 *l2 = (u64 *)l2_of(at >> 30) + (at >> 21) % 512;

	memset(last_table, 0, PAGE_SIZE);
	last_table[at / PAGE_SIZE % 512] = va_maddr(last_page) | PTE_RWP;
	CHECK(make_ro(last_table), 0);
	CHECK(mmu_update(va_maddr(l2), va_maddr(last_table) | PTE_RWP), 0);
}

/* The kernel's stack may begin anywhere in a word, and at the last address. */
static void test_stacks(void)
{
	const u32 top = (u32)kernel_stack + sizeof(kernel_stack);
	const u32 sp[] = { top - 1, top - 2, top - 3, HYPERVISOR_VIRT_START,
			   top };
	struct frame f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sp); i++) {
		CHECK(HC2(stack_switch, FLAT_KERNEL_SS, sp[i]), 0);
		f = FRAME_TO(int80);
		CHECK_TRAP(run(&f), SYSTEM_CALL);
		CHECK(came_at, sp[i]);
		f = FRAME_TO(sysenter);
		run(&f);
		CHECK(vector == SYSENTER_ENTRY || is_fault(vector), 1);
		CHECK(came_at, sp[i]);
	}
}

/* With this, the frame has the IOPL that the guest gave itself. */
static void test_iopl(void)
{
	struct frame f = FRAME_TO(int80);
	u32 i;

	CHECK(HC2(vm_assist, VMASST_CMD_enable,
		  VMASST_TYPE_architectural_iopl), 0);
	for (i = 0; i <= X86_EFLAGS_IOPL; i += X86_EFLAGS_IOPL / 3) {
		f.eflags = X86_EFLAGS_IF | i;
		CHECK_TRAP(run(&f), SYSTEM_CALL);
		CHECK(came.eflags & X86_EFLAGS_IOPL, i);
	}
	CHECK(HC2(vm_assist, VMASST_CMD_disable,
		  VMASST_TYPE_architectural_iopl), 0);
	CHECK_TRAP(run(&f), SYSTEM_CALL);
	CHECK(came.eflags & X86_EFLAGS_IOPL, 0);
}

/* Hypercalls of the kernel with its flags, segments and stack spoiled. */
static void test_hypercalls(void)
{
	static const u32 flags[] = {
		X86_EFLAGS_NT, X86_EFLAGS_DF, X86_EFLAGS_AC, X86_EFLAGS_USER,
	};
	u32 i, rc, after;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		rc = __HYPERVISOR_xen_version;
		__asm__ volatile("pushl %2; popf; int $0x82; pushf; popl %1;"
				 "pushl $2; popf"
				 : "+a" (rc), "=&r" (after) : "r" (flags[i]),
				 "b" (0), "c" (0) : "memory", "cc");
		CHECK(rc, XEN_4_17);
		CHECK(after & X86_EFLAGS_USER, flags[i]);
	}
	for (i = 0; i < 3; i++) {
		static const u32 sp[] = { 0, 2, 0xfffffffc };

		rc = __HYPERVISOR_xen_version;
		__asm__ volatile("movl %%esp, %%edi; movl %1, %%esp\n"
				 "xorl %%edx, %%edx; movl %%edx, %%es\n"
				 "movl %%edx, %%fs; movl %%edx, %%gs\n"
				 "movl %%edx, %%ds\n"
				 "int $0x82; movl %%edi, %%esp\n"
				 "movl $" STRING(FLAT_KERNEL_DS) ", %%edx\n"
				 "movl %%edx, %%ds; movl %%edx, %%es"
				 : "+a" (rc)
				 : "r" (sp[i]), "b" (0), "c" (0)
				 : "edx", "edi", "memory");
		CHECK(rc, XEN_4_17);
	}
}

DEFINE_CODE(int3, "int3");
DEFINE_CODE(ud2, "ud2");
DEFINE_CODE(hlt, "hlt");
DEFINE_CODE(into, "into");

/* Exceptions of ring 1 with all the flags it can set. */
static void exceptions(u32 flags)
{
	static const struct {
		const u8 *code, *end;
		u32 vector;
	} cases[] = {
		{ int3, int3_end, X86_TRAP_BP }, { ud2, ud2_end, X86_TRAP_UD },
		{ int80, int80_end, SYSTEM_CALL },
		{ hlt, hlt_end, X86_TRAP_GP }, { into, into_end, X86_TRAP_OF },
	};
	struct frame f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (cases[i].code == into && !(flags & X86_EFLAGS_OF))
			continue;
		f = frame_to(cases[i].code, cases[i].end);
		f.cs = FLAT_KERNEL_CS;
		f.eflags = flags | X86_EFLAGS_IF;
		CHECK_TRAP(run(&f), cases[i].vector);
		CHECK_SELECTOR((u16)came.cs, FLAT_KERNEL_CS);
		CHECK(came.eflags & X86_EFLAGS_USER, flags);
	}
}

static void test_exceptions(void)
{
	exceptions(X86_EFLAGS_NT);
	exceptions(X86_EFLAGS_USER);
}

/* The bases of FS and GS are the descriptors' alone. */
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

#define IRET_RESULT	(-170u)		/* no error, nor a call's result */

static multicall_entry_t list[2];

/*
 * An iret in a multicall leaves the kernel, with the EAX of its frame as its
 * result, and ends the list: what comes after it is never done for user mode,
 * nor for the kernel.
 */
static void test_multicall(void)
{
	u32 rc = ~0u;

	entry_frame = FRAME_TO(int80);
	entry_frame.eax = IRET_RESULT;
	list[0] = (multicall_entry_t){ .op = __HYPERVISOR_iret, .result = 7 };
	list[1] = (multicall_entry_t){ .op = __HYPERVISOR_xen_version,
				       .result = 7 };
	vector = ~0u;
	__asm__ volatile("pushl %%ebp; pushl $2f\n"
			 "movl %%esp, entry_sp; movl %%ebp, entry_bp\n"
			 "movl $entry_frame, %%esp\n"
			 "movl $" STRING(__HYPERVISOR_multicall) ", %%eax\n"
			 "int $0x82\n"
			 "movl entry_sp, %%esp; ret\n"
			 "2: popl %%ebp\n"
			 "movl $" STRING(FLAT_KERNEL_DS) ", %%ecx\n"
			 "movl %%ecx, %%ss; movl %%ecx, %%ds; movl %%ecx, %%es"
			 : "=a" (rc) : "b" (list), "c" (2)
			 : "edx", "esi", "edi", "memory", "cc");
	CHECK_TRAP(vector, SYSTEM_CALL);
	check_from_user(0);
	CHECK(came.eax, IRET_RESULT);
	CHECK(came.eip, (u32)user_page + INT_SIZE);
	CHECK(list[0].result, IRET_RESULT);
	CHECK(list[1].result, 7);
}

static void user_may(const void *p)
{
	CHECK(set_pte_va(p, va_maddr(p) | PTE_RWP | PTE_US, UVMF_INVLPG), 0);
	CHECK(mmu_update(va_maddr(entry_of(p, 2)), *entry_of(p, 2) | PTE_US),
	      0);
}

static void set_gdt(void)
{
	xen_pfn_t frame = va_mfn(gdt);

	gdt[ABSENT_CODE] = FLAT_CODE(3) & ~DESC_P;
	gdt[ABSENT_DATA] = FLAT_DATA(3) & ~DESC_P;
	gdt[READ_ONLY] = FLAT_DATA(3) & ~DESC_RW;
	gdt[CONFORMING] = FLAT_CODE(1) | DESC_CONFORMING;
	CHECK(make_ro(gdt), 0);
	CHECK(HC2(set_gdt, &frame, 512), 0);
}

void test_main(void)
{
	static const u8 vectors[] = {
		X86_TRAP_DB, X86_TRAP_BP, X86_TRAP_OF, X86_TRAP_UD, X86_TRAP_TS,
		X86_TRAP_NP, X86_TRAP_SS, X86_TRAP_GP, X86_TRAP_PF, X86_TRAP_AC,
		SYSTEM_CALL, SYSENTER_ENTRY, SYSCALL_ENTRY,
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
		callback(CALLBACKTYPE_sysenter, trap_entries[SYSENTER_ENTRY]);
		test_stacks();
		test_iopl();
	}
	test_exceptions();
	test_multicall();
}
