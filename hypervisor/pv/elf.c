// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PV kernel as an ELF file with Xen's ELF notes (xen/elfnote.h).
 *
 * The file is not believed: every offset and size is checked against the
 * file's length before it is used, and the segments against the 32-bit
 * address space below the hypervisor's part.
 */
#include <xen/elfnote.h>
#include "config.h"
#include "image.h"
#include "lib.h"

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
#define SHT_NOTE	7
#define MAX_HEADERS	128

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

static bool note_is_yes(const u8 *desc, u32 size, const char *word)
{
	size_t n = strlen(word), i;

	for (i = 0; i + n <= size; i++)
		if (!memcmp(desc + i, word, n))
			return true;
	return false;
}

static void take_note(struct image *im, u32 type, const u8 *desc, u32 size)
{
	u64 v = note_number(desc, size);

	im->has_notes = true;
	switch (type) {
	case XEN_ELFNOTE_ENTRY:
		im->entry = v;
		im->has_entry = true;
		break;
	case XEN_ELFNOTE_VIRT_BASE:
		im->virt_base = v;
		break;
	case XEN_ELFNOTE_PADDR_OFFSET:
		im->paddr_offset = v;
		break;
	case XEN_ELFNOTE_HYPERCALL_PAGE:
		im->hypercall_page = v;
		im->has_hypercall_page = true;
		break;
	case XEN_ELFNOTE_HV_START_LOW:
		im->hv_start_low = v;
		break;
	case XEN_ELFNOTE_MOD_START_PFN:
		im->mod_start_pfn = v != 0;
		break;
	case XEN_ELFNOTE_PAE_MODE:
		im->pae = note_is_yes(desc, size, "yes") ||
			  note_is_yes(desc, size, "bimodal");
		im->extended_cr3 |= im->pae;
		break;
	case XEN_ELFNOTE_FEATURES:
		im->extended_cr3 |= note_is_yes(desc, size,
						"pae_pgdir_above_4gb");
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
		if (n.namesz == 4 && !memcmp(p + sizeof(n), "Xen", 4))
			take_note(im, n.type, p + sizeof(n) + name, n.descsz);
		if (name + desc > size - sizeof(n))
			return;
		p += sizeof(n) + name + desc;
		size -= sizeof(n) + name + desc;
	}
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
	if (im->has_notes)
		return;
	for (i = 0; i < h->shnum && i < MAX_HEADERS; i++) {
		if (!get(im, h->shoff + (u64)i * sizeof(sh), &sh, sizeof(sh)))
			return;
		if (sh.type == SHT_NOTE)
			parse_notes(im, sh.offset, sh.size);
	}
}

static bool add_segment(struct image *im, const struct elf32_phdr *ph)
{
	struct image_segment *s = &im->segment[im->segments];
	u64 va = (u64)ph->paddr - im->paddr_offset + im->virt_base;

	if (!ph->memsz)
		return true;
	if (im->segments == IMAGE_MAX_SEGMENTS)
		return fail(im, "too many segments");
	if (ph->filesz > ph->memsz || !part(im, ph->offset, ph->filesz))
		return fail(im, "a segment lies outside the file");
	if (va < im->virt_base || va + ph->memsz > M2P_DEFAULT_START)
		return fail(im, "a segment lies outside the kernel's space");
	*s = (struct image_segment){ ph->offset, ph->filesz, va, ph->memsz };
	im->start = im->segments ? MIN(im->start, va) : va;
	im->end = MAX(im->end, va + ph->memsz);
	im->segments++;
	return true;
}

static bool add_segments(struct image *im, const struct elf32_header *h)
{
	struct elf32_phdr ph;
	u32 i;

	for (i = 0; i < h->phnum; i++) {
		if (!get(im, h->phoff + (u64)i * sizeof(ph), &ph, sizeof(ph)))
			return fail(im, "program headers are cut off");
		if (ph.type == PT_LOAD && !add_segment(im, &ph))
			return false;
	}
	return im->segments || fail(im, "no segment to load");
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

	*im = (struct image){ .file = file, .size = size };
	if (!get(im, 0, &h, sizeof(h)))
		return fail(im, "too short");
	if (!check_header(im, &h))
		return false;
	find_notes(im, &h);
	if (!im->has_notes)
		return fail(im, "no Xen ELF notes: not a PV kernel");
	if (!im->pae)
		return fail(im, "not a PAE kernel");
	if (im->virt_base & (PAGE_SIZE - 1) || im->virt_base >> 32)
		return fail(im, "bad VIRT_BASE note");
	if (!add_segments(im, &h))
		return false;
	if (!im->has_entry)
		im->entry = h.entry;
	if (im->entry < im->start || im->entry >= im->end)
		return fail(im, "the entry point lies outside the kernel");
	if (im->has_hypercall_page &&
	    (im->hypercall_page & (PAGE_SIZE - 1) ||
	     im->hypercall_page < im->start ||
	     im->hypercall_page + PAGE_SIZE > im->end))
		return fail(im, "the hypercall page lies outside the kernel");
	if (im->hv_start_low > 0xffffffff - (4u << 20))
		return fail(im, "bad HV_START_LOW note");
	return true;
}
