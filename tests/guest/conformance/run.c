// SPDX-License-Identifier: GPL-2.0-only
/* Run tables of calls and print a line for each: see conf.h. */
#include "conf.h"

#define BLOCK_WORDS	256u
#define MANY		40u		/* changed words are a digest above it */

u8 play[PLAY][PAGE_SIZE] __attribute__((aligned(4096)));
u8 argument_page[PAGE_SIZE] __attribute__((aligned(4096)));
PAGE_BUFFER(readonly_page);

static u32 *const block = (u32 *)argument_page;
static u32 before[BLOCK_WORDS];
static u32 saved[64];
static char line[2048];
static u32 length;

void out_text(const char *s)
{
	while (*s && length < sizeof(line) - 2)
		line[length++] = *s++;
}

void out_number(u32 v, u32 base)
{
	char tmp[12], *p = tmp + 11;

	*p = 0;
	do {
		*--p = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	out_text(p);
}

void out_begin(const char *family)
{
	length = 0;
	out_text(is_domu ? "= domu " : "= dom0 ");
	out_text(family);
}

void out_end(void)
{
	line[length++] = '\n';
	print_to(line, length);
}

static u32 page_frame(u32 p)
{
	u32 slots = (u32)play >> 21;
	const u64 *root = (const u64 *)start_info->pt_base;

	switch (p) {
	case P_ROOT: return va_mfn(root);
	case P_L2: return (u32)(root[0] >> 12);
	case P_TOP_L2: return (u32)(root[3] >> 12);
	case P_L1: return (u32)(((u64 *)l2_of(0))[slots] >> 12);
	case P_SHARED: return (u32)(*pte_of((const void *)shared) >> 12);
	case P_OTHER: return other_frame;
	case P_NONE: return 0xfffff0;
	case P_XEN: return 0x200;
	case P_VGA: return 0xb8;
	case P_APIC: return 0xfee00;
	case P_CODE: return va_mfn((const void *)run_rows);
	}
	return p < PLAY ? va_mfn(play[p]) : 0;
}

static u32 page_address(u32 p)
{
	switch (p) {
	case P_ROOT: return start_info->pt_base;
	case P_L2: return (u32)l2_of(0);
	case P_L1: return (u32)pte_of(play[0]) & ~0xfffu;
	case P_SHARED: return (u32)shared;
	case P_CODE: return (u32)run_rows & ~0xfffu;
	}
	return p < PLAY ? (u32)play[p] : 0xa0000000;
}

u32 saved_value(u32 n)
{
	return saved[n % ARRAY_SIZE(saved)];
}

static u32 special_value(u32 t)
{
	u64 then = time_now() + (t & 0xffff) * NS_PER_MS;

	if (t == NOW_HIGH)
		return (u32)(then >> 32);
	if ((t & 0xff0000) == 0x010000)
		return (u32)then;
	switch (t >> 16 & 0xff) {
	case 3: return (t & 0xffff) | other_domain << 16;
	case 4: return (t & 0xffff) | special_value(ME) << 16;
	case 5: return other_domain | t << 16;
	}
	switch (t) {
	case BAD: return 0xfffffff0;
	case HOLE: return 0xa0000000;
	case READONLY: return (u32)readonly_page;
	case ACROSS: return 0xfffffff8;
	case OTHER: return other_domain;
	case ME: return is_domu ? ((u32 *)start_info->cmd_line)[2] : 0;
	case CODE: return trap_entries[0x80];
	case SELF_OTHER: return DOMID_SELF | (other_domain + 1) << 16;
	}
	return 0;
}

u32 token_value(u32 t)
{
	u32 p = t >> 12 & 0xfff;

	switch (T_KIND(t)) {
	case 0x7e: return (u32)argument_page + (t & 0xffff);
	case 0x7d: return page_address(p) + (t & 0xfff);
	case 0x7c: return page_frame(p) << 12 | (t & 0xfff);
	case 0x7b:
		p = page_frame(t & 0xffff);
		if ((t >> 16 & 0xff) == 0)
			return p;
		if ((t >> 16 & 0xff) == 1)
			return (u32)va_maddr(pte_of((void *)
						page_address(t & 0xffff)));
		return xen_pfn_to_cr3(p);
	case 0x7a: return special_value(t);
	case 0x79:
		return t & 0x100000 ? saved_value(p & 0xff) << 12 | (t & 0xfff)
				    : saved_value(t & 0xff);
	}
	return t;
}

static void out_page(const char *what, u32 p)
{
	static const char *const names[] = {
		"root", "l2", "l1", "shared", "other", "none", "xen", "vga",
		"apic", "code", "top-l2",
	};

	out_text(what);
	if (p < PLAY)
		out_number(p, 10);
	else
		out_text(names[p - PLAY]);
}

static void out_special(u32 v)
{
	static const char *const names[] = {
		"?", "BAD", "HOLE", "RO", "END", "OTHER", "ME", "CODE",
		"SELF+OTHER",
	};

	static const char *const forms[] = {
		"", "now+", "now_high", "OTHER,", "ME,", "OTHER+",
	};
	u32 form = v >> 16 & 7;

	out_text(form ? forms[form] : names[v & 15]);
	if (form && v != NOW_HIGH)
		out_number(v & 0xffff, form == 1 ? 10 : 16);
}

void out_word(u32 v)
{
	switch (T_KIND(v)) {
	case 0x7e:
		out_text("&");
		out_number((v & 0xffff) / 4, 10);
		return;
	case 0x7d:
	case 0x7c:
		out_page(T_KIND(v) == 0x7d ? "va_" : "pte_", v >> 12 & 0xfff);
		out_text("+");
		out_number(v & 0xfff, 16);
		return;
	case 0x7b:
		out_page((v >> 16 & 0xff) == 0 ? "mfn_" :
			 (v >> 16 & 0xff) == 1 ? "ptr_" : "cr3_", v & 0xffff);
		return;
	case 0x7a:
		out_special(v);
		return;
	case 0x79:
		out_text(v & 0x100000 ? "pte_$" : "$");
		out_number((v & 0x100000 ? v >> 12 : v) & 0xff, 10);
		if (v & 0x100000) {
			out_text("+");
			out_number(v & 0xfff, 16);
		}
		return;
	}
	out_number(v, 16);
}

static const struct { int e; const char *name; } errors[] = {
#define XEN_ERRNO(name, value) { value, "-" #name },
#include <xen/errno.h>
};

void out_answer(long rc)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		if (rc == -errors[i].e) {
			out_text(errors[i].name);
			return;
		}
	}
	if (rc < 0 && rc > -1000) {
		out_text("-");
		out_number((u32)-rc, 10);
	} else {
		out_number((u32)rc, 16);
	}
}

static bool is_masked(const struct row *r, u32 word)
{
	return r->mask >> (word < 31 ? word : 31) & 1;
}

/* What was changed in the argument page. */
static void out_changes(const struct row *r)
{
	u32 i, changed = 0, h = 2166136261u;

	for (i = 0; i < BLOCK_WORDS; i++)
		changed += block[i] != before[i];
	if (!changed)
		return;
	out_text(" {");
	for (i = 0; i < BLOCK_WORDS; i++) {
		h = (h ^ block[i]) * 16777619;
		if (block[i] == before[i] || changed > MANY ||
		    (r->flags & R_MASK_ALL))
			continue;
		if ((r->flags & R_QUIET) && is_masked(r, i))
			continue;
		out_text(" ");
		out_number(i, 10);
		out_text("=");
		if (is_masked(r, i))
			out_text("~");
		else
			out_answer((long)block[i]);
	}
	if (r->flags & R_MASK_ALL) {
		out_text(" ~");
	} else if (changed > MANY) {
		out_text(" digest ");
		out_number(h, 16);
	}
	out_text(" }");
}

static long make_call(u32 nr, const u32 a[5])
{
	u32 rc = nr, b = a[0], c = a[1], d = a[2], s = a[3], e = a[4];

	trapped_vector = ~0u;
	__asm__ volatile("movl $1f, recover_eip; int $0x82\n1:	"
			 "movl $0, recover_eip"
			 : "+a" (rc), "+b" (b), "+c" (c), "+d" (d), "+S" (s),
			 "+D" (e) :: "memory", "cc");
	return (long)rc;
}

static void out_call(const struct row *r)
{
	u32 i, n = ARRAY_SIZE(r->a);

	out_begin("");
	if (r->name[0] >= '0' && r->name[0] <= '9') {
		out_text("hypercall ");
		out_number(r->nr, 10);
		out_text(" operation ");
	}
	out_text(r->name);
	if (r->note) {
		out_text(", ");
		out_text(r->note);
	}
	out_text(" (");
	while (n && !r->a[n - 1])
		n--;
	for (i = 0; i < n; i++) {
		out_text(i ? " " : "");
		out_word(r->a[i]);
	}
	out_text(")");
	for (i = 0; i < r->n; i++) {
		out_text(i ? " " : " [");
		out_word(r->w[i]);
	}
	out_text(r->n ? "] -> " : " -> ");
}

static void run_row(const struct row *r)
{
	u32 a[5], i;
	long rc;

	out_call(r);
	memset(block, 0, BLOCK_WORDS * 4);
	for (i = 0; i < r->n; i++)
		block[i] = token_value(r->w[i]);
	for (i = 0; i < 5; i++)
		a[i] = token_value(r->a[i]);
	memcpy(before, block, sizeof(before));
	rc = make_call(r->nr, a);
	if (trapped_vector != ~0u) {
		out_text("trap ");
		out_number(trapped_vector, 10);
		out_text(" error ");
		out_number(trapped_error, 16);
	} else if ((r->flags & R_MASK_RC) && (rc >= 0 || rc < -1000)) {
		out_text("~");
	} else {
		out_answer(rc);
	}
	out_changes(r);
	if (r->save)
		saved[r->save & 0xff] = r->flags & R_SAVE_RC ? (u32)rc :
					block[r->save >> 8 & 0xff];
	if (r->flags & R_RESTORE)
		restore();
	out_end();
}

void run_rows(const struct row *r, u32 n)
{
	u32 i;

	CHECK(make_ro(readonly_page), 0);
	for (i = 0; i < n; i++)
		if (!(r[i].flags & (is_domu ? R_DOM0 : R_DOMU)))
			run_row(&r[i]);
}
