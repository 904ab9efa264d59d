// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run a few bytes of code in ring 1 or 3, entered by the iret hypercall: see
 * conf.h.
 */
#include "../conf.h"

PAGE_BUFFER(code_page);
PAGE_BUFFER(user_stack);
PAGE_BUFFER(kernel_stack);

static struct came came;
static u32 entry_tables;
u32 user_eax, user_ebx, user_ecx, user_edx;
u32 code_sp, code_flags, code_cs, code_eip = (u32)code_page,
	code_esp = (u32)user_stack + 2048;

void code_go(void), code_back(void);
__asm__(".text\n"
	"code_go:	pushl %ebx; pushl %esi; pushl %edi; pushl %ebp\n"
	"	movl %esp, code_sp\n"
	"	testb $2, code_cs; jz 1f\n"
	"	pushl $" STRING(FLAT_USER_DS) "; pushl code_esp\n"
	"1:	pushl code_flags; pushl code_cs; pushl code_eip\n"
	"	pushl user_eax\n"
	"	movl user_ebx, %ebx; movl user_ecx, %ecx; movl user_edx, %edx\n"
	"	xorl %esi, %esi; xorl %edi, %edi\n"
	"	movl $" STRING(__HYPERVISOR_iret) ", %eax; int $0x82; ud2\n"
	"code_back: movl code_sp, %esp; cld\n"
	"	movl $" STRING(FLAT_KERNEL_DS) ", %eax\n"
	"	movl %eax, %ds; movl %eax, %es\n"
	"	popl %ebp; popl %edi; popl %esi; popl %ebx; ret\n");

static void on_trap(struct trap_frame *f)
{
	bool user = (f->cs & 3) == 3;

	came = (struct came){
		.vector = f->vector, .error = f->error, .eip = f->eip,
		.cs = f->cs, .eflags = f->eflags,
		.esp = user ? f->esp : (u32)&f->esp, .ss = user ? f->ss : 0,
		.eax = f->eax, .ebx = f->ebx, .ecx = f->ecx, .edx = f->edx,
	};
	__asm__ volatile("jmp code_back");
}

static void let_user_reach(const void *p)
{
	u64 *l2 = entry_of(p, 2);

	CHECK(set_pte_va(p, va_maddr(p) | PTE_RWP | PTE_US, UVMF_INVLPG), 0);
	if (!(*l2 & PTE_US))
		CHECK(mmu_update(va_maddr(l2), *l2 | PTE_US), 0);
}

static const struct came *run(const u8 *code, u32 n, u32 cs, u32 eflags)
{
	u32 i;

	if (!entry_tables) {
		let_user_reach(code_page);
		let_user_reach(user_stack);
		mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
		entry_tables = 1;
	}
	CHECK(HC2(stack_switch, FLAT_KERNEL_SS, (u32)kernel_stack + PAGE_SIZE),
	      0);
	put_code(code_page, code, n);
	for (i = 0; i < 256; i++)
		set_trap_handler(i, on_trap);
	code_cs = cs;
	code_flags = eflags;
	memset(&came, 0, sizeof(came));
	code_go();
	for (i = 0; i < 256; i++)
		set_trap_handler(i, NULL);
	mask_events(true);
	came.at = came.eip;
	came.eip -= (u32)code_page;
	return &came;
}

const struct came *run_in_user(const u8 *code, u32 n, u32 eflags)
{
	return run(code, n, FLAT_USER_CS, eflags);
}

const struct came *run_in_kernel(const u8 *code, u32 n, u32 eflags)
{
	return run(code, n, FLAT_KERNEL_CS, eflags);
}

u32 code_address(bool user)
{
	(void)user;
	return (u32)code_page;
}
