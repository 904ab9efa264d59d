/* SPDX-License-Identifier: GPL-2.0-only */
/* The 16550 serial line at COM1. */
#ifndef KRYPTON_SERIAL_H
#define KRYPTON_SERIAL_H

#include "types.h"

#define SERIAL_PORT	0x3f8
#define SERIAL_IRQ	4

/* Polled; it becomes a sink of the log. */
void serial_init(void);
/* Never waits: with no room the character is lost. */
void serial_put(char c);
/*
 * Whether there is room for n more characters. A slow line has none for a
 * while; one that takes nothing any more always has, and loses them.
 */
bool serial_room(u32 n);
/* Work by interrupt, once serial_interrupt() can be called. */
void serial_enable_irq(void);
/*
 * Move what has arrived, but for what take() takes, into the input ring; returns
 * whether there was any.
 */
bool serial_interrupt(bool (*take)(char c));
/* Take up to n characters out of the input ring. */
size_t serial_read(char *buf, size_t n);

#endif
