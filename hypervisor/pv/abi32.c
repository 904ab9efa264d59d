// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 32-bit layouts of the public ABI, translated to the internal form of
 * abi.h. Whoever needs to know that a guest is a 32-bit one is in this file or,
 * for the state of a vCPU, in vcpu_context.c.
 *
 * The structures are those that gcc -m32 makes of the public headers: 64-bit
 * members are aligned to 4.
 */
#include <xen/foreign/x86_32.h>
#include "descriptors.h"
#include "domain.h"
#include "errno.h"
#include "evtchn.h"
#include "guest.h"
#include "lib.h"
#include "ptype.h"
#include "traps.h"

#define ABI __attribute__((packed, aligned(4)))

struct mmuext32 {
	u32 cmd, arg1, arg2;
} ABI;
struct multicall32 {
	u32 op;
	s32 result;
	u32 args[6];
} ABI;
struct callback32 {
	u16 type, flags;
	u32 cs, eip;
} ABI;
struct reservation32 {
	u32 extents, nr_extents, order, mem_flags;
	u16 domid, pad;
} ABI;
struct exchange32 {
	struct reservation32 in, out;
	u32 nr_exchanged;
} ABI;
struct poll32 {
	u32 ports, nr_ports;
	u64 timeout;
} ABI;
struct map_pirq32 {
	u16 domid, pad;
	s32 type, index, pirq, bus, devfn, entry_nr;
	u64 table_base;
} ABI;
struct foreign_map32 {
	u16 domid, pad;
	u32 nr, buffer;
} ABI;
struct resource32 {
	u16 domid, type;
	u32 id, nr_frames, pad;
	u64 frame;
	u32 list;
} ABI;
struct mfn_list32 {
	u32 max, list, nr;
} ABI;
struct runstate32 {
	s32 state;
	u64 entry_time, time[4];
} ABI;

_Static_assert(sizeof(struct mmuext32) == 12, "public ABI");
_Static_assert(sizeof(struct multicall32) == 32, "public ABI");
_Static_assert(sizeof(struct callback32) == 12, "public ABI");
_Static_assert(sizeof(struct exchange32) == 44, "public ABI");
_Static_assert(sizeof(struct poll32) == 16, "public ABI");
_Static_assert(sizeof(struct map_pirq32) == 36, "public ABI");
_Static_assert(sizeof(struct foreign_map32) == 12, "public ABI");
_Static_assert(sizeof(struct resource32) == 28, "public ABI");
_Static_assert(sizeof(struct runstate32) == 44, "public ABI");
_Static_assert(sizeof(struct shared_info_x86_32) == 2344, "public ABI");
_Static_assert(sizeof(struct vcpu_info_x86_32) == 64, "public ABI");
_Static_assert(sizeof(struct start_info_x86_32) == 1112, "public ABI");
_Static_assert(sizeof(struct trap_info_x86_32) == 8, "public ABI");

int abi_get_pfn(const struct abi *a, gva_t array, u64 index, u64 *value)
{
	*value = 0;
	return guest_read(value, gva_index(array, index, a->pfn_size),
			  a->pfn_size);
}

int abi_put_pfn(const struct abi *a, gva_t array, u64 index, u64 value)
{
	return guest_write(gva_index(array, index, a->pfn_size), &value,
			   a->pfn_size);
}

static int get_mmuext(gva_t at, struct abi_mmuext *op)
{
	struct mmuext32 m;

	if (guest_read(&m, at, sizeof(m)))
		return -EFAULT;
	*op = (struct abi_mmuext){ m.cmd, m.arg1, m.arg2 };
	return 0;
}

static int get_multicall(gva_t at, u64 *op, u64 args[6])
{
	struct multicall32 m;
	u32 i;

	if (guest_read(&m, at, sizeof(m)))
		return -EFAULT;
	*op = m.op;
	for (i = 0; i < 6; i++)
		args[i] = m.args[i];
	return 0;
}

static int put_multicall_args(gva_t at, const u64 args[6])
{
	u32 out[6], i;

	for (i = 0; i < 6; i++)
		out[i] = (u32)args[i];
	return guest_write(gva(at.a + offsetof(struct multicall32, args)), out,
			   sizeof(out));
}

static int put_multicall_result(gva_t at, u64 result)
{
	u32 r = (u32)result;

	return guest_write(gva(at.a + offsetof(struct multicall32, result)),
			   &r, sizeof(r));
}

static int get_trap(gva_t at, struct abi_trap *t)
{
	struct trap_info_x86_32 in;

	if (guest_read(&in, at, sizeof(in)))
		return -EFAULT;
	*t = (struct abi_trap){ in.vector, in.flags, in.cs, in.address };
	return 0;
}

static int get_callback(gva_t at, struct abi_callback *cb)
{
	struct callback32 in;

	if (guest_read(&in, at, sizeof(in)))
		return -EFAULT;
	*cb = (struct abi_callback){ in.type, in.flags, (u16)in.cs, in.eip };
	return 0;
}

static void widen(const struct reservation32 *in, struct abi_reservation *r)
{
	*r = (struct abi_reservation){
		gva(in->extents), in->nr_extents, in->order, in->mem_flags,
		in->domid
	};
}

static int get_reservation(gva_t at, struct abi_reservation *r)
{
	struct reservation32 in;

	if (guest_read(&in, at, sizeof(in)))
		return -EFAULT;
	widen(&in, r);
	return 0;
}

static int get_exchange(gva_t at, struct abi_exchange *x)
{
	struct exchange32 in;

	if (guest_read(&in, at, sizeof(in)))
		return -EFAULT;
	widen(&in.in, &x->in);
	widen(&in.out, &x->out);
	x->nr_exchanged = in.nr_exchanged;
	return 0;
}

static int put_exchange_done(gva_t at, u64 nr)
{
	u32 n = (u32)nr;

	return guest_write(gva(at.a + offsetof(struct exchange32,
					       nr_exchanged)), &n, sizeof(n));
}

static int get_poll(gva_t at, struct abi_poll *p)
{
	struct poll32 in;

	if (guest_read(&in, at, sizeof(in)))
		return -EFAULT;
	*p = (struct abi_poll){ gva(in.ports), in.nr_ports, in.timeout };
	return 0;
}

static int get_memory_map(gva_t at, u32 *nr, gva_t *buffer)
{
	u32 in[2];

	if (guest_read(in, at, sizeof(in)))
		return -EFAULT;
	*nr = in[0];
	*buffer = gva(in[1]);
	return 0;
}

static int get_foreign_map(gva_t at, u16 *domid, u32 *nr, gva_t *buffer)
{
	struct foreign_map32 in;

	if (guest_read(&in, at, sizeof(in)))
		return -EFAULT;
	*domid = in.domid;
	*nr = in.nr;
	*buffer = gva(in.buffer);
	return 0;
}

static int get_resource(gva_t at, struct abi_resource *r)
{
	struct resource32 in;

	if (guest_read(&in, at, sizeof(in)))
		return -EFAULT;
	*r = (struct abi_resource){
		in.domid, in.type, in.id, in.nr_frames, in.pad, in.frame,
		gva(in.list)
	};
	return 0;
}

static int put_resource_size(gva_t at, u32 nr)
{
	return guest_write(gva(at.a + offsetof(struct resource32, nr_frames)),
			   &nr, sizeof(nr));
}

static int get_mfn_list(gva_t at, u32 *max, gva_t *list)
{
	struct mfn_list32 in;

	if (guest_read(&in, at, sizeof(in)))
		return -EFAULT;
	*max = in.max;
	*list = gva(in.list);
	return 0;
}

static int put_mfn_list_count(gva_t at, u32 nr)
{
	return guest_write(gva(at.a + offsetof(struct mfn_list32, nr)), &nr,
			   sizeof(nr));
}

static int put_machphys(gva_t at, u64 start, u64 end, u64 max_mfn)
{
	u32 out[3] = { (u32)start, (u32)end, (u32)max_mfn };

	return guest_write(at, out, sizeof(out));
}

static int get_map_pirq(gva_t at, struct abi_map_pirq *m)
{
	struct map_pirq32 in;

	if (guest_read(&in, at, sizeof(in)))
		return -EFAULT;
	*m = (struct abi_map_pirq){
		in.domid, in.type, in.index, in.pirq, in.bus, in.devfn,
		in.entry_nr, in.table_base
	};
	return 0;
}

static int put_map_pirq(gva_t at, const struct abi_map_pirq *m)
{
	struct map_pirq32 out = {
		m->domid, 0, m->type, m->index, m->pirq, m->bus, m->devfn,
		m->entry_nr, m->table_base
	};

	return guest_write(at, &out, sizeof(out));
}

static int put_runstate(gva_t at, const struct vcpu_runstate_info *rs)
{
	struct runstate32 out = { .state = rs->state,
				  .entry_time = rs->state_entry_time };

	memcpy(out.time, rs->time, sizeof(out.time));
	return guest_write(at, &out, sizeof(out));
}

const struct abi abi32 = {
	.name = "x86_32p",
	.pfn_size = 4,
	.sel_bits = 32,
	.max_ports = 1024,
	.pending_offset = offsetof(struct shared_info_x86_32, evtchn_pending),
	.mask_offset = offsetof(struct shared_info_x86_32, evtchn_mask),
	.wc_offset = offsetof(struct shared_info_x86_32, wc_version),
	.wc_hi_offset = offsetof(struct shared_info_x86_32, arch.wc_sec_hi),
	.max_pfn_offset = offsetof(struct shared_info_x86_32, arch.max_pfn),
	.nmi_reason_offset = offsetof(struct shared_info_x86_32,
				      arch.nmi_reason),
	.sel_offset = offsetof(struct vcpu_info_x86_32, evtchn_pending_sel),
	.sel_size = 4,
	.cr2_offset = offsetof(struct vcpu_info_x86_32, arch.cr2),
	.cr2_size = 4,
	.time_offset = offsetof(struct vcpu_info_x86_32, time),
	.mmuext_size = sizeof(struct mmuext32),
	.multicall_size = sizeof(struct multicall32),
	.trap_size = sizeof(struct trap_info_x86_32),
	.grant = &abi32_grant,
	.get_mmuext = get_mmuext,
	.get_multicall = get_multicall,
	.put_multicall_args = put_multicall_args,
	.put_multicall_result = put_multicall_result,
	.get_trap = get_trap,
	.get_callback = get_callback,
	.get_reservation = get_reservation,
	.get_exchange = get_exchange,
	.put_exchange_done = put_exchange_done,
	.get_poll = get_poll,
	.get_memory_map = get_memory_map,
	.get_foreign_map = get_foreign_map,
	.get_resource = get_resource,
	.put_resource_size = put_resource_size,
	.get_mfn_list = get_mfn_list,
	.put_mfn_list_count = put_mfn_list_count,
	.put_machphys = put_machphys,
	.get_map_pirq = get_map_pirq,
	.put_map_pirq = put_map_pirq,
	.put_runstate = put_runstate,
	.set_context = abi32_set_context,
	.get_context = abi32_get_context,
};
