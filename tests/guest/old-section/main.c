// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/elfnote.h, "legacy"; Xen's libelf): a kernel may describe itself by
 * the text of a section __xen_guest in place of ELF notes; the number of its
 * hypercall page counts from VIRT_BASE, and it finds the page filled. If it asks
 * for BSD_SYMTAB, it finds behind its end, at the next multiple of 4, the size
 * of what follows: an ELF header, whose section table has the symbol table and
 * its strings at offsets from that header. All else is as with notes.
 *
 * Test: old-section
 */
#include <elf.h>
#include "guest.h"

extern const u8 hypercall_page[], kernel_end[];

#define HYPERCALL_PAGE	0x101		/* in the section's text */
#define CALLS		64u
#define MOVL_EAX	0xb8		/* the opcode, before its number */

static bool equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static const Elf32_Shdr *find(const Elf32_Ehdr *h, u32 type)
{
	const Elf32_Shdr *s = (const void *)((const u8 *)h + h->e_shoff);
	u32 i;

	for (i = 0; i < h->e_shnum; i++)
		if (s[i].sh_type == type)
			return &s[i];
	return NULL;
}

static void test_symbols(void)
{
	const u32 *size = (const u32 *)(((u32)kernel_end + 3) & ~3u);
	const Elf32_Ehdr *h = (const void *)(size + 1);
	const Elf32_Shdr *sym, *str;
	const Elf32_Sym *s;
	const char *names;
	u32 i, found = 0;

	CHECK(h->e_ident[EI_MAG0], ELFMAG0);
	CHECK(h->e_ident[EI_MAG1], ELFMAG1);
	CHECK(h->e_ident[EI_CLASS], ELFCLASS32);
	CHECK(h->e_shnum, 3);
	CHECK(h->e_shentsize, sizeof(*sym));
	CHECK(h->e_phnum, 0);
	sym = find(h, SHT_SYMTAB);
	str = find(h, SHT_STRTAB);
	CHECK(sym && str, 1);
	if (!sym || !str)
		return;
	CHECK(str->sh_offset + str->sh_size, *size);
	s = (const void *)((const u8 *)h + sym->sh_offset);
	names = (const char *)h + str->sh_offset;
	for (i = 0; i < sym->sh_size / sizeof(*s); i++) {
		if (!equal(names + s[i].st_name, "test_main"))
			continue;
		CHECK(s[i].st_value, (u32)test_main);
		found++;
	}
	print("%u symbols\n", i);
	CHECK(found, 1);
}

static void test_start(void)
{
	u16 cs;
	u32 i;

	__asm__ volatile("mov %%cs, %0" : "=r" (cs));
	CHECK_SELECTOR(cs, FLAT_KERNEL_CS);
	CHECK((u32)hypercall_page, HYPERCALL_PAGE << PAGE_SHIFT);
	/* In each place but iret's: */
	for (i = 0; i < CALLS; i++)
		if (i != __HYPERVISOR_iret) {
			CHECK(hypercall_page[i * 32], MOVL_EAX);
			CHECK(*(const u32 *)(hypercall_page + i * 32 + 1), i);
		}
	CHECK(HC2(xen_version, XENVER_version, 0), XEN_4_17);
	CHECK(start_info->flags & SIF_INITDOMAIN, SIF_INITDOMAIN);
	CHECK(start_info->nr_pages > 1000, 1);
	CHECK_INSN("ud2", X86_TRAP_UD);
	print("started by the section __xen_guest\n");
}

void test_main(void)
{
	test_start();
	test_symbols();
}
