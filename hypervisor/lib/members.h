/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structures in guest memory and in ELF files, whose longs have 4 or 8 bytes. A
 * string lists the members in order: b, h, i and q have 8, 16, 32 and 64 bits;
 * l is a long, a handle or a pointer. | starts a member that is itself a
 * structure containing an l. = precedes the member that the hypervisor writes
 * back.
 */
#ifndef KRYPTON_MEMBERS_H
#define KRYPTON_MEMBERS_H

#define OUR_LONG	8u	/* bytes of a long in the hypervisor */

struct member {
	u32 at, size;
};

/* 'bytes' is the size of a long and the largest alignment. */
u32 members_size(const char *layout, u32 bytes);
struct member members_result(const char *layout, u32 bytes);
/* Bytes that only one of the two forms has stay unchanged. */
void members_convert(const char *layout, void *to, u32 to_bytes,
		     const void *from, u32 from_bytes);

#endif
