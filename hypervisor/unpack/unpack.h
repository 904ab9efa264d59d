/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decompressors of Dom0's kernel. Each takes 'length' bytes and makes at most
 * 'size' of them; NULL, or what is wrong. They run at boot, on one processor.
 */
#ifndef KRYPTON_UNPACK_H
#define KRYPTON_UNPACK_H

#include "types.h"

const char *unpack_gzip(const u8 *from, u64 length, u8 *to, u64 size);
const char *unpack_xz(const u8 *from, u64 length, u8 *to, u64 size);
const char *unpack_zstd(const u8 *from, u64 length, u8 *to, u64 size);
const char *unpack_lz4(const u8 *from, u64 length, u8 *to, u64 size);
const char *unpack_lzo(const u8 *from, u64 length, u8 *to, u64 size);
const char *unpack_lzma(const u8 *from, u64 length, u8 *to, u64 size);
const char *unpack_bzip2(const u8 *from, u64 length, u8 *to, u64 size);

/* Memory for a decompressor, all given back when it is done; or NULL. */
void *unpack_alloc(u64 n);

/*
 * For those that read and write by pieces: set the two ends up, move a piece
 * (returns how many bytes there were, or room for), note an error.
 */
void unpack_stream(const u8 *from, u64 length, u8 *to, u64 size);
long unpack_fill(void *piece, unsigned long n);
long unpack_flush(void *piece, unsigned long n);
void unpack_error(char *text);
/* What was noted, or what rc (0: nothing) stands for. */
const char *unpack_result(int rc);

#define UNPACK_DAMAGED	"the compressed kernel is damaged"
#define UNPACK_NOMEM	"no memory to unpack the kernel"

#endif
