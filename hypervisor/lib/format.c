// SPDX-License-Identifier: GPL-2.0-only
/*
 * Conversions between text and numbers.
 *
 * format() knows d, i, u, x, s, c, p and %%, the sizes l, ll and z, the flags 0
 * and - and a width: all that the hypervisor prints. It never writes past the
 * given size and always terminates the text.
 */
#include "lib/lib.h"

struct out {
	char *buf;
	size_t size;
	size_t len;
};

struct spec {
	bool zero;
	bool left;
	bool is_long;
	size_t width;
};

static void put(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void put_padded(struct out *o, const struct spec *sp, const char *s,
		       size_t n)
{
	size_t pad = sp->width > n ? sp->width - n : 0;

	if (!sp->left)
		for (; pad; pad--)
			put(o, sp->zero ? '0' : ' ');
	while (n--)
		put(o, *s++);
	for (; pad; pad--)
		put(o, ' ');
}

static void put_number(struct out *o, const struct spec *sp, u64 v,
		       unsigned int base, bool negative)
{
	char tmp[24];
	size_t i = sizeof(tmp);

	do {
		tmp[--i] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	if (negative)
		tmp[--i] = '-';
	put_padded(o, sp, tmp + i, sizeof(tmp) - i);
}

static const char *parse_spec(const char *f, struct spec *sp)
{
	*sp = (struct spec){ 0 };
	for (;; f++) {
		if (*f == '0')
			sp->zero = true;
		else if (*f == '-')
			sp->left = true;
		else
			break;
	}
	for (; *f >= '0' && *f <= '9'; f++)
		sp->width = sp->width * 10 + (size_t)(*f - '0');
	for (; *f == 'l' || *f == 'z'; f++)
		sp->is_long = true;
	return f;
}

static void put_signed(struct out *o, const struct spec *sp, s64 v)
{
	put_number(o, sp, v < 0 ? -(u64)v : (u64)v, 10, v < 0);
}

int vformat(char *buf, size_t size, const char *f, va_list ap)
{
	struct out o = { .buf = buf, .size = size };
	struct spec sp;
	const char *s;
	char c;

	for (; *f; f++) {
		if (*f != '%') {
			put(&o, *f);
			continue;
		}
		f = parse_spec(f + 1, &sp);
		switch (*f) {
		case 'd':
		case 'i':
			put_signed(&o, &sp, sp.is_long ? va_arg(ap, s64) :
				   va_arg(ap, int));
			break;
		case 'u':
		case 'x':
			put_number(&o, &sp, sp.is_long ? va_arg(ap, u64) :
				   va_arg(ap, unsigned int),
				   *f == 'x' ? 16 : 10, false);
			break;
		case 'p':
			put_number(&o, &sp, (u64)va_arg(ap, void *), 16, false);
			break;
		case 's':
			s = va_arg(ap, const char *);
			put_padded(&o, &sp, s, strlen(s));
			break;
		case 'c':
			c = (char)va_arg(ap, int);
			put(&o, c);
			break;
		case '\0':
			f--;
			break;
		default:
			put(&o, *f);
		}
	}
	if (size)
		buf[o.len < size ? o.len : size - 1] = '\0';
	return (int)o.len;
}

int format(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vformat(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

size_t str_copy(char *dst, const char *src, size_t size)
{
	size_t n = strlen(src);

	if (!size)
		return n;
	memcpy(dst, src, MIN(n, size - 1));
	dst[MIN(n, size - 1)] = '\0';
	return n;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return 16;
}

/* Decimal or 0x; *end is the first character that is no digit. */
u64 str_to_u64(const char *s, const char **end)
{
	int base = 10;
	u64 v = 0;

	if (s[0] == '0' && (s[1] | 0x20) == 'x') {
		base = 16;
		s += 2;
	}
	for (; digit_value(*s) < base; s++)
		v = v * (u64)base + (u64)digit_value(*s);
	if (end)
		*end = s;
	return v;
}
