/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decompressors of Dom0's kernel. Each reads 'length' bytes and writes at most
 * 'size', and returns NULL or the error as text. They run at boot, on one CPU.
 */
#ifndef KRYPTON_UNPACK_H
#define KRYPTON_UNPACK_H

typedef const char *unpack_fn(const u8 *from, u64 length, u8 *to, u64 size);
unpack_fn unpack_gzip, unpack_xz, unpack_zstd, unpack_lz4, unpack_lzo,
	unpack_lzma, unpack_bzip2;

/* Memory for a decompressor, freed when it ends; or NULL. */
void *unpack_alloc(u64 n);

/*
 * For decompressors that read and write in pieces: set both ends up, move a
 * piece (returns how many bytes there were, or room for), note an error.
 */
void unpack_stream(const u8 *from, u64 length, u8 *to, u64 size);
long unpack_fill(void *piece, unsigned long n);
long unpack_flush(void *piece, unsigned long n);
void unpack_error(char *text);
/* The error that was noted, or UNPACK_DAMAGED if rc is not 0, or NULL. */
const char *unpack_result(int rc);

#define UNPACK_DAMAGED	"the compressed kernel is damaged"
#define UNPACK_NOMEM	"no memory to unpack the kernel"

#endif
