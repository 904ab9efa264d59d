/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The public ABI, as the hypervisor sees it: one internal form for every
 * guest. What a guest's bitness changes (widths, offsets) is behind struct
 * abi; guest/abi.c translates structures, and guest/abi32.c has the rest.
 */
#ifndef KRYPTON_ABI_H
#define KRYPTON_ABI_H

#include <xen/xen.h>
#include <xen/grant_table.h>
#include <xen/memory.h>
#include <xen/vcpu.h>
#include "types.h"

/* One MMUEXT operation. */
struct abi_mmuext {
	u32 cmd;
	u64 arg1;	/* mfn or linear address */
	u64 arg2;	/* number of entries, vcpumask or source mfn */
};

struct abi_callback {
	u16 type, flags;
	u16 cs;
	u64 ip;
};

struct abi_setup_table {
	u16 domid;
	u32 nr_frames;
	gva_t frame_list;
};

/* One side of a grant copy: a grant, or a frame of the caller's. */
struct abi_copy_side {
	bool granted;
	u16 domid, offset;
	u64 name;
};

struct abi_copy {
	struct abi_copy_side source, dest;
	u16 len;
};

/* The layouts of grant operations; see struct abi. */
struct abi_grant {
	u32 copy_size;
	int (*get_setup_table)(gva_t at, struct abi_setup_table *s);
	int (*put_setup_status)(gva_t at, s16 status);
	int (*get_copy)(gva_t at, struct abi_copy *c);
	int (*put_copy_status)(gva_t at, s16 status);
};

/* What differs between guests: widths, offsets, what has no layout below. */
struct abi {
	u32 long_size;		/* of a pointer and a frame number as well */
	u32 quad_align;		/* of 64-bit members */
	u32 sel_bits;		/* ports per bit of evtchn_pending_sel */
	u32 max_ports;		/* of the 2-level event channels */
	u32 pending_offset, mask_offset, wc_offset, wc_hi_offset;
	u32 sel_offset, sel_size, cr2_offset, cr2_size, time_offset;
	u32 max_pfn_offset, nmi_reason_offset;

	const struct abi_grant *grant;
	int (*get_callback)(gva_t at, struct abi_callback *cb);
	/* The whole state, from and to memory of the caller: see pv/. */
	int (*set_context)(struct vcpu *v, gva_t at);
	int (*get_context)(struct vcpu *v, gva_t at);
};

extern const struct abi abi32;
extern const struct abi_grant abi32_grant;

/*
 * cpu/vcpu_context.c: state of a vCPU that does not run, from and to memory of
 * the caller. 0; -EFAULT; -EINVAL: would break isolation; -EOPNOTSUPP: other
 * tables than the vCPU has already; -ESRCH: it is dying.
 */
int abi32_set_context(struct vcpu *v, gva_t at);
int abi32_get_context(struct vcpu *v, gva_t at);

/*
 * The members of a public structure, in their order: b, h, i and q are of 8,
 * 16, 32 and 64 bits, l is a long, a handle or a pointer; | is where one of
 * its members begins that is a structure of its own with an l in it.
 */
#define LAYOUT_TRAP		"bbhl"		/* trap_info */
#define LAYOUT_RESERVATION	"lliih"		/* xen_memory_reservation */
#define LAYOUT_EXCHANGE		"lliihlliihl"	/* xen_memory_exchange */
#define LAYOUT_MEMORY_MAP	"il"		/* xen_memory_map */
#define LAYOUT_FOREIGN_MAP	"h|il"		/* xen_foreign_memory_map */
#define LAYOUT_RESOURCE		"hhiiiql"	/* xen_mem_acquire_resource */
#define LAYOUT_MFN_LIST		"ili"		/* xen_machphys_mfn_list */
#define LAYOUT_POLL		"liq"		/* sched_poll */
#define LAYOUT_MAP_PIRQ		"hiiiiiiq"	/* physdev_map_pirq */
#define LAYOUT_IOBITMAP		"li"		/* physdev_set_iobitmap */
#define LAYOUT_APIC		"lii"		/* physdev_apic */
#define LAYOUT_RUNSTATE		"iqqqqq"	/* vcpu_runstate_info */

/*
 * From and to memory of the caller: 0 or -EFAULT. 'to' and 'from' are of the
 * structure's type, 'to' of the given size.
 */
int abi_get(const char *layout, gva_t at, void *to, u32 size);
int abi_put(const char *layout, gva_t at, const void *from);
/* Of the structure in memory of the caller. */
u32 abi_size(const char *layout);
/* The structure's last member alone: where calls tell how far they came. */
int abi_put_last(const char *layout, gva_t at, u64 value);
/* An array of longs, of at most eight to write. */
int abi_get_longs(gva_t at, u64 *to, u32 n);
int abi_put_longs(gva_t at, const u64 *from, u32 n);
/* The address in a handle of a structure that was read. */
#define HANDLE(h)	gva((u64)(h).p)
/*
 * An operation whose number is an index into a table and whose argument is a
 * structure that has the same layout for all guests.
 */
struct abi_op {
	long (*fn)(struct domain *d, void *arg);
	u8 size;		/* of the argument */
	bool out;		/* after 0 the argument is written back */
	u8 how;			/* ABI_OP_* */
#define ABI_OP_LOCKED		1u	/* fn runs with d's event lock held */
#define ABI_OP_PRIVILEGED	2u	/* -EPERM for any other caller */
};
/* For d, the caller: what fn gives; -ENOSYS, -EFAULT, -EPERM, in this order. */
long abi_op(const struct abi_op *ops, u32 count, u32 cmd, struct domain *d,
	    gva_t at);
/* Frame numbers of a guest's array, element by element. */
int abi_get_pfn(gva_t array, u64 index, u64 *value);
int abi_put_pfn(gva_t array, u64 index, u64 value);

/* A 32-bit guest's cr3 holds 44 bits of address, rotated. */
static inline mfn_t abi32_cr3_to_mfn(u32 cr3)
{
	return mfn((u64)(cr3 >> 12 | cr3 << 20));
}

static inline u32 abi32_mfn_to_cr3(mfn_t m)
{
	return (u32)(m.n << 12 | m.n >> 20);
}

#endif
