// SPDX-License-Identifier: GPL-2.0
/*
 * The test sole-user: an mm with other users of each kind, and a CPU that leaves it
 * while xen_ptep_get_and_clear() looks.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define CONFIG_AIO	1
#define CPUS		3u
#define READS		12	/* more than the functions make */
#ifndef BY_CR3
#define BY_CR3		0	/* mm_cpumask keeps CPUs that have left */
#endif

typedef struct { uint64_t pte; } pte_t;
struct mm_struct {
	int mm_users, mm_count;
	void *ioctx_table;
	unsigned int cpumask;
	char *pgd;
};

static struct { struct mm_struct *mm; } task, *current = &task;
static struct mm_struct own, other;
static unsigned int reads, leaves, drops_count, exchanged, queued;
static char own_root, other_root;
static unsigned long xen_current_cr3[CPUS];

#define __pa(p)	((unsigned long)(p))

/*
 * Before each read: the other CPU leaves the mm, and drops its reference after that.
 * To leave is to load another cr3; a kernel whose mm_cpumask has only CPUs that did
 * not leave clears its bit there, and does not look at the cr3.
 */
static void next_read(void)
{
	if (reads == leaves) {
		xen_current_cr3[1] = __pa(&other_root);
		if (!BY_CR3)
			own.cpumask &= ~2u;
	}
	if (reads == drops_count)
		own.mm_count--;
	reads++;
}

static int atomic_read(const int *p)
{
	next_read();
	return *p;
}

static inline int cpumask_weight(unsigned int mask)
{
	return __builtin_popcount(mask);
}

static unsigned int mm_cpumask(struct mm_struct *mm)
{
	next_read();
	return mm->cpumask;
}

#define for_each_cpu(cpu, mask)					\
	for ((cpu) = 0; (cpu) < CPUS; (cpu)++)			\
		if ((mask) & 1u << (cpu))
#define per_cpu(var, cpu)	(next_read(), (var)[cpu])
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
	unsigned int loaded;	/* the CPUs that have it loaded */
	bool foreign;		/* it is another task's mm */
	bool sole;		/* nobody else writes by it */
} mms[] = {
	{ "one thread", { 1, 1, NULL, 1 }, 1, false, true },
	{ "one thread, which has left the mask", { 1, 1, NULL, 0 }, 1, false, true },
	{ "a lazy CPU", { 1, 2, NULL, 3 }, 3, false, true },
	{ "two lazy CPUs", { 1, 3, NULL, 7 }, 7, false, true },
	{ "two threads", { 2, 1, NULL, 3 }, 3, false, false },
	{ "another task's", { 1, 1, NULL, 1 }, 1, true, false },
	{ "an aio context", { 1, 1, &own, 1 }, 1, false, false },
	{ "a request in flight", { 1, 2, NULL, 1 }, 1, false, false },
	{ "a request, and a lazy CPU", { 1, 3, NULL, 3 }, 3, false, false },
	{ "a lazy CPU that left early", { 1, 2, NULL, 1 }, 1, false, false },
	{ "a CPU that has left", { 1, 1, NULL, 3 }, 1, false, true },
	{ "a request, and a CPU that has left", { 1, 2, NULL, 3 }, 1, false, false },
	{ "a lazy CPU, and one that has left", { 1, 2, NULL, 7 }, 3, false, true },
	{ "a request, a lazy CPU, and one that has left", { 1, 3, NULL, 7 }, 3,
	  false, false },
};

static unsigned int failures;

static void try(const struct mm_case *c, bool must, bool may)
{
	pte_t pte = { 0x8000000012345067 }, old;
	unsigned int cpu;

	own = c->mm;
	own.pgd = &own_root;
	for (cpu = 0; cpu < CPUS; cpu++)
		xen_current_cr3[cpu] = __pa(c->loaded & 1u << cpu ? &own_root :
					    &other_root);
	current->mm = c->foreign ? &other : &own;
	reads = exchanged = queued = 0;
	old = xen_ptep_get_and_clear(&own, &pte);
	if (old.pte == 0x8000000012345067 && !pte.pte &&
	    exchanged + queued == 1 && (exchanged || may) && (queued || !must))
		return;
	failures++;
	printf("%s, leaving at %u and %u: %u hypercalls, %u exchanges\n",
	       c->what, leaves, drops_count, queued, exchanged);
}

int main(void)
{
	unsigned int i, cases = 0;

	for (i = 0; i < sizeof(mms) / sizeof(mms[0]); i++) {
		const struct mm_case *c = &mms[i];

		/* Only some kernels have CPUs in the mask that have left */
		if (!BY_CR3 && c->mm.cpumask & ~c->loaded)
			continue;
		/* Nobody leaves */
		leaves = drops_count = READS;
		try(c, c->sole, c->sole);
		cases++;
		if (!(c->loaded & 2) || c->mm.mm_count == 1)
			continue;
		/* CPU 1 does; a needless exchange is right as well */
		for (leaves = 0; leaves < READS; leaves++)
			for (drops_count = leaves; drops_count < READS;
			     drops_count++, cases++)
				try(c, false, c->sole);
	}
	printf("%u cases, %u failures\n", cases, failures);
	return failures ? 1 : 0;
}
