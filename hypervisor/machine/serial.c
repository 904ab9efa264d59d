// SPDX-License-Identifier: GPL-2.0-only
/*
 * The serial line. Output is polled until interrupts work, and again when the
 * machine stops. In between, the line's interrupt empties a ring. Input goes
 * into a ring that console_io drains. Nothing here waits: characters that find
 * their ring full are lost. Callers that can wait ask serial_room() first.
 */
#include "machine/boot.h"
#include "machine/cpu.h"
#include "machine/lock.h"
#include "machine/log.h"
#include "machine/serial.h"
#include "machine/time.h"

#define UART_DATA	(line.port + 0)
#define UART_IER	(line.port + 1)
#define UART_IIR	(line.port + 2)
#define UART_FCR	(line.port + 2)
#define UART_LCR	(line.port + 3)
#define UART_MCR	(line.port + 4)
#define UART_LSR	(line.port + 5)
#define LCR_DIVISOR	0x80	/* UART_DATA and UART_IER are the divisor's */
#define LSR_DATA	0x01
#define LSR_EMPTY	0x20
#define IER_RECEIVED	0x01
#define IER_SENT	0x02
#define IIR_NONE	0x01
#define FIFO_SIZE	16
#define PUT_SPINS	1000000	/* a second or more */
#define MAX_READS	256u
#define STALLED		NS_PER_SEC	/* a line that takes nothing so long */

static struct serial_line line = SERIAL_LINE(0x3f8, 4);
static char ring[256], out_ring[16384];
static u32 ring_in, ring_out, out_in, out_out;
static bool by_irq;
static u64 fed_at;			/* when it last accepted something */
static struct spinlock serial_lock = SPINLOCK(LOCK_SERIAL);

/* A line that has taken nothing for so long is not waited for again until it does. */
static void put_now(char c)
{
	static u32 spins;
	bool ready;

	while (!(ready = inb(UART_LSR) & LSR_EMPTY) && spins++ < PUT_SPINS)
		cpu_relax();
	spins = ready ? 0 : PUT_SPINS;
	outb(UART_DATA, (u8)c);
}

/* Send what the line accepts now; its interrupt sends the rest. */
static void feed(void)
{
	static bool waits;
	u32 i;

	ASSERT_HELD(&serial_lock);
	if (out_out == out_in || inb(UART_LSR) & LSR_EMPTY) {
		for (i = 0; i < FIFO_SIZE && out_out != out_in; i++)
			outb(UART_DATA, (u8)out_ring[out_out++ % sizeof(out_ring)]);
		fed_at = time_now();
	}
	if (waits != (out_out != out_in)) {
		waits = !waits;
		outb(UART_IER, IER_RECEIVED | (waits ? IER_SENT : 0));
	}
}

static void serial_put(char c)
{
	if (!by_irq) {
		put_now(c);
		return;
	}
	spin_guard_irqsave(&serial_lock);
	if (out_in - out_out < sizeof(out_ring))
		out_ring[out_in++ % sizeof(out_ring)] = c;
	feed();
}

bool serial_room(u32 n)
{
	if (!by_irq)
		return true;
	spin_guard_irqsave(&serial_lock);
	feed();
	return sizeof(out_ring) - (out_in - out_out) >= n ||
	       time_now() - fed_at > STALLED;
}

static void serial_poll(void)
{
	by_irq = false;
	while (out_out != out_in)
		put_now(out_ring[out_out++ % sizeof(out_ring)]);
}

static void show(char c)
{
	if (!line.port)
		return;
	if (c == '\n')
		serial_put('\r');
	serial_put(c);
}

static const struct log_sink sink = {
	.put = show, .room = serial_room, .poll = serial_poll,
};

/* The firmware's divisor is read once: serial_init() changes that of COM1. */
static void program(void)
{
	static u16 found, port;
	u32 divisor;

	outb(UART_LCR, LCR_DIVISOR);
	if (port != line.port)
		found = (u16)(inb(UART_DATA) | inb(UART_IER) << 8);
	port = line.port;
	divisor = line.baud ? line.base / line.baud : found;
	outb(UART_DATA, (u8)divisor);
	outb(UART_IER, (u8)(divisor >> 8));
	outb(UART_LCR, line.format);
	outb(UART_IER, 0);
	outb(UART_FCR, 0x07);
	outb(UART_MCR, 0x0b);
}

void serial_init(void)
{
	program();
	log_add_sink(&sink);
}

void serial_use(const struct serial_line *l)
{
	line = *l;
	if (line.port)
		program();
}

const struct serial_line *serial_line(void)
{
	return &line;
}

void serial_enable_irq(void)
{
	by_irq = line.irq && !boot_flag("sync_console", false);
	if (line.irq)
		outb(UART_IER, IER_RECEIVED);
}

static void keep(char c)
{
	spin_guard_irqsave(&serial_lock);
	if (ring_in - ring_out < sizeof(ring))
		ring[ring_in++ % sizeof(ring)] = c;
}

/*
 * The interrupt is edge-triggered: leave nothing that would raise it. A line
 * that is not there always has data, all ones.
 */
bool serial_interrupt(bool (*take)(char c))
{
	bool any = false;
	u32 i;
	char c;

	do {
		for (i = 0; i < MAX_READS && inb(UART_LSR) & LSR_DATA; i++) {
			c = (char)inb(UART_DATA);
			if (take(c))
				continue;
			keep(c);
			any = true;
		}
		spin_scoped_irqsave(&serial_lock)
			feed();
	} while (!(inb(UART_IIR) & IIR_NONE));
	return any;
}

size_t serial_read(char *buf, size_t n)
{
	size_t i;

	spin_guard_irqsave(&serial_lock);
	for (i = 0; i < n && ring_out != ring_in; i++)
		buf[i] = ring[ring_out++ % sizeof(ring)];
	return i;
}
