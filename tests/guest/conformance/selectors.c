// SPDX-License-Identifier: GPL-2.0-only
/*
 * Selectors: which descriptors update_descriptor takes into an LDT, by type,
 * DPL and presence; then what lar, lsl, verr, verw, a load into fs and ss and
 * a far return give for each RPL, from ring 1 and 3. The same for the GDT that
 * the hypervisor has.
 */
#include "conf.h"

#define TYPES	32u

static u64 ldt[512] __attribute__((aligned(4096)));
static const u8 lar[] = { 0x31, 0xc0, 0x0f, 0x02, 0xc1, 0x9c, 0x5a };
static const u8 lsl[] = { 0x31, 0xc0, 0x0f, 0x03, 0xc1, 0x9c, 0x5a };
static const u8 verr[] = { 0x0f, 0x00, 0xe1, 0x9c, 0x5a };
static const u8 verw[] = { 0x0f, 0x00, 0xe9, 0x9c, 0x5a };
static const u8 load_fs[] = { 0x8e, 0xe1, 0x31, 0xc0, 0x8e, 0xe0 };
static const u8 load_ss[] = { 0x8c, 0xd2, 0x8e, 0xd1, 0x8e, 0xd2 };

static const struct came *run_at(bool user, const u8 *code, u32 n, u32 sel)
{
	user_ecx = sel;
	user_eax = user_edx = 0;
	return (user ? run_user : run_kernel)(code, n, 2);
}

/* Value, or "-" where ZF says no, or the exception. */
static void query(const char *what, bool user, const u8 *code, u32 n, u32 sel,
		  bool value)
{
	const struct came *c = run_at(user, code, n, sel);

	out_text(what);
	if (c->vector != 0x80)
		out_came(c, n);
	else if (!(c->edx & 0x40))
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
	if (c->vector == 0x80) {
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

/* lret with a frame of the selector and a place that is int $0x80. */
static void far_return(bool user, u32 sel)
{
	u32 to = code_address() + 256;
	u8 code[11] = {
		0x68, (u8)sel, (u8)(sel >> 8), 0, 0, 0x68, (u8)to,
		(u8)(to >> 8), (u8)(to >> 16), (u8)(to >> 24), 0xcb,
	};
	const struct came *c = (user ? run_user : run_kernel)(code, 11, 2);

	out_text(" lret ");
	if (c->vector == 0x80 && c->eip == 258) {
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
	u32 rpl;

	out_begin(user ? "user, " : "kernel, ");
	out_text(what);
	out_number(index, 16);
	out_text(" ->");
	query(" lar ", user, lar, sizeof(lar), (sel & ~3u) | (user ? 3 : 1),
	      true);
	query(" lsl ", user, lsl, sizeof(lsl), (sel & ~3u) | (user ? 3 : 1),
	      true);
	query(" verr ", user, verr, sizeof(verr), (sel & ~3u) | (user ? 3 : 1),
	      false);
	query(" verw ", user, verw, sizeof(verw), (sel & ~3u) | (user ? 3 : 1),
	      false);
	for (rpl = 0; rpl < 4; rpl++)
		load(rpl ? "," : " fs ", user, load_fs, sizeof(load_fs),
		     (sel & ~3u) | rpl);
	for (rpl = user ? 3 : 0; rpl < (user ? 4 : 2); rpl++)
		load(rpl == 1 ? "," : " ss ", user, load_ss, sizeof(load_ss),
		     (sel & ~3u) | rpl);
	far_return(user, (sel & ~3u) | (user ? 3 : 1));
	out_end();
}

static long set_descriptor(u32 index, u32 type, u32 dpl, u32 present)
{
	u64 at = va_maddr(&ldt[index]);
	u32 hi = 0xcf0000 | type << 8 | dpl << 13 | present << 15;

	return HC4(update_descriptor, at, at >> 32, 0xffff, hi);
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
		one_selector(name_of(type, dpl, present), index, index << 3 | 4,
			     false);
		one_selector(name_of(type, dpl, present), index, index << 3 | 4,
			     true);
	}
}

void conf_selectors(void)
{
	u32 i;

	CHECK(make_ro(ldt), 0);
	CHECK(mmuext(MMUEXT_SET_LDT, (u32)ldt, 512), 0);
	ldt_selectors();
	out_begin("page of the LDT, made writable while in use -> ");
	out_answer(make_rw(ldt));
	out_end();
	CHECK(mmuext(MMUEXT_SET_LDT, 0, 0), 0);
	CHECK(make_rw(ldt), 0);
	for (i = 0; i < 32; i++) {
		one_selector("hypervisor's GDT ", i, 0xe000 + i * 8, false);
		one_selector("hypervisor's GDT ", i, 0xe000 + i * 8, true);
	}
	one_selector("GDT ", 0, 0, false);
	one_selector("GDT ", 0, 0, true);
	one_selector("GDT ", 1, 8, false);
	one_selector("GDT ", 1, 8, true);
	one_selector("GDT ", 0x1fff, 0xfff8, false);
	one_selector("GDT ", 0x1fff, 0xfff8, true);
	one_selector("no LDT ", 1, 12, false);
	one_selector("no LDT ", 1, 12, true);
	restore();
}
