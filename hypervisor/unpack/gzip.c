// SPDX-License-Identifier: GPL-2.0-only
/* gzip: this file parses the header, Linux's zlib does the rest. */
#include "linux.h"
#include "zlib_inflate/inftrees.c"
#include "zlib_inflate/inffast.c"
#include "zlib_inflate/inflate.c"

#define GZIP_HEADER	10
#define GZIP_NAME	0x08
#define GZIP_OTHER	0xf7

/* Where the data begins; 0 if the header is not one that gzip -n writes. */
static u64 skip_header(const u8 *p, u64 length)
{
	u64 n = GZIP_HEADER;

	if (length <= n || p[2] != Z_DEFLATED || (p[3] & GZIP_OTHER))
		return 0;
	if (p[3] & GZIP_NAME)
		while (n < length && p[n++])
			;
	return n < length ? n : 0;
}

const char *unpack_gzip(const u8 *from, u64 length, u8 *to, u64 size)
{
	u64 skip = skip_header(from, length);
	z_stream s = {
		.next_in = from + skip, .avail_in = length - skip,
		.next_out = to, .avail_out = size,
		.workspace = unpack_alloc(sizeof(struct inflate_workspace)),
	};

	if (!skip)
		return UNPACK_DAMAGED;
	if (!s.workspace)
		return UNPACK_NOMEM;
	if (zlib_inflateInit2(&s, -MAX_WBITS) != Z_OK ||
	    zlib_inflate(&s, Z_FINISH) != Z_STREAM_END)
		return UNPACK_DAMAGED;
	return NULL;
}
