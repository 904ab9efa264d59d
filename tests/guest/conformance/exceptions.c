// SPDX-License-Identifier: GPL-2.0-only
/*
 * int n for each n, from ring 1 and 3, by the entry's DPL; and the exceptions
 * that code raises: their error codes, where they point, the flags and the
 * mask in their frame.
 */
#include "conf.h"

static void set_table(u32 flags)
{
	static trap_info_t table[257];
	u32 i;

	for (i = 0; i < 256; i++)
		table[i] = trap_entry(i, flags);
	CHECK(HC1(set_trap_table, table), 0);
}

/* In place of a number: the vector n, and the error code of its entry */
#define VECTOR_N	1000u

static void out_vectors(bool user, u32 flags, u32 first, u32 end,
			const struct came *c)
{
	out_begin(user ? "user" : "kernel");
	out_text(": int n, entries' flags ");
	out_number(flags, 16);
	out_text(", n from ");
	out_number(first, 10);
	out_text(" -> to ");
	out_number(end, 10);
	out_text(c->vector == VECTOR_N ? ": vector n" : ": vector ");
	if (c->vector != VECTOR_N)
		out_number(c->vector, 10);
	out_text(" error ");
	if (c->error == VECTOR_N)
		out_text("n * 8 + 2");
	else
		out_number(c->error, 16);
	out_text(" at +");
	out_number(c->eip, 10);
	out_end();
}

DEFINE_CODE(int_0, "int $0");

/* Vectors that give the same are one line. */
static void all_vectors(bool user, u32 flags)
{
	struct came last = { .vector = ~0u }, now;
	u32 v, first = 0;
	u8 code[2] = { int_0[0] };	/* the opcode of INT */

	for (v = 0; v <= 256; v++) {
		code[1] = (u8)v;
		user_eax = NO_HYPERCALL;
		now = (struct came){ 0 };
		if (v < 256)
			now = *(user ? run_in_user : run_in_kernel)(code, 2,
							X86_EFLAGS_FIXED);
		/*
		 * QEMU's error code for an IDT entry is n * 16 + 2, by which
		 * reference Xen delivers the vector 2 * n.
		 */
		if (now.vector == (2 * v & 0xff))
			now.vector = v;
		if (now.vector == X86_TRAP_GP && now.error == v * 16 + 2)
			now.error = v * 8 + 2;
		/* An interrupt by an instruction pushes no error code. */
		if (now.vector == v && now.error - code_address(user) < 256) {
			now.eip = now.error - code_address(user);
			now.error = 0;
		}
		if (now.vector == v && now.error == 0)
			now.vector = VECTOR_N;
		if (now.vector == X86_TRAP_GP && now.error == v * 8 + 2)
			now.error = VECTOR_N;
		if (v && v < 256 && now.vector == last.vector &&
		    now.error == last.error && now.eip == last.eip)
			continue;
		if (v)
			out_vectors(user, flags, first, v - 1, &last);
		last = now;
		first = v;
	}
}

#define F(name, insns)	CODE_OF_LINE(insns)
#include "faults.h"
#undef F

static const struct fault {
	const char *name;
	const u8 *code, *end;
} faults[] = {
#define F(name, insns)	{ name, THE_CODE },
#include "faults.h"
};

#define NO_IF		X86_EFLAGS_FIXED
#define WITH_IF		(X86_EFLAGS_FIXED | X86_EFLAGS_IF)

u32 table_entry;	/* the address of an entry in an L1 */

static void one_fault(const struct fault *f, bool user, u32 eflags, u32 table)
{
	const u32 n = (u32)(f->end - f->code);
	const struct came *c;

	user_eax = user_ecx = user_edx = 0;
	shared->vcpu_info[0].arch.cr2 = 0;
	c = (user ? run_in_user : run_in_kernel)(f->code, n, eflags);
	out_begin(user ? "user" : "kernel");
	out_text(table ? ", masking entries: " : ": ");
	out_text(f->name);
	out_text(", flags ");
	out_number(eflags, 16);
	out_text(" -> ");
	out_came(c, n);
	out_text(" flags ");
	out_number(c->eflags & ~(u32)X86_EFLAGS_ARITHMETIC, 16);
	out_text(" cs ");
	out_number(c->cs, 16);
	out_text(" cr2 ");
	out_number((u32)shared->vcpu_info[0].arch.cr2, 16);
	out_text(" dr6 ");
	out_number((ulong)HC1(get_debugreg, 6), 16);
	out_end();
	CHECK(HC2(set_debugreg, 6, 0), 0);
}

void conf_exceptions(void)
{
	u32 f, i;

	table_entry = (u32)(ulong)pte_of(play[14]);
	for (f = 0; f < 4; f++) {
		set_table(f);
		all_vectors(false, f);
		all_vectors(true, f);
	}
	for (f = 0; f <= TRAP_MASKS_EVENTS; f += TRAP_MASKS_EVENTS) {
		set_table(f | 3);
		for (i = 0; i < ARRAY_SIZE(faults); i++) {
			one_fault(&faults[i], false, NO_IF, f);
			one_fault(&faults[i], true, NO_IF, f);
			one_fault(&faults[i], false, WITH_IF, f);
			one_fault(&faults[i], true, WITH_IF, f);
			/* RF and AC go in; TF, NT by an instruction */
			one_fault(&faults[i], true, WITH_IF | X86_EFLAGS_RF |
				  X86_EFLAGS_AC, f);
		}
	}
	restore();
}
