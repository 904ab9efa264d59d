// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PV kernel as an ELF file with Xen's ELF notes (xen/elfnote.h), or with the
 * section __xen_guest of older kernels, whose text "NAME=VALUE,..." says the
 * same. A kernel that asks for it (BSD_SYMTAB) finds its symbols behind it, as
 * Xen's libelf puts them there: their size, an ELF header, three section
 * headers, the symbol table and its strings.
 *
 * Both classes of files are read into one form. The file is not trusted: each
 * offset and size is checked against the file's length before use, and the
 * segments against the guest's part of the address space.
 */
#include <elf.h>
#include <xen/elfnote.h>
#include <xen/features.h>
#include <xen/xen.h>
#include "boot/image.h"
#include "config.h"
#include "lib/lib.h"
#include "lib/members.h"

/* Our own form is Elf64_*; 32-bit files have shorter longs: lib/members.h */
#define HEADER		"qqhhilllihhhhhh"
/* p_flags is elsewhere in each class, and left out. */
#define SEGMENT		"illlll"
#define SEGMENT_SIZE(long_size)	(8 + 6 * (long_size))
#define SECTION		"iilllliill"

#define MAX_HEADERS	128
#define UNSET		(~0ull)

/* A note, or NAME=VALUE in the section __xen_guest. */
static const struct key {
	u32 note;
	u32 member;		/* of struct image: where it goes */
	const char *name;	/* in the section; NULL: not there */
	const char *word;	/* true if it begins so; NULL: it is a number */
	u32 shift;		/* of the number in the section */
} keys[] = {
#define KEY(type, member, ...)						\
	{ XEN_ELFNOTE_##type, offsetof(struct image, member), __VA_ARGS__ }
	KEY(ENTRY, entry, "VIRT_ENTRY=", NULL, 0),
	KEY(VIRT_BASE, virt_base, "VIRT_BASE=", NULL, 0),
	KEY(PADDR_OFFSET, paddr_offset, "ELF_PADDR_OFFSET=", NULL, 0),
	KEY(HYPERCALL_PAGE, hypercall_page, "HYPERCALL_PAGE=", NULL,
	    PAGE_SHIFT),
	KEY(HV_START_LOW, hv_start_low, NULL, NULL, 0),
	KEY(INIT_P2M, init_p2m, NULL, NULL, 0),
	KEY(MOD_START_PFN, mod_start_pfn, NULL, NULL, 0),
	KEY(GUEST_OS, is_generic, "GUEST_OS=", "linux", 0),
	KEY(LOADER, is_generic, "LOADER=", "generic", 0),
	KEY(XEN_VERSION, is_xen3, "XEN_VER=", "xen-3.0", 0),
	KEY(PAE_MODE, pae, "PAE=", "yes", 0),
	KEY(PAE_MODE, pae, "PAE=", "bimodal", 0),
	KEY(PAE_MODE, extended_cr3, "PAE=", "yes[extended-cr3]", 0),
	KEY(SUPPORTED_FEATURES, features, NULL, NULL, 0),
	KEY(BSD_SYMTAB, wants_symbols, NULL, "yes", 0),
	{ ~0u, offsetof(struct image, wants_symbols), "BSD_SYMTAB", "", 0 },
};

static bool fail(struct image *im, const char *why)
{
	im->error = why;
	return false;
}

/* [offset, offset + n) of the file, or NULL. */
static const void *part(const struct image *im, u64 offset, u64 n)
{
	if (offset > im->size || n > im->size - offset)
		return NULL;
	return im->file + offset;
}

/* One structure in our own form; false if it is cut off. */
static bool get(const struct image *im, const char *layout, u64 offset,
		void *to)
{
	const void *p = part(im, offset, members_size(layout, im->long_size));

	if (!p)
		return false;
	memset(to, 0, members_size(layout, OUR_LONG));
	members_convert(layout, to, OUR_LONG, p, im->long_size);
	return true;
}

static bool begins(const u8 *text, u64 size, const char *word)
{
	return size >= strlen(word) && !memcmp(text, word, strlen(word));
}

static void take(struct image *im, const struct key *k, u64 number,
		 const u8 *text, u64 size)
{
	void *to = (u8 *)im + k->member;

	if (!k->word)
		memcpy(to, &number, sizeof(number));
	else if (begins(text, size, k->word))
		*(bool *)to = true;
}

static void take_note(struct image *im, u32 type, const u8 *desc, u32 size)
{
	const struct key *k;
	u64 number = 0;

	memcpy(&number, desc, size <= sizeof(number) ? size : 0);
	for (k = keys; k < keys + ARRAY_SIZE(keys); k++)
		if (k->note == type)
			take(im, k, number, desc, size);
}

static void parse_notes(struct image *im, u64 offset, u64 size)
{
	const u8 *p = part(im, offset, size);
	struct { u32 name, desc, type; } n;	/* the sizes of two */
	u64 desc, step;

	for (; p && size >= sizeof(n); p += step, size -= step) {
		memcpy(&n, p, sizeof(n));
		desc = sizeof(n) + ROUND_UP((u64)n.name, 4);
		if (desc + n.desc > size)
			return;
		if (n.name == 4 && !memcmp(p + sizeof(n), "Xen", 4)) {
			im->has_notes = true;
			take_note(im, n.type, p + desc, n.desc);
		}
		step = MIN(desc + ROUND_UP((u64)n.desc, 4), size);
	}
}

/* Section number i, if it is of this type; its contents lie in the file. */
static bool get_section(const struct image *im, const Elf64_Ehdr *h, u32 i,
			u32 type, Elf64_Shdr *s)
{
	u64 at = h->e_shoff + (u64)i * members_size(SECTION, im->long_size);

	return i < h->e_shnum && get(im, SECTION, at, s) &&
	       s->sh_type == type && part(im, s->sh_offset, s->sh_size);
}

static bool get_segment(const struct image *im, const Elf64_Ehdr *h, u32 i,
			Elf64_Phdr *s)
{
	return get(im, SEGMENT, h->e_phoff + i * SEGMENT_SIZE(im->long_size),
		   s);
}

static void find_notes(struct image *im, const Elf64_Ehdr *h)
{
	Elf64_Phdr segment;
	Elf64_Shdr section;
	u32 i;

	for (i = 0; i < h->e_phnum && get_segment(im, h, i, &segment); i++)
		if (segment.p_type == PT_NOTE)
			parse_notes(im, segment.p_offset, segment.p_filesz);
	for (i = 0; !im->has_notes && i < MAX_HEADERS; i++)
		if (get_section(im, h, i, SHT_NOTE, &section))
			parse_notes(im, section.sh_offset, section.sh_size);
}

/* One NAME=VALUE of the older section. */
static void take_legacy(struct image *im, const u8 *text, u64 size)
{
	char value[32] = { 0 };
	const struct key *k;
	u64 n;

	for (k = keys; k < keys + ARRAY_SIZE(keys); k++) {
		if (!k->name || !begins(text, size, k->name))
			continue;
		n = strlen(k->name);
		memcpy(value, text + n, MIN(size - n, sizeof(value) - 1));
		take(im, k, str_to_u64(value, NULL) << k->shift, text + n,
		     size - n);
	}
}

static void parse_legacy(struct image *im, const u8 *p, u64 size)
{
	u64 n;

	while (size && *p) {
		for (n = 0; n < size && p[n] && p[n] != ',';)
			n++;
		take_legacy(im, p, n);
		n += n < size && p[n] == ',';
		p += n;
		size -= n;
	}
	im->is_legacy = true;
	if (im->hypercall_page != UNSET)
		im->hypercall_page += im->virt_base;
}

static void find_legacy(struct image *im, const Elf64_Ehdr *h)
{
	static const char name[] = "__xen_guest";
	Elf64_Shdr names, s;
	u32 i;

	if (!get_section(im, h, h->e_shstrndx, SHT_STRTAB, &names))
		return;
	for (i = 0; i < MAX_HEADERS && !im->is_legacy; i++) {
		if (!get_section(im, h, i, SHT_PROGBITS, &s) ||
		    s.sh_name > names.sh_size ||
		    names.sh_size - s.sh_name < sizeof(name))
			continue;
		if (!memcmp(im->file + names.sh_offset + s.sh_name, name,
			    sizeof(name)))
			parse_legacy(im, part(im, s.sh_offset, s.sh_size),
				     s.sh_size);
	}
}

static bool add_piece(struct image *im, const struct image_segment *s)
{
	if (im->segments == IMAGE_MAX_SEGMENTS)
		return fail(im, "too many segments");
	if (s->file_size > s->mem_size || !part(im, s->offset, s->file_size))
		return fail(im, "a segment lies outside the file");
	if (s->va < im->virt_base || s->va > im->space_end ||
	    s->mem_size > im->space_end - s->va)
		return fail(im, "a segment lies outside the kernel's space");
	im->start = im->segments ? MIN(im->start, s->va) : s->va;
	im->end = MAX(im->end, s->va + s->mem_size);
	im->segment[im->segments++] = *s;
	return true;
}

static bool add_segments(struct image *im, const Elf64_Ehdr *h)
{
	struct image_segment piece;
	Elf64_Phdr s;
	u32 i;

	for (i = 0; i < h->e_phnum; i++) {
		if (!get_segment(im, h, i, &s))
			return fail(im, "program headers are cut off");
		piece = (struct image_segment){
			s.p_offset, s.p_filesz,
			s.p_paddr - im->paddr_offset + im->virt_base, s.p_memsz
		};
		if (s.p_type == PT_LOAD && s.p_memsz && !add_piece(im, &piece))
			return false;
	}
	return im->segments || fail(im, "no segment to load");
}

/* The headers are written back as a file of the same class has them. */
static void fill_symbols(struct image *im, Elf64_Ehdr h, const Elf64_Shdr *s)
{
	u32 size = (u32)(s[2].sh_offset + s[2].sh_size), i;
	u8 *to = im->symbols + sizeof(size);

	h.e_ehsize = (u16)members_size(HEADER, im->long_size);
	h.e_version = EV_CURRENT;
	h.e_phoff = h.e_phentsize = h.e_phnum = h.e_shstrndx = 0;
	h.e_shoff = sizeof(h);
	h.e_shentsize = (u16)members_size(SECTION, im->long_size);
	h.e_shnum = 3;
	memcpy(im->symbols, &size, sizeof(size));
	members_convert(HEADER, to, im->long_size, &h, OUR_LONG);
	for (i = 1; i < h.e_shnum; i++)
		members_convert(SECTION, to + h.e_shoff + i * h.e_shentsize,
				im->long_size, &s[i], OUR_LONG);
}

/* A kernel without symbols, or with damaged ones, starts without them. */
static bool add_symbols(struct image *im, const Elf64_Ehdr *h)
{
	Elf64_Shdr section[3], *sym = &section[1], *str = &section[2];
	struct image_segment symbols, strings;
	u64 align = im->long_size;
	u32 i;

	for (i = 1; i < MAX_HEADERS; i++)
		if (get_section(im, h, i, SHT_SYMTAB, sym))
			break;
	if (i == MAX_HEADERS ||
	    !get_section(im, h, sym->sh_link, SHT_STRTAB, str))
		return true;
	im->symbols_va = ROUND_UP(im->end, align);
	symbols = (struct image_segment){
		sym->sh_offset, sym->sh_size,
		ROUND_UP(im->symbols_va + IMAGE_SYMBOLS_SIZE, align),
		sym->sh_size
	};
	strings = (struct image_segment){
		str->sh_offset, str->sh_size,
		ROUND_UP(symbols.va + sym->sh_size, align), str->sh_size
	};
	sym->sh_link = 2;
	sym->sh_offset = symbols.va - im->symbols_va - sizeof(u32);
	str->sh_offset = sym->sh_offset + strings.va - symbols.va;
	fill_symbols(im, *h, section);
	return add_piece(im, &symbols) && add_piece(im, &strings);
}

/* The end of the part of the address space with VIRT_BASE; 0: none. */
static u64 space_end(const struct image *im)
{
	if (im->long_size == 4)
		return im->virt_base >> 32 ? 0 : M2P_DEFAULT_START;
	if (im->virt_base < IMAGE_LOWER_END)
		return IMAGE_LOWER_END;
	return im->virt_base < HYPERVISOR_VIRT_END ? 0 : ~0ull;
}

static bool check_notes(struct image *im)
{
	bool is_32bit = im->long_size == 4;

	im->space_end = space_end(im);
	if (!im->has_notes && !im->is_legacy)
		return fail(im, "no Xen ELF notes: not a PV kernel");
	if (is_32bit && !im->pae)
		return fail(im, "not a PAE kernel");
	if (!im->is_generic || !im->is_xen3)
		return fail(im, "not for the generic loader of xen-3.0");
	if (!(im->features & BIT(XENFEAT_dom0)))
		return fail(im, "by its notes, it cannot be Dom0");
	if (im->virt_base & (PAGE_SIZE - 1) || !im->space_end)
		return fail(im, "bad VIRT_BASE note");
	if (is_32bit && im->hv_start_low > 0xffffffff - (4u << 20))
		return fail(im, "bad HV_START_LOW note");
	if (!is_32bit && im->init_p2m & (PAGE_SIZE - 1))
		return fail(im, "bad INIT_P2M note");
	return true;
}

static bool get_header(struct image *im, Elf64_Ehdr *h)
{
	const u8 *ident = part(im, 0, EI_NIDENT);
	bool wide = ident && ident[EI_CLASS] == ELFCLASS64;

	im->long_size = wide ? 8 : 4;
	if (!ident || !get(im, HEADER, 0, h))
		return fail(im, "too short");
	if (memcmp(ident, ELFMAG, SELFMAG))
		return fail(im, "neither ELF nor bzImage");
	if ((!wide && ident[EI_CLASS] != ELFCLASS32) ||
	    h->e_machine != (wide ? EM_X86_64 : EM_386))
		return fail(im, "not an x86 ELF file");
	if (h->e_phentsize != SEGMENT_SIZE(im->long_size) ||
	    h->e_phnum > MAX_HEADERS)
		return fail(im, "strange program headers");
	return true;
}

bool image_parse_elf(struct image *im, const u8 *file, u64 size)
{
	Elf64_Ehdr h;

	*im = (struct image){
		.file = file, .size = size, .entry = UNSET, .features = UNSET,
		.paddr_offset = UNSET, .hypercall_page = UNSET,
	};
	if (!get_header(im, &h))
		return false;
	find_notes(im, &h);
	if (!im->has_notes)
		find_legacy(im, &h);
	if (im->paddr_offset == UNSET)
		im->paddr_offset = im->is_legacy ? im->virt_base : 0;
	if (im->entry == UNSET)
		im->entry = h.e_entry;
	if (!check_notes(im) || !add_segments(im, &h))
		return false;
	if (im->entry < im->start || im->entry >= im->end)
		return fail(im, "the entry point lies outside the kernel");
	im->has_hypercall_page = im->hypercall_page != UNSET;
	if (im->has_hypercall_page &&
	    (im->hypercall_page & (PAGE_SIZE - 1) ||
	     im->hypercall_page < im->start || im->hypercall_page > im->end ||
	     im->end - im->hypercall_page < PAGE_SIZE))
		return fail(im, "the hypercall page lies outside the kernel");
	return !im->wants_symbols || add_symbols(im, &h);
}
