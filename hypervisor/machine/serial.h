/* SPDX-License-Identifier: GPL-2.0-only */
/* The serial line of the console, a 16550. */
#ifndef KRYPTON_SERIAL_H
#define KRYPTON_SERIAL_H

struct serial_line {
	u16 port;		/* 0: no line is used */
	u8 irq;			/* 0: it is polled */
	u32 base, baud;		/* baud 0: as the firmware set it */
	u8 format;		/* data bits, parity and stop bits, as in LCR */
};

/* A PC's line before options change it: 115200 baud, 8n1. */
#define SERIAL_BASE	115200u
#define SERIAL_LINE(port, irq)	{ port, irq, SERIAL_BASE, SERIAL_BASE, 3 }

/* Polled mode; registers the line as a sink of the log. */
void serial_init(void);
/* The options' choice, before interrupts; until then it is COM1. */
void serial_use(const struct serial_line *l);
/* The line in use; port 0: none. */
const struct serial_line *serial_line(void);
/*
 * Whether there is room for n more characters. A slow line has none for a
 * while. A line that has stopped accepting always claims room, and loses them.
 */
bool serial_room(u32 n);
/* Use interrupts, once serial_interrupt() can be called. */
void serial_enable_irq(void);
/*
 * The line's interrupt, or a poll of it. Move input into the ring, except
 * characters that take() consumes; returns whether there was any.
 */
bool serial_interrupt(bool (*take)(char c));
/* Read up to n characters from the input ring; returns how many there were. */
size_t serial_read(char *buf, size_t n);

#endif
