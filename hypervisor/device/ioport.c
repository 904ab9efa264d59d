// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's port accesses. The guest's own rules come first: its virtual IOPL,
 * or the bitmap that its kernel set for a user process. Then come the domain's
 * rights. A port that the domain may not use reads as all ones and ignores
 * writes, like an empty bus, because kernels probe ports and must survive that.
 *
 * Domains and the hypervisor share PCI configuration space (CF8, CFC) and CMOS
 * (70, 71). Each domain has address latches of its own, which go to the
 * hardware with each data access (machine/pci.c, machine/rtc.c). A domain can
 * read its CMOS latch back. As on Xen, the first domain has channel 2 of the PIT,
 * which the hypervisor uses at boot alone, and the two bits for it and the
 * speaker of port 61.
 */
#include "cpu/emulate.h"
#include "domain/domain.h"
#include "machine/clocks.h"
#include "machine/pci.h"
#include "machine/rtc.h"

/* A kernel counts as ring 1; with architectural_iopl, as ring 0. */
bool ioport_iopl_allows(const struct vcpu *v, const struct regs *r)
{
	u32 ring = !vcpu_in_kernel(v, r) ? 3 :
		   v->d->policy.vm_assist & BIT(VMASST_TYPE_architectural_iopl) ?
		   0 : 1;

	return v->entry.iopl >= ring;
}

/*
 * The bitmap is in memory of the guest's kernel, which a 64-bit guest's user
 * mode does not map: load the kernel's root for a moment.
 */
static bool read_bitmap(struct vcpu *v, u64 offset, u8 *byte)
{
	bool user = v->proc.in_user;
	int rc;

	v->proc.in_user = false;
	if (user)
		roots_load(v);
	rc = guest_read(byte, gva(v->entry.io_bitmap.a + offset), 1);
	v->proc.in_user = user;
	if (user)
		roots_load(v);
	return !rc;
}

bool ioport_allowed(struct vcpu *v, const struct regs *r, u32 port, u32 size)
{
	u32 i;
	u8 byte;

	if (ioport_iopl_allows(v, r))
		return true;
	for (i = port; i < port + size; i++)
		if (i >= v->entry.io_bitmap_ports ||
		    !read_bitmap(v, i / 8, &byte) || (byte >> i % 8 & 1))
			return false;
	return true;
}

int ioport_set(struct domain *d, u32 first, u32 count, bool allow)
{
	u8 *map = d->dev.ioports;
	u32 i;

	if (!map && !allow)
		return 0;
	if (!map) {
		map = frames_new(65536 / 8);
		if (!map)
			return -ENOMEM;
		memset(map, 0xff, 65536 / 8);
	}
	for (i = first; i < first + count; i++)
		map[i / 8] = (u8)((map[i / 8] & ~(1u << i % 8)) |
				  !allow << i % 8);
	d->dev.ioports = map;
	return 0;
}

bool ioport_has(const struct domain *d, u32 first, u32 count)
{
	u32 i;

	for (i = first; i < first + count; i++)
		if (i > 0xffff || !d->dev.ioports ||
		    (d->dev.ioports[i / 8] >> i % 8 & 1))
			return false;
	return true;
}

static bool is_pci_data(const struct domain *d, u32 port, u32 size)
{
	return d->privileged && port >= 0xcfc && port + size <= 0xd00;
}

/* Whether an access may go to the hardware unchanged. */
static bool is_plain(const struct domain *d, u32 port, u32 size)
{
	return (port + size <= 0xcfc || port >= 0xd00) &&
	       (port + size <= CMOS_INDEX || port > CMOS_DATA) &&
	       ioport_has(d, port, size);
}

static bool is_cmos_data(const struct domain *d, u32 port)
{
	return port == CMOS_DATA && ioport_has(d, CMOS_INDEX, 2);
}

/* Of the PIT's commands, those for channel 2; they can only be written. */
static bool is_speaker(const struct domain *d, u32 port, u32 value)
{
	return d->privileged && (port == PIT_CH2 || port == PIT_GATE ||
				 (port == PIT_MODE && (value & 0xc0) == 0x80));
}

/* An access that is not allowed as a whole is split, down to single bytes. */
u32 ioport_read(struct vcpu *v, u32 port, u32 size)
{
	const struct domain *d = v->d;
	u32 bits = size * 4;		/* of a half */

	if (port == 0xcf8 && size == 4)
		return d->dev.pci_cf8;
	if (is_pci_data(d, port, size))
		return pci_cycle_read(d->dev.pci_cf8, port, size);
	if (is_plain(d, port, size))
		return pci_port_read(port, size);
	if (size == 1)
		return port == CMOS_INDEX ? d->dev.cmos_index :
		       is_cmos_data(d, port) ?
		       rtc_read_cmos(d->dev.cmos_index) :
		       is_speaker(d, port, 0) ? inb((u16)port) : ~0u;
	return (ioport_read(v, port, size / 2) & ((1u << bits) - 1)) |
	       ioport_read(v, port + size / 2, size / 2) << bits;
}

void ioport_write(struct vcpu *v, u32 port, u32 size, u32 value)
{
	struct domain *d = v->d;

	if (port == 0xcf8 && size == 4) {
		d->dev.pci_cf8 = value;
	} else if (is_pci_data(d, port, size)) {
		pci_cycle_write(d->dev.pci_cf8, port, size, value);
	} else if (is_plain(d, port, size)) {
		pci_port_write(port, size, value);
	} else if (size > 1) {
		ioport_write(v, port, size / 2, value);
		ioport_write(v, port + size / 2, size / 2,
			       value >> size * 4);
	} else if (port == CMOS_INDEX) {
		d->dev.cmos_index = (u8)value;
	} else if (is_cmos_data(d, port)) {
		rtc_write_cmos(d->dev.cmos_index, (u8)value);
	} else if (is_speaker(d, port, value)) {
		outb((u16)port, (u8)(port != PIT_GATE ? value :
				     (inb(PIT_GATE) & ~3u) | (value & 3)));
	}
}
