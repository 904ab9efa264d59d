/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The public ABI, as the hypervisor sees it: one internal form for every
 * guest. What a guest's bitness changes (widths, offsets) is behind struct
 * abi; pv/abi32.c is the only file that knows the 32-bit layouts.
 */
#ifndef KRYPTON_ABI_H
#define KRYPTON_ABI_H

#include <xen/xen.h>
#include <xen/grant_table.h>
#include <xen/memory.h>
#include <xen/vcpu.h>
#include "types.h"

struct vcpu;
struct regs;

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

struct abi_trap {
	u8 vector, flags;
	u16 cs;
	u64 ip;
};

struct abi_reservation {
	gva_t extents;
	u64 nr_extents;
	u32 order;
	u32 mem_flags;
	u16 domid;
};

struct abi_exchange {
	struct abi_reservation in, out;
	u64 nr_exchanged;
};

/* XENMEM_acquire_resource */
struct abi_resource {
	u16 domid, type;
	u32 id, nr_frames, pad;
	u64 frame;
	gva_t list;
};

struct abi_poll {
	gva_t ports;
	u32 nr_ports;
	u64 timeout;
};

struct abi_map_pirq {
	u16 domid;
	s32 type, index, pirq, bus, devfn, entry_nr;
	u64 table_base;
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

/*
 * Reading functions return 0 or -EFAULT; they copy once and widen. Writing
 * functions narrow; what does not fit was refused before.
 */
struct abi {
	const char *name;
	u32 pfn_size;		/* of a frame number in guest arrays */
	u32 sel_bits;		/* ports per bit of evtchn_pending_sel */
	u32 max_ports;		/* of the 2-level event channels */
	u32 pending_offset, mask_offset, wc_offset, wc_hi_offset;
	u32 sel_offset, sel_size, cr2_offset, cr2_size, time_offset;
	u32 max_pfn_offset, nmi_reason_offset;
	u32 mmuext_size, multicall_size, trap_size;

	const struct abi_grant *grant;
	int (*get_mmuext)(gva_t at, struct abi_mmuext *op);
	int (*get_multicall)(gva_t at, u64 *op, u64 args[6]);
	int (*put_multicall_args)(gva_t at, const u64 args[6]);
	int (*put_multicall_result)(gva_t at, u64 result);
	int (*get_trap)(gva_t at, struct abi_trap *t);
	int (*get_callback)(gva_t at, struct abi_callback *cb);
	int (*get_reservation)(gva_t at, struct abi_reservation *r);
	int (*get_exchange)(gva_t at, struct abi_exchange *x);
	int (*put_exchange_done)(gva_t at, u64 nr);
	int (*get_poll)(gva_t at, struct abi_poll *p);
	int (*get_memory_map)(gva_t at, u32 *nr, gva_t *buffer);
	int (*get_foreign_map)(gva_t at, u16 *domid, u32 *nr, gva_t *buffer);
	int (*get_resource)(gva_t at, struct abi_resource *r);
	int (*put_resource_size)(gva_t at, u32 nr);
	int (*get_mfn_list)(gva_t at, u32 *max, gva_t *list);
	int (*put_mfn_list_count)(gva_t at, u32 nr);
	int (*put_machphys)(gva_t at, u64 start, u64 end, u64 max_mfn);
	int (*get_map_pirq)(gva_t at, struct abi_map_pirq *m);
	int (*put_map_pirq)(gva_t at, const struct abi_map_pirq *m);
	int (*put_runstate)(gva_t at, const struct vcpu_runstate_info *rs);
	/* The whole state, from and to memory of the caller: see pv/. */
	int (*set_context)(struct vcpu *v, gva_t at);
	int (*get_context)(struct vcpu *v, gva_t at);
};

extern const struct abi abi32;
extern const struct abi_grant abi32_grant;

/*
 * pv/vcpu_context.c: state of a vCPU that does not run, from and to memory of
 * the caller. 0; -EFAULT; -EINVAL: would break isolation; -EOPNOTSUPP: other
 * tables than the vCPU has already; -ESRCH: it is dying.
 */
int abi32_set_context(struct vcpu *v, gva_t at);
int abi32_get_context(struct vcpu *v, gva_t at);

/* Frame numbers of a guest's array, element by element. */
int abi_get_pfn(const struct abi *a, gva_t array, u64 index, u64 *value);
int abi_put_pfn(const struct abi *a, gva_t array, u64 index, u64 value);

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
