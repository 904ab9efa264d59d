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
	p = note(p, XEN_ELFNOTE_XEN_VERSION, "xen-3.0", 8);
	p = note(p, XEN_ELFNOTE_LOADER, "generic", 8);
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

/* A good image with notes gives its place, its entry and what its notes say. */
static void test_good(void **state)
{
	struct image im;

	(void)state;
	make_elf();
	assert_true(parse(&im, elf, sizeof(elf)));
	assert_true(im.start == 0xc1000000 && im.end == 0xc1002000);
	assert_true(im.entry == 0xc1000010);
	assert_true(im.pae && !im.has_hypercall_page && !im.symbols_va);
}

/* An image that ends early is refused wherever it ends. */
static void test_cut_off(void **state)
{
	struct image im;
	u64 size;

	(void)state;
	make_elf();
	for (size = 0; size < sizeof(elf); size += size < 600 ? 1 : 97)
		assert_false(parse(&im, elf, size));
}

/*
 * A 64-bit image, one without notes, and one with a segment that lies outside
 * of the guest's addresses or of the file are refused; the first two with the
 * reason.
 */
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

/* Sums of 64-bit notes with 32-bit sizes that go round. */
static void test_wrapped(void **state)
{
	const u64 offset = 0xc1002000, page = -4096ull;
	struct image im;
	u8 *p;

	(void)state;
	make_elf();
	p = elf + 256;
	while (*p)
		p += 16 + ROUND_UP(*(u32 *)(p + 4), 4);
	p = note(p, XEN_ELFNOTE_PADDR_OFFSET, &offset, 8);
	phdr(0, 1, 4096, 0x1000000, 4096, 0xffffffff);
	phdr(1, 4, 256, 0, (u32)(p - elf) - 256, 0);
	assert_false(parse(&im, elf, sizeof(elf)));
	assert_non_null(strstr(im.error, "outside the kernel's space"));
	make_elf();
	p = elf + 256;
	while (*p)
		p += 16 + ROUND_UP(*(u32 *)(p + 4), 4);
	p = note(p, XEN_ELFNOTE_HYPERCALL_PAGE, &page, 8);
	phdr(1, 4, 256, 0, (u32)(p - elf) - 256, 0);
	assert_false(parse(&im, elf, sizeof(elf)));
	assert_non_null(strstr(im.error, "hypercall page lies outside"));
}

static void section(u32 n, u32 name, u32 type, u32 offset, u32 size, u32 link)
{
	u8 *p = elf + 512 + n * 40;

	put32(p, name);
	put32(p + 4, type);
	put32(p + 16, offset);
	put32(p + 20, size);
	put32(p + 24, link);
}

/* Sections: names, text of __xen_guest, symbols, their strings. */
static void make_legacy(const char *text)
{
	static const char names[] = "\0.x\0__xen_guest";

	make_elf();
	elf[44] = 1;				/* no notes */
	put32(elf + 32, 512);
	elf[46] = 40;
	elf[48] = 5;
	elf[50] = 1;
	memcpy(elf + 1024, names, sizeof(names));
	memcpy(elf + 1100, text, strlen(text));
	memset(elf + 1600, 0x11, 64);
	memcpy(elf + 1700, "\0symbol", 8);
	section(1, 1, 3, 1024, sizeof(names), 0);
	section(2, 4, 1, 1100, (u32)strlen(text), 0);
	section(3, 1, 2, 1600, 64, 4);
	section(4, 1, 3, 1700, 9, 0);
}

#define LEGACY "GUEST_OS=linux,GUEST_VER=2.6,XEN_VER=xen-3.0,"		\
	       "VIRT_BASE=0xC0000000,ELF_PADDR_OFFSET=0x0,"		\
	       "VIRT_ENTRY=0xC1000010,HYPERCALL_PAGE=0x1001,"		\
	       "FEATURES=writable_page_tables|pae_pgdir_above_4gb,"

/*
 * The section __xen_guest does for notes: base, offset, entry and hypercall
 * page count as its text says, an offset that it does not give is the base. A
 * text that lacks or contradicts what a PAE kernel needs is refused.
 */
static void test_legacy(void **state)
{
	static const char *const bad[] = {
		LEGACY, LEGACY "PAE=no",
		"LOADER=generic,VIRT_BASE=0xC0000000,PAE=yes",
		"LOADER=other,XEN_VER=xen-3.0,VIRT_BASE=0xC0000000,PAE=yes",
		"LOADER=generic,XEN_VER=xen-2.0,VIRT_BASE=0,PAE=yes",
		"PAE=yes,GUEST_OS=linux,XEN_VER=xen-3.0,VIRT_BASE=0xFC000000",
		LEGACY "PAE=yes,HYPERCALL_PAGE=0x2000",
		"", ",", "=", "PAE",
	};
	struct image im;
	u64 size;
	u32 i;

	(void)state;
	make_legacy(LEGACY "PAE=yes[extended-cr3],LOADER=generic");
	assert_true(parse(&im, elf, sizeof(elf)));
	assert_true(im.start == 0xc1000000 && im.end == 0xc1002000);
	assert_int_equal(im.entry, 0xc1000010);
	assert_true(im.has_hypercall_page && im.pae && !im.symbols_va);
	assert_int_equal(im.hypercall_page, 0xc1001000);
	/* The offset is the base if it is not given. */
	make_legacy("GUEST_OS=linux,XEN_VER=xen-3.0,PAE=yes,"
		    "VIRT_BASE=0xC0000000,VIRT_ENTRY=0xC1000010");
	phdr(0, 1, 4096, 0xc1000000, 4096, 8192);
	assert_true(parse(&im, elf, sizeof(elf)));
	assert_int_equal(im.start, 0xc1000000);
	assert_false(im.has_hypercall_page);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		make_legacy(bad[i]);
		if (parse(&im, elf, sizeof(elf)))
			fail_msg("\"%s\" is accepted", bad[i]);
	}
	make_legacy(LEGACY "PAE=yes,BSD_SYMTAB=yes");
	for (size = 0; size < sizeof(elf); size += 7)
		assert_false(parse(&im, elf, size));
}

static u32 word(const u8 *p)
{
	u32 v;

	memcpy(&v, p, 4);
	return v;
}

/* As Xen's libelf puts them behind the kernel. */
static void test_symbols(void **state)
{
	struct image im;
	const u8 *h = im.symbols + 4;

	(void)state;
	make_legacy(LEGACY "PAE=yes,BSD_SYMTAB=yes");
	phdr(0, 1, 4096, 0x1000000, 4096, 8194);
	assert_true(parse(&im, elf, sizeof(elf)));
	assert_int_equal(im.symbols_va, 0xc1002004);
	assert_int_equal(im.end, 0xc1002004 + 260 + 64 + 9);
	assert_int_equal(word(im.symbols), 256 + 64 + 9);
	assert_memory_equal(h, "\177ELF\1\1\1", 7);
	assert_int_equal(word(h + 32), 64);		/* of sections */
	assert_int_equal(h[48], 3);
	assert_int_equal(word(h + 64 + 40 + 4), 2);
	assert_int_equal(word(h + 64 + 40 + 16), 256);
	assert_int_equal(word(h + 64 + 40 + 20), 64);
	assert_int_equal(word(h + 64 + 40 + 24), 2);
	assert_int_equal(word(h + 64 + 80 + 4), 3);
	assert_int_equal(word(h + 64 + 80 + 16), 256 + 64);
	assert_int_equal(im.segments, 3);
	assert_int_equal(im.segment[1].va, 0xc1002004 + 260);
	assert_int_equal(im.segment[1].offset, 1600);
	assert_int_equal(im.segment[2].va, 0xc1002004 + 260 + 64);
	assert_int_equal(im.segment[2].file_size, 9);
	/* Damaged ones are left out. */
	section(4, 1, 3, ELF_SIZE - 4, 9, 0);
	assert_true(parse(&im, elf, sizeof(elf)));
	assert_int_equal(im.symbols_va, 0);
	section(3, 1, 2, 1600, 64, 99);
	assert_true(parse(&im, elf, sizeof(elf)));
	assert_int_equal(im.symbols_va, 0);
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

/*
 * The payload of a bzImage is found and comes out as it was packed; a file that
 * is cut off is refused, and a damaged one makes nothing leave its memory. No
 * room is an error.
 */
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
	     cmocka_unit_test(test_wrapped), cmocka_unit_test(test_legacy),
	     cmocka_unit_test(test_symbols),
	     cmocka_unit_test(test_damaged), cmocka_unit_test(test_bzimage));
