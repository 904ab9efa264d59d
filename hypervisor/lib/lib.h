/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A C library's functions as far as they are needed, error numbers, logging,
 * and checks that stop the machine.
 */
#ifndef KRYPTON_LIB_H
#define KRYPTON_LIB_H

#include <stdarg.h>
#include "errno.h"

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strncmp(const char *a, const char *b, size_t n);

/* The 32-bit number at this offset of a structure, aligned or not. */
static inline u32 get_u32(const void *from, u64 offset)
{
	u32 v;

	memcpy(&v, (const u8 *)from + offset, sizeof(v));
	return v;
}

/* Copy as much as fits, with a terminator; 'size' is not 0. */
void str_copy(char *dst, const char *src, size_t size);
/* The length of s up to the first 'end', or to the terminator. */
size_t str_until(const char *s, char end);
/*
 * Decimal, hexadecimal after 0x or octal after 0; *end is the first character
 * behind it.
 */
u64 str_to_u64(const char *s, const char **end);
__printf(3, 4) int format(char *buf, size_t size, const char *fmt, ...);
int vformat(char *buf, size_t size, const char *fmt, va_list ap);

enum log_level { LOG_ERR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* A message that a guest can cause at any rate must use log_debug(). */
__printf(2, 3) void log_at(enum log_level level, const char *fmt, ...);
#define log_err(...)	log_at(LOG_ERR, __VA_ARGS__)
#define log_warn(...)	log_at(LOG_WARN, __VA_ARGS__)
#define log_info(...)	log_at(LOG_INFO, __VA_ARGS__)
#define log_debug(...)	log_at(LOG_DEBUG, __VA_ARGS__)

__printf(1, 2) void panic(const char *fmt, ...) __attribute__((noreturn));

/* Only where going on would break the isolation between guests. */
#define BUG_ON(cond)							\
	do {								\
		if (__builtin_expect(!!(cond), 0))			\
			panic("%s:%d: %s", __FILE__, __LINE__, #cond);	\
	} while (0)

#endif
