/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel images: parsing and unpacking a PV kernel's file. */
#ifndef KRYPTON_IMAGE_H
#define KRYPTON_IMAGE_H

#define IMAGE_MAX_SEGMENTS	10
#define IMAGE_SYMBOLS_SIZE	260
#define IMAGE_LOWER_END	BIT(47)	/* of a 64-bit kernel's addresses */

struct image_segment {
	u64 offset, file_size;	/* in the ELF file */
	u64 va, mem_size;
};

struct image {
	const u8 *file;
	u64 size;
	u32 long_size;		/* 8: a 64-bit kernel; 4: a 32-bit one */
	struct image_segment segment[IMAGE_MAX_SEGMENTS];
	u32 segments;
	u64 virt_base, paddr_offset, entry, hypercall_page, hv_start_low;
	u64 start, end;		/* of all segments, virtual */
	u64 space_end;		/* of the guest's addresses around VIRT_BASE */
	bool has_notes, is_legacy, has_hypercall_page, wants_symbols;
	u64 mod_start_pfn;	/* not 0: the initrd need not be mapped */
	u64 init_p2m;		/* of a 64-bit kernel; 0: behind the kernel */
	u64 features;		/* BIT(XENFEAT_*); without the note: all */
	bool pae, extended_cr3, is_generic, is_xen3;
	u64 symbols_va;		/* of the headers below; 0: none */
	u8 symbols[IMAGE_SYMBOLS_SIZE] __attribute__((aligned(4)));
	const char *error;	/* why the file is refused */
};

/* Read headers and notes of an ELF file; false with ->error set. */
bool image_parse_elf(struct image *im, const u8 *file, u64 size);

/*
 * Find a bzImage's compressed kernel and its unpacked size. Returns NULL, or
 * the error as text: the file is no bzImage, or is cut off.
 */
const char *image_find_payload(const u8 *file, u64 size, const u8 **payload,
			       u64 *length, u64 *unpacked);
/* Bytes that unpacking a payload needs, besides those of its target. */
u64 image_heap_size(const u8 *from, u64 unpacked);
/*
 * Unpack a payload by its magic number; returns NULL, or the error as text. The
 * length is at least 16 and includes the four bytes of the size.
 */
const char *image_unpack(const u8 *from, u64 length, u8 *to, u64 size,
			 u8 *heap, u64 heap_size);

#endif
