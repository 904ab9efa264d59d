/* SPDX-License-Identifier: GPL-2.0-only */
/* What a vCPU shares with its guest. */
#ifndef KRYPTON_SHARED_H
#define KRYPTON_SHARED_H

#define VCPU_INFO_SIZE	64

struct vcpu_shared {
	u8 *info;			/* vcpu_info; the event lock */
	mfn_t info_frame;		/* if registered; the page lock */
	u32 time_version;		/* while it runs */
	gva_t runstate_at, time_at;	/* 0: none; atomic */
};

/* The upcall bytes of vcpu_info. Any context. */
bool shared_events_deliverable(const struct vcpu *v);
bool shared_event_pending(const struct vcpu *v);
/* False: it was pending already. */
bool shared_set_event_pending(struct vcpu *v);
void shared_set_upcall_mask(struct vcpu *v, bool masked);
bool shared_upcall_mask(const struct vcpu *v);

#endif
