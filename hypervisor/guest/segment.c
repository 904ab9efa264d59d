// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lookup of descriptors of the current vCPU. The GDT consists of the guest's
 * pages, followed by the hypervisor's page. The LDT is memory of the guest's
 * kernel. User mode of a 64-bit guest does not map that memory, so there the
 * lookup reads the pages that the processor has used, which are in the vCPU's
 * descriptor window.
 */
#include "guest/segment.h"

u16 segment_selector(const struct regs *r, u32 reg)
{
	return (u16)(reg == SEG_CS ? r->cs : reg == SEG_SS ? r->ss :
		     data_selector(reg));
}

/* Read an LDT entry in the window; 0 if the window lacks its page. */
static u64 read_window(const struct vcpu *v, u32 index)
{
	const u64 *at = (const u64 *)(v->desc.area + 16 * PAGE_SIZE) + index;
	u64 d = 0;

	__asm__ volatile("1:	movq %1, %0\n"
			 "2:\n"
			 EXTABLE("1b", "2b")
			 : "+r" (d) : "m" (*at));
	return d;
}

static u64 read_ldt(const struct vcpu *v, u32 index)
{
	u64 d;

	if (index >= v->desc.ldt_entries)
		return 0;
	if (v->proc.in_user)
		return read_window(v, index);
	return guest_read(&d, gva_index(v->desc.ldt_base, index, 8), 8) ? 0 : d;
}

static u64 read_descriptor(const struct vcpu *v, u16 sel)
{
	u32 index = sel >> 3;

	if (sel & 4)
		return read_ldt(v, index);
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
