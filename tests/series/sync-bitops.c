// SPDX-License-Identifier: GPL-2.0
/*
 * A sample for xen-sync-bitops.cocci: the test expects a finding in each line that
 * ends in "shared", and in no other line. This file is only parsed.
 */
#include <xen/interface/xen.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/io/pciif.h>

#define BM(x) (unsigned long *)(x)

struct device {
	unsigned long flags;
	atomic_t users;
	unsigned int id;
	struct xen_pci_sharedinfo *info;
	struct blkif_front_ring ring;
	struct grant_entry_v1 *grants;
	union grant_entry_v2 *grants2;
};

static struct shared_info *shared_page;

void of_the_device(struct device *d, struct vcpu_info *v)
{
	unsigned long ready = v->evtchn_pending_sel;
	unsigned long *p = &d->flags;

	set_bit(d->info->op.cmd, &d->flags);
	atomic_inc(&d->users);
	clear_bit(v->evtchn_upcall_mask, &ready);
	__clear_bit(3, p);
	p = &ready;
	set_bit(3, p);
	atomic_add(v->evtchn_upcall_mask, &d->users);
}

void locked(struct device *d, struct vcpu_info *v)
{
	sync_set_bit(0, (unsigned long *)&d->info->flags);
	sync_cmpxchg(&d->grants[1].flags, 0, 1);
	test_bit(0, (unsigned long *)&d->info->flags);
	xchg(&v->evtchn_pending_sel, 0);
}

void by_type(struct device *d, struct vcpu_info *v, event_word_t *word,
	     grant_status_t *status)
{
	set_bit(0, (unsigned long *)&d->info->flags);		/* shared */
	__set_bit(0, (void *)&d->info->flags);			/* shared */
	if (test_and_clear_bit(1, BM(&v->evtchn_pending_sel)))	/* shared */
		return;
	change_bit(2, BM(&shared_page->evtchn_mask[0]));	/* shared */
	clear_bit(2, BM(shared_page->evtchn_pending));		/* shared */
	clear_bit_unlock(3, BM(word));				/* shared */
	while (cmpxchg(word, 1, 0) != 1)			/* shared */
		cpu_relax();
	cmpxchg64(&d->grants2[d->id], 1, 0);			/* shared */
	cmpxchg(&d->grants[d->id].flags, 1, 0);			/* shared */
	try_cmpxchg_relaxed(status, status, 0);			/* shared */
	atomic_inc((atomic_t *)&d->ring.sring->req_event);	/* shared */
	atomic_or(1, (atomic_t *)&shared_page->wc_sec);		/* shared */
}

void by_alias(struct device *d, struct vcpu_info *v)
{
	unsigned long *flags = (unsigned long *)&d->info->flags;
	unsigned long *sel, *array;
	u16 *entry;

	set_bit(0, flags);					/* shared */
	entry = &d->grants[d->id].flags;
	do {
		cpu_relax();
	} while (cmpxchg(entry, 1, 0) != 1);			/* shared */
	sel = BM(&v->evtchn_pending_sel);
	if (d->id)
		clear_bit(0, sel);				/* shared */
	array = shared_page->evtchn_pending;
	clear_bit(d->id, array + 1);				/* shared */
	array = &d->flags;
	clear_bit(d->id, array);
}
