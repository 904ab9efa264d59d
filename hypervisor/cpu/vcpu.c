// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcpu_op (xen/vcpu.h): bring vCPUs up and down, and register the places in
 * guest memory where the hypervisor writes vcpu_info, time and run state.
 */
#include <xen/sched.h>
#include "cpu/nmi.h"
#include "domain/part.h"
#include "guest/layout.h"
#include "hypercalls.h"
#include "machine/smp.h"

_Static_assert(sizeof(struct vcpu_time_info) == 32, "same for all guests");

/*
 * Write the time to the area that the guest registered for its processes, with
 * the same protocol as write_time(). Nothing happens if the address is bad by
 * now.
 */
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

/*
 * Write the time to vcpu_info. An odd version tells the guest that the time is
 * being changed.
 */
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

/* Up to the first fault. The range is checked. */
static inline void put_runstate(u64 at, u64 times, const struct vcpu_runstate_info *rs)
{
	GUEST_PUT(u32, at, rs->state);
	GUEST_PUT(u64, times, rs->state_entry_time);
#pragma GCC unroll 4
	for (u32 i = 0; i < ARRAY_SIZE(rs->time); i++)
		GUEST_PUT(u64, times + (i + 1) * sizeof(u64), rs->time[i]);
fault:
	return;
}

/*
 * If the guest asked for it by vm_assist, XEN_RUNSTATE_UPDATE, the top bit of
 * state_entry_time, is set while the other members change. Each switch of vCPUs
 * writes this: the times lie together, a long behind the state
 * (LAYOUT_RUNSTATE), so they are stored and not converted.
 */
static void write_runstate(const struct vcpu *v, struct vcpu_runstate_info rs)
{
	u64 at = v->shared.runstate_at.a, times = at + v->d->width->long_size;
	bool flag = v->d->policy.vm_assist & BIT(VMASST_TYPE_runstate_update_flag);

	if (!domain_range_ok(v->d, gva(at), times - at + 8 + sizeof(rs.time)))
		return;
	if (flag) {
		rs.state_entry_time |= XEN_RUNSTATE_UPDATE;
		GUEST_PUT(u8, times + 7, rs.state_entry_time >> 56);
	}
	put_runstate(at, times, &rs);
	if (flag)
		GUEST_PUT(u8, times + 7, rs.state_entry_time >> 56 & 0x7f);
fault:
	return;
}

void vcpu_update_time(struct vcpu *v)
{
	write_time(v);
	if (v->shared.runstate_at.a)
		write_runstate(v, v->sched.runstate);
}

/*
 * The event lock keeps two CPUs from writing at the same time. It is held
 * before the time is read, so that the last writer writes the last time that
 * was set.
 */
void vcpu_update_wallclock(struct domain *d)
{
	u32 *wc = (u32 *)(d->shared + d->width->wc_offset);
	u32 *hi = (u32 *)(d->shared + d->width->wc_hi_offset);
	u64 base, seconds;

	spin_guard_irqsave(&d->events.lock);
	base = READ_ONCE(wallclock_base);
	seconds = base / NS_PER_SEC + (u64)READ_ONCE(d->policy.time_offset);
	wc[0] = (wc[0] | 1) + 2;
	barrier();
	wc[1] = (u32)seconds;
	wc[2] = base % NS_PER_SEC;
	*hi = (u32)(seconds >> 32);
	barrier();
	wc[0]++;
}

/* The event lock: each event is sent to the old place or to the new one. */
static void move_info(struct vcpu *v, mfn_t m, u32 offset)
{
	u8 *to = (u8 *)mfn_to_virt(m) + offset;

	spin_guard_irqsave(&v->d->events.lock);
	memcpy(to, v->shared.info, VCPU_INFO_SIZE);
	v->shared.info = to;
	v->shared.info_frame = m;
	/* The guest may have missed an event at the old place: say "any". */
	memset(to + v->d->width->sel_offset, 0xff, v->d->width->long_size);
	to[0] = 1;
}

/*
 * Move vcpu_info into a page of the guest, once for each vCPU. The vCPU is the
 * caller or is down. The page must have, or get, type WRITABLE; its references
 * stay as long as the vCPU exists. The page lock decides which of two calls is
 * first.
 */
static long register_info(struct vcpu *v, u64 arg)
{
	struct vcpu_register_vcpu_info r;
	struct domain *d = v->d;

	if (guest_read(&r, gva(arg), sizeof(r)))
		return -EFAULT;
	if (r.offset > PAGE_SIZE - VCPU_INFO_SIZE ||
	    (r.offset & (d->width->long_size - 1)))
		return -ENXIO;
	spin_guard(&d->tables.lock);
	if (v->shared.info_frame.n ||
	    (v != current_vcpu() && (v->sched.state & VCPU_UP)) ||
	    ptype_get_both(d, mfn(r.mfn), TYPE_WRITABLE))
		return -EINVAL;
	move_info(v, mfn(r.mfn), r.offset);
	write_time(v);
	return 0;
}

/*
 * Register an area of 'size' bytes, whose address is at guest address 'arg'. As
 * on Xen, only its range is checked: later writes go to what the vCPU maps
 * then.
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
	/* For a running vCPU, guests add the time since state_entry_time. */
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

/* For a pinned vCPU: its CPU's APIC ID and, above it, ACPI's number. */
static long get_physid(const struct vcpu *v, u64 arg)
{
	cpus_t cpus = cpus_and(v->sched.affinity, smp_all());
	u32 cpu = cpus_next(&cpus, 0);
	u64 id;

	if (!v->d->privileged || cpu == MAX_CPUS ||
	    cpus_next(&cpus, cpu + 1) < MAX_CPUS)
		return -EINVAL;
	id = (u64)cpu << 32 | cpu_blocks[cpu]->cpu.apic_id;
	return guest_write(gva(arg), &id, sizeof(id));
}

/* This needs no lock, because an initialised vCPU stays initialised. */
static long bring_up(struct vcpu *v)
{
	if (!__atomic_load_n(&v->proc.initialised, __ATOMIC_ACQUIRE))
		return -EINVAL;
	atomic_or(&v->sched.state, VCPU_UP);
	sched_wake(v);
	return 0;
}

/* The lock orders vCPUs that go down at the same time: one is the last. */
static long bring_down(struct vcpu *v)
{
	const struct vcpu *other;
	bool last = true;

	spin_scoped_irqsave(&v->d->life.lock) {
		domain_for_each_vcpu(v->d, other)
			last &= other == v || !(other->sched.state & VCPU_UP);
		if (!last)
			atomic_and(&v->sched.state, ~(u32)VCPU_UP);
	}
	if (last)
		domain_shutdown(v->d, SHUTDOWN_poweroff);
	else
		sched_stop(v);
	return 0;
}

long do_vcpu_op(u64 a[])
{
	struct vcpu *v = domain_vcpu(current_domain(), (u32)a[1]);
	struct vcpu_runstate_info rs;

	if (!v)
		return -ENOENT;
	switch ((u32)a[0]) {
	case VCPUOP_initialise:
		return vcpu_context_set(v, gva(a[2]));
	case VCPUOP_up:
		return bring_up(v);
	case VCPUOP_down:
		return bring_down(v);
	case VCPUOP_send_nmi:
		if (a[2])
			return -EINVAL;
		nmi_raise(v);
		return 0;
	case VCPUOP_is_up:
		return !!(v->sched.state & VCPU_UP);
	case VCPUOP_register_runstate_memory_area:
		return register_runstate(v, a[2]);
	case VCPUOP_register_vcpu_time_memory_area:
		return register_time(v, a[2]);
	case VCPUOP_get_runstate_info:
		sched_runstate(v, &rs);
		return layout_put(LAYOUT_RUNSTATE, gva(a[2]), &rs);
	case VCPUOP_set_periodic_timer:
		return vcpu_set_periodic(v, a[2]);
	case VCPUOP_stop_periodic_timer:
		v->timers.period = 0;
		timer_stop(&v->timers.periodic);
		return 0;
	case VCPUOP_set_singleshot_timer:
		return v == current_vcpu() ? vcpu_set_singleshot(v, a[2]) :
					     -EINVAL;
	case VCPUOP_stop_singleshot_timer:
		if (v != current_vcpu())
			return -EINVAL;
		timer_stop(&v->timers.singleshot);
		return 0;
	case VCPUOP_get_physid:
		return get_physid(v, a[2]);
	case VCPUOP_register_vcpu_info:
		return register_info(v, a[2]);
	default:
		return -ENOSYS;
	}
}

/* Move each vcpu_info back to shared_info, and drop the guest's page. */
static int kill_info(struct domain *d)
{
	struct vcpu *v;

	domain_for_each_vcpu(d, v) {
		spin_guard(&d->tables.lock);
		if (v->shared.info_frame.n)
			ptype_put_both(d, v->shared.info_frame);
		v->shared.info = d->shared + v->id * VCPU_INFO_SIZE;
		v->shared.info_frame = mfn(0);
	}
	return 0;
}

DOMAIN_PART(INFO, .kill = kill_info);
