/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before all else: every symbol is of the one image, so the compiler
 * reaches each relative to the instruction and without a table of addresses.
 */
#pragma GCC visibility push(hidden)
