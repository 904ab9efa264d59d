/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fuzzers of parsers share; parser.c. */
#ifndef FUZZ_PARSER_H
#define FUZZ_PARSER_H

#include "types.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* An exact copy, so that reads behind it are caught; the next call frees it. */
u8 *parser_copy(const u8 *data, size_t size);
/*
 * The memory of a machine below 4 GiB, all zero except what is put there until
 * the next parser_forget(). Behind a piece that is put 'alone', nothing may be
 * read.
 */
void parser_put(u64 phys, const void *data, size_t size, bool alone);
void parser_forget(void);
/* Run it; a panic ends it, as it would end the boot. False if it did. */
bool parser_run(void (*fn)(void));
extern u32 parser_messages;	/* lines logged so far */
void parser_check(bool ok, const char *what);

#endif
