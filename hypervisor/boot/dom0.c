// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first domain: from two boot modules to a vCPU that is ready to run.
 *
 * What it finds at its entry is laid out from VIRT_BASE up, pfn 0 first:
 *
 *	kernel | initrd, if it wants it mapped | p2m | start_info |
 *	page tables: L3, four L2, L1s | stack page | slack
 *
 * rounded up to 4 MiB with at least 512 KiB left. Page tables are mapped
 * read-only and go through the same validation as any others; a mistake here
 * would be refused there.
 */
#include <xen/foreign/x86_32.h>
#include "boot/boot.h"
#include "boot/dom0.h"
#include "boot/image.h"
#include "cpu/vcpu.h"
#include "domain/domain.h"
#include "entry/hypercall.h"
#include "errno.h"
#include "lib/lib.h"
#include "machine/acpi.h"
#include "machine/asm.h"
#include "machine/paging.h"
#include "machine/serial.h"
#include "memory/early.h"
#include "mmu/ptype.h"
#include "sched/sched.h"

#define SLACK		(512ull << 10)
#define ROUND		(4ull << 20)
#define RESERVE		256u			/* frames, for ourselves */

struct layout {
	u64 initrd, p2m, start_info, tables, l1s, stack, end;	/* virtual */
	u64 nr_l1, nr_pages, max_pages;
	u64 initrd_pfn, initrd_pages;
};

static struct image image;
static struct layout layout;
static u32 *p2m;		/* until the guest has it */
static u64 unpacked_phys, unpacked_size, heap_size;
static u64 p2m_phys, p2m_size;

static mfn_t page_mfn(u64 n)
{
	return mfn(p2m[n]);
}

static mfn_t va_mfn(u64 va)
{
	return page_mfn((va - image.virt_base) >> PAGE_SHIFT);
}

static void *va_ptr(u64 va)
{
	return (u8 *)mfn_to_virt(va_mfn(va)) + (va & (PAGE_SIZE - 1));
}

/* To the guest's pages, which are not contiguous. */
static void put(u64 va, const void *from, u64 n)
{
	const u8 *p = from;
	u64 step;

	for (; n; n -= step, va += step, p += step) {
		step = MIN(n, PAGE_SIZE - (va & (PAGE_SIZE - 1)));
		memcpy(va_ptr(va), p, step);
	}
}

static void unpack_kernel(const u8 *file, u64 size)
{
	const char *error;
	const u8 *payload;
	u64 length;
	u8 *to;

	if (!image_find_payload(file, size, &payload, &length, &unpacked_size,
				&error))
		panic("Dom0 kernel: %s", error);
	unpacked_size = ROUND_UP(MAX(unpacked_size, 16ull), PAGE_SIZE);
	heap_size = image_heap_size(payload, unpacked_size);
	unpacked_phys = early_alloc(unpacked_size + heap_size, PAGE_SIZE).a;
	to = phys_to_virt(paddr(unpacked_phys));
	error = image_unpack(payload, length, to, unpacked_size,
			     to + unpacked_size, heap_size);
	if (error)
		panic("Dom0 kernel: %s", error);
	if (!image_parse_elf(&image, to, unpacked_size))
		panic("Dom0 kernel: %s", image.error);
}

void dom0_prepare(void)
{
	const struct boot_module *m = &boot_info.module[0];
	const u8 *file;

	if (!boot_info.modules)
		panic("no Dom0 kernel: give it as the first boot module");
	p2m_size = early_ram_end() * sizeof(u32);
	p2m_phys = early_alloc(p2m_size, PAGE_SIZE).a;
	p2m = phys_to_virt(paddr(p2m_phys));
	file = phys_to_virt(paddr(m->start));
	if (m->size < 4 || memcmp(file, "\177ELF", 4))
		unpack_kernel(file, m->size);
	else if (!image_parse_elf(&image, file, m->size))
		panic("Dom0 kernel: %s", image.error);
}

static u64 memory_pages(void)
{
	u64 have = frames_free();

	if (have <= RESERVE)
		panic("no memory for Dom0");
	return dom0_pages(have - RESERVE, &layout.max_pages);
}

static void place(u64 initrd_size)
{
	struct layout *l = &layout;
	u64 va = ROUND_UP(image.end, PAGE_SIZE), first;

	l->nr_pages = memory_pages();
	l->initrd_pages = DIV_ROUND_UP(initrd_size, PAGE_SIZE);
	if (initrd_size && !image.mod_start_pfn) {
		l->initrd = va;
		va += l->initrd_pages * PAGE_SIZE;
	}
	l->p2m = va;
	va += ROUND_UP(l->nr_pages * sizeof(u32), PAGE_SIZE);
	l->start_info = va;
	l->tables = va + PAGE_SIZE;
	first = ROUND_DOWN(image.virt_base, 2ull << 20);
	/* The tables map themselves: their number depends on itself. */
	for (l->nr_l1 = 1;; l->nr_l1++) {
		l->stack = l->tables + (5 + l->nr_l1) * PAGE_SIZE;
		l->end = ROUND_UP(l->stack + PAGE_SIZE + SLACK, ROUND);
		if (first + (l->nr_l1 << 21) >= l->end)
			break;
	}
	l->l1s = l->tables + 5 * PAGE_SIZE;
	l->initrd_pfn = (l->end - image.virt_base) >> PAGE_SHIFT;
	if (l->end > M2P_DEFAULT_START ||
	    l->initrd_pfn + l->initrd_pages > l->nr_pages)
		panic("Dom0's memory (%lu MiB) is too small for its kernel",
		      l->nr_pages >> 8);
}

/*
 * All of the domain's pages, in the largest pieces that there are. Only those
 * that it starts with are zeroed: the memory had no other owner in this boot.
 */
static void take_memory(struct domain *d)
{
	u32 order = FRAME_MAX_ORDER;
	u64 n = 0, i;
	mfn_t m;

	d->mem.max_pages = layout.max_pages;
	ptype_reserve(d, layout.nr_pages, true);
	while (n < layout.nr_pages) {
		while (order && layout.nr_pages - n < 1ull << order)
			order--;
		m = frame_alloc(order, 0);
		if (mfn_eq(m, INVALID_MFN)) {
			if (!order)
				panic("out of memory for Dom0");
			order--;
			continue;
		}
		for (i = 0; i < 1ull << order; i++, n++) {
			if (n < layout.initrd_pfn)
				memset(mfn_to_virt(mfn_add(m, i)), 0,
				       PAGE_SIZE);
			ptype_assign(d, mfn_add(m, i));
			p2m[n] = (u32)(m.n + i);
			frame_m2p[m.n + i] = (u32)n;
		}
	}
}

static void load_kernel(void)
{
	const struct image_segment *s;
	u32 i;

	for (i = 0; i < image.segments; i++) {
		s = &image.segment[i];
		put(s->va, image.file + s->offset, s->file_size);
	}
	if (image.symbols_va)
		put(image.symbols_va, image.symbols, sizeof(image.symbols));
	if (image.has_hypercall_page)
		hypercall_page_fill(va_ptr(image.hypercall_page));
}

static void load_initrd(void)
{
	const struct boot_module *m = &boot_info.module[1];
	const u8 *p = phys_to_virt(paddr(m->start));
	u64 i;

	if (boot_info.modules < 2)
		return;
	if (layout.initrd) {
		put(layout.initrd, p, m->size);
		return;
	}
	for (i = 0; i < layout.initrd_pages; i++)
		memcpy(mfn_to_virt(page_mfn(layout.initrd_pfn + i)),
		       p + i * PAGE_SIZE,
		       MIN(PAGE_SIZE, m->size - i * PAGE_SIZE));
}

static u64 *table_ptr(u32 n)
{
	return va_ptr(layout.tables + n * PAGE_SIZE);
}

static bool is_table(u64 va)
{
	return va >= layout.tables && va < layout.stack;
}

static void fill_tables(void)
{
	u64 first = ROUND_DOWN(image.virt_base, 2ull << 20), va, *l1;
	const u64 table = PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D;
	u32 i;

	for (i = 0; i < 4; i++)
		table_ptr(0)[i] = make_pte(va_mfn(layout.tables +
						  (1 + i) * PAGE_SIZE), PTE_P);
	for (i = 0; i < layout.nr_l1; i++) {
		va = first + ((u64)i << 21);
		table_ptr((u32)(1 + (va >> 30)))[va >> 21 & 511] =
			make_pte(va_mfn(layout.l1s + i * PAGE_SIZE), table);
	}
	for (va = image.virt_base; va < layout.end; va += PAGE_SIZE) {
		l1 = table_ptr((u32)(5 + ((va - first) >> 21)));
		l1[va >> 12 & 511] = make_pte(va_mfn(va), PTE_P | PTE_A |
					      PTE_D |
					      (is_table(va) ? 0 : PTE_RW));
	}
}

static const char *kernel_arguments(void)
{
	const char *p = boot_info.module[0].cmdline;

	/* The first word is the file's name. */
	while (*p && *p != ' ')
		p++;
	while (*p == ' ')
		p++;
	return p;
}

static void fill_start_info(const struct domain *d)
{
	struct start_info_x86_32 *si = va_ptr(layout.start_info);
	const struct boot_module *m = &boot_info.module[1];

	str_copy(si->magic, "xen-3.0-x86_32p", sizeof(si->magic));
	si->nr_pages = (u32)layout.nr_pages;
	si->shared_info = (u32)(d->shared_frame.n << PAGE_SHIFT);
	si->flags = SIF_PRIVILEGED | SIF_INITDOMAIN;
	si->pt_base = (u32)layout.tables;
	si->nr_pt_frames = (u32)(5 + layout.nr_l1);
	si->mfn_list = (u32)layout.p2m;
	str_copy((char *)si->cmd_line, kernel_arguments(),
		 sizeof(si->cmd_line));
	if (boot_info.modules < 2)
		return;
	si->mod_len = (u32)m->size;
	if (image.mod_start_pfn) {
		si->mod_start = (u32)layout.initrd_pfn;
		si->flags |= SIF_MOD_START_PFN;
	} else {
		si->mod_start = (u32)layout.initrd;
	}
}

/* The hardware domain has all ports but the hypervisor's own devices. */
static void give_ports(struct domain *d)
{
	if (domain_set_ports(d, 0, 65536, true))
		panic("no memory for Dom0's ports");
	domain_set_ports(d, 0x20, 2, false);
	domain_set_ports(d, 0xa0, 2, false);
	domain_set_ports(d, 0x40, 4, false);
	domain_set_ports(d, 0x61, 1, false);
	domain_set_ports(d, SERIAL_PORT, 8, false);
	if (acpi.pm_timer && acpi.pm_timer < 0xfffc)
		domain_set_ports(d, acpi.pm_timer, 4, false);
}

static void start_state(struct vcpu *v)
{
	v->proc.regs = (struct regs){
		.ip = image.entry, .cs = SEL_R1_CS, .ss = SEL_R1_DS,
		.sp = layout.stack + PAGE_SIZE, .si = layout.start_info,
		.flags = FLAGS_IF | 2,
	};
	v->proc.ds = v->proc.es = v->proc.fs = v->proc.gs = SEL_R1_DS;
	v->entry.kernel_ss = SEL_R1_DS;
	v->entry.kernel_sp = layout.stack + PAGE_SIZE;
	v->proc.initialised = true;
}

static void install_tables(struct vcpu *v)
{
	mfn_t root = va_mfn(layout.tables);
	struct domain *d = v->d;
	int rc, i;

	spin_lock(&d->tables.lock);
	for (i = 0; i < 2; i++) {
		do
			rc = ptype_get_both(d, root, TYPE_L3, false);
		while (rc == -ERESTART);
		if (rc)
			panic("Dom0's first page tables are wrong (%d)", rc);
	}
	/* One for the vCPU, one for the pin. */
	mfn_frame(root)->flags |= FRAME_PINNED;
	v->roots.table = root;
	spin_unlock(&d->tables.lock);
}

static void give_back(u64 phys, u64 size)
{
	u64 first = DIV_ROUND_UP(phys, PAGE_SIZE);
	u64 end = (phys + size) >> PAGE_SHIFT;

	if (end > first)
		frames_give(mfn(first), end - first);
}

/* In MiB. */
static u64 memory_above_4g(void)
{
	u64 n = 0, i;

	for (i = 0; i < layout.nr_pages; i++)
		n += page_mfn(i).n >> (32 - PAGE_SHIFT) != 0;
	return n >> 8;
}

static void make_vcpus(struct domain *d)
{
	bool pin = boot_flag("dom0_vcpus_pin", false);
	struct vcpu *v;
	u32 i;

	for (i = 0; i < d->max_vcpus; i++) {
		v = vcpu_create(d, i);
		if (!v)
			panic("no memory for Dom0's vCPUs");
		if (pin)
			v->sched.affinity = 1u << v->sched.cpu;
	}
}

void dom0_build(void)
{
	u64 initrd_size = boot_info.modules > 1 ? boot_info.module[1].size : 0;
	const struct domain_config config = {
		.id = 0, .privileged = true, .max_vcpus = dom0_vcpus(cpu_count),
		.max_grant_frames = -1, .max_maptrack_frames = -1,
	};
	struct domain *d = domain_create(&config);
	u32 i;

	if (!d)
		panic("no memory for Dom0");
	if (image.hv_start_low)
		d->tables.m2p_start =
			MAX(ROUND_UP(image.hv_start_low, 2ull << 20),
			    (u64)M2P_DEFAULT_START);
	d->policy.vm_assist = BIT(VMASST_TYPE_pae_extended_cr3);
	make_vcpus(d);
	place(initrd_size);
	take_memory(d);
	load_kernel();
	load_initrd();
	fill_tables();
	put(layout.p2m, p2m, layout.nr_pages * sizeof(u32));
	fill_start_info(d);
	give_ports(d);
	install_tables(d->vcpu[0]);
	start_state(d->vcpu[0]);
	domain_update_wallclock(d);
	log_info("Dom0: %lu MiB, %lu above 4 GiB, %u vCPUs, "
		 "kernel %lx to %lx, entry %lx", layout.nr_pages >> 8,
		 memory_above_4g(), d->max_vcpus, image.start, image.end,
		 image.entry);
	for (i = 0; i < boot_info.modules; i++)
		give_back(boot_info.module[i].start, boot_info.module[i].size);
	give_back(unpacked_phys, unpacked_size + heap_size);
	give_back(p2m_phys, p2m_size);
	dom0 = d;
	d->life.pause_count = 0;
	d->vcpu[0]->sched.state = VCPU_UP;
	sched_wake(d->vcpu[0]);
}
