// SPDX-License-Identifier: GPL-2.0-only
/*
 * What another CPU may do between two instructions: the code under test runs
 * one instruction at a time (the processor's trap flag), and after each in
 * turn, from a fresh start, the other CPU does its whole work at once.
 * While a lock is held the other one would wait for it, so that is no place.
 *
 * A frame that is freed and given to another domain while it is looked at, and
 * calls on pages of a domain, and mappings of them, while that domain dies:
 * afterwards every reference must be accounted for.
 */
#include <signal.h>
#include <ucontext.h>
#include "errno.h"
#include "host.h"
#include "lib.h"
#include "paging.h"
#include "ptype.h"
#include "pv.h"

#define PAGES		4u
#define EFLAGS		17	/* REG_EFL, which needs _GNU_SOURCE */
#define TRAP_FLAG	0x100
#define ENOUGH		20000u
#define STRIDE		17u	/* in the long calls, for the sake of time */

static struct domain *d, *o;	/* who calls, and whose pages */
static u32 d_first, o_first;
static u64 free_before;
static volatile u32 steps_left;
void (*volatile race_other)(void);

static void stepped(int nr, siginfo_t *info, void *context)
{
	ucontext_t *c = context;

	(void)nr;
	(void)info;
	if (!host_locks && steps_left && --steps_left)
		return;
	c->uc_mcontext.gregs[EFLAGS] &= ~(long long)TRAP_FLAG;
	if (host_locks)
		return;			/* start_stepping() comes after */
	host_unlocked = NULL;
	race_other();
	race_other = NULL;
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

static void setup(void)
{
	free_before = host_two(PAGES, &d, &d_first, &o, &o_first);
}

/* The first one's page becomes the other one's, if nobody else holds it. */
static void change_owner(void)
{
	mfn_t had[HOST_FRAMES], m;
	u32 n = 0;

	d->tot_pages++;			/* it does not end with this page */
	assert_int_equal(ptype_release(d, mfn(d_first)), 0);
	d->tot_pages--;
	if (mfn_frame(mfn(d_first))->refs)
		return;
	for (;;) {
		m = frame_alloc(0, 0);
		assert_false(mfn_eq(m, INVALID_MFN));
		if (m.n == d_first)
			break;
		had[n++] = m;
	}
	while (n)
		frame_free(had[--n], 0);
	assert_true(ptype_assign(o, m, false));
}

static long get_ref(void)
{
	return ptype_get_ref(d, mfn(d_first));
}

static void test_owner(void **state)
{
	u32 steps, got = 0, lost = 0;
	struct frame *f;

	(void)state;
	for (steps = 1; steps < ENOUGH; steps++) {
		setup();
		f = mfn_frame(mfn(d_first));
		if (race(get_ref, change_owner, steps)) {
			got++;
			assert_ptr_equal(f->owner, d);
			assert_int_equal(f->refs, race_other ? 2 : 1);
		} else {
			lost++;
			assert_ptr_equal(f->owner, o);
			assert_int_equal(f->refs, 1);
		}
		if (race_other)
			break;
	}
	assert_in_range(steps, 20, ENOUGH - 1);
	assert_true(got > 1 && lost > 1);
}

static void kill_other(void)
{
	while (domain_kill(o) == -ERESTART)
		;
}

/* It stops when its pins are gone and its pages, or most of them, are not. */
static void kill_half(void)
{
	host_preempt = true;
	while (o->kill_step <= KILL_PINS && domain_kill(o) == -ERESTART)
		;
	host_preempt = false;
}

static long operation(u32 cmd, u64 page, u64 whose)
{
	struct abi_mmuext op = { .cmd = cmd, .arg1 = page };
	u64 a[6] = { (u64)&op, 1, 0, whose };

	return pv_mmuext_op(a);
}

static long set_entry(u64 value, u64 whose)
{
	struct mmu_update u = { .ptr = (u64)d_first << PAGE_SHIFT,
				.val = value };
	u64 a[6] = { (u64)&u, 1, 0, whose };

	return pv_mmu_update(a);
}

static long pin(void)
{
	return operation(MMUEXT_PIN_L1_TABLE, o_first, 4);
}

static long unpin(void)
{
	return operation(MMUEXT_UNPIN_TABLE, o_first, 4);
}

static long clear_page(void)
{
	return operation(MMUEXT_CLEAR_PAGE, o_first, 4);
}

static long map_writable(void)
{
	return set_entry(make_pte(mfn(o_first), PTE_P | PTE_RW), 4);
}

static long map_read_only(void)
{
	return set_entry(make_pte(mfn(o_first), PTE_P), 4);
}

/* Every page is free again, whoever was first. */
static void check_all_back(void)
{
	assert_int_equal(host_locks, 0);
	if (o->is_dying != DOMAIN_DEAD)
		kill_other();
	set_entry(0, DOMID_SELF);
	assert_int_equal(o->tot_pages, 0);
	assert_int_equal(o->refs, 0);
	frames_delete(mfn_to_virt(o->shared_frame), PAGE_SIZE);
	assert_int_equal(frames_free(), free_before);
}

static void die_during(long (*call)(void), void (*die)(void), bool pinned)
{
	u32 steps, done = 0, refused = 0;
	long rc;

	for (steps = 1; steps < ENOUGH; steps += STRIDE) {
		setup();
		assert_int_equal(operation(MMUEXT_PIN_L1_TABLE, d_first,
					   DOMID_SELF), 0);
		if (pinned)
			assert_int_equal(pin(), 0);
		rc = race(call, die, steps);
		done += !rc;
		refused += rc < 0;
		check_all_back();
		if (race_other)
			break;
	}
	assert_in_range(steps, 50, ENOUGH - 1);
	assert_true(done > 1 && refused > 1);
}

static long (*call_during)(void);
static long call_result;

static void unlocked(void)
{
	if (--steps_left)
		return;
	host_unlocked = NULL;
	call_result = call_during();
}

/* The other way round: a whole call wherever the death gives up its locks. */
static void call_during_death(long (*call)(void))
{
	u32 unlock, done = 0, refused = 0;

	call_during = call;
	for (unlock = 1; unlock < ENOUGH; unlock++) {
		setup();
		assert_int_equal(operation(MMUEXT_PIN_L1_TABLE, d_first,
					   DOMID_SELF), 0);
		steps_left = unlock;
		host_unlocked = unlocked;
		kill_other();
		if (host_unlocked)
			break;
		done += !call_result;
		refused += call_result < 0;
		check_all_back();
	}
	host_unlocked = NULL;
	assert_in_range(unlock, 20, ENOUGH - 1);
	assert_int_equal(done, 0);
	assert_int_equal(refused, unlock - 1);
}

static void test_calls(void **state)
{
	(void)state;
	call_during_death(pin);
	call_during_death(clear_page);
	call_during_death(map_writable);
}

static void test_death(void **state)
{
	(void)state;
	die_during(pin, kill_half, false);
	die_during(unpin, kill_half, true);
	die_during(clear_page, kill_other, false);
	die_during(map_writable, kill_half, false);
	die_during(map_read_only, kill_other, false);
}

EXPORT_TESTS(race, cmocka_unit_test(test_owner),
	     cmocka_unit_test(test_death), cmocka_unit_test(test_calls));
