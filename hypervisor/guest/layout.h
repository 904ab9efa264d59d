/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structures of the public ABI in guest memory: each is described once, for
 * guests of any width; the hypervisor's own form is the public header's.
 */
#ifndef KRYPTON_LAYOUT_H
#define KRYPTON_LAYOUT_H

#include "guest/guest.h"

/* The members of public structures, in the form of lib/members.h. */
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
#define LAYOUT_PHYSDEV_OP	"i|lii"		/* physdev_op: its largest part */
#define LAYOUT_RUNSTATE		"iqqqqq"	/* vcpu_runstate_info */
#define LAYOUT_SETUP_TABLE	"hi=hl"		/* gnttab_setup_table */

/*
 * From and to memory of the caller: 0 or -EFAULT. 'to' and 'from' are of the
 * structure's type, 'to' of the given size.
 */
int layout_get(const char *layout, gva_t at, void *to, u32 size);
int layout_put(const char *layout, gva_t at, const void *from);
/* Of the structure in memory of the caller. */
u32 layout_size(const char *layout);
/* The member after = alone: how far a call came, or how it ended. */
int layout_put_result(const char *layout, gva_t at, u64 value);
/* The address in a handle of a structure that was read. */
#define HANDLE(h)	gva((u64)(h).p)

#endif
