// SPDX-License-Identifier: GPL-2.0-only
/*
 * IO ports of a guest: its own permission first (virtual IOPL, or the bitmap
 * it set for its user process), then the domain's rights. What the domain has
 * no right to reads as all ones and swallows writes, as an empty bus does:
 * kernels probe ports and must not die of it.
 *
 * PCI configuration space (CF8, CFC) is one device shared with no one yet,
 * but the address latch is kept for the domain, as two users would race.
 */
#include <xen/physdev.h>
#include "domain.h"
#include "emulate.h"
#include "errno.h"
#include "frames.h"
#include "guest.h"
#include "guest_trap.h"
#include "lib.h"

/* A kernel counts as ring 1, or as ring 0 where it wants what processors do. */
bool guest_iopl_allows(const struct vcpu *v, const struct regs *r)
{
	u32 ring = !guest_kernel_mode(r->cs) ? 3 :
		   v->d->vm_assist & BIT(VMASST_TYPE_architectural_iopl) ?
		   0 : 1;

	return v->iopl >= ring;
}

bool guest_io_allowed(const struct vcpu *v, const struct regs *r, u32 port,
		      u32 size)
{
	u32 i;
	u8 byte;

	if (guest_iopl_allows(v, r))
		return true;
	for (i = port; i < port + size; i++) {
		if (i >= v->io_bitmap_ports)
			return false;
		if (guest_read(&byte, gva(v->io_bitmap.a + i / 8), 1) ||
		    (byte >> i % 8 & 1))
			return false;
	}
	return true;
}

int domain_set_ports(struct domain *d, u32 first, u32 count, bool allow)
{
	u8 *map = d->ioports;
	u32 i;

	if (!map && !allow)
		return 0;
	if (!map) {
		map = frames_new(65536 / 8);
		if (!map)
			return -ENOMEM;
		memset(map, 0xff, 65536 / 8);
	}
	for (i = first; i < first + count; i++) {
		if (allow)
			map[i / 8] &= (u8)~(1u << i % 8);
		else
			map[i / 8] |= (u8)(1u << i % 8);
	}
	d->ioports = map;
	return 0;
}

bool domain_has_ports(const struct domain *d, u32 first, u32 count)
{
	u32 i;

	for (i = first; i < first + count; i++)
		if (i > 0xffff || !d->ioports || (d->ioports[i / 8] >> i % 8 & 1))
			return false;
	return true;
}

static u32 raw_read(u32 port, u32 size)
{
	switch (size) {
	case 1:
		return inb((u16)port);
	case 2:
		return inw((u16)port);
	default:
		return inl((u16)port);
	}
}

static void raw_write(u32 port, u32 size, u32 value)
{
	switch (size) {
	case 1:
		outb((u16)port, (u8)value);
		break;
	case 2:
		outw((u16)port, (u16)value);
		break;
	default:
		outl((u16)port, value);
	}
}

/*
 * Whether an access goes to the hardware, which is then made ready for it: PCI
 * data is what the domain's address latch says.
 */
static bool reach(const struct domain *d, u32 port, u32 size)
{
	if (port < 0xcfc || port + size > 0xd00)
		return domain_has_ports(d, port, size);
	if (d->privileged)
		outl(0xcf8, d->pci_cf8);
	return d->privileged;
}

u32 guest_io_read(struct vcpu *v, u32 port, u32 size)
{
	if (port == 0xcf8 && size == 4)
		return v->d->pci_cf8;
	return reach(v->d, port, size) ? raw_read(port, size) : ~0u;
}

void guest_io_write(struct vcpu *v, u32 port, u32 size, u32 value)
{
	if (port == 0xcf8 && size == 4)
		v->d->pci_cf8 = value;
	else if (reach(v->d, port, size))
		raw_write(port, size, value);
}
