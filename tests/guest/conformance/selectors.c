// SPDX-License-Identifier: GPL-2.0-only
/*
 * Selectors: which descriptors update_descriptor takes into an LDT, by type,
 * DPL and presence; then what lar, lsl, verr, verw, a load into fs and ss and
 * a far return give for each RPL, from ring 1 and 3. The same for the GDT that
 * the hypervisor has.
 */
#include "conf.h"

#define TYPES	32u
#define LAST	0x1fff		/* that a selector can name */

static u64 ldt[512] __attribute__((aligned(4096)));
/* Of the selector in ECX; EDX has the flags, or SS as it was. */
DEFINE_CODE(lar, "xor %eax, %eax; lar %ecx, %eax; pushf; pop " DX);
DEFINE_CODE(lsl, "xor %eax, %eax; lsl %ecx, %eax; pushf; pop " DX);
DEFINE_CODE(verr, "verr %cx; pushf; pop " DX);
DEFINE_CODE(verw, "verw %cx; pushf; pop " DX);
DEFINE_CODE(load_fs, "mov %ecx, %fs; xor %eax, %eax; mov %eax, %fs");
DEFINE_CODE(load_ss, "mov %ss, %edx; mov %ecx, %ss; mov %edx, %ss");

static const struct came *run_at(bool user, const u8 *code, u32 n, u32 sel)
{
	user_ecx = sel;
	user_eax = user_edx = 0;
	return (user ? run_in_user : run_in_kernel)(code, n, X86_EFLAGS_FIXED);
}

/* Value, or "-" where ZF says no, or the exception. */
static void query(const char *what, bool user, const u8 *code, u32 n, u32 sel,
		  bool value)
{
	const struct came *c = run_at(user, code, n, sel);

	out_text(what);
	if (c->vector != SYSTEM_CALL)
		out_came(c, n);
	else if (!(c->edx & X86_EFLAGS_ZF))
		out_text("-");
	else if (value)
		out_number(c->eax, 16);
	else
		out_text("yes");
}

static void load(const char *what, bool user, const u8 *code, u32 n, u32 sel)
{
	const struct came *c = run_at(user, code, n, sel);

	out_text(what);
	if (c->vector == SYSTEM_CALL) {
		out_text("ok");
		return;
	}
	out_number(c->vector, 10);
	out_text("(");
	/* What was loaded, or another one? */
	if ((c->error & 0xfffc) == (sel & 0xfffc) && c->error)
		out_text("sel");
	else
		out_number(c->error, 16);
	out_text(")");
}

#if WIDTH == 32
DEFINE_CODE(lret, "push %ecx; push %eax; lret");
#else
DEFINE_CODE(lret, "push %rcx; push %rax; lretq");
#endif

/* To the selector and a place that is int $0x80. */
static void far_return(bool user, u32 sel)
{
	const struct came *c;

	user_ecx = sel;
	user_eax = code_address(user) + RETURN_PLACE;
	c = (user ? run_in_user : run_in_kernel)(lret, CODE_SIZE(lret),
					   X86_EFLAGS_FIXED);
	out_text(" lret ");
	if (c->vector == SYSTEM_CALL && c->eip == RETURN_PLACE + 2) {
		out_text("ok cs ");
		out_number(c->cs & 0xffff, 16);
		return;
	}
	out_number(c->vector, 10);
	out_text("(");
	out_number(c->error, 16);
	out_text(")");
}

static void one_selector(const char *what, u32 index, u32 sel, bool user)
{
	const u32 own = (sel & ~3u) | (user ? 3 : KERNEL_RING);
	u32 rpl;

	out_begin(user ? "user, " : "kernel, ");
	out_text(what);
	out_number(index, 16);
	out_text(" ->");
	query(" lar ", user, lar, CODE_SIZE(lar), own, true);
	query(" lsl ", user, lsl, CODE_SIZE(lsl), own, true);
	query(" verr ", user, verr, CODE_SIZE(verr), own, false);
	query(" verw ", user, verw, CODE_SIZE(verw), own, false);
	for (rpl = 0; rpl < 4; rpl++)
		load(rpl ? "," : " fs ", user, load_fs, CODE_SIZE(load_fs),
		     (sel & ~3u) | rpl);
	for (rpl = user ? 3 : 0; rpl < (user ? 4 : 2); rpl++)
		load(rpl == 1 ? "," : " ss ", user, load_ss, CODE_SIZE(load_ss),
		     (sel & ~3u) | rpl);
	far_return(user, own);
	out_end();
}

static long set_descriptor(u32 index, u32 type, u32 dpl, u32 present)
{
	return update_descriptor(va_maddr(&ldt[index]), DESC_FLAT |
				 (u64)type << 40 | DESC_DPL(dpl) |
				 (present ? DESC_P : 0));
}

static const char *name_of(u32 type, u32 dpl, u32 present)
{
	static char name[] = "LDT type 00 DPL 0 P 0 of ";

	name[9] = (char)('0' + type / 16);
	name[10] = "0123456789abcdef"[type % 16];
	name[16] = (char)('0' + dpl);
	name[20] = (char)('0' + present);
	return name;
}

static void ldt_selectors(void)
{
	u32 type, dpl, present, index;
	long rc;

	for (index = 0; index < TYPES * 8; index++) {
		type = index >> 3;
		dpl = index & 3;
		present = index >> 2 & 1;
		out_begin(name_of(type, dpl, present));
		out_number(index, 10);
		out_text(" -> ");
		rc = set_descriptor(index, type, dpl, present);
		out_answer(rc);
		if (!rc && ldt[index]) {
			out_text(" becomes ");
			out_number((u32)(ldt[index] >> 32), 16);
			out_text(":");
			out_number((u32)ldt[index], 16);
		}
		out_end();
	}
	for (index = 0; index < TYPES * 8; index++) {
		type = index >> 3;
		dpl = index & 3;
		present = index >> 2 & 1;
		if (!ldt[index])
			continue;
		one_selector(name_of(type, dpl, present), index,
			     LDT_SELECTOR(index, 0), false);
		one_selector(name_of(type, dpl, present), index,
			     LDT_SELECTOR(index, 0), true);
	}
}

void conf_selectors(void)
{
	u32 i, sel;

	CHECK(make_ro(ldt), 0);
	CHECK(mmuext(MMUEXT_SET_LDT, (ulong)ldt, ARRAY_SIZE(ldt)), 0);
	ldt_selectors();
	out_begin("page of the LDT, made writable while in use -> ");
	out_answer(make_rw(ldt));
	out_end();
	CHECK(mmuext(MMUEXT_SET_LDT, 0, 0), 0);
	CHECK(make_rw(ldt), 0);
	for (i = 0; i < 32; i++) {
		sel = SELECTOR(FIRST_RESERVED_GDT_ENTRY + i, 0);
		one_selector("hypervisor's GDT ", i, sel, false);
		one_selector("hypervisor's GDT ", i, sel, true);
	}
	one_selector("GDT ", 0, 0, false);
	one_selector("GDT ", 0, 0, true);
	one_selector("GDT ", 1, SELECTOR(1, 0), false);
	one_selector("GDT ", 1, SELECTOR(1, 0), true);
	one_selector("GDT ", LAST, SELECTOR(LAST, 0), false);
	one_selector("GDT ", LAST, SELECTOR(LAST, 0), true);
	one_selector("no LDT ", 1, LDT_SELECTOR(1, 0), false);
	one_selector("no LDT ", 1, LDT_SELECTOR(1, 0), true);
	restore();
}
