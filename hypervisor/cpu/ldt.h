/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest's local descriptor table. */
#ifndef KRYPTON_LDT_H
#define KRYPTON_LDT_H

/* Where we have mapped it, page by page. */
#define LDT_WINDOW(v, page) \
	((v)->desc.area + (16 + (u64)(page)) * PAGE_SIZE)

/* MMUEXT_SET_LDT; the page lock is held. */
int ldt_set(struct vcpu *v, gva_t base, u64 entries);
/* Map one page of the vCPU's LDT after a fault on it. */
bool ldt_map_page(struct vcpu *v, u32 page);
/*
 * Drop the mapped pages of a vCPU that is the caller or does not run; the page
 * lock is held.
 */
void ldt_drop(struct vcpu *v);

#endif
