/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that the hypervisor and a guest share, for each vCPU. */
#ifndef KRYPTON_SHARED_H
#define KRYPTON_SHARED_H

#define VCPU_INFO_SIZE	64

struct vcpu_shared {
	u8 *info;		/* vcpu_info; the event lock */
	mfn_t info_frame;	/* that the guest registered; the page lock */
	u32 time_version;	/* only the vCPU itself changes it */
	gva_t runstate_at, time_at;	/* 0: none; atomic */
};

#define INFO_PENDING	0	/* vcpu_info.evtchn_upcall_pending */
#define INFO_MASK	1	/* vcpu_info.evtchn_upcall_mask */

#endif
