// SPDX-License-Identifier: GPL-2.0-only
/*
 * The size of the first domain: the options dom0_mem and dom0_max_vcpus, in
 * Xen's forms. Sizes may depend on the memory that is free when the domain is
 * built, so they are computed only then.
 */
#include "boot/boot.h"
#include "boot/dom0.h"
#include "config.h"
#include "lib/lib.h"

#define KEEP_DIVISOR	16
#define KEEP_MAX	(128ull << 8)	/* frames: 128 MiB */

/* [-]SIZE, [-]SIZE+PERCENT% or [-]PERCENT%; unset if all is 0. */
struct amount {
	u64 pages, percent;
	bool minus;
};

static struct amount size, smallest, largest;
static u64 min_vcpus = 1, max_vcpus = ~0ull;

/* Parse one amount; returns the rest of the text, or NULL. */
static const char *parse_amount(const char *s, struct amount *a)
{
	struct amount new = { .minus = *s == '-' };
	u64 v;

	for (s += new.minus;; s++) {
		if (*s < '0' || *s > '9')
			return NULL;
		v = options_parse_size(s, &s);
		if (*s == '%') {
			new.percent = v >> 10;	/* it has no suffix */
			s++;
			break;
		}
		if (new.pages)
			return NULL;
		new.pages = v >> PAGE_SHIFT;
		if (*s != '+')
			break;
	}
	if ((*s && *s != ',') || new.percent >= 100)
		return NULL;
	*a = new;
	return s;
}

bool dom0_set_mem(const char *s)
{
	struct amount *a;

	do {
		a = &size;
		if (!strncmp(s, "min:", 4))
			a = &smallest;
		else if (!strncmp(s, "max:", 4))
			a = &largest;
		s = parse_amount(a == &size ? s : s + 4, a);
	} while (s && *s++ == ',');
	return s;
}

static u64 pages_of(const struct amount *a, u64 available)
{
	u64 n = a->pages + a->percent * available / 100;

	return a->minus ? available - MIN(n, available) : n;
}

u64 dom0_pages(u64 available, u64 sensible, u64 *max)
{
	u64 n = pages_of(&size, available);

	if (!n)
		n = MIN(sensible, available - MIN(available / KEEP_DIVISOR,
						  KEEP_MAX));
	*max = pages_of(&largest, available);
	if (!*max)
		*max = ~0u;
	n = MAX(n, pages_of(&smallest, available));
	return MIN(MIN(n, *max), available);
}

/* N, MIN-MAX, MIN- or -MAX. As on Xen, N = 0 gives one. */
bool dom0_set_max_vcpus(const char *s)
{
	bool empty = !*s;
	u64 low = str_to_u64(s, &s), high;

	low = high = MAX(low, 1ull);
	if (*s == '-')
		high = *++s ? str_to_u64(s, &s) : ~0ull;
	if (*s || !high || empty)
		return false;
	min_vcpus = low;
	max_vcpus = high;
	return true;
}

u32 dom0_vcpus(u32 cpus)
{
	u64 n = MIN(MAX(cpus, min_vcpus), max_vcpus);

	return (u32)MIN(n, (u64)MAX_DOMAIN_VCPUS);
}
