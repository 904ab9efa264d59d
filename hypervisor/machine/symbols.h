/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of functions. */
#ifndef KRYPTON_SYMBOLS_H
#define KRYPTON_SYMBOLS_H

/* A line of a back trace, without a lock. */
void symbol_print(u64 addr);

#endif
