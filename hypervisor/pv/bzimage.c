// SPDX-License-Identifier: GPL-2.0-only
/*
 * bzImage: the boot protocol's header leads to a compressed ELF file. The
 * size that it unpacks to is its last four bytes, for every compression.
 */
#include <zlib.h>
#include "image.h"
#include "lib.h"

#define SETUP_SECTS	0x1f1
#define MAGIC		0x202
#define VERSION		0x206
#define PAYLOAD_OFFSET	0x248
#define PAYLOAD_LENGTH	0x24c
#define HEADER_END	0x250
#define MAX_UNPACKED	(256ull << 20)

static u32 get32(const u8 *p)
{
	u32 v;

	memcpy(&v, p, 4);
	return v;
}

bool image_find_payload(const u8 *file, u64 size, const u8 **payload,
			u64 *length, u64 *unpacked, const char **error)
{
	u64 at, sects;

	*error = "neither ELF nor bzImage";
	if (size < HEADER_END || memcmp(file + MAGIC, "HdrS", 4))
		return false;
	*error = "bzImage of a boot protocol before 2.08";
	if ((file[VERSION] | file[VERSION + 1] << 8) < 0x208)
		return false;
	sects = file[SETUP_SECTS] ? file[SETUP_SECTS] : 4;
	at = (sects + 1) * 512 + get32(file + PAYLOAD_OFFSET);
	*length = get32(file + PAYLOAD_LENGTH);
	*error = "the bzImage is cut off";
	if (at > size || *length > size - at || *length < 16)
		return false;
	*payload = file + at;
	*unpacked = get32(*payload + *length - 4);
	*error = "the bzImage claims to be too large";
	return *unpacked <= MAX_UNPACKED;
}

struct heap {
	u8 *next, *end;
};

static voidpf heap_alloc(voidpf opaque, uInt items, uInt size)
{
	struct heap *h = opaque;
	u64 n = ROUND_UP((u64)items * size, 16);
	void *p = h->next;

	if (n > (u64)(h->end - h->next))
		return NULL;
	h->next += n;
	return p;
}

static void heap_free(voidpf opaque, voidpf address)
{
	(void)opaque;
	(void)address;
}

static const char *unpack_gzip(const u8 *from, u64 length, u8 *to, u64 size,
			       struct heap *heap)
{
	z_stream s = {
		.next_in = (z_const Bytef *)from, .avail_in = (uInt)length,
		.next_out = to, .avail_out = (uInt)size,
		.zalloc = heap_alloc, .zfree = heap_free, .opaque = heap,
	};
	int rc;

	if (inflateInit2(&s, 15 + 16) != Z_OK)
		return "no memory to unpack";
	rc = inflate(&s, Z_FINISH);
	inflateEnd(&s);
	if (rc != Z_STREAM_END || s.total_out > size)
		return "the compressed kernel is damaged";
	return NULL;
}

const char *image_unpack(const u8 *from, u64 length, u8 *to, u64 size,
			 u8 *heap, u64 heap_size)
{
	struct heap h = { heap, heap + heap_size };

	if (!memcmp(from, "\x1f\x8b", 2))
		return unpack_gzip(from, length, to, size, &h);
	if (!memcmp(from, "\177ELF", 4)) {
		memcpy(to, from, MIN(length, size));
		return NULL;
	}
	return "compressed in a way that is not supported (only gzip is)";
}
