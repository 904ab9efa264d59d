// SPDX-License-Identifier: GPL-2.0-only
/*
 * Conversions between text and numbers.
 *
 * format() knows what the hypervisor prints: d, u, x, s, c and %%, the size l,
 * and a number's width, which zeroes fill (%016lx). It never writes past the
 * given size and always terminates the text.
 */
#include "lib/lib.h"

struct out {
	char *buf;
	size_t size;
	size_t len;
};

struct spec {
	bool is_long;
	size_t digits;		/* at least so many */
};

static void put(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void put_text(struct out *o, const char *s)
{
	while (*s)
		put(o, *s++);
}

static void put_number(struct out *o, const struct spec *sp, u64 v,
		       unsigned int base, bool negative)
{
	char tmp[32] = { 0 };
	size_t digits = 0, end = sizeof(tmp) - 1;

	do {
		tmp[end - ++digits] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v || digits < MIN(sp->digits, 20u));
	if (negative)
		put(o, '-');
	put_text(o, tmp + end - digits);
}

static const char *parse_spec(const char *f, struct spec *sp)
{
	*sp = (struct spec){ 0 };
	for (; *f >= '0' && *f <= '9'; f++)
		sp->digits = sp->digits * 10 + (size_t)(*f - '0');
	for (; *f == 'l'; f++)
		sp->is_long = true;
	return f;
}

int vformat(char *buf, size_t size, const char *f, va_list ap)
{
	struct out o = { .buf = buf, .size = size };
	struct spec sp;
	s64 n;

	for (; *f; f++) {
		if (*f != '%') {
			put(&o, *f);
			continue;
		}
		f = parse_spec(f + 1, &sp);
		switch (*f) {
		case 'd':
			n = sp.is_long ? va_arg(ap, s64) : va_arg(ap, int);
			put_number(&o, &sp, n < 0 ? -(u64)n : (u64)n, 10, n < 0);
			break;
		case 'u':
		case 'x':
			put_number(&o, &sp, sp.is_long ? va_arg(ap, u64) :
				   va_arg(ap, unsigned int),
				   *f == 'x' ? 16 : 10, false);
			break;
		case 's':
			put_text(&o, va_arg(ap, const char *));
			break;
		case 'c':
			put(&o, (char)va_arg(ap, int));
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

void str_copy(char *dst, const char *src, size_t size)
{
	size_t n = MIN(strlen(src), size - 1);

	memcpy(dst, src, n);
	dst[n] = '\0';
}

size_t str_until(const char *s, char end)
{
	size_t n = 0;

	while (s[n] && s[n] != end)
		n++;
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

u64 str_to_u64(const char *s, const char **end)
{
	int base = 10;
	u64 v = 0;

	if (s[0] == '0' && (s[1] | 0x20) == 'x' && digit_value(s[2]) < 16) {
		base = 16;
		s += 2;
	} else if (s[0] == '0') {
		base = 8;
	}
	for (; digit_value(*s) < base; s++)
		v = v * (u64)base + (u64)digit_value(*s);
	if (end)
		*end = s;
	return v;
}
