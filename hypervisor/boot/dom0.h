/* SPDX-License-Identifier: GPL-2.0-only */
/* Building the first domain. */
#ifndef KRYPTON_DOM0_H
#define KRYPTON_DOM0_H

/* Set the options dom0_mem and dom0_max_vcpus; false: a bad value. */
bool dom0_set_mem(const char *s);
bool dom0_set_max_vcpus(const char *s);
/*
 * The domain's number of pages, of those available; *max: its limit. If the
 * options name no size, it gets at most the sensible number.
 */
u64 dom0_pages(u64 available, u64 sensible, u64 *max);
/* The domain's number of vCPUs on a machine with so many CPUs. */
u32 dom0_vcpus(u32 cpus);

/* The page tables of a level lie in the order of what they map. */
struct dom0_level {
	u64 at, count;		/* virtual address of the first; how many */
	u64 first;		/* address from which on they map */
};

/* The domain's initial address space. All addresses are virtual. */
struct dom0_layout {
	/* Input */
	u64 virt_base, kernel_end, space_end;
	u64 nr_pages, initrd_size;
	u32 long_size;		/* of an entry of the p2m; 8: a 64-bit kernel */
	bool map_initrd;
	u64 init_p2m;		/* where a 64-bit kernel wants the p2m; or 0 */
	/* Result. An initrd that is not mapped begins at the end; 0: none */
	u64 initrd, p2m, start_info, tables, stack, end;
	/*
	 * The p2m's pages, at its own address or behind all of this. Pages up
	 * to 'used' have contents.
	 */
	u64 p2m_pages, used;
	u32 levels;
	struct dom0_level level[5];	/* 1 to levels */
	struct dom0_level p2m_level[4];	/* of a p2m that is elsewhere */
};
/* False if there are too few pages or addresses. */
bool dom0_layout_make(struct dom0_layout *l);
/* Whether the p2m lies where its kernel wants it. */
static inline bool dom0_layout_p2m_apart(const struct dom0_layout *l)
{
	return l->p2m != l->p2m_pages;
}
/* Where a level's entry for an address is. */
u64 dom0_layout_entry(const struct dom0_layout *l, u32 level, u64 va);
static inline u64 dom0_layout_pfn(const struct dom0_layout *l, u64 va)
{
	return (va - l->virt_base) >> PAGE_SHIFT;
}

/* start_info up to the command line, in the form of lib/members.h */
#define DOM0_BEFORE_CONSOLE	"qqqqllili"
#define DOM0_START_INFO		DOM0_BEFORE_CONSOLE "|lilllll"

struct dom0_vga_console_info;
/*
 * Describe the screen. Returns how many bytes of *c the domain gets, 0 if there
 * is no screen. 'has_efi': the domain's kernel uses EFI.
 */
u32 dom0_console_info(struct dom0_vga_console_info *c, bool has_efi);
/* On EFI, leave a copy of the ACPI root pointer where 32-bit kernels look. */
void dom0_put_rsdp(u8 *first_page);

/* Read and unpack the kernel module, before the frame allocator exists. */
void dom0_prepare(void);
/* Make the domain and its first vCPU; panics with a reason. */
void dom0_build(void);

#endif
