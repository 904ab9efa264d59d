// SPDX-License-Identifier: GPL-2.0
/*
 * The test sole-user: an mm with other users of each kind, and a CPU that leaves it
 * while xen_ptep_get_and_clear() looks.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define CONFIG_AIO	1
#define READS		8	/* more than the functions make */

typedef struct { uint64_t pte; } pte_t;
struct mm_struct {
	int mm_users, mm_count;
	void *ioctx_table;
	unsigned int cpumask;
};

static struct { struct mm_struct *mm; } task, *current = &task;
static struct mm_struct own, other;
static unsigned int reads, leaves_mask, drops_count, exchanged, queued;

/* Before each read: the other CPU leaves the mm, first the mask, then the count. */
static void next_read(void)
{
	if (reads == leaves_mask)
		own.cpumask &= ~2u;
	if (reads == drops_count)
		own.mm_count--;
	reads++;
}

static int atomic_read(const int *p)
{
	next_read();
	return *p;
}

static int cpumask_weight(unsigned int mask)
{
	return __builtin_popcount(mask);
}

static unsigned int mm_cpumask(struct mm_struct *mm)
{
	next_read();
	return mm->cpumask;
}

#define rcu_access_pointer(p)	(p)
#define smp_rmb()		do { } while (0)

static pte_t native_make_pte(uint64_t val)
{
	return (pte_t) { val };
}

static pte_t native_ptep_get_and_clear(pte_t *ptep)
{
	pte_t pte = *ptep;

	exchanged++;
	ptep->pte = 0;
	return pte;
}

static void __xen_set_pte(pte_t *ptep, pte_t pte)
{
	queued++;
	*ptep = pte;
}

#include "sole-user.h"

static const struct mm_case {
	const char *what;
	struct mm_struct mm;
	bool foreign;		/* it is another task's mm */
	bool sole;		/* nobody else writes by it */
} mms[] = {
	{ "one thread", { 1, 1, NULL, 1 }, false, true },
	{ "one thread, which has left the mask", { 1, 1, NULL, 0 }, false, true },
	{ "a lazy CPU", { 1, 2, NULL, 3 }, false, true },
	{ "two lazy CPUs", { 1, 3, NULL, 7 }, false, true },
	{ "two threads", { 2, 1, NULL, 3 }, false, false },
	{ "another task's", { 1, 1, NULL, 1 }, true, false },
	{ "an aio context", { 1, 1, &own, 1 }, false, false },
	{ "a request in flight", { 1, 2, NULL, 1 }, false, false },
	{ "a request, and a lazy CPU", { 1, 3, NULL, 3 }, false, false },
	{ "a lazy CPU that left early", { 1, 2, NULL, 1 }, false, false },
};

static unsigned int failures;

static void try(const struct mm_case *c, bool must, bool may)
{
	pte_t pte = { 0x8000000012345067 }, old;

	own = c->mm;
	current->mm = c->foreign ? &other : &own;
	reads = exchanged = queued = 0;
	old = xen_ptep_get_and_clear(&own, &pte);
	if (old.pte == 0x8000000012345067 && !pte.pte &&
	    exchanged + queued == 1 && (exchanged || may) && (queued || !must))
		return;
	failures++;
	printf("%s, leaving at %u and %u: %u hypercalls, %u exchanges\n",
	       c->what, leaves_mask, drops_count, queued, exchanged);
}

int main(void)
{
	unsigned int i, cases = 0;

	for (i = 0; i < sizeof(mms) / sizeof(mms[0]); i++) {
		const struct mm_case *c = &mms[i];

		/* Nobody leaves */
		leaves_mask = drops_count = READS;
		try(c, c->sole, c->sole);
		cases++;
		if (!(c->mm.cpumask & 2) || c->mm.mm_count == 1)
			continue;
		/* CPU 1 does; a needless exchange is right as well */
		for (leaves_mask = 0; leaves_mask < READS; leaves_mask++)
			for (drops_count = leaves_mask; drops_count < READS;
			     drops_count++, cases++)
				try(c, false, c->sole);
	}
	printf("%u cases, %u failures\n", cases, failures);
	return failures ? 1 : 0;
}
