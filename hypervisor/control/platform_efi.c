// SPDX-License-Identifier: GPL-2.0-only
/*
 * platform_op's view of EFI (xen/platform.h): XENPF_firmware_info's EFI part,
 * and XENPF_efi_runtime_call. The privileged domain alone gets here. Errors and
 * their order are Xen's. The firmware works on copies: what a guest's handles
 * name is read before a call and written after it.
 */
#include <xen/platform.h>
#include "control/ctl.h"
#include "lib/members.h"
#include "machine/efi.h"

#define MAX_NAME	PAGE_SIZE	/* bytes of a variable's name */
#define MAX_DATA	(1u << 20)	/* and of its value */
#define HEAD		"iil|"		/* function, misc, status */
#define COMPAT_ERROR	BIT(31)		/* bit 63 of a status, for 32 bits */

typedef struct xenpf_efi_runtime_call call_t;

#define U(p)	((u64)(p))

static long get_time(call_t *c)
{
	struct { u32 resolution, accuracy; u8 clears; } can = { 0 };

	c->status = efi_call(EFI_GET_TIME, U(&c->u.get_time.time), U(&can),
			     0, 0, 0);
	if (c->status & EFI_ERROR)
		return 0;
	c->u.get_time.resolution = can.resolution;
	c->u.get_time.accuracy = can.accuracy;
	c->misc = can.clears ? XEN_EFI_GET_TIME_SET_CLEARS_NS : 0;
	return 0;
}

static long set_time(call_t *c)
{
	c->status = efi_call(EFI_SET_TIME, U(&c->u.set_time), 0, 0, 0, 0);
	return 0;
}

static long get_wakeup(call_t *c)
{
	u8 enabled = 0, pending = 0;

	c->status = efi_call(EFI_GET_WAKEUP, U(&enabled), U(&pending),
			     U(&c->u.get_wakeup_time), 0, 0);
	if (!(c->status & EFI_ERROR))
		c->misc = (enabled ? XEN_EFI_GET_WAKEUP_TIME_ENABLED : 0) |
			  (pending ? XEN_EFI_GET_WAKEUP_TIME_PENDING : 0);
	return 0;
}

static long set_wakeup(call_t *c)
{
	bool no_time = c->misc & XEN_EFI_SET_WAKEUP_TIME_ENABLE_ONLY;

	c->status = efi_call(EFI_SET_WAKEUP,
			     !!(c->misc & XEN_EFI_SET_WAKEUP_TIME_ENABLE),
			     no_time ? 0 : U(&c->u.set_wakeup_time), 0, 0, 0);
	c->misc = 0;
	return 0;
}

static long next_count(call_t *c)
{
	c->status = efi_call(EFI_NEXT_COUNT, U(&c->misc), 0, 0, 0, 0);
	return 0;
}

/* Read a name up to its 0. */
static long read_name(u16 *name, u64 from)
{
	u32 i;

	for (i = 0; i < MAX_NAME / 2; i++) {
		if (guest_read(&name[i], gva(from + 2ull * i), 2))
			return -EFAULT;
		if (!name[i])
			return 0;
	}
	return -ENOMEM;
}

static long get_value(call_t *c, u16 *name, void *data)
{
	u64 size = c->u.get_variable.size;

	c->status = efi_call(EFI_GET_VARIABLE, U(name),
			     U(&c->u.get_variable.vendor_guid), U(&c->misc),
			     U(&size), size ? U(data) : 0);
	if (!(c->status & EFI_ERROR) &&
	    guest_write(gva(U(c->u.get_variable.data.p)), data,
			MIN(size, c->u.get_variable.size)))
		return -EFAULT;
	c->u.get_variable.size = size;
	return 0;
}

static long set_value(call_t *c, u16 *name, void *data)
{
	if (guest_read(data, gva(U(c->u.set_variable.data.p)),
		       c->u.set_variable.size))
		return -EFAULT;
	c->status = efi_call(EFI_SET_VARIABLE, U(name),
			     U(&c->u.set_variable.vendor_guid), c->misc,
			     c->u.set_variable.size, U(data));
	return 0;
}

static long variable(call_t *c)
{
	u64 size = c->u.get_variable.size, room = MAX(size, 1ull);
	u16 *name = frames_new(MAX_NAME);
	void *data = size > MAX_DATA ? NULL : frames_new(room);
	long rc = name && data ? read_name(name, U(c->u.get_variable.name.p)) :
		  -ENOMEM;

	if (!rc)
		rc = c->function == XEN_EFI_get_variable ?
		     get_value(c, name, data) : set_value(c, name, data);
	frames_delete(name, MAX_NAME);
	frames_delete(data, room);
	return rc;
}

static long next_name(call_t *c)
{
	u64 given = c->u.get_next_variable_name.size, size = given;
	gva_t at = gva(U(c->u.get_next_variable_name.name.p));
	/* Some firmware looks for the end of the name: a zero follows it. */
	u8 *name = given > MAX_DATA ? NULL : frames_new(given + 2);
	long rc;

	if (!name)
		return -ENOMEM;
	rc = guest_read(name, at, given);
	if (!rc) {
		c->status = efi_call(EFI_NEXT_VARIABLE, U(&size), U(name),
			U(&c->u.get_next_variable_name.vendor_guid), 0, 0);
		/* Some firmware changes the size although it should not. */
		if (!(c->status & EFI_ERROR))
			rc = guest_write(at, name, given);
		c->u.get_next_variable_name.size = size;
	}
	frames_delete(name, given + 2);
	return rc;
}

/* Krypton takes over after boot services, and has no sizes from before. */
static long query_info(call_t *c)
{
	u64 most = 0, left = 0, largest = 0;

	if (c->misc) {
		c->status = EFI_UNSUPPORTED;
		return 0;
	}
	if (efi.services_version >> 16 < 2)
		return -EOPNOTSUPP;
	c->status = efi_call(EFI_QUERY_VARIABLES, c->u.query_variable_info.attr,
			     U(&most), U(&left), U(&largest), 0);
	c->u.query_variable_info.max_store_size = most;
	c->u.query_variable_info.remain_store_size = left;
	c->u.query_variable_info.max_size = largest;
	return 0;
}

/* By XEN_EFI_*. Times and GUIDs have one layout in guests of both widths. */
static const struct {
	long (*fn)(call_t *c);	/* sets the status, or returns an error */
	const char *layout;
	u32 flags;		/* that are allowed in misc */
} functions[] = {
	[XEN_EFI_get_time] = { get_time, HEAD "iiiiii" },
	[XEN_EFI_set_time] = { set_time, HEAD "iiii" },
	[XEN_EFI_get_wakeup_time] = { get_wakeup, HEAD "iiii" },
	[XEN_EFI_set_wakeup_time] = { set_wakeup, HEAD "iiii",
		XEN_EFI_SET_WAKEUP_TIME_ENABLE |
		XEN_EFI_SET_WAKEUP_TIME_ENABLE_ONLY },
	[XEN_EFI_get_next_high_monotonic_count] = { next_count, HEAD },
	[XEN_EFI_get_variable] = { variable, HEAD "llliiii" },
	[XEN_EFI_set_variable] = { variable, HEAD "llliiii", ~0u },
	[XEN_EFI_get_next_variable_name] = { next_name, HEAD "lliiii" },
	[XEN_EFI_query_variable_info] = { query_info, HEAD "iqqq",
		XEN_EFI_VARINFO_BOOT_SNAPSHOT },
};

long platform_efi_call(const void *body, u64 arg)
{
	u32 bytes = current_domain()->width->long_size;
	u32 function = *(const u32 *)body;
	u8 out[sizeof(call_t)] = { 0 };
	const char *layout;
	call_t c = { 0 };
	long rc;

	if (!efi.version)
		return -ENOSYS;
	if (!efi.services_version)
		return -EOPNOTSUPP;
	if (function >= ARRAY_SIZE(functions) || !functions[function].fn)
		return -ENOSYS;
	layout = functions[function].layout;
	members_convert(layout, &c, OUR_LONG, body, bytes);
	if (c.misc & ~functions[function].flags)
		return -EINVAL;
	rc = functions[function].fn(&c);
	if (rc)
		return rc;
	if (bytes == 4)
		c.status = (u32)c.status | (c.status >> 63 ? COMPAT_ERROR : 0);
	members_convert(layout, out, bytes, &c, OUR_LONG);
	return guest_write(gva(arg), out, members_size(layout, bytes));
}

/*
 * mem[0] is an address and mem[1] a number of bytes, which is cut to the end of
 * the descriptor there; mem[2] and mem[3] become the attributes and the type.
 */
static long memory_info(u64 *mem)
{
	const struct efi_descriptor *e = efi_descriptor_at(mem[0]);
	u64 left;

	if (!e)
		return -ESRCH;
	left = (e->pages << PAGE_SHIFT) - (mem[0] - e->phys);
	mem[1] = MIN(mem[1], left);
	mem[2] = e->attributes;
	mem[3] = e->type;
	return 0;
}

static long vendor_info(const u8 *in, u64 arg)
{
	u64 name = 0, n = 0;
	u32 room = get_u32(in, 4);

	memcpy(&name, in + 8, current_domain()->width->long_size);
	while (n < EFI_VENDOR_CHARS - 1 && efi.vendor[n])
		n++;
	n = MIN(n + 1, room / 2ull);
	return guest_write(gva(name), efi.vendor, 2 * n) ? -EFAULT :
	       guest_write(gva(arg), &efi.vendor_version, 4);
}

static long tables_info(u64 arg)
{
	struct { u64 at; u32 count; } t = { efi.tables, (u32)efi.table_count };

	return efi.tables ? guest_write(gva(arg), &t, 12) : -EOPNOTSUPP;
}

long platform_efi_info(u32 index, const void *in, u64 arg)
{
	u64 mem[4];
	long rc;

	if (!efi.version)
		return -ENOSYS;
	switch (index) {
	case XEN_FW_EFI_VERSION:
		return guest_write(gva(arg), &efi.version, 4);
	case XEN_FW_EFI_RT_VERSION:
		return efi.services_version ?
		       guest_write(gva(arg), &efi.services_version, 4) :
		       -EOPNOTSUPP;
	case XEN_FW_EFI_CONFIG_TABLE:
		return tables_info(arg);
	case XEN_FW_EFI_VENDOR:
		return vendor_info(in, arg);
	case XEN_FW_EFI_MEM_INFO:
		memcpy(mem, in, sizeof(mem));
		rc = memory_info(mem);
		return rc ? rc : guest_write(gva(arg), mem, 28);
	case XEN_FW_EFI_PCI_ROM:
		return -ESRCH;
	case XEN_FW_EFI_APPLE_PROPERTIES:
		return -ENODATA;
	default:
		return -EINVAL;
	}
}
