// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run a few bytes of code in ring 1 or 3, entered by the iret hypercall, until
 * the first exception or interrupt; int $0x80 is how they end.
 */
#include "conf.h"

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

DEFINE_CODE(ending, "int $0x80");
DEFINE_CODE(nop, "nop");

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
	memset(code_page, nop[0], RETURN_PLACE);
	memcpy(code_page, code, n);
	/* The end: here, and where a far return goes to. */
	memcpy(code_page + n, ending, CODE_SIZE(ending));
	memcpy(code_page + RETURN_PLACE, ending, CODE_SIZE(ending));
	for (i = 0; i < 256; i++)
		set_trap_handler(i, on_trap);
	code_cs = cs;
	code_flags = eflags;
	memset(&came, 0, sizeof(came));
	code_go();
	for (i = 0; i < 256; i++)
		set_trap_handler(i, NULL);
	mask_events(true);
	came.eip -= (u32)code_page;
	return &came;
}

const struct came *run_user(const u8 *code, u32 n, u32 eflags)
{
	return run(code, n, FLAT_USER_CS, eflags);
}

const struct came *run_kernel(const u8 *code, u32 n, u32 eflags)
{
	return run(code, n, FLAT_KERNEL_CS, eflags);
}

u32 code_address(void)
{
	return (u32)code_page;
}

void out_came(const struct came *c, u32 n)
{
	if (c->vector == SYSTEM_CALL && c->eip == n + CODE_SIZE(ending)) {
		out_text("ok");
		return;
	}
	out_text("trap ");
	out_number(c->vector, 10);
	if (c->error) {
		out_text(" error ");
		out_number(c->error, 16);
	}
	if (c->eip < PAGE_SIZE) {
		out_text(" at +");
		out_number(c->eip, 10);
	} else {
		out_text(" at address ");
		out_number(c->eip + (u32)code_page, 16);
	}
}
