/* SPDX-License-Identifier: GPL-2.0-only */
/* The log ring and where it is shown. */
#ifndef KRYPTON_LOG_H
#define KRYPTON_LOG_H

#include "lib.h"

/* Show messages up to this level; set by loglvl=. */
extern enum log_level log_threshold;

/* Raw text of a guest, or of ours, to ring and serial line. */
/* The same without a lock, for a machine that stops. */
void log_raw(const char *s, size_t n);
void log_write(const char *s, size_t n);
/* Copy up to n bytes of the ring, oldest first; returns how many. */
size_t log_read(char *buf, size_t n);

#endif
