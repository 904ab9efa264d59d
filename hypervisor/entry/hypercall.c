// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypercall table, multicall, and the continuation of long calls.
 *
 * A call that must stop returns -ERESTART and leaves the rest of its work in its
 * arguments. The hypervisor writes these to the guest's registers and moves the
 * guest's IP back to its int 0x82 or SYSCALL, so that the guest repeats the
 * call. The guest may change the registers meanwhile; each call checks them as
 * new. A multicall stops between entries, or within a long entry after it wrote
 * the changed arguments back to that entry. Calls with 64-bit arguments do not
 * change them.
 */
#include "entry/guest_trap.h"
#include "guest/get_few.h"
#include "hypercalls.h"

#define INT_SIZE	2	/* bytes of int 0x82 (cd 82) and SYSCALL (0f 05) */
#define ENTRY_LONGS	(2 + HYPERCALL_ARGS)	/* operation, result, args */
/*
 * do_multicall() returns this after an iret, which has set the guest's registers:
 * make_call() then must not change AX. No other result of a multicall is 1.
 */
#define LEFT		1

/* As on Xen if its option vpmu is off. */
static long do_xenpmu_op(u64 a[])
{
	return -EOPNOTSUPP;
}

struct hypercall {
	hypercall_fn *fn;
	u32 wide;	/* bits 0, 1: this argument has 64 bits in all guests */
	bool any_value;	/* its result may be -ERESTART without that meaning */
};

/* By __HYPERVISOR_* of xen.h. Other numbers give -ENOSYS. */
#define CALL(name, ...)	[__HYPERVISOR_##name] = { do_##name, __VA_ARGS__ }
static const struct hypercall table[] = {
	CALL(set_trap_table),
	CALL(mmu_update),
	CALL(set_gdt),
	CALL(stack_switch),
	CALL(set_callbacks),
	CALL(fpu_taskswitch),
	CALL(sched_op_compat),
	CALL(platform_op),
	CALL(set_debugreg),
	CALL(get_debugreg, .any_value = true),
	CALL(update_descriptor, BIT(0) | BIT(1)),
	CALL(memory_op),
	CALL(multicall),
	CALL(update_va_mapping, BIT(1)),
	CALL(update_va_mapping_otherdomain, BIT(1)),
	CALL(set_timer_op, BIT(0)),
	CALL(event_channel_op_compat),
	CALL(xen_version),
	CALL(console_io),
	CALL(physdev_op_compat),
	CALL(grant_table_op),
	CALL(vm_assist),
	CALL(iret),
	CALL(set_segment_base),
	CALL(vcpu_op),
	CALL(mmuext_op),
	CALL(nmi_op),
	CALL(sched_op),
	CALL(callback_op),
	CALL(event_channel_op),
	CALL(physdev_op),
	CALL(sysctl),
	CALL(domctl),
	CALL(xenpmu_op),
};
#undef CALL

static const struct hypercall *lookup(u64 nr)
{
	return nr < ARRAY_SIZE(table) && table[nr].fn ? &table[nr] : NULL;
}

/*
 * Join a[0] (lower half) and a[1] to one argument, and move the others, at most
 * three, one place down.
 */
static void join_pair(u64 a[])
{
	a[0] |= a[1] << 32;
	a[1] = a[2];
	a[2] = a[3];
	a[3] = a[4];
}

static void join_pairs(u64 a[], u32 pairs)
{
	if (pairs & BIT(0))
		join_pair(a);
	if (pairs & BIT(1))
		join_pair(a + 1);
}

static bool wants_restart(const struct hypercall *call, long rc)
{
	return rc == -ERESTART && !call->any_value;
}

/* Store the result of an entry whose address was range-checked. 0 or -EFAULT. */
static int put_result(const struct width *w, gva_t at, u64 result)
{
	if (w->is_long)
		GUEST_PUT(u64, at.a + sizeof(u64), result);
	else
		GUEST_PUT(u32, at.a + sizeof(u32), result);
	return 0;
fault:
	return -EFAULT;
}

/*
 * Carry out the entry at 'at'. *left: it was an iret, after which no entry may
 * follow.
 */
static long multicall_entry(const struct domain *d, gva_t at, bool *left)
{
	const struct width *w = d->width;
	const struct regs *r = &this_block()->guest;
	u64 entry[ENTRY_LONGS], *args = &entry[2];
	const struct hypercall *call;
	u32 pairs = 0;
	long rc;

	if (!guest_get_few(d, w->long_size, at, entry, ENTRY_LONGS))
		return -EFAULT;
	call = lookup(entry[0]);
	*left = entry[0] == __HYPERVISOR_iret;
	if (*left) {
		/* Its result is the AX that iret loaded; a fault is ignored. */
		do_iret(NULL);
		put_result(w, at, r->ax);
		return 0;
	}
	if (!call) {
		rc = -ENOSYS;
	} else if (call->fn == do_multicall) {
		rc = -EINVAL;
	} else {
		pairs = call->wide & w->pairs;
		if (pairs)
			join_pairs(args, pairs);
		do
			rc = call->fn(args);
		while (wants_restart(call, rc) && !sched_preempt_needed());
	}
	if (!call || !wants_restart(call, rc))
		return put_result(w, at, (u64)rc);
	if (!pairs && guest_put_longs(gva_index(at, 2, w->long_size), args,
				      HYPERCALL_ARGS))
		return -EFAULT;
	return -ERESTART;
}

long do_multicall(u64 a[])
{
	const struct domain *d = current_domain();
	bool left = false;
	long rc = 0;

	a[1] = (u32)a[1];	/* Xen takes 32 bits of the count */
	while (a[1] && !rc) {
		rc = multicall_entry(d, gva(a[0]), &left);
		if (rc || left)
			break;
		a[0] += ENTRY_LONGS * d->width->long_size;
		a[1]--;
		if (d->life.crashed || d->life.shut_down)
			break;
		if (a[1] && sched_preempt_needed())
			rc = -ERESTART;
	}
	return left ? LEFT : rc;
}

/* Not inline, or the hypercall iret would save registers that only this needs. */
static noinline void make_call(const struct width *w, struct regs *r,
			       const struct hypercall *call)
{
	u32 pairs = call->wide & w->pairs;
	u64 a[HYPERCALL_ARGS];
	long rc;

	w->get_args(r, a);
	if (pairs)
		join_pairs(a, pairs);
	rc = call->fn(a);
	if (call->fn == do_multicall && rc == LEFT)
		return;
	if (!wants_restart(call, rc)) {
		r->ax = (u64)rc & w->long_mask;
		return;
	}
	r->ip -= INT_SIZE;
	if (!pairs)
		w->put_args(r, a);
}

void hypercall_entry(struct vcpu *v, struct regs *r)
{
	const struct width *w = v->d->width;
	const struct hypercall *call = lookup(r->ax & w->long_mask);

	if (!call)
		r->ax = (u64)-ENOSYS & w->long_mask;
	else if (call->fn == do_iret)
		do_iret(NULL);		/* it sets all registers */
	else
		make_call(w, r, call);
}
