// SPDX-License-Identifier: GPL-2.0-only
/*
 * Destroying a domain, in steps (enum kill_step): no vCPU of it runs any
 * more, then its channels, grant mappings, page tables and pages go. It stops
 * between the steps, and within them, when something else has to run.
 *
 * What others still map stays, and the domain with it, until they let go.
 */
#include "cpu/descriptors.h"
#include "cpu/ldt.h"
#include "cpu/vcpu.h"
#include "debug.h"
#include "domain/domain.h"
#include "errno.h"
#include "event/evtchn.h"
#include "grant/grant.h"
#include "machine/paging.h"
#include "mmu/ptype.h"
#include "sched/sched.h"

/* What a vCPU holds of the domain's pages; it never runs again. */
static void drop_vcpu(struct vcpu *v)
{
	static const mfn_t none[1];
	struct domain *d = v->d;

	sched_forget(v);
	vcpu_stop_timers(v);
	spin_lock(&d->tables.lock);
	ldt_drop(v);
	if (!mfn_eq(v->roots.table, INVALID_MFN))
		ptype_put_both(d, v->roots.table);
	v->roots.table = INVALID_MFN;
	descriptors_set_gdt(v, none, 0);
	if (v->shared.info_frame.n)
		ptype_put_both(d, v->shared.info_frame);
	v->shared.info = d->shared + v->id * 64;
	v->shared.info_frame = mfn(0);
	ptype_finish(d);		/* short: its level-2 tables are empty */
	spin_unlock(&d->tables.lock);
}

static void drop_vcpus(struct domain *d)
{
	u32 i;

	timer_kill(&d->sched.cap_timer);
	watchdog_kill(d);
	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i])
			drop_vcpu(d->vcpu[i]);
}

/*
 * Clears one entry of a level-2 table in each hold of the lock, so that the
 * rest of the tree is short. True: there may be more.
 */
static bool clear_table(struct domain *d, mfn_t m)
{
	const struct frame *f = mfn_frame(m);
	const u64 *table = mfn_to_virt(m);
	u32 i = d->life.kill_index;

	if (!f->type_count || f->type != TYPE_L2 || !(f->flags & FRAME_VALID))
		return false;
	while (i < 512 && !(table[i] & PTE_P))
		i++;
	if (i < 512)
		tables_set_l2(d, m, i++, 0);
	d->life.kill_index = i % 512;
	return d->life.kill_index;
}

static void drop_pins(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_frame(m);

	ptype_drop_partial(d, m);
	if (f->flags & FRAME_PINNED) {
		f->flags &= (u8)~FRAME_PINNED;
		ptype_put_both(d, m);
	}
}

/* True: visit the frame again, in another hold of the lock. */
static bool visit(struct domain *d, mfn_t m)
{
	switch (d->life.kill_step) {
	case KILL_TABLES:
		return clear_table(d, m);
	case KILL_PINS:
		drop_pins(d, m);
		return false;
	default:
		ptype_release(d, m);
		return false;
	}
}

/* The owned frame after m, or the first; with a reference. */
static mfn_t next_owned(struct domain *d, mfn_t m)
{
	u64 f = spin_lock_irqsave(&d->mem.lock);
	u32 n = m.n ? mfn_frame(m)->next : d->mem.pages;

	/* One that loses its last reference right now is going anyway. */
	while (n && !ptype_get_ref(d, mfn(n)))
		n = mfn_frame(mfn(n))->next;
	spin_unlock_irqrestore(&d->mem.lock, f);
	return mfn(n);
}

/* One step over all frames; kill_at holds a reference while it is one. */
static int walk_frames(struct domain *d)
{
	bool again;
	mfn_t m;
	int rc;

	if (!d->life.kill_at.n)
		d->life.kill_at = next_owned(d, mfn(0));
	while (d->life.kill_at.n) {
		m = d->life.kill_at;
		rc = ptype_lock(d);
		if (rc)
			return rc;
		again = visit(d, m);
		spin_unlock(&d->tables.lock);
		if (!again) {
			d->life.kill_at = next_owned(d, m);
			ptype_put_ref(m);
		}
		if (d->life.kill_at.n && sched_preempt_needed())
			return -ERESTART;
	}
	return ptype_drain(d);
}

/* Whoever looked before is_dying was set is through with the locks after. */
static void wait_for_locks(struct domain *d)
{
	u64 f = spin_lock_irqsave(&d->mem.lock);

	spin_unlock_irqrestore(&d->mem.lock, f);
	f = spin_lock_irqsave(&d->events.lock);
	spin_unlock_irqrestore(&d->events.lock, f);
	spin_lock(&d->tables.lock);
	spin_unlock(&d->tables.lock);
}

static int start_killing(struct domain *d)
{
	u32 alive = DOMAIN_ALIVE;

	if (d == dom0 || d == current_domain())
		return -EINVAL;
	if (!__atomic_compare_exchange_n(&d->life.is_dying, &alive,
					 DOMAIN_DYING, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST))
		return alive == DOMAIN_DYING ? 0 : -EINVAL;
	domain_stop(d);
	sched_barrier();
	wait_for_locks(d);
	return 0;
}

static int kill_step(struct domain *d)
{
	switch (d->life.kill_step) {
	case KILL_STOP:
		return domain_stopped(d) ? 0 : -ERESTART;
	case KILL_EVENTS:
		return evtchn_kill(d);
	case KILL_GRANTS:
		return grant_kill(d);
	case KILL_OLD:
		return ptype_drain(d);
	case KILL_VCPUS:
		drop_vcpus(d);
		return 0;
	default:
		return walk_frames(d);
	}
}

int domain_kill(struct domain *d)
{
	int rc = start_killing(d);

	while (!rc && d->life.kill_step != KILL_DONE) {
		rc = kill_step(d);
		if (!rc)
			d->life.kill_step++;
	}
	if (rc)
		return rc;
	frames_claim(&d->mem.claim, 0);
	d->life.is_dying = DOMAIN_DEAD;
	ptype_put_ref(d->shared_frame);
	domain_put(d);
	quiet_audit();
	/* Who has pages of it mapped shall let them go. */
	evtchn_send_global_virq(VIRQ_DOM_EXC);
	return 0;
}
