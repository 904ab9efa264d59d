/* SPDX-License-Identifier: GPL-2.0-only */
/* note TYPE, VALUE: an ELF note of Xen's (xen/elfnote.h). */
#define __ASSEMBLY__
#include <xen/elfnote.h>

	.macro note type, value:vararg
	.pushsection .note.Xen, "a", @note
	.balign 4
	.long	4, 2f - 1f, \type
	.asciz	"Xen"
1:	\value
2:	.balign 4
	.popsection
	.endm
