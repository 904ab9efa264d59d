// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions that trap, or might: in the kernel and in ring 3, with a virtual
 * IOPL of 0 and of 3, and what each gives back. And the hypercall's own
 * interrupt from user mode.
 */
#include "conf.h"

#define I(name, out, insn)		IC(name, out, 0, 0, insn)
#define IC(name, out, eax, ecx, insn)	CODE_OF_LINE(insn)
#include "insns.h"
#undef IC

static const struct insn {
	const char *name;
	const char *out;	/* registers whose values count */
	u32 eax, ecx;
	const u8 *code, *end;
} insns[] = {
#define IC(name, out, eax, ecx, insn)	{ name, out, eax, ecx, THE_CODE },
#include "insns.h"
};

long set_iopl(u32 iopl)
{
	struct physdev_set_iopl op = { .iopl = iopl };

	return HC2(physdev_op, PHYSDEVOP_set_iopl, &op);
}

static void one(const struct insn *i, bool user, u32 iopl)
{
	const u32 n = (u32)(i->end - i->code);
	const struct came *c;
	const char *s;

	if (!user && WIDTH == 64 && i->out[0] == 'u')
		return;
	user_eax = i->eax;
	user_ecx = i->ecx;
	user_edx = 0;
	c = (user ? run_in_user : run_in_kernel)(i->code, n, X86_EFLAGS_FIXED);
	out_begin(user ? "user, IOPL " : "kernel, IOPL ");
	out_number(iopl, 10);
	out_text(": ");
	out_text(i->name);
	out_text(" -> ");
	out_came(c, n);
	for (s = i->out; *s && c->vector == SYSTEM_CALL; s++) {
		out_text(*s == 'a' ? " eax " : *s == 'c' ? " ecx " : " edx ");
		out_number(*s == 'a' ? c->eax : *s == 'c' ? c->ecx : c->edx,
			   16);
	}
	out_end();
	HC1(fpu_taskswitch, 0);
}

DEFINE_CODE(user_hypercall, "int $0x82");

/* Ring 3 makes no hypercall, whatever its number: the gate refuses it. */
static void user_hypercalls(void)
{
	u32 nr, refused = 0;

	for (nr = 0; nr < 64; nr++) {
		user_eax = nr;
		refused += run_in_user(user_hypercall, CODE_SIZE(user_hypercall),
				    X86_EFLAGS_FIXED)->vector == X86_TRAP_GP;
	}
	out_begin("user: int $0x82, numbers 0 to 63 -> refused ");
	out_number(refused, 10);
	out_end();
}

void conf_insn(void)
{
	u32 i, iopl;

	user_hypercalls();

	for (iopl = 0; iopl < 4; iopl += 3) {
		CHECK(set_iopl(iopl), 0);
		for (i = 0; i < ARRAY_SIZE(insns); i++) {
			one(&insns[i], false, iopl);
			one(&insns[i], true, iopl);
		}
	}
	CHECK(set_iopl(0), 0);
	restore();
}
