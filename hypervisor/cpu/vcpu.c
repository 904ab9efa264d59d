// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcpu_op (xen/vcpu.h): bringing vCPUs up and down, and the places in guest
 * memory where the hypervisor keeps time and run state.
 */
#include <xen/sched.h>
#include <xen/vcpu.h>
#include "cpu/nmi.h"
#include "cpu/vcpu.h"
#include "domain/part.h"
#include "guest/layout.h"
#include "hypercalls.h"
#include "machine/smp.h"

_Static_assert(sizeof(struct vcpu_time_info) == 32, "same for all guests");

/* The same for a process to read; an address that is bad by now is skipped. */
static void write_time_area(const struct vcpu *v, struct vcpu_time_info t)
{
	u32 version = t.version--;

	if (guest_write(v->shared.time_at, &t.version, sizeof(t.version)))
		return;
	barrier();
	guest_write(v->shared.time_at, &t, sizeof(t));
	barrier();
	guest_write(v->shared.time_at, &version, sizeof(version));
}

static struct vcpu_time_info time_info(u32 version)
{
	u64 tsc = rdtsc();

	return (struct vcpu_time_info){
		.version = version, .tsc_timestamp = tsc,
		.system_time = time_from_tsc(tsc),
		.tsc_to_system_mul = tsc_scale.mul,
		.tsc_shift = tsc_scale.shift,
		.flags = XEN_PVCLOCK_TSC_STABLE_BIT,
	};
}

/* The guest reads under the version: odd means "being changed". */
static void write_time(struct vcpu *v)
{
	struct vcpu_time_info *to = (void *)(v->shared.info + v->d->width->time_offset);
	struct vcpu_time_info t = time_info(v->shared.time_version + 1);

	v->shared.time_version += 2;
	WRITE_ONCE(to->version, t.version);
	barrier();
	*to = t;
	barrier();
	WRITE_ONCE(to->version, ++t.version);
	if (v->shared.time_at.a)
		write_time_area(v, t);
}

/*
 * A guest that asked for it by vm_assist sees XEN_RUNSTATE_UPDATE, the top bit
 * of state_entry_time, set while the rest changes.
 */
static void write_runstate(const struct vcpu *v, struct vcpu_runstate_info rs)
{
	gva_t top = gva(v->shared.runstate_at.a + v->d->width->long_size + 7);
	bool flag = v->d->policy.vm_assist & BIT(VMASST_TYPE_runstate_update_flag);
	u8 *last = (u8 *)&rs.state_entry_time + 7;

	if (flag) {
		rs.state_entry_time |= XEN_RUNSTATE_UPDATE;
		if (guest_write(top, last, 1))
			return;
		barrier();
	}
	layout_put(LAYOUT_RUNSTATE, v->shared.runstate_at, &rs);
	barrier();
	rs.state_entry_time &= ~XEN_RUNSTATE_UPDATE;
	if (flag)
		guest_write(top, last, 1);
}

void vcpu_update_time(struct vcpu *v)
{
	write_time(v);
	if (v->shared.runstate_at.a)
		write_runstate(v, v->sched.runstate);
}

/*
 * Two may do it at once: the lock of its event channels is held from reading what
 * they have set, so that the later one writes the last values.
 */
void vcpu_update_wallclock(struct domain *d)
{
	u64 f = spin_lock_irqsave(&d->events.lock);
	u64 base = READ_ONCE(wallclock_base);
	u64 seconds = base / NS_PER_SEC + (u64)READ_ONCE(d->policy.time_offset);
	u32 *wc = (u32 *)(d->shared + d->width->wc_offset);
	u32 *hi = (u32 *)(d->shared + d->width->wc_hi_offset);

	wc[0] = (wc[0] | 1) + 2;
	barrier();
	wc[1] = (u32)seconds;
	wc[2] = base % NS_PER_SEC;
	*hi = (u32)(seconds >> 32);
	barrier();
	wc[0]++;
	spin_unlock_irqrestore(&d->events.lock, f);
}

void vcpu_set_wallclock(u64 base)
{
	wallclock_base = base;
	domain_for_each(vcpu_update_wallclock);
}

/* Events are sent to the old place or to the new one, by their lock. */
static void move_info(struct vcpu *v, mfn_t m, u32 offset)
{
	u8 *to = (u8 *)mfn_to_virt(m) + offset;
	u64 f = spin_lock_irqsave(&v->d->events.lock);

	memcpy(to, v->shared.info, 64);
	v->shared.info = to;
	v->shared.info_frame = m;
	/* Whoever looked at the old place may have missed something. */
	memset(to + v->d->width->sel_offset, 0xff, v->d->width->long_size);
	to[0] = 1;
	spin_unlock_irqrestore(&v->d->events.lock, f);
}

/*
 * Move vcpu_info into the guest's own page, once, of the caller or of a vCPU
 * that is down. The page must be writable by the guest; its reference and type
 * stay taken as long as the vCPU exists. The page lock decides which of two
 * calls is the first.
 */
static long register_info(struct vcpu *v, u64 arg)
{
	struct vcpu_register_vcpu_info r;
	struct domain *d = v->d;
	long rc = -EINVAL;

	if (guest_read(&r, gva(arg), sizeof(r)))
		return -EFAULT;
	if (r.offset > PAGE_SIZE - 64 || (r.offset & (d->width->long_size - 1)))
		return -ENXIO;
	spin_lock(&d->tables.lock);
	if (!v->shared.info_frame.n &&
	    (v == current_vcpu() || !(v->sched.state & VCPU_UP)) &&
	    !ptype_get_both(d, mfn(r.mfn), TYPE_WRITABLE)) {
		move_info(v, mfn(r.mfn), r.offset);
		rc = 0;
	}
	spin_unlock(&d->tables.lock);
	if (!rc && v == current_vcpu())
		write_time(v);
	return rc;
}

/*
 * An address to keep, of an area of a size. As on Xen, all that is checked is
 * that a guest may name it: later writes go by what the vCPU has mapped then.
 */
static long register_area(u64 arg, u64 size, gva_t *to)
{
	u64 at;

	if (guest_get_longs(gva(arg), &at, 1) || !guest_range_ok(gva(at), size))
		return -EFAULT;
	*to = gva(at);
	return 0;
}

static long register_runstate(struct vcpu *v, u64 arg)
{
	struct vcpu_runstate_info rs;
	long rc = register_area(arg, layout_size(LAYOUT_RUNSTATE),
				&v->shared.runstate_at);

	if (rc)
		return rc;
	/* Of the caller the guest adds what has passed since its entry time. */
	if (v == current_vcpu())
		rs = v->sched.runstate;
	else
		sched_runstate(v, &rs);
	write_runstate(v, rs);
	return 0;
}

static long register_time(struct vcpu *v, u64 arg)
{
	long rc = register_area(arg, sizeof(struct vcpu_time_info),
				&v->shared.time_at);

	if (!rc && v == current_vcpu())
		write_time(v);
	else if (!rc && v->shared.time_at.a)
		write_time_area(v, time_info(v->shared.time_version));
	return rc;
}

/* APIC ID, and above it ACPI's number of the CPU that the vCPU is pinned to. */
static long get_physid(const struct vcpu *v, u64 arg)
{
	u32 cpus = v->sched.affinity & smp_all();
	u64 id;

	if (!v->d->privileged || !cpus || (cpus & (cpus - 1)))
		return -EINVAL;
	id = (u64)__builtin_ctz(cpus) << 32;
	id |= cpu_blocks[id >> 32]->cpu.apic_id;
	return guest_write(gva(arg), &id, sizeof(id));
}

/* A vCPU is initialised once and for good, so that no lock is needed here. */
static long bring_up(struct vcpu *v)
{
	if (!__atomic_load_n(&v->proc.initialised, __ATOMIC_ACQUIRE))
		return -EINVAL;
	__atomic_fetch_or(&v->sched.state, VCPU_UP, __ATOMIC_SEQ_CST);
	sched_wake(v);
	return 0;
}

static bool no_other_up(const struct vcpu *v)
{
	const struct domain *d = v->d;
	u32 i;

	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i] && d->vcpu[i] != v &&
		    (d->vcpu[i]->sched.state & VCPU_UP))
			return false;
	return true;
}

/* Two that take each other down do so one after the other, by the lock. */
static long bring_down(struct vcpu *v)
{
	u64 f = spin_lock_irqsave(&v->d->life.lock);
	bool last = no_other_up(v);

	if (!last)
		__atomic_fetch_and(&v->sched.state, ~(u32)VCPU_UP,
				   __ATOMIC_SEQ_CST);
	spin_unlock_irqrestore(&v->d->life.lock, f);
	if (last)
		domain_shutdown(v->d, SHUTDOWN_poweroff);
	else
		sched_stop(v);
	return 0;
}

long do_vcpu_op(u64 a[])
{
	struct domain *d = current_domain();
	struct vcpu_runstate_info rs;
	struct vcpu *v = domain_vcpu(d, (u32)a[1]);
	u64 arg = a[2];

	if (!v)
		return -ENOENT;
	switch ((u32)a[0]) {
	case VCPUOP_initialise:
		return vcpu_context_set(v, gva(arg));
	case VCPUOP_up:
		return bring_up(v);
	case VCPUOP_down:
		return bring_down(v);
	case VCPUOP_send_nmi:
		nmi_raise(v);
		return 0;
	case VCPUOP_is_up:
		return !!(v->sched.state & VCPU_UP);
	case VCPUOP_register_runstate_memory_area:
		return register_runstate(v, arg);
	case VCPUOP_register_vcpu_time_memory_area:
		return register_time(v, arg);
	case VCPUOP_get_runstate_info:
		sched_runstate(v, &rs);
		return layout_put(LAYOUT_RUNSTATE, gva(arg), &rs);
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
		timer_stop(&v->timers.singleshot);
		return 0;
	case VCPUOP_get_physid:
		return get_physid(v, arg);
	case VCPUOP_register_vcpu_info:
		return register_info(v, arg);
	default:
		return -ENOSYS;
	}
}

/* No vCPU has a vcpu_info of its own any more. */
static int kill_info(struct domain *d)
{
	struct vcpu_shared *s;
	u32 i;

	for (i = 0; i < d->max_vcpus; i++) {
		if (!d->vcpu[i])
			continue;
		s = &d->vcpu[i]->shared;
		spin_lock(&d->tables.lock);
		if (s->info_frame.n)
			ptype_put_both(d, s->info_frame);
		s->info = d->shared + i * VCPU_INFO_SIZE;
		s->info_frame = mfn(0);
		spin_unlock(&d->tables.lock);
	}
	return 0;
}

DOMAIN_PART(info) = {
	.order = PART_INFO,
	.kill = kill_info,
};
