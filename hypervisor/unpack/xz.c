// SPDX-License-Identifier: GPL-2.0-only
/* xz, with the filter for x86 code: the target is the dictionary. */
#include "xz_config.h"
#include "xz/xz_crc32.c"
#include "xz/xz_dec_stream.c"
#include "xz/xz_dec_lzma2.c"
#include "xz/xz_dec_bcj.c"

const char *unpack_xz(const u8 *from, u64 length, u8 *to, u64 size)
{
	struct xz_buf b = {
		.in = from, .in_size = length, .out = to, .out_size = size,
	};
	struct xz_dec *s;

	xz_crc32_init();
	s = xz_dec_init(XZ_SINGLE, 0);
	if (!s)
		return UNPACK_NOMEM;
	switch (xz_dec_run(s, &b)) {
	case XZ_STREAM_END:
		return NULL;
	case XZ_OPTIONS_ERROR:
	case XZ_UNSUPPORTED_CHECK:
		return "xz with options that kernels do not use";
	default:
		return UNPACK_DAMAGED;
	}
}
