/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fuzzers of parsers share; parser.c. */
#ifndef FUZZ_PARSER_H
#define FUZZ_PARSER_H

#include "types.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* An exact copy, so that reading behind it is seen; freed by the next one. */
u8 *parser_copy(const u8 *data, size_t size);
/*
 * The memory of a machine below 4 GiB, all zero but for what is put there
 * until the next call of parser_forget(). What is put there 'alone' has bytes
 * behind it that must not be read.
 */
void parser_put(u64 phys, const void *data, size_t size, bool alone);
void parser_forget(void);
/* Run it; a panic ends it, as it would end the boot. False if that is so. */
bool parser_run(void (*fn)(void));
extern u32 parser_messages;	/* lines logged so far */
void parser_check(bool ok, const char *what);

#endif
