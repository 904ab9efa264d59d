/* SPDX-License-Identifier: GPL-2.0-only */
/* The 16550 serial line at COM1. */
#ifndef KRYPTON_SERIAL_H
#define KRYPTON_SERIAL_H

#define SERIAL_PORT	0x3f8
#define SERIAL_IRQ	4

/* Polled mode; registers the line as a sink of the log. */
void serial_init(void);
/* Never waits: without room, the character is lost. */
void serial_put(char c);
/*
 * Whether there is room for n more characters. A slow line has none for a
 * while. A line that has stopped accepting always claims room, and loses them.
 */
bool serial_room(u32 n);
/* Use interrupts, once serial_interrupt() can be called. */
void serial_enable_irq(void);
/*
 * Move input into the ring, except characters that take() consumes; returns
 * whether there was any.
 */
bool serial_interrupt(bool (*take)(char c));
/* Read up to n characters from the input ring. */
size_t serial_read(char *buf, size_t n);

#endif
