// SPDX-License-Identifier: GPL-2.0-only
/*
 * A domain's access to the machine's devices: ports, device frames and
 * interrupts. The privileged domain grants access to each (xen/domctl.h), but
 * only to what it has itself. Revoking a permission only prevents new uses: a
 * domain keeps what it has mapped or bound until it releases it.
 *
 * The tools may also assign a whole device. The hypervisor only records this,
 * and only with the option "unsafe-passthrough": there is no IOMMU, so a domain
 * that controls a device which writes to memory controls all memory.
 */
#include "control/ctl.h"
#include "machine/boot.h"
#include "mmu/tables.h"

#define MAX_GIVEN	32

/* The domctl lock. */
static struct given {
	u32 sbdf;
	u32 owner;		/* 0: nobody */
} given[MAX_GIVEN];

static bool add_iomem(struct domain *d, u64 first, u64 end)
{
	u32 i;

	for (i = 0; first < end && i < MAX_IOMEM; i++)
		if (d->dev.iomem[i].first >= d->dev.iomem[i].end) {
			d->dev.iomem[i] = (struct frame_range){ first, end };
			return true;
		}
	return first >= end;
}

/* Cut the range out of all others, which may split them; then add it. */
int devices_set_iomem(struct domain *d, u64 first, u64 end, bool allow)
{
	struct frame_range *r, old;
	bool ok = true;
	u32 i;

	for (i = 0; i < MAX_IOMEM; i++) {
		r = &d->dev.iomem[i];
		old = *r;
		if (old.first >= end || old.end <= first)
			continue;
		r->end = MIN(old.end, first);
		ok = add_iomem(d, MAX(old.first, end), old.end) && ok;
	}
	if (allow)
		ok = add_iomem(d, first, end) && ok;
	return ok ? 0 : -ENOSPC;
}

long devices_domctl_ports(struct domain *d, struct xen_domctl *op)
{
	const struct xen_domctl_ioport_permission *p = &op->u.ioport_permission;

	if (p->first_port > 65535 || p->nr_ports > 65536 - p->first_port ||
	    !p->nr_ports)
		return -EINVAL;
	if (!ioport_has(current_domain(), p->first_port, p->nr_ports))
		return -EPERM;
	return ioport_set(d, p->first_port, p->nr_ports,
				p->allow_access);
}

long devices_domctl_iomem(struct domain *d, struct xen_domctl *op)
{
	const struct xen_domctl_iomem_permission *p = &op->u.iomem_permission;
	u64 first = p->first_mfn, end = first + p->nr_mfns;

	if (end <= first)
		return -EINVAL;
	if (tables_device_ours(first, end))
		return -EPERM;
	spin_guard(&d->tables.lock);
	return devices_set_iomem(d, first, end, p->allow_access);
}

/* The entry of the device, or a free one; NULL if the table is full. */
static struct given *find_given(u32 sbdf)
{
	struct given *unused = NULL;
	u32 i;

	for (i = 0; i < MAX_GIVEN; i++) {
		if (!given[i].owner || !domain_exists(given[i].owner))
			unused = &given[i];
		else if (given[i].sbdf == sbdf)
			return &given[i];
	}
	if (unused)
		*unused = (struct given){ .sbdf = sbdf };
	return unused;
}

/*
 * The tools assign a device to DOMID_IO first, which stands for no domain. Of
 * DOMID_INVALID they can ask only whether the device is free.
 */
long devices_domctl_assign(struct domain *none, struct xen_domctl *op)
{
	const struct xen_domctl_assign_device *a = &op->u.assign_device;
	struct given *g;

	if (!boot_flag(UNSAFE_PASSTHROUGH, false))
		return -EOPNOTSUPP;
	if (!op->domain)
		return -EINVAL;
	if (a->dev != XEN_DOMCTL_DEV_PCI)
		return -ENODEV;
	g = find_given(a->u.pci.machine_sbdf);
	if (op->cmd != XEN_DOMCTL_deassign_device) {
		if (!g || g->owner)
			return -EINVAL;
		if (op->cmd == XEN_DOMCTL_assign_device &&
		    op->domain != DOMID_IO)
			g->owner = op->domain;
	} else if (g && g->owner == op->domain) {
		g->owner = 0;
	}
	return 0;
}
