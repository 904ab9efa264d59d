// SPDX-License-Identifier: GPL-2.0-only
/*
 * The serial line: output polled, so that it works at any time; input by
 * interrupt into a ring that console_io drains. Characters that find the ring
 * full are lost.
 */
#include "cpu.h"
#include "serial.h"

#define UART_DATA	(SERIAL_PORT + 0)
#define UART_IER	(SERIAL_PORT + 1)
#define UART_IIR	(SERIAL_PORT + 2)
#define UART_FCR	(SERIAL_PORT + 2)
#define UART_LCR	(SERIAL_PORT + 3)
#define UART_MCR	(SERIAL_PORT + 4)
#define UART_LSR	(SERIAL_PORT + 5)
#define LSR_DATA	0x01
#define LSR_EMPTY	0x20
#define PUT_SPINS	100000

static char ring[256];
static u32 ring_in, ring_out;

void serial_init(void)
{
	outb(UART_IER, 0);
	outb(UART_LCR, 0x80);
	outb(UART_DATA, 1);		/* 115200 */
	outb(UART_IER, 0);
	outb(UART_LCR, 0x03);		/* 8n1 */
	outb(UART_FCR, 0x07);
	outb(UART_MCR, 0x0b);
}

void serial_put(char c)
{
	u32 i;

	for (i = 0; i < PUT_SPINS && !(inb(UART_LSR) & LSR_EMPTY); i++)
		cpu_relax();
	outb(UART_DATA, (u8)c);
}

void serial_enable_irq(void)
{
	outb(UART_IER, 0x01);
}

bool serial_interrupt(void)
{
	bool any = false;
	char c;

	inb(UART_IIR);
	while (inb(UART_LSR) & LSR_DATA) {
		c = (char)inb(UART_DATA);
		if (ring_in - ring_out < sizeof(ring))
			ring[ring_in++ % sizeof(ring)] = c;
		any = true;
	}
	return any;
}

size_t serial_read(char *buf, size_t n)
{
	u64 f = irq_save();
	size_t i;

	for (i = 0; i < n && ring_out != ring_in; i++)
		buf[i] = ring[ring_out++ % sizeof(ring)];
	irq_restore(f);
	return i;
}
