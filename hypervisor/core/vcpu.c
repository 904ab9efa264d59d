// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcpu_op (xen/vcpu.h): bringing vCPUs up and down, and the places in guest
 * memory where the hypervisor keeps time and run state.
 */
#include <xen/sched.h>
#include <xen/vcpu.h>
#include "domain.h"
#include "errno.h"
#include "evtchn.h"
#include "guest.h"
#include "hypercall.h"
#include "lib.h"
#include "nmi.h"
#include "paging.h"
#include "ptype.h"
#include "sched.h"
#include "vcpu.h"

_Static_assert(sizeof(struct vcpu_time_info) == 32, "same for all guests");

/* The guest reads under the version: odd means "being changed". */
static void write_time(struct vcpu *v)
{
	struct vcpu_time_info *t = (void *)(v->info + v->d->abi->time_offset);
	u64 tsc = rdtsc();

	v->time_version += 2;
	WRITE_ONCE(t->version, v->time_version - 1);
	__asm__ volatile("" ::: "memory");
	t->tsc_timestamp = tsc;
	t->system_time = time_from_tsc(tsc);
	t->tsc_to_system_mul = tsc_scale.mul;
	t->tsc_shift = tsc_scale.shift;
	t->flags = XEN_PVCLOCK_TSC_STABLE_BIT;
	__asm__ volatile("" ::: "memory");
	WRITE_ONCE(t->version, v->time_version);
}

void vcpu_update_time(struct vcpu *v)
{
	write_time(v);
	if (v->runstate_at.a)
		abi_put(LAYOUT_RUNSTATE, v->runstate_at, &v->runstate);
}

/* Under the lock of its event channels, as two may do it at once. */
void domain_update_wallclock(struct domain *d)
{
	u32 *wc = (u32 *)(d->shared + d->abi->wc_offset);
	u32 *hi = (u32 *)(d->shared + d->abi->wc_hi_offset);
	u64 seconds = wallclock_base / NS_PER_SEC + (u64)d->time_offset;
	u64 f = spin_lock_irqsave(&d->event_lock);

	wc[0] = (wc[0] | 1) + 2;
	barrier();
	wc[1] = (u32)seconds;
	wc[2] = wallclock_base % NS_PER_SEC;
	*hi = (u32)(seconds >> 32);
	barrier();
	wc[0]++;
	spin_unlock_irqrestore(&d->event_lock, f);
}

void wallclock_set(u64 base)
{
	wallclock_base = base;
	domain_for_each(domain_update_wallclock);
}

/*
 * Move vcpu_info into the guest's own page. The page must be writable by the
 * guest; its reference and type stay taken as long as the vCPU exists.
 */
static long register_info(struct vcpu *v, u64 arg)
{
	struct vcpu_register_vcpu_info r;
	struct domain *d = v->d;
	u8 *to;
	u64 f;

	if (guest_read(&r, gva(arg), sizeof(r)))
		return -EFAULT;
	if (v->info_frame.n)
		return -EINVAL;
	if (r.offset > PAGE_SIZE - 64 || (r.offset & 3) ||
	    !mfn_valid(mfn(r.mfn)))
		return -EINVAL;
	spin_lock(&d->page_lock);
	if (!ptype_get_page(d, mfn(r.mfn), TYPE_WRITABLE)) {
		spin_unlock(&d->page_lock);
		return -EINVAL;
	}
	f = spin_lock_irqsave(&d->event_lock);
	to = (u8 *)mfn_to_virt(mfn(r.mfn)) + r.offset;
	memcpy(to, v->info, 64);
	v->info = to;
	v->info_frame = mfn(r.mfn);
	/* Whoever looked at the old place may have missed something. */
	memset(to + d->abi->sel_offset, 0xff, d->abi->sel_size);
	to[0] = 1;
	spin_unlock_irqrestore(&d->event_lock, f);
	spin_unlock(&d->page_lock);
	if (v == current_vcpu())
		write_time(v);
	return 0;
}

static long register_runstate(struct vcpu *v, u64 arg)
{
	u64 at;

	if (abi_get_longs(gva(arg), &at, 1))
		return -EFAULT;
	v->runstate_at = gva(at);
	if (v == current_vcpu())
		abi_put(LAYOUT_RUNSTATE, v->runstate_at, &v->runstate);
	return 0;
}

static long bring_up(struct vcpu *v)
{
	if (!v->initialised)
		return -EINVAL;
	__atomic_fetch_or(&v->state, VCPU_UP, __ATOMIC_SEQ_CST);
	sched_wake(v);
	return 0;
}

static long bring_down(struct vcpu *v)
{
	struct domain *d = v->d;
	u32 i, up = 0;

	for (i = 0; i < d->max_vcpus; i++)
		up += d->vcpu[i] && (d->vcpu[i]->state & VCPU_UP);
	if (up <= 1 && (v->state & VCPU_UP)) {
		domain_shutdown(d, SHUTDOWN_poweroff);
		return 0;
	}
	__atomic_fetch_and(&v->state, ~(u32)VCPU_UP, __ATOMIC_SEQ_CST);
	sched_stop(v);
	return 0;
}

long vcpu_op(u64 a[])
{
	struct domain *d = current_domain();
	struct vcpu_runstate_info rs;
	struct vcpu *v = domain_vcpu(d, (u32)a[1]);
	u64 arg = a[2];

	if (!v)
		return -ENOENT;
	switch ((u32)a[0]) {
	case VCPUOP_initialise:
		return v->initialised ? -EEXIST :
		       d->abi->set_context(v, gva(arg));
	case VCPUOP_up:
		return bring_up(v);
	case VCPUOP_down:
		return bring_down(v);
	case VCPUOP_send_nmi:
		nmi_raise(v);
		return 0;
	case VCPUOP_is_up:
		return !!(v->state & VCPU_UP);
	case VCPUOP_register_runstate_memory_area:
		return register_runstate(v, arg);
	case VCPUOP_get_runstate_info:
		sched_runstate(v, &rs);
		return abi_put(LAYOUT_RUNSTATE, gva(arg), &rs);
	case VCPUOP_set_periodic_timer:
		return vcpu_set_periodic(v, arg);
	case VCPUOP_stop_periodic_timer:
		vcpu_stop_periodic(v);
		return 0;
	case VCPUOP_set_singleshot_timer:
		return v == current_vcpu() ? vcpu_set_singleshot(v, arg) :
					     -EINVAL;
	case VCPUOP_stop_singleshot_timer:
		if (v != current_vcpu())
			return -EINVAL;
		timer_stop(&v->singleshot);
		return 0;
	case VCPUOP_register_vcpu_info:
		return register_info(v, arg);
	default:
		return -ENOSYS;
	}
}
