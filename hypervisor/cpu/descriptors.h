/* SPDX-License-Identifier: GPL-2.0-only */
/* Segment descriptors of guests. */
#ifndef KRYPTON_DESCRIPTORS_H
#define KRYPTON_DESCRIPTORS_H

#include "guest/width.h"

#define GDT_FRAMES	14
#define GDT_MAX_ENTRIES	(GDT_FRAMES * 512)
#define LDT_FRAMES	16
#define LDT_MAX_ENTRIES	8192

/* A vCPU's part; the page lock. */
struct vcpu_descriptors {
	u64 area;			/* GDT and LDT window; fixed once used */
	u32 areas;			/* those that none but it may use */
	mfn_t gdt[GDT_FRAMES];
	u32 gdt_entries;
	gva_t ldt_base;
	u32 ldt_entries;
	u32 ldt_mapped;			/* bit per page */
};

/* Make the type of pages of descriptors known. */
void descriptors_init(void);
/* Whether such a guest may have it, after its DPL and limit are mended. */
bool descriptor_check(const struct width *w, u64 *d);
/* A selector of ring 0 is meant as ring 1's; a null one stays null. */
static inline u16 selector_ring1(u32 sel)
{
	return (u16)((sel & ~3u) && !(sel & 3) ? sel | 1 : sel);
}

/* The entry of a page of the GDT that the guest has not set. */
u64 descriptors_none(void);
/*
 * Move the window of a vCPU that has not run, nor any GDT, to where its level-1
 * table has no other window.
 */
int descriptors_isolate(struct vcpu *v);
/* The page lock is held; frames are those of the vCPU's domain. */
int descriptors_set_gdt(struct vcpu *v, const mfn_t *frames, u32 entries);

#endif
