// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/elfnote.h, "legacy"; Xen's libelf): a kernel may describe itself by
 * the text of a section __xen_guest in place of ELF notes; the number of its
 * hypercall page counts from VIRT_BASE, and it finds the page filled. If it asks
 * for BSD_SYMTAB, it finds behind its end, at the next multiple of a long, the size
 * of what follows: an ELF header of its class, whose section table has the symbol
 * table and its strings at offsets from that header. All else is as with notes.
 *
 * Test: old-section
 * Test: old-section-64 -w 64
 */
#include <elf.h>
#include "guest.h"

extern const u8 hypercall_page[], kernel_end[];

#define HYPERCALL_PAGE	0x101		/* in the section's text */
#define CALLS		64u
#define MOVL_EAX	0xb8		/* the opcode, before its number */
#define PUSHES		(WIDTH == 32 ? 0u : 3u)	/* bytes that save RCX and R11 */

#if WIDTH == 32
#define ELFCLASS	ELFCLASS32
#define ELF(type)	Elf32_##type
#else
#define ELF(type)	Elf64_##type
#define ELFCLASS	ELFCLASS64
#endif

static bool equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static const ELF(Shdr) *find(const ELF(Ehdr) *h, u32 type)
{
	const ELF(Shdr) *s = (const void *)((const u8 *)h + h->e_shoff);
	u32 i;

	for (i = 0; i < h->e_shnum; i++)
		if (s[i].sh_type == type)
			return &s[i];
	return NULL;
}

static void test_symbols(void)
{
	const u32 *size = (const u32 *)(((ulong)kernel_end + sizeof(ulong) - 1) &
					-sizeof(ulong));
	const ELF(Ehdr) *h = (const void *)(size + 1);
	const ELF(Shdr) *sym, *str;
	const ELF(Sym) *s;
	const char *names;
	u32 i, found = 0;

	CHECK(h->e_ident[EI_MAG0], ELFMAG0);
	CHECK(h->e_ident[EI_MAG1], ELFMAG1);
	CHECK(h->e_ident[EI_CLASS], ELFCLASS);
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
		CHECK(s[i].st_value, (ulong)test_main);
		found++;
	}
	print("%u symbols\n", i);
	CHECK(found, 1);
}

static void test_start(void)
{
	const u8 *code;
	u16 cs;
	u32 i;

	__asm__ volatile("mov %%cs, %0" : "=r" (cs));
	CHECK_SELECTOR(cs, FLAT_KERNEL_CS);
	CHECK((ulong)hypercall_page, HYPERCALL_PAGE << PAGE_SHIFT);
	/* In each place but iret's: */
	for (i = 0; i < CALLS; i++)
		if (i != __HYPERVISOR_iret) {
			code = hypercall_page + i * 32 + PUSHES;
			CHECK(code[0], MOVL_EAX);
			CHECK(*(const u32 *)(code + 1), i);
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
