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
		*(.head)
		*(.text .text.*)
	}
	.rodata : {
		*(.rodata .rodata.*)
		. = ALIGN(8);
		extable_start = .;
		KEEP(*(.extable))
		extable_end = .;
	}
	.data : {
		*(.data .data.* .data.rel.ro*)
		*(.got .got.plt)
		. = ALIGN(16);
	}
	image_load_end = .;
	.bss (NOLOAD) : {
		*(.bss .bss.* COMMON)
	}
	. = ALIGN(4096);
	image_end = .;
	/DISCARD/ : {
		*(.comment .note.* .eh_frame*)
	}
}
