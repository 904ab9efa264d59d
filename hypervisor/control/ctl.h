/* SPDX-License-Identifier: GPL-2.0-only */
/* The operations of domctl and sysctl, by file. */
#ifndef KRYPTON_CTL_H
#define KRYPTON_CTL_H

#include <xen/domctl.h>
#include <xen/sysctl.h>
#include "domain/domain.h"
#include "guest/guest.h"

/*
 * An operation on a domain, to which the caller has a reference, or on none. op is
 * in and out.
 */
typedef long (*domctl_fn)(struct domain *d, struct xen_domctl *op);

/* control/domctl_vcpu.c */
long domctl_set_affinity(struct domain *d, struct xen_domctl *op);
long domctl_get_affinity(struct domain *d, struct xen_domctl *op);
long domctl_vcpu_info(struct domain *d, struct xen_domctl *op);
long domctl_set_context(struct domain *d, struct xen_domctl *op);
long domctl_get_context(struct domain *d, struct xen_domctl *op);
long domctl_set_ext_context(struct domain *d, struct xen_domctl *op);
long domctl_get_ext_context(struct domain *d, struct xen_domctl *op);
long domctl_trigger(struct domain *d, struct xen_domctl *op);
/* control/domctl_state.c */
long domctl_get_extended_state(struct domain *d, struct xen_domctl *op);
long domctl_set_extended_state(struct domain *d, struct xen_domctl *op);
long domctl_get_msrs(struct domain *d, struct xen_domctl *op);
long domctl_set_msrs(struct domain *d, struct xen_domctl *op);
/* device/devices.c */
long devices_domctl_ports(struct domain *d, struct xen_domctl *op);
long devices_domctl_iomem(struct domain *d, struct xen_domctl *op);
long devices_domctl_assign(struct domain *none, struct xen_domctl *op);
/* device/physdev.c: allow or forbid the domain to bind a pirq */
long physdev_domctl_irq(struct domain *d, struct xen_domctl *op);
/* control/page_info.c */
long domctl_page_info(struct domain *d, struct xen_domctl *op);
long domctl_hypercall_page(struct domain *d, struct xen_domctl *op);
/* control/cpu_policy.c */
long domctl_set_policy(struct domain *d, struct xen_domctl *op);
long domctl_get_policy(struct domain *d, struct xen_domctl *op);
long sysctl_cpu_policy(struct xen_sysctl *op);
long sysctl_cpu_features(struct xen_sysctl *op);
/* A word of the processor's own feature set. */
u32 sysctl_feature_word(u32 i);
/* control/machine_info.c */
long sysctl_physinfo(struct xen_sysctl *op);
long sysctl_cpu_topology(struct xen_sysctl *op);
long sysctl_numa(struct xen_sysctl *op);
long sysctl_cpu_info(struct xen_sysctl *op);
long sysctl_cpupool(struct xen_sysctl *op);
long sysctl_heap(struct xen_sysctl *op);

/* control/domain_info.c */
void domain_info(const struct domain *d, struct xen_domctl_getdomaininfo *to);

/* Copy element i of an array in memory of the tools: 0 or -EFAULT. */
#define ctl_get(handle, i, to) \
	guest_read(to, gva((u64)((handle).p + (i))), sizeof(*(handle).p))
#define ctl_put(handle, i, from) \
	guest_write(gva((u64)((handle).p + (i))), from, sizeof(*(handle).p))
/*
 * Read and write the first MAX_CPUS bits of a bitmap in memory of the tools: 0
 * or -EFAULT. Writing sets all further bytes to 0.
 */
int ctl_get_bitmap(const struct xenctl_bitmap *from, cpus_t *set);
int ctl_put_bitmap(const struct xenctl_bitmap *to, cpus_t set);

#endif
