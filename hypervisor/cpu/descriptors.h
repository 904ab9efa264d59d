/* SPDX-License-Identifier: GPL-2.0-only */
/* GDT, LDT and segment descriptors of guests. */
#ifndef KRYPTON_DESCRIPTORS_H
#define KRYPTON_DESCRIPTORS_H

#include "guest/width.h"

#define GDT_FRAMES	14
#define LDT_FRAMES	16
#define LDT_MAX_ENTRIES	8192

/*
 * A vCPU's part, guarded by the page lock. The vCPU's descriptor window is an
 * area of the hypervisor's address space: 16 pages for the GDT, 16 for the LDT. It
 * has a level-1 table of its own, which with XPTI is all that its guest can see.
 */
struct vcpu_descriptors {
	u64 area;			/* address of the window; fixed once used */
	mfn_t gdt[GDT_FRAMES];
	u32 gdt_entries;
	gva_t ldt_base;
	u32 ldt_entries;
	u32 ldt_mapped;			/* a bit for each page */
};

/* Fill in the row of ptype_ops for TYPE_SEGDESC. Once, at boot. */
void descriptors_init(void);
/*
 * Whether a guest of this width may have the descriptor *d. Corrects its DPL,
 * RPL and limit.
 */
bool descriptor_check(const struct width *w, u64 *d);
/* Turn a selector of ring 0 into one of ring 1; a null selector stays null. */
static inline u16 selector_ring1(u32 sel)
{
	return (u16)((sel & ~3u) && !(sel & 3) ? sel | 1 : sel);
}

/* The page-table entry for a GDT page that the guest has not set. */
u64 descriptors_none(void);
/*
 * Set the vCPU's GDT: 'entries' descriptors in frames of its domain. 0 or
 * -EINVAL. The caller holds the page lock.
 */
int descriptors_set_gdt(struct vcpu *v, const mfn_t *frames, u32 entries);

#endif
