// SPDX-License-Identifier: GPL-2.0-only
/*
 * What another CPU may do between two instructions: the code under test runs
 * one instruction at a time (the processor's trap flag), and after each in
 * turn, from a fresh start, the other CPU does its whole work at once.
 * While a lock is held the other one would wait for it, so that is no place,
 * except for what takes no lock: race_watch().
 */
#include <signal.h>
#include <ucontext.h>
#include "host.h"

#define EFLAGS		17	/* REG_EFL, which needs _GNU_SOURCE */
#define TRAP_FLAG	0x100

static volatile u32 steps_left;
void (*volatile race_other)(void);
void (*volatile race_after_flush)(void);

static void stepped(int nr, siginfo_t *info, void *context)
{
	ucontext_t *c = context;

	(void)nr;
	(void)info;
	if (!host_locks && steps_left && --steps_left)
		return;
	if (race_after_flush && host_irqs_off)
		return;
	c->uc_mcontext.gregs[EFLAGS] &= ~(long long)TRAP_FLAG;
	if (host_locks)
		return;			/* start_stepping() comes after */
	host_unlocked = NULL;
	if (race_after_flush) {
		race_after_flush();
		race_after_flush = NULL;
		return;
	}
	race_other();
	race_other = NULL;
	if (race_after_flush)		/* once interrupts are on again */
		c->uc_mcontext.gregs[EFLAGS] |= TRAP_FLAG;
}

static void start_stepping(void)
{
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq" ::: "memory",
			 "cc");
}

static void stop_stepping(void)
{
	__asm__ volatile("pushfq; andq $~0x100, (%%rsp); popfq" ::: "memory",
			 "cc");
}

long race(long (*one)(void), void (*other)(void), u32 steps)
{
	struct sigaction action = { .sa_sigaction = stepped,
				    .sa_flags = SA_SIGINFO };
	long rc;

	assert_int_equal(sigaction(SIGTRAP, &action, NULL), 0);
	steps_left = steps;
	race_other = other;
	host_unlocked = start_stepping;
	start_stepping();
	rc = one();
	stop_stepping();
	host_unlocked = NULL;
	return rc;
}

static void (*look)(void);

static void looked(int nr, siginfo_t *info, void *context)
{
	(void)nr;
	(void)info;
	(void)context;
	look();
}

void race_watch(long (*one)(void), void (*other)(void))
{
	struct sigaction action = { .sa_sigaction = looked,
				    .sa_flags = SA_SIGINFO };

	assert_int_equal(sigaction(SIGTRAP, &action, NULL), 0);
	look = other;
	start_stepping();
	one();
	stop_stepping();
}
