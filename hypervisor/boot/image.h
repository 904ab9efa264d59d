/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel images: what a PV kernel's file says about itself. */
#ifndef KRYPTON_IMAGE_H
#define KRYPTON_IMAGE_H

#include "types.h"

#define IMAGE_MAX_SEGMENTS	10
#define IMAGE_SYMBOLS_SIZE	260

struct image_segment {
	u64 offset, file_size;	/* in the ELF file */
	u64 va, mem_size;
};

struct image {
	const u8 *file;
	u64 size;
	struct image_segment segment[IMAGE_MAX_SEGMENTS];
	u32 segments;
	u64 virt_base, paddr_offset, entry, hypercall_page, hv_start_low;
	u64 start, end;		/* of all segments, virtual */
	bool has_notes, is_legacy, has_hypercall_page, wants_symbols;
	bool pae, mod_start_pfn, is_generic, is_xen3;
	u64 symbols_va;		/* of the headers below; 0: none */
	u8 symbols[IMAGE_SYMBOLS_SIZE] __attribute__((aligned(4)));
	const char *error;	/* why it cannot be used */
};

/* Read headers and notes of an ELF file; false with ->error set. */
bool image_parse_elf(struct image *im, const u8 *file, u64 size);

/*
 * A bzImage's compressed kernel: where, and how large it gets. False if the
 * file is no bzImage or is cut off; *error says which.
 */
bool image_find_payload(const u8 *file, u64 size, const u8 **payload,
			u64 *length, u64 *unpacked, const char **error);
/* Bytes of memory that unpacking a payload needs besides its target. */
u64 image_heap_size(const u8 *from, u64 unpacked);
/*
 * Unpack by the payload's magic number; NULL or what is wrong. The length is
 * at least 16 and includes the four bytes of the size.
 */
const char *image_unpack(const u8 *from, u64 length, u8 *to, u64 size,
			 u8 *heap, u64 heap_size);

#endif
