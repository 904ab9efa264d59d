// SPDX-License-Identifier: GPL-2.0-only
/* The 32-bit layouts of grant operations; see abi32.c. */
#include "errno.h"
#include "guest/abi.h"
#include "guest/guest.h"

#define ABI __attribute__((packed, aligned(4)))

struct setup_table32 {
	u16 dom, pad;
	u32 nr_frames;
	s16 status, pad2;
	u32 frame_list;
} ABI;
struct copy_side32 {
	u32 name;
	u16 domid, offset;
} ABI;
struct copy32 {
	struct copy_side32 source, dest;
	u16 len, flags;
	s16 status, pad;
} ABI;

_Static_assert(sizeof(struct setup_table32) == 16, "public ABI");
_Static_assert(sizeof(struct copy32) == 24, "public ABI");

static int get_setup_table(gva_t at, struct abi_setup_table *s)
{
	struct setup_table32 in;

	if (guest_read(&in, at, sizeof(in)))
		return -EFAULT;
	*s = (struct abi_setup_table){
		.domid = in.dom, .nr_frames = in.nr_frames,
		.frame_list = gva(in.frame_list),
	};
	return 0;
}

static int put_setup_status(gva_t at, s16 status)
{
	return guest_write(gva(at.a + offsetof(struct setup_table32, status)),
			   &status, sizeof(status));
}

static struct abi_copy_side widen(const struct copy_side32 *in, bool granted)
{
	return (struct abi_copy_side){
		.granted = granted, .domid = in->domid, .offset = in->offset,
		.name = in->name,
	};
}

static int get_copy(gva_t at, struct abi_copy *c)
{
	struct copy32 in;

	if (guest_read(&in, at, sizeof(in)))
		return -EFAULT;
	*c = (struct abi_copy){
		.source = widen(&in.source, in.flags & GNTCOPY_source_gref),
		.dest = widen(&in.dest, in.flags & GNTCOPY_dest_gref),
		.len = in.len,
	};
	return 0;
}

static int put_copy_status(gva_t at, s16 status)
{
	return guest_write(gva(at.a + offsetof(struct copy32, status)),
			   &status, sizeof(status));
}

const struct abi_grant abi32_grant = {
	.copy_size = sizeof(struct copy32),
	.get_setup_table = get_setup_table,
	.put_setup_status = put_setup_status,
	.get_copy = get_copy,
	.put_copy_status = put_copy_status,
};
