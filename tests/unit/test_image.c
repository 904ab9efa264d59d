// SPDX-License-Identifier: GPL-2.0-only
/* Kernel images: good ones, and every way of being cut off or damaged. */
#include <stdlib.h>
#include <xen/elfnote.h>
#include <string.h>
#include <zlib.h>
#include "host.h"
#include "image.h"
#include "lib.h"

#define ELF_SIZE	8192u

static u8 elf[ELF_SIZE];

static void put32(u8 *p, u32 v)
{
	memcpy(p, &v, 4);
}

static u8 *note(u8 *p, u32 type, const void *desc, u32 size)
{
	put32(p, 4);
	put32(p + 4, size);
	put32(p + 8, type);
	memcpy(p + 12, "Xen", 4);
	memcpy(p + 16, desc, size);
	return p + 16 + ROUND_UP(size, 4);
}

static void phdr(u32 n, u32 type, u32 offset, u32 addr, u32 filesz, u32 memsz)
{
	u8 *p = elf + 52 + n * 32;

	put32(p, type);
	put32(p + 4, offset);
	put32(p + 8, addr);
	put32(p + 12, addr);
	put32(p + 16, filesz);
	put32(p + 20, memsz);
}

static void make_elf(void)
{
	u32 base = 0xc0000000, entry = 0xc1000010;
	u8 *p = elf + 256, *from = p;

	memset(elf, 0, sizeof(elf));
	memcpy(elf, "\177ELF\1\1\1", 7);
	elf[16] = 2;
	elf[18] = 3;
	put32(elf + 28, 52);
	elf[42] = 32;
	elf[44] = 2;
	p = note(p, XEN_ELFNOTE_VIRT_BASE, &base, 4);
	p = note(p, XEN_ELFNOTE_ENTRY, &entry, 4);
	p = note(p, XEN_ELFNOTE_PAE_MODE, "yes", 4);
	phdr(0, 1, 4096, 0x1000000, 4096, 8192);
	phdr(1, 4, 256, 0, (u32)(p - from), 0);
}

/* A copy without slack behind it, so that an overrun is seen. */
static bool parse(struct image *im, const u8 *from, u64 size)
{
	u8 *copy = malloc(size ? size : 1);
	bool ok;

	memcpy(copy, from, size);
	ok = image_parse_elf(im, copy, size);
	assert_true(ok == !im->error);
	free(copy);
	return ok;
}

static void test_good(void **state)
{
	struct image im;

	(void)state;
	make_elf();
	assert_true(parse(&im, elf, sizeof(elf)));
	assert_true(im.start == 0xc1000000 && im.end == 0xc1002000);
	assert_true(im.entry == 0xc1000010);
	assert_true(im.extended_cr3);
}

static void test_cut_off(void **state)
{
	struct image im;
	u64 size;

	(void)state;
	make_elf();
	for (size = 0; size < sizeof(elf); size += size < 600 ? 1 : 97)
		assert_false(parse(&im, elf, size));
}

static void test_wrong_kind(void **state)
{
	struct image im;

	(void)state;
	make_elf();
	elf[18] = 62;
	assert_false(parse(&im, elf, sizeof(elf)));
	assert_non_null(strstr(im.error, "64-bit"));
	make_elf();
	elf[44] = 1;
	assert_false(parse(&im, elf, sizeof(elf)));
	assert_non_null(strstr(im.error, "notes"));
	make_elf();
	phdr(0, 1, 4096, 0x40000000, 4096, 4096);
	assert_false(parse(&im, elf, sizeof(elf)));
	make_elf();
	phdr(0, 1, 4096, 0x1000000, 4096, 0xffffffff);
	assert_false(parse(&im, elf, sizeof(elf)));
	make_elf();
	phdr(0, 1, 0xfffff000, 0x1000000, 4096, 4096);
	assert_false(parse(&im, elf, sizeof(elf)));
}

/* Whatever is accepted lies within the file and the guest's space. */
static void test_damaged(void **state)
{
	struct image im;
	u32 k, i, n;

	(void)state;
	srand(7);
	for (k = 0; k < 5000; k++) {
		make_elf();
		for (n = 1 + (u32)rand() % 4; n; n--)
			elf[(u32)rand() % 512] = (u8)rand();
		if (!parse(&im, elf, sizeof(elf)))
			continue;
		assert_true(im.segments <= IMAGE_MAX_SEGMENTS);
		for (i = 0; i < im.segments; i++) {
			assert_true(im.segment[i].offset +
				    im.segment[i].file_size <= ELF_SIZE);
			assert_true(im.segment[i].va >= im.virt_base);
			assert_true(im.segment[i].va + im.segment[i].mem_size <=
				    M2P_DEFAULT_START);
		}
	}
}

static u64 make_bzimage(u8 *bz, const u8 *body, u64 n)
{
	z_stream s = { .next_in = (u8 *)body, .avail_in = (u32)n,
		       .next_out = bz + 1024, .avail_out = 60000 };

	memset(bz, 0, 65536);
	deflateInit2(&s, 6, Z_DEFLATED, 31, 8, 0);
	assert_int_equal(deflate(&s, Z_FINISH), Z_STREAM_END);
	memcpy(bz + 0x202, "HdrS", 4);
	bz[0x1f1] = 1;
	bz[0x206] = 8;
	bz[0x207] = 2;
	put32(bz + 0x248, 0);
	put32(bz + 0x24c, (u32)s.total_out);
	deflateEnd(&s);
	return 1024 + s.total_out;
}

static void test_bzimage(void **state)
{
	static u8 bz[65536], out[ELF_SIZE], heap[65536 * 4];
	const u8 *payload;
	const char *error;
	u64 size, length, unpacked, cut;
	u32 k;

	(void)state;
	make_elf();
	size = make_bzimage(bz, elf, sizeof(elf));
	assert_true(image_find_payload(bz, size, &payload, &length, &unpacked,
				       &error));
	assert_int_equal(unpacked, ELF_SIZE);
	assert_null(image_unpack(payload, length, out, sizeof(out), heap,
				 sizeof(heap)));
	assert_memory_equal(out, elf, ELF_SIZE);
	for (cut = 0; cut < size; cut += 3)
		assert_false(image_find_payload(bz, cut, &payload, &length,
						&unpacked, &error));
	srand(3);
	for (k = 0; k < 300; k++) {
		make_bzimage(bz, elf, sizeof(elf));
		bz[1024 + (u32)rand() % (size - 1024)] ^=
			(u8)(1 + rand() % 255);
		if (image_find_payload(bz, size, &payload, &length, &unpacked,
				       &error) && unpacked <= sizeof(out))
			image_unpack(payload, length, out, sizeof(out), heap,
				     sizeof(heap));
	}
	/* No room: an error, not an overrun. */
	make_bzimage(bz, elf, sizeof(elf));
	assert_non_null(image_unpack(bz + 1024, size - 1024, out, 100, heap,
				     sizeof(heap)));
	assert_non_null(image_unpack(bz + 1024, size - 1024, out, sizeof(out),
				     heap, 64));
}

EXPORT_TESTS(image, cmocka_unit_test(test_good),
	     cmocka_unit_test(test_cut_off), cmocka_unit_test(test_wrong_kind),
	     cmocka_unit_test(test_damaged), cmocka_unit_test(test_bzimage));
