// SPDX-License-Identifier: GPL-2.0-only
/*
 * The console's options in Xen's forms: com1= and com2= describe serial lines,
 * console= names the devices to use, vga=...,keep leaves the log on the screen
 * when Dom0 starts. One serial line is used, which Dom0 does not get. Serial
 * lines in memory are not supported.
 */
#include "boot/boot.h"
#include "lib/lib.h"
#include "machine/pci.h"
#include "machine/screen.h"
#include "machine/serial.h"

#define LAST_PORT	0xfff8u
#define PLACES		4u		/* values that need no name */

#define COMS	{ SERIAL_LINE(0x3f8, 4), SERIAL_LINE(0x2f8, 3) }
static const struct serial_line defaults[] = COMS;
static struct serial_line coms[] = COMS;
static const struct serial_line none;
/* What console= chose. */
static const struct serial_line *serial = &coms[0];
static bool screen = true;

/* Each of these takes one value and returns the rest of the text, or NULL. */

static const char *take_baud(struct serial_line *l, const char *s)
{
	l->baud = 0;
	if (!strncmp(s, "auto", 4))
		return s + 4;
	l->baud = (u32)str_to_u64(s, &s);
	if (*s == '/')
		l->base = (u32)str_to_u64(s + 1, &s);
	return l->baud && l->base / l->baud - 1 < 65535 ? s : NULL;
}

/* A card is polled. On bus 0 it is no card but Intel's AMT. */
static const char *take_port(struct serial_line *l, const char *s)
{
	bool pci = !strncmp(s, "pci", 3), amt = !strncmp(s, "amt", 3);
	u64 port;

	if (pci || amt) {
		port = pci_take_serial(pci);
		l->irq = 0;
		s += 3;
	} else {
		port = str_to_u64(s, &s);
	}
	l->port = (u16)port;
	return port && port <= LAST_PORT ? s : NULL;
}

/* A line with another interrupt than one of the ISA bus is polled. */
static const char *take_irq(struct serial_line *l, const char *s)
{
	const char *end = s + 3;
	u64 irq = strncmp(s, "msi", 3) ? str_to_u64(s, &end) : 0;

	l->irq = irq < 16 ? (u8)irq : 0;
	return end == s ? NULL : end;
}

static const char *take_format(struct serial_line *l, const char *s);

static const struct field {
	const char *name;
	const char *(*take)(struct serial_line *l, const char *s);
	const char *values;	/* instead: one of these 2^n characters, whose */
	u32 shift;		/* place is n bits of the format, from here on */
} fields[] = {			/* in the order of values without a name */
	{ .name = "baud=", take_baud }, { .name = "", take_format },
	{ .name = "io-base=", take_port }, { .name = "irq=", take_irq },
	{ .name = "dev=", take_port },
#define FORMAT	(fields + 5)		/* data bits, parity and stop bits */
	{ "data-bits=", NULL, "5678", 0 },
	{ "parity=", NULL, "nonenmns", 3 },	/* none, odd, even, mark, space */
	{ "stop-bits=", NULL, "12", 2 },
};

static const char *take(const struct field *f, struct serial_line *l,
			const char *s)
{
	size_t n, i;

	if (f->take)
		return f->take(l, s);
	n = strlen(f->values);
	i = str_until(f->values, *s);
	l->format = (u8)((l->format & ~((n - 1) << f->shift)) | i << f->shift);
	return i < n ? s + 1 : NULL;
}

/* As in "8n1" */
static const char *take_format(struct serial_line *l, const char *s)
{
	const struct field *f;

	for (f = FORMAT; s && f < fields + ARRAY_SIZE(fields); f++)
		s = take(f, l, s);
	return s;
}

static const struct field *named_field(const char *s)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (*fields[i].name &&
		    !strncmp(s, fields[i].name, strlen(fields[i].name)))
			return &fields[i];
	return NULL;
}

static bool set_com(u32 n, const char *s)
{
	struct serial_line new = defaults[n];
	const struct field *f;
	u32 place = 0;

	do {
		f = named_field(s);
		if (f)
			s += strlen(f->name);
		else if (place < PLACES)
			f = &fields[place++];
		/* An empty place keeps the default. */
		if (f && *s && *s != ',')
			s = take(f, &new, s);
		if (!f || !s || (*s && *s != ','))
			return false;
	} while (*s++);
	coms[n] = new;
	return true;
}

bool console_set_com1(const char *s)
{
	return set_com(0, s);
}

bool console_set_com2(const char *s)
{
	return set_com(1, s);
}

/*
 * H or L may follow a serial line's name: on Xen, two users can share a line.
 */
static size_t device_length(const char *s)
{
	size_t n = str_until(s, ',');

	return n == 5 && (s[4] == 'H' || s[4] == 'L') ? 4 : n;
}

bool console_set(const char *s)
{
	const struct serial_line *line = &none;
	bool vga = false;
	size_t n;

	do {
		n = device_length(s);
		if (n == 4 && !strncmp(s, "com1", 4))
			line = &coms[0];
		else if (n == 4 && !strncmp(s, "com2", 4))
			line = &coms[1];
		else if (n == 3 && !strncmp(s, "vga", 3))
			vga = true;
		else if (n != 4 || strncmp(s, "none", 4))
			return false;
		s += str_until(s, ',');
	} while (*s++);
	serial = line;
	screen = vga;
	return true;
}

/*
 * current or [MODE,]keep. Only firmware could change the mode that the boot loader
 * has set, so another mode is refused, whether or not "keep" follows.
 */
bool console_set_vga(const char *s)
{
	const char *comma = s + str_until(s, ',');

	if (!strncmp(s, "keep", 5) || !strncmp(comma, ",keep", 6))
		screen_keep();
	return !strncmp(s, "keep", 5) || !strncmp(s, "current", 8) ||
	       !strncmp(s, "current,keep", 13);
}

void console_apply(void)
{
	serial_use(serial);
	if (!screen)
		screen_disable();
}
