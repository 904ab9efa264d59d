// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run tables of calls and print a line for each: see conf.h. Words of a row are
 * those of a 32-bit guest's structure; form.c says where a 64-bit guest has
 * them. What is printed has the same numbers of words at both widths.
 */
#include "conf.h"

#define BLOCK_WORDS	256u
#define MANY		40u		/* changed words are a digest above it */

u8 play[PLAY][PAGE_SIZE] __attribute__((aligned(4096)));
u8 argument_page[PAGE_SIZE] __attribute__((aligned(4096)));
PAGE_BUFFER(readonly_page);

static struct place place[BLOCK_WORDS];	/* of the words, in this call */
static ulong before[BLOCK_WORDS];
static u64 row_time;		/* what NOW_MS() counts from */
static ulong saved[64];
static char line[2048];
static u32 length;

static ulong get_word(u32 i)
{
	const u8 *at = argument_page + place[i].offset;

	return place[i].size == 8 ? *(const ulong *)at :
	       place[i].size == 4 ? *(const u32 *)at : 0;
}

/* Where addresses have 64 bits at both widths, the next word is empty. */
static void put_word(u32 i, ulong v)
{
	u8 *at = argument_page + place[i].offset;
	u64 value = v;

	if (place[i].size == 8)
		*(ulong *)at = v;
	else if (place[i].size == 4)
		*(u32 *)at |= (u32)value;
	if (place[i].size == 4 && value >> 32)
		*(u32 *)(at + 4) = (u32)(value >> 32);
}

void out_text(const char *s)
{
	while (*s && length < sizeof(line) - 2)
		line[length++] = *s++;
}

void out_number(ulong v, u32 base)
{
	char tmp[24], *p = tmp + sizeof(tmp) - 1;

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
	switch (p) {
	case P_ROOT: return va_mfn((void *)start_info->pt_base);
	case P_L3: return va_mfn(entry_of(play[0], 3));
	case P_L2: return va_mfn(l2_of(0));
#if LEVELS == 3
	case P_TOP_L2: return va_mfn(l2_of(3));
#endif
	case P_L1: return va_mfn(pte_of(play[0]));
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

static ulong page_address(u32 p)
{
	switch (p) {
	case P_ROOT: return start_info->pt_base;
	case P_L2: return (ulong)l2_of(0);
	case P_L1: return (ulong)pte_of(play[0]) & ~0xffful;
	case P_SHARED: return (ulong)shared;
	case P_CODE: return (ulong)run_rows & ~0xffful;
	}
	return p < PLAY ? (ulong)play[p] : NOWHERE;
}

ulong saved_value(u32 n)
{
	return saved[n % ARRAY_SIZE(saved)];
}

static ulong special_value(u32 t)
{
	u64 then = row_time + (t & 0xffff) * NS_PER_MS;

	switch (t >> 16 & 0xff) {
	case 1: return (u32)then;
	case 2: return (u32)(then >> 32);
	case 3: return (t & 0xffff) | other_domain << 16;
	case 4: return (t & 0xffff) | special_value(ME) << 16;
	case 5: return other_domain | t << 16;
	}
	switch (t) {
	case BAD: return HYPERVISOR_PAGE + 0xff0;
	case HOLE: return NOWHERE;
	case READONLY: return (ulong)readonly_page;
	case ACROSS: return ~7ul;
	case OTHER: return other_domain;
	case ME: return is_domu ? ((u32 *)start_info->cmd_line)[2] : 0;
	case CODE: return trap_entries[0x80];
	case SELF_OTHER: return DOMID_SELF | (other_domain + 1) << 16;
	}
	return 0;
}

ulong token_value(u32 t)
{
	u32 p = t >> 12 & 0xfff;

	switch (T_KIND(t)) {
	case 0x7e: return (ulong)argument_page +
			  place[(t & 0xffff) / 4 % BLOCK_WORDS].offset;
	case 0x7d: return page_address(p) + (t & 0xfff);
	case 0x7c: return (ulong)page_frame(p) << 12 | (t & 0xfff);
	case 0x7b:
		p = page_frame(t & 0xffff);
		if ((t >> 16 & 0xff) == 0)
			return p;
		if ((t >> 16 & 0xff) == 1)
			return (ulong)va_maddr(pte_of((void *)
						page_address(t & 0xffff)));
		return xen_pfn_to_cr3((ulong)p);
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
		"apic", "code", "top-l2", "l3",
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
		"", "now+", "high_of_now+", "OTHER,", "ME,", "OTHER+",
	};
	u32 form = v >> 16 & 7;

	out_text(form ? forms[form] : names[v & 15]);
	if (form)
		out_number(v & 0xffff, form <= 2 ? 10 : 16);
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
		out_number((ulong)rc, 16);
	}
}

/*
 * Xen marks each page of a 64-bit guest: by bit 52 for its kernel, by PTE_G for its
 * user mode.
 */
void out_entry(u64 e)
{
	if (WIDTH == 64 && (e & PTE_P))
		e &= ~(1ull << 52 | PTE_G);
	out_number((ulong)(e >> 52), 16);
	out_text(":");
	out_number((ulong)(e & 0xfff), 16);
}

static bool is_masked(const struct row *r, u32 word)
{
	return r->mask >> (word < 31 ? word : 31) & 1;
}

/* What was changed in the argument page. */
static void out_changes(const struct row *r)
{
	u32 i, changed = 0, h = 2166136261u;
	ulong now;

	for (i = 0; i < BLOCK_WORDS; i++)
		changed += get_word(i) != before[i];
	if (!changed)
		return;
	out_text(" {");
	for (i = 0; i < BLOCK_WORDS; i++) {
		now = get_word(i);
		h = (h ^ (u32)now) * 16777619;
		if (now == before[i] || changed > MANY ||
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
			out_answer(place[i].size == 4 ? (long)(int)now :
				   (long)now);
	}
	if (r->flags & R_MASK_ALL) {
		out_text(" ~");
	} else if (changed > MANY) {
		out_text(" digest ");
		out_number(h, 16);
	}
	out_text(" }");
}

/* Two words of an argument of 64 bits, which only a 32-bit guest splits. */
static void join_pairs(u32 pairs, ulong a[5])
{
	u32 i, k;

	for (i = 0; i < 4; i++) {
		if (!(pairs >> i & 1))
			continue;
		a[i] |= (ulong)((u64)a[i + 1] << 32);
		for (k = i + 1; k < 4; k++)
			a[k] = a[k + 1];
		a[4] = 0;
	}
}

static long make_call(const struct row *r)
{
	ulong a[5];
	u32 i;

	for (i = 0; i < 5; i++)
		a[i] = token_value(r->a[i]);
	if (WIDTH == 64)
		join_pairs(form_pairs(r->nr), a);
	return raw_hypercall(r->nr, a[0], a[1], a[2], a[3], a[4]);
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
	u32 i;
	long rc;

	out_call(r);
	row_time = time_now();
	memset(argument_page, 0, PAGE_SIZE);
	form_places(r, place, BLOCK_WORDS);
	for (i = 0; i < r->n; i++)
		put_word(i, token_value(r->w[i]));
	for (i = 0; i < BLOCK_WORDS; i++)
		before[i] = get_word(i);
	rc = make_call(r);
	if ((r->flags & R_MASK_RC) && (rc >= 0 || rc < -1000))
		out_text("~");
	else
		out_answer(rc);
	out_changes(r);
	if (r->save)
		saved[r->save & 0xff] = r->flags & R_SAVE_RC ? (ulong)rc :
					get_word(r->save >> 8 & 0xff);
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
