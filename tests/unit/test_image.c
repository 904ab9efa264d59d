// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel images, of 32 and of 64 bits (elf.h, xen/elfnote.h): what the file says
 * is found, whatever its class; one that is cut off or damaged is refused, or
 * what is taken of it lies in the file and in the guest's address space.
 */
#include <elf.h>
#include <stdlib.h>
#include <xen/elfnote.h>
#include <xen/features.h>
#include <string.h>
#include <zlib.h>
#include "boot/image.h"
#include "host.h"
#include "lib/lib.h"

#define ELF_SIZE	8192u

static u8 elf[ELF_SIZE];
static bool wide;		/* the file is of the 64-bit class */
static u64 base;		/* VIRT_BASE */

/* An assignment to a structure of elf.h, in the file's class. */
#define STRUCT(type, at, ...)						\
	do {								\
		if (wide)						\
			*(Elf64_##type *)(at) = (Elf64_##type){ __VA_ARGS__ }; \
		else							\
			*(Elf32_##type *)(at) = (Elf32_##type){ __VA_ARGS__ }; \
	} while (0)
/* Of a structure's member. */
#define MEMBER(type, at, name)						\
	(wide ? (u64)((const Elf64_##type *)(at))->name :		\
	 (u64)((const Elf32_##type *)(at))->name)
#define SIZE(type)	(wide ? sizeof(Elf64_##type) : sizeof(Elf32_##type))

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
	STRUCT(Phdr, elf + SIZE(Ehdr) + n * SIZE(Phdr), .p_type = type,
	       .p_offset = offset, .p_vaddr = addr, .p_paddr = addr,
	       .p_filesz = filesz, .p_memsz = memsz);
}

static void ehdr(u16 machine, u16 segments, u16 sections)
{
	STRUCT(Ehdr, elf, .e_ident = { 0x7f, 'E', 'L', 'F', wide ? 2 : 1, 1, 1 },
	       .e_type = 2, .e_machine = machine,
	       .e_phoff = (u32)SIZE(Ehdr), .e_phentsize = (u16)SIZE(Phdr),
	       .e_phnum = segments, .e_shnum = sections, .e_shoff = 512,
	       .e_shentsize = (u16)SIZE(Shdr), .e_shstrndx = 1);
}

static void make_elf(void)
{
	u32 word = wide ? 8 : 4;
	u8 *p = elf + 256, *from = p;
	u64 entry;

	base = wide ? 0xffffffff80000000 : 0xc0000000;
	entry = base + 0x1000010;
	memset(elf, 0, sizeof(elf));
	ehdr(wide ? EM_X86_64 : EM_386, 2, 0);
	p = note(p, XEN_ELFNOTE_VIRT_BASE, &base, word);
	p = note(p, XEN_ELFNOTE_ENTRY, &entry, word);
	if (!wide)
		p = note(p, XEN_ELFNOTE_PAE_MODE, "yes", 4);
	p = note(p, XEN_ELFNOTE_XEN_VERSION, "xen-3.0", 8);
	p = note(p, XEN_ELFNOTE_LOADER, "generic", 8);
	phdr(0, 1, 4096, 0x1000000, 4096, 8192);
	phdr(1, 4, 256, 0, (u32)(p - from), 0);
}

/* One note more. */
static void add_note(u32 type, u64 value)
{
	u8 *p = elf + 256;

	while (*p)
		p += 16 + ROUND_UP(*(u32 *)(p + 4), 4);
	p = note(p, type, &value, 8);
	phdr(1, 4, 256, 0, (u32)(p - elf) - 256, 0);
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

static void refuse(const char *why)
{
	struct image im;

	assert_false(parse(&im, elf, sizeof(elf)));
	if (!strstr(im.error, why))
		fail_msg("\"%s\" in place of \"%s\"", im.error, why);
}

/* A good image with notes gives its place, its entry and what its notes say. */
static void test_good(void **state)
{
	struct image im;

	(void)state;
	make_elf();
	assert_true(parse(&im, elf, sizeof(elf)));
	assert_int_equal(im.long_size, wide ? 8 : 4);
	assert_true(im.virt_base == base && im.start == base + 0x1000000 &&
		    im.end == base + 0x1002000);
	assert_true(im.entry == base + 0x1000010);
	assert_true(im.pae == !wide && !im.extended_cr3 &&
		    !im.has_hypercall_page && !im.symbols_va);
	assert_int_equal(im.segment[0].offset, 4096);
	assert_int_equal(im.segment[0].file_size, 4096);
	assert_int_equal(im.segment[0].mem_size, 8192);
	add_note(XEN_ELFNOTE_SUPPORTED_FEATURES, 1u << XENFEAT_dom0);
	assert_true(parse(&im, elf, sizeof(elf)));
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
 * A 64-bit image, one without notes, one whose notes say that it cannot be Dom0,
 * and one with a segment that lies outside of the guest's addresses or of the file
 * are refused, with the reason.
 */
static void test_wrong_kind(void **state)
{
	(void)state;
	make_elf();
	elf[0] = 'e';
	refuse("neither ELF");
	make_elf();
	elf[18] = wide ? EM_386 : EM_X86_64;
	refuse("not an x86 ELF");
	make_elf();
	elf[4] = wide ? ELFCLASS32 : ELFCLASS64;
	refuse("not an x86 ELF");
	elf[4] = 3;
	refuse("not an x86 ELF");
	make_elf();
	ehdr(wide ? EM_X86_64 : EM_386, 1, 0);
	refuse("notes");
	make_elf();
	add_note(XEN_ELFNOTE_SUPPORTED_FEATURES,
		 ~(u64)(1u << XENFEAT_dom0) & 0xffffffff);
	refuse("cannot be Dom0");
	make_elf();
	phdr(0, 1, 4096, wide ? 0x80000000 : 0x40000000, 4096, 4096);
	refuse("outside the kernel's space");
	make_elf();
	phdr(0, 1, 4096, 0x1000000, 4096, 0xffffffff);
	refuse("outside the kernel's space");
	make_elf();
	phdr(0, 1, 0xfffff000, 0x1000000, 4096, 4096);
	refuse("outside the file");
}

/* Sums of 64-bit notes with 32-bit sizes that go round. */
static void test_wrapped(void **state)
{
	(void)state;
	make_elf();
	add_note(XEN_ELFNOTE_PADDR_OFFSET, base + 0x1002000);
	phdr(0, 1, 4096, 0x1000000, 4096, 0xffffffff);
	refuse("outside the kernel's space");
	make_elf();
	add_note(XEN_ELFNOTE_HYPERCALL_PAGE, -4096ull);
	refuse("hypercall page lies outside");
	make_elf();
	add_note(XEN_ELFNOTE_INIT_P2M, 0x8000000800);
	if (wide)
		refuse("bad INIT_P2M");
}

/* VIRT_BASE: a kernel of 64 bits may lie below the hole or above ours. */
static void test_space(void **state)
{
	static const struct {
		u64 virt_base;
		bool good[2];		/* for each class */
	} rows[] = {
		{ 0, { true, true } },
		{ 0xf4000000, { true, true } },
		{ 0xf5000000, { false, true } },
		{ 0xffc00000, { false, true } },
		{ 0x100000000, { false, true } },
		{ 0x7ffffeffe000, { false, true } },
		{ 0x7ffffefff000, { false, false } },
		{ 0x800000000000, { false, false } },
		{ 0xffff800000000000, { false, false } },
		{ 0xffff87fffffff000, { false, false } },
		{ 0xffff880000000000, { false, true } },
		{ 0xfffffffffeffd000, { false, true } },
		{ 0xfffffffffeffe000, { false, false } },
		{ 0x1000010, { false, false } },
	};
	struct image im;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		make_elf();
		add_note(XEN_ELFNOTE_VIRT_BASE, rows[i].virt_base);
		add_note(XEN_ELFNOTE_ENTRY, rows[i].virt_base + 0x1000010);
		if (parse(&im, elf, sizeof(elf)) != rows[i].good[wide])
			fail_msg("VIRT_BASE %lx: %s", rows[i].virt_base,
				 im.error ? im.error : "accepted");
		assert_true(im.error || im.end <= im.space_end);
	}
}

static void section(u32 n, u32 name, u32 type, u32 offset, u32 size, u32 link)
{
	STRUCT(Shdr, elf + 512 + n * SIZE(Shdr), .sh_name = name,
	       .sh_type = type, .sh_offset = offset, .sh_size = size,
	       .sh_link = link);
}

/* Sections: names, text of __xen_guest, symbols, their strings. */
static void make_legacy(const char *text)
{
	static const char names[] = "\0.x\0__xen_guest";

	make_elf();
	ehdr(wide ? EM_X86_64 : EM_386, 1, 5);	/* no notes */
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
		LEGACY, LEGACY "PAE=no",	/* 32 bits alone */
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
	assert_true(im.has_hypercall_page && !im.symbols_va);
	assert_true(im.pae && im.extended_cr3);
	assert_int_equal(im.hypercall_page, 0xc1001000);
	/* The offset is the base if it is not given. */
	make_legacy("GUEST_OS=linux,XEN_VER=xen-3.0,PAE=yes,"
		    "VIRT_BASE=0xC0000000,VIRT_ENTRY=0xC1000010");
	phdr(0, 1, 4096, 0xc1000000, 4096, 8192);
	assert_true(parse(&im, elf, sizeof(elf)));
	assert_int_equal(im.start, 0xc1000000);
	assert_true(im.pae && !im.extended_cr3 && !im.has_hypercall_page);
	for (i = wide ? 2 : 0; i < ARRAY_SIZE(bad); i++) {
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
	u64 align = wide ? 8 : 4, va = 0xc1002002, at, strings;
	struct image im;
	const u8 *h = im.symbols + 4, *s = h + 64;

	(void)state;
	make_legacy(LEGACY "PAE=yes,BSD_SYMTAB=yes");
	phdr(0, 1, 4096, 0x1000000, 4096, 8194);
	assert_true(parse(&im, elf, sizeof(elf)));
	va = ROUND_UP(va, align);
	at = ROUND_UP(va + 260, align);
	strings = at + 64;
	assert_int_equal(im.symbols_va, va);
	assert_int_equal(im.end, strings + 9);
	assert_int_equal(word(im.symbols), strings + 9 - (va + 4));
	assert_memory_equal(h, elf, 20);		/* up to the machine */
	assert_int_equal(MEMBER(Ehdr, h, e_version), 1);
	assert_int_equal(MEMBER(Ehdr, h, e_ehsize), SIZE(Ehdr));
	assert_int_equal(MEMBER(Ehdr, h, e_shoff), 64);
	assert_int_equal(MEMBER(Ehdr, h, e_shentsize), SIZE(Shdr));
	assert_int_equal(MEMBER(Ehdr, h, e_shnum), 3);
	assert_int_equal(MEMBER(Ehdr, h, e_phnum), 0);
	s += SIZE(Shdr);
	assert_int_equal(MEMBER(Shdr, s, sh_type), SHT_SYMTAB);
	assert_int_equal(MEMBER(Shdr, s, sh_offset), at - (va + 4));
	assert_int_equal(MEMBER(Shdr, s, sh_size), 64);
	assert_int_equal(MEMBER(Shdr, s, sh_link), 2);
	s += SIZE(Shdr);
	assert_int_equal(MEMBER(Shdr, s, sh_type), SHT_STRTAB);
	assert_int_equal(MEMBER(Shdr, s, sh_offset), strings - (va + 4));
	assert_int_equal(im.segments, 3);
	assert_int_equal(im.segment[1].va, at);
	assert_int_equal(im.segment[1].offset, 1600);
	assert_int_equal(im.segment[2].va, strings);
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
				    im.space_end);
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
	u64 size, length, unpacked, cut;
	u32 k;

	(void)state;
	make_elf();
	size = make_bzimage(bz, elf, sizeof(elf));
	assert_null(image_find_payload(bz, size, &payload, &length, &unpacked));
	assert_int_equal(unpacked, ELF_SIZE);
	assert_null(image_unpack(payload, length, out, sizeof(out), heap,
				 sizeof(heap)));
	assert_memory_equal(out, elf, ELF_SIZE);
	for (cut = 0; cut < size; cut += 3)
		assert_non_null(image_find_payload(bz, cut, &payload, &length,
						   &unpacked));
	srand(3);
	for (k = 0; k < 300; k++) {
		make_bzimage(bz, elf, sizeof(elf));
		bz[1024 + (u32)rand() % (size - 1024)] ^=
			(u8)(1 + rand() % 255);
		if (!image_find_payload(bz, size, &payload, &length,
					&unpacked) && unpacked <= sizeof(out))
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

static int use_32(void **state)
{
	(void)state;
	wide = false;
	return 0;
}

static int use_64(void **state)
{
	(void)state;
	wide = true;
	return 0;
}

#define BOTH(test)							\
	{ #test ", 32 bits", test, use_32, NULL, NULL },		\
	{ #test ", 64 bits", test, use_64, NULL, NULL }
EXPORT_TESTS(image, BOTH(test_good), BOTH(test_cut_off), BOTH(test_wrong_kind),
	     BOTH(test_wrapped), BOTH(test_space), BOTH(test_legacy),
	     BOTH(test_symbols), BOTH(test_damaged),
	     cmocka_unit_test(test_bzimage));
