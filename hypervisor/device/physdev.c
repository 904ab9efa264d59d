// SPDX-License-Identifier: GPL-2.0-only
/*
 * physdev_op (xen/physdev.h): interrupts and ports of the hardware domain.
 *
 * A pirq is a domain's own number for an interrupt. The domain chooses it, or
 * gets the first free one: from 16 up for a GSI; for a message, above all GSIs if
 * the domain has more pirqs than that. The privileged domain maps pirqs for itself
 * and for others, which permits the domain to bind them. Any domain may set its
 * virtual IOPL and port bitmap, reserve a pirq, query its pirqs, send EOI and
 * register its page of EOI bits; all other operations are for the privileged
 * domain. The hypervisor accepts reports of PCI devices and ignores them.
 */
#include <xen/physdev.h>
#include "control/ctl.h"
#include "device/irq.h"
#include "domain/part.h"
#include "guest/layout.h"
#include "guest/operation.h"
#include "hypercalls.h"
#include "machine/acpi.h"

/* Set or clear the bit that tells the guest to send EOI for this pirq. */
static void mark_eoi(struct domain *d, u32 pirq)
{
	u8 bit = (u8)(1u << pirq % 8);

	ASSERT_HELD(&d->events.lock);
	if (!d->dev.eoi_map)
		return;
	if (irq_is_level(d->dev.pirqs[pirq].irq))
		atomic_or(&d->dev.eoi_map[pirq / 8], bit);
	else
		atomic_and(&d->dev.eoi_map[pirq / 8], (u8)~bit);
}

static long do_eoi(struct domain *d, void *arg)
{
	const struct physdev_eoi *op = arg;
	const struct pirq *p;

	if (op->irq >= d->dev.pirq_count)
		return -EINVAL;
	p = &d->dev.pirqs[op->irq];
	/* Whoever has no interrupt keeps off the machine's irq lock. */
	if (p->irq)
		irq_guest_eoi(p->irq, d, op->irq);
	return p->irq || p->port || p->gsi || p->reserved ? 0 : -EINVAL;
}

static long do_status(struct domain *d, void *arg)
{
	struct physdev_irq_status_query *op = arg;

	if (op->irq >= d->dev.pirq_count)
		return -EINVAL;
	/* Set for all, because not every guest uses the bitmap. */
	op->flags = XENIRQSTAT_needs_eoi;
	if (irq_is_shared(d->dev.pirqs[op->irq].irq))
		op->flags |= XENIRQSTAT_shared;
	return 0;
}

static long do_set_iopl(struct domain *d, void *arg)
{
	const struct physdev_set_iopl *op = arg;

	if (op->iopl > 3)
		return -EINVAL;
	current_vcpu()->entry.iopl = op->iopl;
	return 0;
}

static long do_set_iobitmap(struct domain *d, void *arg)
{
	const struct physdev_set_iobitmap *op = arg;
	struct vcpu *v = current_vcpu();

	if (op->nr_ports > 65536 || !guest_range_ok(HANDLE(op->bitmap), 8192))
		return -EINVAL;
	v->entry.io_bitmap = HANDLE(op->bitmap);
	v->entry.io_bitmap_ports = op->nr_ports;
	return 0;
}

static long do_apic_read(struct domain *d, void *arg)
{
	struct physdev_apic *op = arg;

	return irq_ioapic_read(op->apic_physbase, op->reg, &op->value);
}

/* Mapping another interrupt to such a pirq succeeds and changes nothing. */
static bool pirq_mapped(const struct domain *d, u32 pirq)
{
	return d->dev.pirqs[pirq].irq || d->dev.pirqs[pirq].gsi;
}

/* The machine may have more GSIs than the privileged domain has pirqs. */
static int free_pirq(const struct domain *d, bool gsi)
{
	u32 gsis = irq_gsi_count(), i = gsi || gsis >= d->dev.pirq_count ? 16 : gsis;

	for (; i < d->dev.pirq_count; i++)
		if (!pirq_mapped(d, i) && !d->dev.pirqs[i].reserved &&
		    !d->dev.pirqs[i].port)
			return (int)i;
	return -ENOSPC;
}

/*
 * The pirq of a GSI; 0: none. Negative: it is unmapped, and keeps the GSI busy
 * until its port is closed.
 */
static int pirq_of_gsi(const struct domain *d, u32 gsi)
{
	const struct pirq *p = d->dev.pirqs;
	int i = (int)d->dev.pirq_count - 1;

	while (i && p[i].gsi != gsi + 1 && p[i].was != gsi + 1)
		i--;
	return p[i].gsi == gsi + 1 ? i : -i;
}

/* Give a pirq its irq, and bind its port to that if it has one. */
static void connect(struct domain *d, u32 pirq, u32 irq)
{
	struct pirq *p = &d->dev.pirqs[pirq];

	p->irq = (u16)irq;
	p->allowed = true;
	if (p->port)
		irq_bind_guest(irq, d, pirq, p->share);
	mark_eoi(d, pirq);
}

static long map_gsi(struct domain *d, struct physdev_map_pirq *m)
{
	u32 gsi = (u32)m->index;
	int now, pirq = m->pirq;

	if (gsi >= irq_gsi_count())
		return -EINVAL;
	now = pirq_of_gsi(d, gsi);
	if (pirq < 0)
		pirq = now < 0 ? -EBUSY : now ? now : free_pirq(d, true);
	else if (now && pirq != now)
		return -EEXIST;
	if (pirq < 0)
		return pirq;
	if (pirq >= (int)d->dev.pirq_count)
		return -EINVAL;
	if (!gsi)
		return -EPERM;		/* GSI 0 is the hypervisor's timer */
	if (!pirq_mapped(d, (u32)pirq) && d->dev.pirqs[pirq].port)
		return -EEXIST;		/* unmapped while it was bound */
	m->pirq = pirq;
	if (pirq_mapped(d, (u32)pirq) && d->dev.pirqs[pirq].gsi != gsi + 1)
		return 0;
	d->dev.pirqs[pirq].gsi = (u16)(gsi + 1);
	if (!irq_of_gsi(gsi) && gsi < 16)
		irq_setup_isa(gsi);
	if (irq_of_gsi(gsi))
		connect(d, (u32)pirq, irq_of_gsi(gsi));
	return 0;
}

/*
 * A caller cannot name an irq by its index: it does not know those of messages.
 * Several messages of one MSI would need interrupt remapping.
 */
static long map_message(struct domain *d, struct physdev_map_pirq *m)
{
	int pirq = m->pirq < 0 ? free_pirq(d, false) : m->pirq, irq;

	if (m->type == MAP_PIRQ_TYPE_MULTI_MSI ?
	    m->entry_nr != 1 || m->table_base : m->index != -1)
		return -EINVAL;
	if (pirq < 0)
		return pirq;
	if (pirq >= (int)d->dev.pirq_count)
		return -EINVAL;
	m->pirq = pirq;
	if (pirq_mapped(d, (u32)pirq))
		return 0;
	irq = irq_alloc_message((struct msi_place){
		{ (u8)m->bus, (u8)m->devfn,
		  m->type == MAP_PIRQ_TYPE_MSI ? 0 : (u16)(m->bus >> 16) },
		m->table_base, (u32)m->entry_nr });
	if (irq < 0)
		return irq;
	connect(d, (u32)pirq, (u32)irq);
	return 0;
}

static long do_map_pirq(struct domain *d, void *arg)
{
	struct physdev_map_pirq *m = arg;

	if (d->life.is_dying)
		return -ESRCH;
	switch (m->type) {
	case MAP_PIRQ_TYPE_GSI:
		return map_gsi(d, m);
	case MAP_PIRQ_TYPE_MSI:
	case MAP_PIRQ_TYPE_MSI_SEG:
	case MAP_PIRQ_TYPE_MULTI_MSI:
		return map_message(d, m);
	default:
		return -EINVAL;
	}
}

/* The number is free again, whoever reserved it, unless a port is still bound. */
static void unmap(struct domain *d, u32 pirq)
{
	struct pirq *p = &d->dev.pirqs[pirq];

	ASSERT_HELD(&d->events.lock);
	irq_unbind_guest(p->irq, d, pirq);
	if (!p->gsi)
		irq_free(p->irq);
	*p = (struct pirq){ .port = p->port, .share = p->share,
			    .was = p->port ? p->gsi : 0 };
}

static long do_unmap_pirq(struct domain *d, void *arg)
{
	const struct physdev_unmap_pirq *op = arg;

	if (op->pirq < 0 || op->pirq >= (int)d->dev.pirq_count ||
	    !pirq_mapped(d, (u32)op->pirq))
		return -EINVAL;
	unmap(d, (u32)op->pirq);
	return 0;
}

static int create(struct domain *d, const struct domain_config *config)
{
	u32 gsis = irq_gsi_count();

	d->dev.pirq_count = d->privileged ? MAX_PIRQS :
		MIN(gsis + DOMU_MESSAGES, MAX(gsis + DOMU_LEAST, PIRQS_A_PAGE));
	d->dev.pirqs = frames_new(d->dev.pirq_count * sizeof(*d->dev.pirqs));
	return d->dev.pirqs ? 0 : -ENOMEM;
}

/* All ports are closed, so no port is bound to a pirq. */
static int kill(struct domain *d)
{
	u8 *map = d->dev.eoi_map;
	u32 i;

	spin_guard(&d->tables.lock);
	spin_scoped_irqsave(&d->events.lock) {
		d->dev.eoi_map = NULL;
		for (i = 0; i < d->dev.pirq_count; i++)
			if (d->dev.pirqs[i].irq)
				unmap(d, i);
	}
	if (map)		/* nobody writes there any more */
		ptype_put_both(d, virt_to_mfn(map));
	return 0;
}

static void free_devices(struct domain *d)
{
	frames_delete(d->dev.pirqs,
		      d->dev.pirq_count * sizeof(*d->dev.pirqs));
	frames_delete(d->dev.ioports, 65536 / 8);
}

DOMAIN_PART(DEVICES,
	.create = create,
	.kill = kill,
	.free = free_devices);

/* The caller names the interrupt, which both have mapped, by its own pirq. */
long physdev_domctl_irq(struct domain *d, struct xen_domctl *op)
{
	const struct xen_domctl_irq_permission *p = &op->u.irq_permission;
	struct domain *by = current_domain();
	u32 irq, i;

	if (p->pirq >= by->dev.pirq_count)
		return -EINVAL;
	spin_scoped_irqsave(&by->events.lock)
		irq = by->dev.pirqs[p->pirq].irq;
	if (!irq)
		return -EPERM;
	spin_guard_irqsave(&d->events.lock);
	for (i = 0; i < d->dev.pirq_count; i++)
		if (d->dev.pirqs[i].irq == irq)
			d->dev.pirqs[i].allowed = p->allow_access;
	return 0;
}

static long do_setup_gsi(struct domain *d, void *arg)
{
	const struct physdev_setup_gsi *op = arg;
	u32 i;
	int rc;

	if (op->gsi < 0 || (u32)op->gsi >= irq_gsi_count())
		return -EINVAL;
	if (!d->privileged)
		return -EPERM;
	rc = irq_setup_gsi((u32)op->gsi, op->triggering, op->polarity);
	for (i = 0; !rc && i < d->dev.pirq_count; i++)
		if (d->dev.pirqs[i].gsi == (u32)op->gsi + 1)
			connect(d, i, irq_of_gsi((u32)op->gsi));
	return rc;
}

/*
 * Possible once; the page lock orders two calls. All bits are set as the pirqs are
 * now, and mark_eoi() keeps them so.
 */
static long do_eoi_frame(struct domain *d, void *arg)
{
	mfn_t m = mfn(((const struct physdev_pirq_eoi_gmfn *)arg)->gmfn);
	u32 i;

	spin_guard(&d->tables.lock);
	if (ptype_get_both(d, m, TYPE_WRITABLE))
		return -EINVAL;
	if (d->dev.eoi_map) {
		ptype_put_both(d, m);
		return -EBUSY;
	}
	spin_scoped_irqsave(&d->events.lock) {
		d->dev.eoi_map = mfn_to_virt(m);
		for (i = 0; i < d->dev.pirq_count; i++)
			mark_eoi(d, i);
	}
	return 0;
}

/* The guest gets its own number back: a vector has no meaning for it. */
static long do_alloc_vector(struct domain *d, void *arg)
{
	struct physdev_irq *op = arg;

	op->vector = op->irq;
	return 0;
}

static long do_get_free_pirq(struct domain *d, void *arg)
{
	struct physdev_get_free_pirq *op = arg;
	int pirq = free_pirq(d, op->type == MAP_PIRQ_TYPE_GSI);

	if (pirq < 0)
		return pirq;
	d->dev.pirqs[pirq].reserved = true;
	op->pirq = (u32)pirq;
	return 0;
}

static long do_add_function(struct domain *d, void *arg)
{
	const struct physdev_manage_pci_ext *op = arg;

	return op->is_extfn > 1 || op->is_virtfn > 1 ? -EINVAL : 0;
}

static long do_restore(struct domain *d, void *arg)
{
	const struct physdev_pci_device *op = arg;

	return irq_restore_messages((struct pci_address){ op->bus, op->devfn,
							  op->seg });
}

/*
 * Xen uses an area from now on; Krypton reads what the firmware says, and needs no
 * permission.
 */
static long do_mmcfg(struct domain *d, void *arg)
{
	const struct physdev_pci_mmcfg_reserved *op = arg;
	const struct acpi_mcfg *m = acpi.mcfg;

	if (op->flags & ~XEN_PCI_MMCFG_RESERVED)
		return -EINVAL;
	for (; m < acpi.mcfg + acpi.mcfgs; m++)
		if (m->segment == op->segment && m->first == op->start_bus &&
		    m->last == op->end_bus)
			return m->address == op->address ? 0 : -EIO;
	return -ENODEV;
}

static long do_nothing(struct domain *d, void *arg)
{
	return 0;
}

#define ARG(name)	OPERATION_SIZE(struct physdev_##name)
#define OP(name, fn, out, ...) [PHYSDEVOP_##name] = \
	{ fn, ARG(name), out, __VA_ARGS__ }
/* Only the privileged domain maps interrupts, its own as well. */
#define MAPPING	(OPERATION_TARGET | OPERATION_PRIVILEGED | OPERATION_LOCKED)
#define PCI_OP(name, type, how) [PHYSDEVOP_##name] = \
	{ do_nothing, ARG(type), false, how }
static const struct operation ops[] = {
	OP(eoi, do_eoi, false, 0),
	OP(irq_status_query, do_status, true, 0),
	OP(set_iopl, do_set_iopl, false, 0),
	OP(set_iobitmap, do_set_iobitmap, false, 0, LAYOUT_IOBITMAP),
	[PHYSDEVOP_apic_read] = { do_apic_read, ARG(apic), true,
				  OPERATION_PRIVILEGED, LAYOUT_APIC },
	OP(map_pirq, do_map_pirq, true, MAPPING, LAYOUT_MAP_PIRQ),
	OP(unmap_pirq, do_unmap_pirq, false, MAPPING),
	OP(setup_gsi, do_setup_gsi, false, OPERATION_LOCKED),
	OP(get_free_pirq, do_get_free_pirq, true, OPERATION_LOCKED),
	[PHYSDEVOP_pirq_eoi_gmfn_v2] = { do_eoi_frame, ARG(pirq_eoi_gmfn), false,
					 0, LAYOUT_EOI_FRAME },
	[PHYSDEVOP_alloc_irq_vector] = { do_alloc_vector, ARG(irq), true,
					 OPERATION_PRIVILEGED },
	[PHYSDEVOP_manage_pci_add_ext] = { do_add_function, ARG(manage_pci_ext),
					   false, OPERATION_PRIVILEGED },
	PCI_OP(manage_pci_add, manage_pci, OPERATION_PRIVILEGED),
	PCI_OP(manage_pci_remove, manage_pci, OPERATION_PRIVILEGED),
	PCI_OP(pci_device_add, pci_device_add, OPERATION_PRIVILEGED),
	PCI_OP(pci_device_remove, pci_device, OPERATION_PRIVILEGED),
	OP(pci_mmcfg_reserved, do_mmcfg, false, OPERATION_PRIVILEGED_FIRST),
	[PHYSDEVOP_restore_msi_ext] = { do_restore, ARG(pci_device), false,
					OPERATION_PRIVILEGED },
	PCI_OP(prepare_msix, pci_device, OPERATION_PRIVILEGED),
	PCI_OP(release_msix, pci_device, OPERATION_PRIVILEGED),
	PCI_OP(dbgp_op, dbgp_op, OPERATION_PRIVILEGED_FIRST),
};

long do_physdev_op(u64 a[])
{
	return operation_call(ops, ARRAY_SIZE(ops), a);
}
