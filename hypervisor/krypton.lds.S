/* SPDX-License-Identifier: GPL-2.0-only */
/* The image: loaded at IMAGE_PHYS, linked IMAGE_BASE above that. */
#include "config.h"

OUTPUT_FORMAT("elf64-x86-64")
ENTRY(start)

SECTIONS
{
	. = IMAGE_BASE + IMAGE_PHYS;
	image_start = .;
	.text : {
		KEEP(*(.head))
		/* What guests with XPTI leave mapped, here and in .bss */
		. = ALIGN(4096);
		xpti_text = .;
		*(.xpti.text)
		. = ALIGN(4096);
		xpti_text_end = .;
		*(.text .text.*)
	}
	.rodata : {
		*(.rodata .rodata.*)
		. = ALIGN(8);
		extable_start = .;
		KEEP(*(.extable))
		extable_end = .;
		__start_domain_parts = .;
		KEEP(*(domain_parts))
		__stop_domain_parts = .;
		build_id_note = .;
		KEEP(*(.note.gnu.build-id))
		build_id_end = .;
	}
	.data : {
		*(.data .data.* .data.rel.ro*)
		. = ALIGN(16);
	}
	/* Last: the table is made from an image that has none. */
	.symbols : {
		symbols_start = .;
		KEEP(*(.symbols))
		symbols_end = .;
		symbols_names = .;
		KEEP(*(.symbols.names))
	}
	image_load_end = .;
	.bss (NOLOAD) : {
		. = ALIGN(4096);
		xpti_data = .;
		*(.bss.xpti)
		. = ALIGN(4096);
		xpti_data_end = .;
		*(.bss .bss.* COMMON)
	}
	. = ALIGN(4096);
	image_end = .;
	/* No loader comes after the linker to relocate anything. */
	.relocations : { *(.got* .igot* .rel*) }
	ASSERT(SIZEOF(.relocations) == 0, "relocations are left")
	/DISCARD/ : {
		*(.comment .note.* .eh_frame*)
	}
}
