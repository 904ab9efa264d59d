// SPDX-License-Identifier: GPL-2.0-only
/* zstd: one frame; the size behind it is not part of the frame. */
#include "linux.h"
/* One variant of each decoder: half the size. */
#define HUF_FORCE_DECOMPRESS_X1
#define ZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT
#define ZSTD_STRIP_ERROR_STRINGS
#define DYNAMIC_BMI2 0
#include "xxhash.c"
#include "zstd/decompress_sources.h"

const char *unpack_zstd(const u8 *from, u64 length, u8 *to, u64 size)
{
	size_t need = zstd_dctx_workspace_bound(), n;
	zstd_dctx *ctx;
	void *work = unpack_alloc(need);

	ctx = work ? zstd_init_dctx(work, need) : NULL;
	if (!ctx)
		return UNPACK_NOMEM;
	n = zstd_find_frame_compressed_size(from, length);
	if (zstd_is_error(n))
		return UNPACK_DAMAGED;
	n = zstd_decompress_dctx(ctx, to, size, from, n);
	return zstd_is_error(n) ? UNPACK_DAMAGED : NULL;
}
