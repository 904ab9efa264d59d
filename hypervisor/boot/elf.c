// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PV kernel as an ELF file with Xen's ELF notes (xen/elfnote.h), or with the
 * section __xen_guest of older kernels, whose text "NAME=VALUE,..." says the
 * same. A kernel that asks for it (BSD_SYMTAB) finds its symbols behind it, as
 * Xen's libelf puts them there: their size, an ELF header, three section
 * headers, the symbol table and its strings.
 *
 * The file is not believed: every offset and size is checked against the
 * file's length before it is used, and the segments against the 32-bit
 * address space below the hypervisor's part.
 */
#include <xen/elfnote.h>
#include "boot/image.h"
#include "config.h"
#include "lib/lib.h"

struct elf32_header {
	u8 ident[16];
	u16 type, machine;
	u32 version, entry, phoff, shoff, flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
_Static_assert(sizeof(struct elf32_header) == 52, "ELF format");

struct elf32_phdr {
	u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

struct elf32_shdr {
	u32 name, type, flags, addr, offset, size, link, info, align, entsize;
};

struct elf_note {
	u32 namesz, descsz, type;
};

#define ELFCLASS32	1
#define EM_386		3
#define EM_X86_64	62
#define PT_LOAD		1
#define PT_NOTE		4
#define SHT_PROGBITS	1
#define SHT_SYMTAB	2
#define SHT_STRTAB	3
#define SHT_NOTE	7
#define MAX_HEADERS	128
#define UNSET		(~0ull)

struct symbols {
	u32 size;		/* of all that follows */
	struct elf32_header header;
	u8 pad[12];
	struct elf32_shdr section[3];
	u8 pad2[72];
};
_Static_assert(sizeof(struct symbols) == IMAGE_SYMBOLS_SIZE, "Xen's layout");

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

/* Copied, as it may lie at any address; false if it is cut off. */
static bool get(const struct image *im, u64 offset, void *to, u64 n)
{
	const void *p = part(im, offset, n);

	return p && memcpy(to, p, n);
}

static u64 note_number(const u8 *desc, u32 size)
{
	u64 v = 0;

	if (size == 4 || size == 8)
		memcpy(&v, desc, size);
	return v;
}

static bool contains(const u8 *text, u32 size, const char *word)
{
	size_t n = strlen(word), i;

	for (i = 0; i + n <= size; i++)
		if (!memcmp(text + i, word, n))
			return true;
	return false;
}

static bool begins(const u8 *text, u32 size, const char *word)
{
	return contains(text, MIN(size, (u32)strlen(word)), word);
}

static void take_note(struct image *im, u32 type, const u8 *desc, u32 size)
{
	u64 v = note_number(desc, size);

	switch (type) {
	case XEN_ELFNOTE_ENTRY:
		im->entry = v;
		break;
	case XEN_ELFNOTE_VIRT_BASE:
		im->virt_base = v;
		break;
	case XEN_ELFNOTE_PADDR_OFFSET:
		im->paddr_offset = v;
		break;
	case XEN_ELFNOTE_HYPERCALL_PAGE:
		im->hypercall_page = v;
		break;
	case XEN_ELFNOTE_HV_START_LOW:
		im->hv_start_low = v;
		break;
	case XEN_ELFNOTE_MOD_START_PFN:
		im->mod_start_pfn = v != 0;
		break;
	case XEN_ELFNOTE_PAE_MODE:
		im->pae = contains(desc, size, "yes") ||
			  contains(desc, size, "bimodal");
		break;
	case XEN_ELFNOTE_BSD_SYMTAB:
		im->wants_symbols = !im->has_notes || begins(desc, size, "yes");
		break;
	case XEN_ELFNOTE_LOADER:
		im->is_generic |= begins(desc, size, "generic");
		break;
	case XEN_ELFNOTE_GUEST_OS:
		im->is_generic |= begins(desc, size, "linux");
		break;
	case XEN_ELFNOTE_XEN_VERSION:
		im->is_xen3 = begins(desc, size, "xen-3.0");
		break;
	default:
		break;
	}
}

static void parse_notes(struct image *im, u64 offset, u64 size)
{
	const u8 *p = part(im, offset, size);
	struct elf_note n;
	u64 name, desc;

	if (!p)
		return;
	while (size >= sizeof(n)) {
		memcpy(&n, p, sizeof(n));
		name = ROUND_UP((u64)n.namesz, 4);
		desc = ROUND_UP((u64)n.descsz, 4);
		if (name + n.descsz > size - sizeof(n))
			return;
		if (n.namesz == 4 && !memcmp(p + sizeof(n), "Xen", 4)) {
			im->has_notes = true;
			take_note(im, n.type, p + sizeof(n) + name, n.descsz);
		}
		if (name + desc > size - sizeof(n))
			return;
		p += sizeof(n) + name + desc;
		size -= sizeof(n) + name + desc;
	}
}

/* Section number i, if it is of this type; its contents lie in the file. */
static bool get_section(const struct image *im, const struct elf32_header *h,
			u32 i, u32 type, struct elf32_shdr *sh)
{
	return i < h->shnum &&
	       get(im, h->shoff + (u64)i * sizeof(*sh), sh, sizeof(*sh)) &&
	       sh->type == type && part(im, sh->offset, sh->size);
}

static void find_notes(struct image *im, const struct elf32_header *h)
{
	struct elf32_phdr ph;
	struct elf32_shdr sh;
	u32 i;

	for (i = 0; i < h->phnum && i < MAX_HEADERS; i++) {
		if (!get(im, h->phoff + (u64)i * sizeof(ph), &ph, sizeof(ph)))
			return;
		if (ph.type == PT_NOTE)
			parse_notes(im, ph.offset, ph.filesz);
	}
	for (i = 0; !im->has_notes && i < MAX_HEADERS; i++)
		if (get_section(im, h, i, SHT_NOTE, &sh))
			parse_notes(im, sh.offset, sh.size);
}

/* One NAME=VALUE of the older section, as the note that says the same. */
static void take_legacy(struct image *im, const u8 *text, u32 size)
{
	static const struct {
		const char *name;
		u32 type, shift;	/* of a number; ~0: text */
	} names[] = {
		{ "GUEST_OS=", XEN_ELFNOTE_GUEST_OS, ~0u },
		{ "XEN_VER=", XEN_ELFNOTE_XEN_VERSION, ~0u },
		{ "LOADER=", XEN_ELFNOTE_LOADER, ~0u },
		{ "PAE=", XEN_ELFNOTE_PAE_MODE, ~0u },
		{ "BSD_SYMTAB", XEN_ELFNOTE_BSD_SYMTAB, ~0u },
		{ "VIRT_BASE=", XEN_ELFNOTE_VIRT_BASE, 0 },
		{ "VIRT_ENTRY=", XEN_ELFNOTE_ENTRY, 0 },
		{ "ELF_PADDR_OFFSET=", XEN_ELFNOTE_PADDR_OFFSET, 0 },
		{ "HYPERCALL_PAGE=", XEN_ELFNOTE_HYPERCALL_PAGE, PAGE_SHIFT },
	};
	char value[32];
	u32 i, n;
	u64 v;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!begins(text, size, names[i].name))
			continue;
		n = (u32)strlen(names[i].name);
		text += n;
		size -= n;
		if (names[i].shift == ~0u) {
			take_note(im, names[i].type, text, size);
			return;
		}
		memset(value, 0, sizeof(value));
		memcpy(value, text, MIN(size, sizeof(value) - 1));
		v = str_to_u64(value, NULL) << names[i].shift;
		take_note(im, names[i].type, (u8 *)&v, sizeof(v));
		return;
	}
}

static void parse_legacy(struct image *im, const u8 *p, u32 size)
{
	u32 n;

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
	if (im->paddr_offset == UNSET)
		im->paddr_offset = im->virt_base;
}

static void find_legacy(struct image *im, const struct elf32_header *h)
{
	static const char name[] = "__xen_guest";
	struct elf32_shdr names, sh;
	const void *p;
	u32 i;

	if (!get_section(im, h, h->shstrndx, SHT_STRTAB, &names))
		return;
	for (i = 0; i < MAX_HEADERS && !im->is_legacy; i++) {
		if (!get_section(im, h, i, SHT_PROGBITS, &sh) ||
		    sh.name > names.size ||
		    names.size - sh.name < sizeof(name))
			continue;
		p = part(im, (u64)names.offset + sh.name, sizeof(name));
		if (p && !memcmp(p, name, sizeof(name)))
			parse_legacy(im, part(im, sh.offset, sh.size), sh.size);
	}
}

static bool add_piece(struct image *im, const struct image_segment *s)
{
	if (im->segments == IMAGE_MAX_SEGMENTS)
		return fail(im, "too many segments");
	if (s->file_size > s->mem_size || !part(im, s->offset, s->file_size))
		return fail(im, "a segment lies outside the file");
	if (s->va < im->virt_base || s->va > M2P_DEFAULT_START ||
	    s->mem_size > M2P_DEFAULT_START - s->va)
		return fail(im, "a segment lies outside the kernel's space");
	im->start = im->segments ? MIN(im->start, s->va) : s->va;
	im->end = MAX(im->end, s->va + s->mem_size);
	im->segment[im->segments++] = *s;
	return true;
}

static bool add_segments(struct image *im, const struct elf32_header *h)
{
	struct image_segment s;
	struct elf32_phdr ph;
	u32 i;

	for (i = 0; i < h->phnum; i++) {
		if (!get(im, h->phoff + (u64)i * sizeof(ph), &ph, sizeof(ph)))
			return fail(im, "program headers are cut off");
		s = (struct image_segment){
			ph.offset, ph.filesz,
			(u64)ph.paddr - im->paddr_offset + im->virt_base,
			ph.memsz
		};
		if (ph.type == PT_LOAD && ph.memsz && !add_piece(im, &s))
			return false;
	}
	return im->segments || fail(im, "no segment to load");
}

/* A kernel without symbols, or with damaged ones, starts without them. */
static bool add_symbols(struct image *im, const struct elf32_header *h)
{
	struct symbols *s = (struct symbols *)im->symbols;
	struct elf32_shdr *sym = &s->section[1], *str = &s->section[2];
	struct image_segment symbols, strings;
	u32 i;

	for (i = 1; i < MAX_HEADERS; i++)
		if (get_section(im, h, i, SHT_SYMTAB, sym))
			break;
	if (i == MAX_HEADERS ||
	    !get_section(im, h, sym->link, SHT_STRTAB, str))
		return true;
	im->symbols_va = ROUND_UP(im->end, 4);
	symbols = (struct image_segment){
		sym->offset, sym->size, im->symbols_va + sizeof(*s), sym->size
	};
	strings = (struct image_segment){
		str->offset, str->size,
		symbols.va + ROUND_UP((u64)sym->size, 4), str->size
	};
	s->header = *h;
	s->header.ehsize = sizeof(*h);
	s->header.version = 1;
	s->header.phoff = s->header.phentsize = s->header.phnum = 0;
	s->header.shoff = offsetof(struct symbols, section) - sizeof(s->size);
	s->header.shentsize = sizeof(*sym);
	s->header.shnum = ARRAY_SIZE(s->section);
	s->header.shstrndx = 0;
	sym->link = 2;
	sym->offset = sizeof(*s) - sizeof(s->size);
	str->offset = sym->offset + (u32)(strings.va - symbols.va);
	s->size = str->offset + str->size;
	return add_piece(im, &symbols) && add_piece(im, &strings);
}

static bool check_notes(struct image *im)
{
	if (!im->has_notes && !im->is_legacy)
		return fail(im, "no Xen ELF notes: not a PV kernel");
	if (!im->pae)
		return fail(im, "not a PAE kernel");
	if (!im->is_generic || !im->is_xen3)
		return fail(im, "not for the generic loader of xen-3.0");
	if (im->virt_base & (PAGE_SIZE - 1) || im->virt_base >> 32)
		return fail(im, "bad VIRT_BASE note");
	if (im->hv_start_low > 0xffffffff - (4u << 20))
		return fail(im, "bad HV_START_LOW note");
	return true;
}

static bool check_header(struct image *im, const struct elf32_header *h)
{
	if (memcmp(h->ident, "\177ELF", 4))
		return fail(im, "neither ELF nor bzImage");
	if (h->machine == EM_X86_64)
		return fail(im, "a 64-bit kernel; only 32-bit PAE ones run");
	if (h->ident[4] != ELFCLASS32 || h->machine != EM_386)
		return fail(im, "not an i386 ELF file");
	if (h->phentsize != sizeof(struct elf32_phdr) ||
	    h->phnum > MAX_HEADERS)
		return fail(im, "strange program headers");
	return true;
}

bool image_parse_elf(struct image *im, const u8 *file, u64 size)
{
	struct elf32_header h;

	*im = (struct image){
		.file = file, .size = size, .entry = UNSET,
		.paddr_offset = UNSET, .hypercall_page = UNSET,
	};
	if (!get(im, 0, &h, sizeof(h)))
		return fail(im, "too short");
	if (!check_header(im, &h))
		return false;
	find_notes(im, &h);
	if (!im->has_notes)
		find_legacy(im, &h);
	if (im->paddr_offset == UNSET)
		im->paddr_offset = 0;
	if (im->entry == UNSET)
		im->entry = h.entry;
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
