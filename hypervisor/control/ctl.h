/* SPDX-License-Identifier: GPL-2.0-only */
/* The operations of domctl, sysctl and platform_op, by file. */
#ifndef KRYPTON_CTL_H
#define KRYPTON_CTL_H

#include <xen/domctl.h>
#include <xen/sysctl.h>
#include "domain/domain.h"

/*
 * An operation on a domain, to which the caller has a reference, or on none. op
 * is in and out.
 */
typedef long domctl_fn(struct domain *d, struct xen_domctl *op);
typedef long sysctl_fn(struct xen_sysctl *op);
/* One on a vCPU of another domain, which is paused meanwhile. */
typedef long domctl_vcpu_fn(struct vcpu *v, struct xen_domctl *op);

/* control/domctl_vcpu.c */
domctl_fn domctl_affinity, domctl_vcpu_info, domctl_context,
	domctl_get_ext_context, domctl_trigger;
domctl_vcpu_fn domctl_set_ext_context;
/* control/domctl_state.c */
domctl_vcpu_fn domctl_get_extended_state, domctl_set_extended_state,
	domctl_get_msrs, domctl_set_msrs;
/* device/devices.c */
domctl_fn devices_domctl_ports, devices_domctl_iomem, devices_domctl_assign;
/* device/physdev.c: allow or forbid the domain to bind a pirq */
domctl_fn physdev_domctl_irq;
/* control/page_info.c */
domctl_fn domctl_page_info, domctl_hypercall_page;
/* control/cpu_policy.c */
domctl_fn domctl_set_policy, domctl_get_policy;
sysctl_fn sysctl_cpu_policy, sysctl_cpu_features;
/* A word of the processor's own feature set. */
u32 sysctl_feature_word(u32 i);
/* control/machine_info.c */
sysctl_fn sysctl_physinfo, sysctl_cpu_topology, sysctl_numa, sysctl_pci_topology,
	sysctl_cpu_info, sysctl_cpupool, sysctl_heap;

/*
 * control/platform_efi.c: XEN_FW_EFI_INFO and XENPF_efi_runtime_call. The
 * structure as the guest gave it, and its address. Return what the hypercall
 * does.
 */
long platform_efi_info(u32 index, const void *in, u64 arg);
long platform_efi_call(const void *body, u64 arg);
/* control/domain_info.c: fill in getdomaininfo's answer. */
void domain_info(const struct domain *d, struct xen_domctl_getdomaininfo *to);

/*
 * The start of domctl, sysctl and platform_op: copy the structure of 'size'
 * bytes at guest address 'at', and test its interface version, which is the
 * second word, and then the caller's privilege. 0, -EFAULT, -EACCES or -EPERM.
 */
int ctl_begin(u64 at, void *op, u32 size, u32 version);
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
