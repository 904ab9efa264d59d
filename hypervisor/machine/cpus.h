/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of CPUs. Those that several CPUs change have atomic members. */
#ifndef KRYPTON_CPUS_H
#define KRYPTON_CPUS_H

#include "config.h"

#define CPUS_WORDS	(MAX_CPUS / 64)

typedef struct {
	u64 word[CPUS_WORDS];
} cpus_t;

/* Atomic. */
static inline void cpus_add(cpus_t *set, u32 cpu)
{
	atomic_or(&set->word[cpu / 64], BIT(cpu % 64));
}

/* Atomic. Returns whether it was there. */
static inline bool cpus_remove(cpus_t *set, u32 cpu)
{
	return atomic_and(&set->word[cpu / 64], ~BIT(cpu % 64)) >> cpu % 64 & 1;
}

static inline bool cpus_has(const cpus_t *set, u32 cpu)
{
	return READ_ONCE(set->word[cpu / 64]) >> cpu % 64 & 1;
}

static inline cpus_t cpus_one(u32 cpu)
{
	cpus_t set = { { 0 } };

	set.word[cpu / 64] = BIT(cpu % 64);
	return set;
}

/* Those below 'end', which may be MAX_CPUS. */
static inline cpus_t cpus_below(u32 end)
{
	cpus_t set = { { 0 } };
	u32 i;

	for (i = 0; i < CPUS_WORDS && i * 64 < end; i++)
		set.word[i] = end - i * 64 < 64 ? BIT(end % 64) - 1 : ~0ull;
	return set;
}

static inline cpus_t cpus_and(cpus_t a, cpus_t b)
{
	u32 i;

	for (i = 0; i < CPUS_WORDS; i++)
		a.word[i] &= b.word[i];
	return a;
}

/* The first CPU of the set from this number on; MAX_CPUS: there is none. */
static inline u32 cpus_next(const cpus_t *set, u32 from)
{
	u64 rest;

	while (from < MAX_CPUS) {
		rest = READ_ONCE(set->word[from / 64]) >> from % 64;
		if (rest)
			return from + (u32)__builtin_ctzll(rest);
		from = ROUND_DOWN(from, 64u) + 64;
	}
	return MAX_CPUS;
}

/* The same, but from 0 on if there is none up to the highest number. */
static inline u32 cpus_next_around(const cpus_t *set, u32 from)
{
	u32 cpu = cpus_next(set, from);

	return cpu < MAX_CPUS ? cpu : cpus_next(set, 0);
}

static inline bool cpus_any(const cpus_t *set)
{
	return cpus_next(set, 0) < MAX_CPUS;
}

#define for_each_cpu(cpu, set)						\
	for ((cpu) = cpus_next(set, 0); (cpu) < MAX_CPUS;		\
	     (cpu) = cpus_next(set, (cpu) + 1))

#endif
