// SPDX-License-Identifier: GPL-2.0-only
/* Descriptors, numbers and text, event channels. */
#include <stdlib.h>
#include <string.h>
#include <xen/event_channel.h>
#include "cpu/descriptors.h"
#include "errno.h"
#include "event/evtchn.h"
#include "host.h"
#include "hypercalls.h"
#include "lib/lib.h"
#include "mmu/ptype.h"

/*
 * Whatever is accepted and present is code or data of the kernel's ring or an
 * outer one, long in 64-bit guests alone; or of no type, or a call gate to these
 * rings that only ring 0 could use.
 */
static void check_descriptor(const struct width *w, u64 d)
{
	if (!descriptor_check(w, &d) || !(d >> 47 & 1))
		return;
	if (!(d >> 44 & 1)) {
		assert_true((d >> 40 & 15) == 0 || (d >> 40 & 15) == 12);
		if (d >> 40 & 15) {
			assert_int_equal(d >> 45 & 3, 0);
			assert_true((d >> 16 & 3) >= w->kernel_ring);
		}
		return;
	}
	assert_true((d >> 45 & 3) >= w->kernel_ring);
	assert_false(w == &width32 && d >> 53 & 1);
}

static void test_descriptors(void **state)
{
	static const struct width wide = {
		.is_long = true, .kernel_ring = 3, .kernel_cs = SEL_64_CS,
	};
	const u64 long_code = 0x00af9b000000ffff;
	u64 d;
	u32 i;

	(void)state;
	srand(5);
	for (i = 0; i < 200000; i++) {
		d = (u64)rand() << 42 ^ (u64)rand() << 21 ^ (u64)rand();
		check_descriptor(&width32, d);
		check_descriptor(&wide, d);
	}
	d = long_code;
	assert_false(descriptor_check(&width32, &d));
	assert_true(descriptor_check(&wide, &d));
	assert_int_equal(d, long_code | 3ull << 45);
}

/*
 * A text is cut off at its buffer's end, with a zero, and the length is that of
 * the whole. Zeroes fill a number up to its width, which leaves out its sign.
 */
static void test_format(void **state)
{
	char b[16];

	(void)state;
	assert_int_equal(format(b, sizeof(b), "%d|%u|%x", -5, 7u, 255u), 7);
	assert_string_equal(b, "-5|7|ff");
	assert_int_equal(format(b, sizeof(b), "%016lx!", 0x1234ul), 17);
	assert_string_equal(b, "000000000000123");
	format(b, sizeof(b), "%s|%c%%|%03d|%02x", "ab", 'c', -5, 0x123u);
	assert_string_equal(b, "ab|c%|-005|123");
	format(b, 1, "xyz");
	assert_string_equal(b, "");
	assert_int_equal(format(b, 0, "xyz"), 3);
	format(b, sizeof(b), "%ld", INT64_MIN);
	assert_string_equal(b, "-92233720368547");
}

/*
 * A number is decimal or, behind 0x, hexadecimal or, behind 0, octal, and ends
 * before what is no digit of it.
 */
static void test_numbers(void **state)
{
	const char *end;

	(void)state;
	assert_int_equal(str_to_u64("0x1fG", &end), 0x1f);
	assert_int_equal(*end, 'G');
	assert_int_equal(str_to_u64("12a", &end), 12);
	assert_int_equal(str_to_u64("0x", &end), 0);
	assert_int_equal(*end, 'x');
	assert_int_equal(str_to_u64("0178", &end), 15);
	assert_int_equal(*end, '8');
	assert_int_equal(str_to_u64("", &end), 0);
}

static long call(u32 cmd, void *arg)
{
	return do_event_channel_op((u64[]){ cmd, (u64)arg });
}

/* Random calls: ports stay in range, no port is given out twice. */
static void test_evtchn_random(void **state)
{
	static u8 live[1024];
	struct evtchn_bind_ipi ipi;
	struct evtchn_close close;
	struct evtchn_send send;
	u32 first, k, open = 0, p;
	long rc;

	(void)state;
	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	host_domain(4, &first);
	memset(live, 0, sizeof(live));
	srand(11);
	for (k = 0; k < 20000; k++) {
		p = (u32)rand() % 1100;
		send.port = close.port = p;
		switch (rand() % 4) {
		case 0:
			rc = call(EVTCHNOP_close, &close);
			assert_int_equal(rc == 0, p < 1024 && live[p]);
			if (!rc) {
				live[p] = 0;
				open--;
			}
			break;
		case 1:
			rc = call(EVTCHNOP_send, &send);
			assert_int_equal(rc == 0, p < 1024 && live[p]);
			break;
		default:
			ipi.vcpu = rand() % 10 ? 0 : (u32)rand();
			rc = call(EVTCHNOP_bind_ipi, &ipi);
			if (rc) {
				assert_true(ipi.vcpu || open == 1023);
				break;
			}
			assert_true(ipi.port && ipi.port < 1024);
			assert_false(live[ipi.port]);
			live[ipi.port] = 1;
			open++;
		}
		assert_int_equal(host_locks, 0);
	}
	assert_true(open > 100);
}

/*
 * An operation that does not exist is -ENOSYS; an argument that cannot be read
 * is -EFAULT.
 */
static void test_evtchn_unknown(void **state)
{
	u64 arg[4] = { 0 };
	u32 cmd;

	(void)state;
	for (cmd = 14; cmd < 100; cmd++)
		assert_int_equal(call(cmd, arg), -ENOSYS);
	assert_int_equal(call(~0u, arg), -ENOSYS);
	assert_int_equal(call(EVTCHNOP_send, NULL), -EFAULT);
}

EXPORT_TESTS(descriptor, cmocka_unit_test(test_descriptors));
EXPORT_TESTS(format, cmocka_unit_test(test_format),
	     cmocka_unit_test(test_numbers));
EXPORT_TESTS(evtchn, cmocka_unit_test(test_evtchn_random),
	     cmocka_unit_test(test_evtchn_unknown));
