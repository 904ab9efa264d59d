/* SPDX-License-Identifier: GPL-2.0-only */
/* What xz_private.h needs outside of a kernel. */
#ifndef KRYPTON_XZ_CONFIG_H
#define KRYPTON_XZ_CONFIG_H

#define XZ_EXTERN	static
#define XZ_DEC_SINGLE
#define XZ_DEC_X86

#include <linux/xz.h>
#include "linux.h"

#define memeq(a, b, n)	(memcmp(a, b, n) == 0)
#define memzero(p, n)	memset(p, 0, n)
#define get_le32(p)	get_unaligned_le32(p)

#endif
