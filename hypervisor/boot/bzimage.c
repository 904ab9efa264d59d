// SPDX-License-Identifier: GPL-2.0-only
/*
 * bzImage: the boot protocol's header leads to a compressed ELF file. The
 * size that it unpacks to is its last four bytes, for every compression.
 */
#include "boot/image.h"
#include "lib/lib.h"

#define SETUP_SECTS	0x1f1
#define MAGIC		0x202
#define VERSION		0x206
#define PAYLOAD_OFFSET	0x248
#define PAYLOAD_LENGTH	0x24c
#define HEADER_END	0x250
#define MAX_UNPACKED	(256ull << 20)

const char *image_find_payload(const u8 *file, u64 size, const u8 **payload,
			       u64 *length, u64 *unpacked)
{
	u64 at, sects;

	if (size < HEADER_END || memcmp(file + MAGIC, "HdrS", 4))
		return "neither ELF nor bzImage";
	if ((file[VERSION] | file[VERSION + 1] << 8) < 0x208)
		return "bzImage of a boot protocol before 2.08";
	sects = file[SETUP_SECTS] ? file[SETUP_SECTS] : 4;
	at = (sects + 1) * 512 + get_u32(file, PAYLOAD_OFFSET);
	*length = get_u32(file, PAYLOAD_LENGTH);
	if (at > size || *length > size - at || *length < 16)
		return "the bzImage is cut off";
	*payload = file + at;
	*unpacked = get_u32(*payload, *length - 4);
	return *unpacked <= MAX_UNPACKED ? NULL :
	       "the bzImage claims to be too large";
}
