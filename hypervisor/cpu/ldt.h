/* SPDX-License-Identifier: GPL-2.0-only */
/* The LDT of a vCPU. */
#ifndef KRYPTON_LDT_H
#define KRYPTON_LDT_H

/* The address of an LDT page in the vCPU's descriptor window. */
#define LDT_WINDOW(v, page) \
	((v)->desc.area + (16 + (u64)(page)) * PAGE_SIZE)

/*
 * MMUEXT_SET_LDT for the vCPU that runs here. The caller holds the page lock.
 */
int ldt_set(struct vcpu *v, gva_t base, u64 entries);
/*
 * Map one page of the vCPU's LDT after a fault on it. False: the guest has none
 * there. Takes the page lock.
 */
bool ldt_map_page(struct vcpu *v, u32 page);
/*
 * Unmap all pages of the vCPU's LDT. The vCPU runs here or nowhere; the caller
 * holds the page lock.
 */
void ldt_drop(struct vcpu *v);

#endif
