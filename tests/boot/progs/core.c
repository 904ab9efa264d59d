// SPDX-License-Identifier: GPL-2.0
/*
 * core FILE WIDTH VERSION [ADDRESS]: look into a domain's core, as xl dump-core writes it
 *
 * Rule: a core has the state of the domain's vCPUs, the frame number of each of its pages,
 * and their contents, so that a debugger can follow the kernel's page tables from a vCPU's
 * CR3 to any address (Xen's docs/misc/dump-core-format.txt). This program looks for
 * VERSION, the DomU's /proc/version, in the kernel's image in that way, from each vCPU.
 * With ADDRESS, in hexadecimal, as in /proc/kallsyms, it must be at that address.
 */
#include <elf.h>
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE		4096UL
#define PTE_FRAME	0x000ffffffffff000ULL
#define CORE_HEADER	0x2000001	/* XEN_ELFNOTE_DUMPCORE_HEADER */
#define CORE_MAGIC	0xf00febedULL	/* XC_CORE_MAGIC */

/* What differs between the widths; vcpu_guest_context_t holds CR3 at byte cr3 */
static const struct width {
	int bits, machine, cr3, levels;
	uint64_t image, bytes;
} widths[] = {
	{ 32, EM_386, 2728, 3, 0xc0000000, 64 << 20 },
	{ 64, EM_X86_64, 5008, 4, 0xffffffff80000000, 512 << 20 },
};

struct p2m {
	uint64_t pfn, gmfn;
};

static const struct width *width;
static const char *core;
static size_t core_size;
static const struct p2m *p2m;
static struct p2m *by_frame;	/* .gmfn, and in .pfn the page's index; sorted */
static const char *pages;
static uint64_t nr_vcpus, nr_pages;

/* The section of that name must be inside the file */
static const char *section(const char *name, uint64_t *size)
{
	const Elf64_Ehdr *head = (const void *)core;
	const Elf64_Shdr *s = (const void *)(core + head->e_shoff);
	const char *names = core + s[head->e_shstrndx].sh_offset;

	for (int i = 0; i < head->e_shnum; i++)
		if (!strcmp(names + s[i].sh_name, name)) {
			if (s[i].sh_offset > core_size ||
			    s[i].sh_size > core_size - s[i].sh_offset)
				errx(1, "%s ends behind the file", name);
			*size = s[i].sh_size;
			return core + s[i].sh_offset;
		}
	errx(1, "there is no section %s", name);
}

static void read_notes(void)
{
	uint64_t size;
	const char *at = section(".note.Xen", &size), *end = at + size;

	while (at < end) {
		const Elf64_Nhdr *note = (const void *)at;
		const uint64_t *words = (const void *)(at + sizeof(*note) + 4);

		if (note->n_namesz != 4 || strcmp(at + sizeof(*note), "Xen"))
			errx(1, "a note is not Xen's");
		if (note->n_type == CORE_HEADER) {
			if (words[0] != CORE_MAGIC || words[3] != PAGE)
				errx(1, "magic %jx, page size %ju", (uintmax_t)words[0],
				     (uintmax_t)words[3]);
			nr_vcpus = words[1];
			nr_pages = words[2];
		}
		at += sizeof(*note) + 4 + note->n_descsz;
	}
	if (!nr_vcpus || !nr_pages)
		errx(1, "no header note");
}

static int compare(const void *a, const void *b)
{
	const struct p2m *x = a, *y = b;

	return x->gmfn < y->gmfn ? -1 : x->gmfn > y->gmfn;
}

static void read_pages(void)
{
	uint64_t size;

	p2m = (const void *)section(".xen_p2m", &size);
	if (size != nr_pages * sizeof(*p2m))
		errx(1, ".xen_p2m has %ju bytes", (uintmax_t)size);
	pages = section(".xen_pages", &size);
	if (size != nr_pages * PAGE)
		errx(1, ".xen_pages has %ju bytes", (uintmax_t)size);
	by_frame = calloc(nr_pages, sizeof(*by_frame));
	if (!by_frame)
		err(1, "calloc");
	for (uint64_t i = 0; i < nr_pages; i++) {
		if (i && p2m[i].pfn <= p2m[i - 1].pfn && ~p2m[i].pfn)
			errx(1, ".xen_p2m does not ascend at %ju", (uintmax_t)i);
		by_frame[i] = (struct p2m){ i, p2m[i].gmfn };
	}
	qsort(by_frame, nr_pages, sizeof(*by_frame), compare);
}

/* The contents of a machine frame, or NULL */
static const char *frame(uint64_t gmfn)
{
	struct p2m key = { 0, gmfn };
	const struct p2m *found = bsearch(&key, by_frame, nr_pages, sizeof(key), compare);

	return found ? pages + found->pfn * PAGE : NULL;
}

/* The page at an address, by the tables of a vCPU, or NULL */
static const char *page_at(uint64_t root, uint64_t address)
{
	const char *page = frame(root);

	for (int level = width->levels; page && level; level--) {
		const uint64_t *table = (const void *)page;
		uint64_t entry = table[address >> (3 + 9 * level) & 511];

		page = entry & 1 ? frame((entry & PTE_FRAME) / PAGE) : NULL;
	}
	return page;
}

/* The root that a vCPU's CR3 names: the bits of the frame number rotate */
static uint64_t root_of(const char *context)
{
	if (width->bits == 32) {
		uint32_t cr3 = *(const uint32_t *)(context + width->cr3);

		return cr3 >> 12 | (cr3 & 0xfff) << 20;
	}
	return *(const uint64_t *)(context + width->cr3) / PAGE;
}

/* Where the kernel's image has the text, which may go on in the next page, or 0 */
static uint64_t find(uint64_t root, const char *text)
{
	static char both[2 * PAGE];
	const char *page, *found;

	memset(both, 0, sizeof(both));
	for (uint64_t at = 0; at < width->bytes; at += PAGE) {
		page = page_at(root, width->image + at);
		memcpy(both, both + PAGE, PAGE);
		if (page)
			memcpy(both + PAGE, page, PAGE);
		else
			memset(both + PAGE, 0, PAGE);
		found = page ? memmem(both, sizeof(both), text, strlen(text)) : NULL;
		if (found)
			return width->image + at - PAGE + (found - both);
	}
	return 0;
}

static void open_core(const char *name)
{
	int fd = open(name, O_RDONLY);
	const Elf64_Ehdr *head;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", name);
	core_size = st.st_size;
	core = mmap(NULL, core_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (core == MAP_FAILED)
		err(1, "mmap");
	head = (const void *)core;
	if (core_size < sizeof(*head) || memcmp(head->e_ident, ELFMAG, SELFMAG) ||
	    head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_type != ET_CORE)
		errx(1, "%s is not a 64-bit ELF core", name);
	if (head->e_machine != width->machine)
		errx(1, "machine %d, not %d", head->e_machine, width->machine);
}

int main(int argc, char **argv)
{
	const char *contexts;
	uint64_t size, address = 0;

	if (argc < 4 || argc > 5)
		errx(2, "usage: core FILE 32|64 VERSION [ADDRESS]");
	width = &widths[atoi(argv[2]) == 64];
	open_core(argv[1]);
	read_notes();
	read_pages();
	contexts = section(".xen_prstatus", &size);
	for (uint64_t i = 0; i < nr_vcpus; i++) {
		uint64_t root = root_of(contexts + i * (size / nr_vcpus));

		address = find(root, argv[3]);
		if (!address)
			errx(1, "vCPU %ju, root %jx, does not map the kernel's version",
			     (uintmax_t)i, (uintmax_t)root);
	}
	if (argc == 5 && address != strtoull(argv[4], NULL, 16))
		errx(1, "version at %jx, not at %s", (uintmax_t)address, argv[4]);
	printf("core: %ju vCPUs, %ju pages, version at %jx\n", (uintmax_t)nr_vcpus,
	       (uintmax_t)nr_pages, (uintmax_t)address);
	return 0;
}
