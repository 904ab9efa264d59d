// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a 64-bit guest has the words of a 32-bit guest's structure. A form has
 * a letter for each word:
 *	w	a word of 32 bits
 *	l	a long, a pointer or a frame number: 64 bits, aligned
 *	-	not in a 64-bit guest's structure
 *	.	no word: 4 bytes of padding before the next
 * The last letter counts for all later words. What has no form here is the same
 * at both widths.
 */
#include "conf.h"

#define ANY	0xfffffffeu

static const struct form {
	u32 nr, op;
	const char *form;
} forms[] = {
#define FORM(nr, op, form)	{ __HYPERVISOR_##nr, op, form },
	FORM(xen_version, XENVER_platform_parameters, "l")
	FORM(sched_op, SCHEDOP_poll, "lw.w")
	FORM(nmi_op, ANY, "l")
	FORM(callback_op, ANY, "w-l")
	FORM(set_gdt, ANY, "l")
	FORM(set_trap_table, ANY, "wlwl")
	FORM(multicall, ANY, "l")
	FORM(mmuext_op, ANY, "wllwllwll")
	FORM(memory_op, XENMEM_increase_reservation, "llwwwwwwl")
	FORM(memory_op, XENMEM_decrease_reservation, "llwwwwwwl")
	FORM(memory_op, XENMEM_populate_physmap, "llwwwwwwl")
	FORM(memory_op, XENMEM_claim_pages, "llwwwwwwl")
	FORM(memory_op, XENMEM_exchange, "llwww.llwww.l")
	FORM(memory_op, XENMEM_machphys_mfn_list, "wlwwwwwwl")
	FORM(memory_op, XENMEM_machphys_compat_mfn_list, "wlw")
	FORM(memory_op, XENMEM_machphys_mapping, "l")
	FORM(memory_op, XENMEM_add_to_physmap, "wwl")
	FORM(memory_op, XENMEM_add_to_physmap_batch, "wwl")
	FORM(memory_op, XENMEM_remove_from_physmap, "wl")
	FORM(memory_op, XENMEM_memory_map, "wlw")
	FORM(memory_op, XENMEM_machine_memory_map, "wlw")
	FORM(memory_op, XENMEM_set_memory_map, "w.wlw")
	FORM(memory_op, XENMEM_acquire_resource, "wwwwwwwwl")
	FORM(grant_table_op, GNTTABOP_setup_table, "wwwl")
	FORM(grant_table_op, GNTTABOP_copy, "lwlw.ww")
	FORM(grant_table_op, GNTTABOP_transfer, "lw")
	FORM(physdev_op, PHYSDEVOP_set_iobitmap, "lw")
	FORM(physdev_op, PHYSDEVOP_apic_read, "lw")
	FORM(physdev_op, PHYSDEVOP_apic_write, "lw")
	FORM(physdev_op, PHYSDEVOP_map_pirq, "wwwwwww.w")
	FORM(physdev_op, PHYSDEVOP_pirq_eoi_gmfn_v1, "lw")
	FORM(physdev_op, PHYSDEVOP_pirq_eoi_gmfn_v2, "lw")
	FORM(physdev_op_compat, ANY, "wlw")
	FORM(platform_op, XENPF_microcode_update, "wwlw")
	FORM(platform_op, XENPF_firmware_info, "wwwwwl")
	FORM(platform_op, XENPF_getidletime, "wwlwl")
	FORM(platform_op, XENPF_set_processor_pminfo, "wwwwl")
	FORM(platform_op, XENPF_resource_op, "wwwwl")
};

/* The operation is in the structure, or in the first register. */
static const char *form_of(const struct row *r)
{
	u32 i, op = r->a[0];

	if (r->nr == __HYPERVISOR_platform_op)
		op = r->n ? r->w[0] : ANY;
	for (i = 0; i < ARRAY_SIZE(forms) && WIDTH == 64; i++)
		if (forms[i].nr == r->nr &&
		    (forms[i].op == ANY || forms[i].op == op))
			return forms[i].form;
	return "w";
}

void form_places(const struct row *r, struct place *to, u32 n)
{
	const char *form = form_of(r);
	u32 i, at = 0;

	for (i = 0; i < n; i++) {
		for (; *form == '.'; form++)
			at += 4;
		if (*form == 'l')
			at = (at + 7) & ~7u;
		to[i].offset = (u16)at;
		to[i].size = *form == 'l' ? 8 : *form == 'w' ? 4 : 0;
		at += to[i].size;
		if (form[1])
			form++;
	}
}

u32 form_pairs(u32 nr)
{
	switch (nr) {
	case __HYPERVISOR_update_va_mapping:
	case __HYPERVISOR_update_va_mapping_otherdomain:
		return 2;
	case __HYPERVISOR_update_descriptor:
		return 3;
	case __HYPERVISOR_set_timer_op:
		return 1;
	}
	return 0;
}
