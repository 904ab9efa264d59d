/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structures of the public ABI in guest memory. A string describes each once,
 * for guests of both widths. The hypervisor uses the structure of the public
 * header, which has the 64-bit layout.
 */
#ifndef KRYPTON_LAYOUT_H
#define KRYPTON_LAYOUT_H

#include "guest/guest.h"

/* The members of each structure, in the notation of lib/members.h. */
#define LAYOUT_TRAP		"bbhl"		/* trap_info */
#define LAYOUT_RESERVATION	"lliih"		/* xen_memory_reservation */
#define LAYOUT_EXCHANGE		"lliihlliih=l"	/* xen_memory_exchange */
#define LAYOUT_MEMORY_MAP	"il"		/* xen_memory_map */
#define LAYOUT_FOREIGN_MAP	"h|il"		/* xen_foreign_memory_map */
#define LAYOUT_RESOURCE		"hhiiiql"	/* xen_mem_acquire_resource */
#define LAYOUT_MFN_LIST		"il=i"		/* xen_machphys_mfn_list */
#define LAYOUT_POLL		"liq"		/* sched_poll */
#define LAYOUT_MAP_PIRQ		"hiiiiiiq"	/* physdev_map_pirq */
#define LAYOUT_IOBITMAP		"li"		/* physdev_set_iobitmap */
#define LAYOUT_APIC		"lii"		/* physdev_apic */
#define LAYOUT_EOI_FRAME	"l"		/* physdev_pirq_eoi_gmfn */
#define LAYOUT_PHYSDEV_OP	"i|lii"		/* physdev_op, its largest member */
#define LAYOUT_RUNSTATE		"iqqqqq"	/* vcpu_runstate_info */
#define LAYOUT_SETUP_TABLE	"hihl"		/* gnttab_setup_table */

/*
 * Copy a structure from or to memory of the guest that runs on this CPU. 'to'
 * and 'from' have the public header's type; 'size' is that of *to in bytes.
 * 0 or -EFAULT.
 */
int layout_get(const char *layout, gva_t at, void *to, u32 size);
int layout_put(const char *layout, gva_t at, const void *from);
/* The structure's size in guest memory, in bytes. */
u32 layout_size(const char *layout);
/* Write only the member after '=': a call's progress or result. */
int layout_put_result(const char *layout, gva_t at, u64 value);

#endif
