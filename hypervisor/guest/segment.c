// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors of the current vCPU, where the processor finds them: in the pages
 * of the guest's GDT, behind those in the hypervisor's own, or in the LDT, which
 * is guest memory.
 */
#include "domain/domain.h"
#include "guest/guest.h"
#include "guest/segment.h"
#include "machine/paging.h"

u16 segment_selector(const struct regs *r, u32 reg)
{
	return (u16)(reg == SEG_CS ? r->cs : reg == SEG_SS ? r->ss :
		     data_selector(reg));
}

static u64 read_descriptor(const struct vcpu *v, u16 sel)
{
	u32 index = sel >> 3;
	u64 d;

	if (sel & 4)
		return index < v->desc.ldt_entries &&
		       !guest_read(&d, gva_index(v->desc.ldt_base, index, 8), 8) ?
		       d : 0;
	if (index >= FIRST_RESERVED_GDT_ENTRY)
		return this_cpu()->gdt_page[v->d->width->gdt_page]
			[index - FIRST_RESERVED_GDT_ENTRY];
	return index && index < v->desc.gdt_entries ?
	       ((u64 *)mfn_to_virt(v->desc.gdt[index / 512]))[index % 512] : 0;
}

u64 segment_find(const struct vcpu *v, u16 sel)
{
	u64 d = read_descriptor(v, sel);

	return (d & DESC_PRESENT) && (d & DESC_S) ? d : 0;
}
