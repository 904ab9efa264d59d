// SPDX-License-Identifier: GPL-2.0-only
/* Names of errors, vectors, selectors and grant states: see names.h. */
#include "guest.h"

#define NAMES	8u

static char *append(char *to, const char *s)
{
	while (*s)
		*to++ = *s++;
	*to = 0;
	return to;
}

static char *append_number(char *to, unsigned long v, u32 base)
{
	char digits[24], *p = digits + sizeof(digits) - 1;

	*p = 0;
	do {
		*--p = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	return append(to, p);
}

static char *place(void)
{
	static char names[NAMES][48];
	static u32 next;

	return names[next++ % NAMES];
}

/* As a signed number and, where that tells more, its bits. */
static const char *number(long v)
{
	char *text = place(), *to = append(text, v < 0 ? "-" : "");

	to = append_number(to, v < 0 ? -(unsigned long)v : (unsigned long)v,
			   10);
	if (v < 0 || v > 9) {
		to = append_number(append(to, " (0x"), (unsigned long)v, 16);
		append(to, ")");
	}
	return text;
}

static const char *hex(const char *before, long v)
{
	char *text = place();

	append_number(append(text, before), (unsigned long)v, 16);
	return text;
}

struct named {
	long value;
	const char *name;
};
#define NAMED(value)	{ value, #value }

static const char *find(const struct named *names, u32 n, long value)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (names[i].value == value)
			return names[i].name;
	return NULL;
}

static const struct named errors[] = {
#define XEN_ERRNO(name, value)	{ -(value), "-" #name },
#include <xen/errno.h>
};

const char *error_name(long rc)
{
	const char *name = find(errors, ARRAY_SIZE(errors), rc);

	return name ? name : number(rc);
}

const char *trap_name(long vector)
{
	static const char *const names[] = {
		[X86_TRAP_DE] = "#DE", [X86_TRAP_DB] = "#DB",
		[X86_TRAP_NMI] = "NMI", [X86_TRAP_BP] = "#BP",
		[X86_TRAP_OF] = "#OF", [X86_TRAP_BR] = "#BR",
		[X86_TRAP_UD] = "#UD", [X86_TRAP_NM] = "#NM",
		[X86_TRAP_DF] = "#DF", [X86_TRAP_TS] = "#TS",
		[X86_TRAP_NP] = "#NP", [X86_TRAP_SS] = "#SS",
		[X86_TRAP_GP] = "#GP", [X86_TRAP_PF] = "#PF",
		[X86_TRAP_MF] = "#MF", [X86_TRAP_AC] = "#AC",
		[X86_TRAP_MC] = "#MC", [X86_TRAP_XF] = "#XF",
		[X86_TRAP_CP] = "#CP",
	};

	if (vector == NO_TRAP)
		return "no trap";
	if (vector >= 0 && vector < (long)ARRAY_SIZE(names) && names[vector])
		return names[vector];
	return hex("vector 0x", vector);
}

const char *selector_name(long selector)
{
	static const struct named names[] = {
		FLAT_SELECTORS,
		NAMED(XEN_CS), NAMED(XEN_DS), NAMED(XEN_TSS), NAMED(XEN_LDT),
	};
	const char *name = find(names, ARRAY_SIZE(names), selector);

	return name ? name : hex("selector 0x", selector);
}

const char *grant_name(long status)
{
	static const struct named names[] = {
		NAMED(GNTST_okay), NAMED(GNTST_general_error),
		NAMED(GNTST_bad_domain), NAMED(GNTST_bad_gntref),
		NAMED(GNTST_bad_handle), NAMED(GNTST_bad_virt_addr),
		NAMED(GNTST_bad_dev_addr), NAMED(GNTST_no_device_space),
		NAMED(GNTST_permission_denied), NAMED(GNTST_bad_page),
		NAMED(GNTST_bad_copy_arg), NAMED(GNTST_address_too_big),
		NAMED(GNTST_eagain), NAMED(GNTST_no_space),
	};
	const char *name = find(names, ARRAY_SIZE(names), status);

	return name ? name : number(status);
}
