// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first domain: from two boot modules to a vCPU that is ready to run.
 *
 * boot/dom0_layout.c lays out what the domain finds at its entry. Its page
 * tables are mapped read-only and are validated like those of any guest, which
 * would refuse a mistake made here.
 */
#include "boot/dom0.h"
#include "boot/image.h"
#include "domain/domain.h"
#include "lib/members.h"
#include "machine/acpi.h"
#include "machine/boot.h"
#include "machine/serial.h"
#include "memory/early.h"

#define RESERVE		256u			/* frames, for the hypervisor */
/*
 * What a 32-bit kernel gets unless an option says more. It needs some 40 bytes
 * a page of the first 900 MiB.
 */
#define SENSIBLE_32	(16ull << 30 >> PAGE_SHIFT)

static struct image image;
static struct dom0_layout layout;
static u64 max_pages, pages_above_4g;
static u32 *p2m;		/* until it is copied to the guest */
static u64 p2m_size, unpacked_size, heap_size;
static u8 *unpacked;

static mfn_t va_mfn(u64 va)
{
	return mfn(p2m[dom0_layout_pfn(&layout, va)]);
}

static void *va_ptr(u64 va)
{
	return (u8 *)mfn_to_virt(va_mfn(va)) + (va & (PAGE_SIZE - 1));
}

/* Copy to the guest's pages, which are not contiguous. */
static void put(u64 va, const void *from, u64 n)
{
	const u8 *p = from;
	u64 step;

	for (; n; n -= step, va += step, p += step) {
		step = MIN(n, PAGE_SIZE - (va & (PAGE_SIZE - 1)));
		memcpy(va_ptr(va), p, step);
	}
}

static const char *unpack_kernel(const u8 *file, u64 size)
{
	const u8 *payload;
	const char *error;
	u64 length;

	error = image_find_payload(file, size, &payload, &length,
				   &unpacked_size);
	if (error)
		return error;
	unpacked_size = ROUND_UP(MAX(unpacked_size, 16ull), PAGE_SIZE);
	heap_size = image_heap_size(payload, unpacked_size);
	unpacked = phys_to_virt(early_alloc(unpacked_size + heap_size));
	return image_unpack(payload, length, unpacked, unpacked_size,
			    unpacked + unpacked_size, heap_size);
}

static u64 pages_of_dom0(u64 available)
{
	return dom0_pages(available, image.long_size == 4 ? SENSIBLE_32 : ~0ull,
			  &max_pages);
}

void dom0_prepare(void)
{
	const struct boot_module *m = &boot_info.module[0];
	u64 size = m->size;
	const char *error;
	const u8 *file;

	if (!boot_info.modules)
		panic("no Dom0 kernel: give it as the first boot module");
	file = phys_to_virt(paddr(m->start));
	if (size < 4 || memcmp(file, "\177ELF", 4)) {
		error = unpack_kernel(file, size);
		if (error)
			panic("Dom0 kernel: %s", error);
		file = unpacked;
		size = unpacked_size;
	}
	if (!image_parse_elf(&image, file, size))
		panic("Dom0 kernel: %s", image.error);
	p2m_size = pages_of_dom0(early_ram(0, ~0ull) >> PAGE_SHIFT) *
		   sizeof(u32);
	p2m = phys_to_virt(early_alloc(p2m_size));
}

static void make_layout(const struct domain *d)
{
	u64 have = frames_free(), limit = page_limit(d);

	if (have <= RESERVE)
		panic("no memory for Dom0");
	/* A sixteenth of what it can name may not be RAM. */
	if (limit)
		have = MIN(have, limit - limit / 16);
	layout = (struct dom0_layout){
		.virt_base = image.virt_base, .kernel_end = image.end,
		.space_end = image.space_end, .long_size = image.long_size,
		.nr_pages = pages_of_dom0(have - RESERVE),
		.map_initrd = !image.mod_start_pfn,
		.init_p2m = image.long_size == 8 ? image.init_p2m : 0,
	};
	if (boot_info.modules > 1)
		layout.initrd_size = boot_info.module[1].size;
	if (!dom0_layout_make(&layout))
		panic("Dom0's kernel has no room in its memory (%lu MiB) or "
		      "its addresses", layout.nr_pages >> 8);
}

/*
 * Allocate the domain's pages, in the largest pieces available. Only those that
 * it starts with are zeroed: no other domain has owned memory in this boot.
 */
static void take_memory(struct domain *d)
{
	u32 order = FRAME_MAX_ORDER;
	u64 n = 0, end, used = dom0_layout_pfn(&layout, layout.used);
	mfn_t m;

	d->mem.max_pages = max_pages;
	page_reserve(d, layout.nr_pages, true);
	while (n < layout.nr_pages) {
		while (order && layout.nr_pages - n < 1ull << order)
			order--;
		m = frame_alloc(order, page_limit(d));
		if (mfn_eq(m, INVALID_MFN)) {
			if (!order)
				panic("out of memory for Dom0");
			order--;
			continue;
		}
		if (m.n >> (32 - PAGE_SHIFT))
			pages_above_4g += 1ull << order;
		spin_guard(&d->tables.lock);
		page_assign(d, m, order);
		for (end = n + (1ull << order); n < end; n++, m.n++) {
			if (n < used)
				memset(mfn_to_virt(m), 0, PAGE_SIZE);
			p2m[n] = (u32)m.n;
			page_set_m2p(m, n);
		}
	}
}

static void load_kernel(const struct domain *d)
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
		width_fill_page(d->width, va_ptr(image.hypercall_page));
}

static void load_p2m(void)
{
	u64 i, va = layout.p2m_pages;

	if (layout.long_size == sizeof(*p2m))
		put(va, p2m, layout.nr_pages * sizeof(*p2m));
	else
		for (i = 0; i < layout.nr_pages; i++, va += sizeof(u64))
			*(u64 *)va_ptr(va) = p2m[i];
}

static void set_entry(u64 at, u64 page, u64 flags)
{
	*(u64 *)va_ptr(at) = make_pte(va_mfn(page), flags);
}

/* Write the entries that point to the tables of each level. */
static void link_levels(const struct dom0_level *level)
{
	const u64 table = PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D;
	const struct dom0_level *below;
	u64 at, i, flags;
	u32 n;

	/* The entries of PAE's root are present and nothing else. */
	for (n = layout.levels; n > 1; n--) {
		below = &level[n - 1];
		at = dom0_layout_entry(&layout, n, below->first);
		flags = n == 3 && layout.levels == 3 ? PTE_P : table;
		for (i = 0; i < below->count; i++)
			set_entry(at + i * sizeof(u64),
				  below->at + i * PAGE_SIZE, flags);
	}
}

static void map_pages(u64 va, u64 size, u64 page)
{
	u64 i, at, flags;

	for (i = 0; i < size; i += PAGE_SIZE) {
		at = page + i;
		flags = PTE_P | PTE_A | PTE_D;
		if (at < layout.tables || at >= layout.stack)
			flags |= PTE_RW;
		set_entry(dom0_layout_entry(&layout, 1, va + i), at, flags);
	}
}

static void fill_tables(void)
{
	link_levels(layout.level);
	map_pages(layout.virt_base, layout.end - layout.virt_base,
		  layout.virt_base);
	if (!dom0_layout_p2m_apart(&layout))
		return;
	link_levels(layout.p2m_level);
	map_pages(layout.p2m, layout.nr_pages * layout.long_size,
		  layout.p2m_pages);
}

/*
 * If the p2m has an address of its own, its first pfn and its number of pages
 * follow the command line.
 */
static void fill_p2m_info(u8 *to)
{
	u64 pages[] = {
		dom0_layout_pfn(&layout, layout.p2m_pages),
		(layout.used - layout.p2m_pages) / PAGE_SIZE
	};

	if (dom0_layout_p2m_apart(&layout))
		memcpy(to, pages, sizeof(pages));
}

static void fill_start_info(const struct domain *d)
{
	bool behind = layout.initrd_size && !layout.map_initrd;
	struct start_info si = {
		.nr_pages = layout.nr_pages,
		.shared_info = d->shared_frame.n << PAGE_SHIFT,
		.flags = SIF_PRIVILEGED | SIF_INITDOMAIN |
			 (behind ? SIF_MOD_START_PFN : 0),
		.pt_base = layout.tables,
		.nr_pt_frames = (layout.stack - layout.tables) / PAGE_SIZE,
		.mfn_list = layout.p2m, .mod_len = layout.initrd_size,
		.mod_start = behind ? dom0_layout_pfn(&layout, layout.initrd) :
			     layout.initrd,
	};
	u8 *to = va_ptr(layout.start_info);

	str_copy(si.magic, d->width->magic, sizeof(si.magic));
	members_convert(DOM0_START_INFO, to, layout.long_size, &si, OUR_LONG);
	to += members_size(DOM0_START_INFO, layout.long_size);
	str_copy((char *)to, boot_info.module[0].cmdline, MAX_GUEST_CMDLINE);
	fill_p2m_info(to + MAX_GUEST_CMDLINE);
}

/* The screen follows start_info; the first page gets the ACPI root pointer. */
static void fill_firmware(const struct domain *d)
{
	struct dom0_vga_console_info screen;
	bool has_efi = d->width->is_long && boot_info.efi.map;
	u32 size = dom0_console_info(&screen, has_efi);
	u32 at = members_size(DOM0_START_INFO, layout.long_size) +
		 MAX_GUEST_CMDLINE + 2 * layout.long_size;
	u32 where[] = { size ? at : 0, size };

	put(layout.start_info +
	    members_size(DOM0_BEFORE_CONSOLE, layout.long_size), where,
	    sizeof(where));
	put(layout.start_info + at, &screen, size);
	dom0_put_rsdp(va_ptr(layout.virt_base));
}

/* Dom0 gets all ports but those of the hypervisor's devices. */
static void give_ports(struct domain *d)
{
	if (ioport_set(d, 0, 65536, true))
		panic("no memory for Dom0's ports");
	ioport_set(d, 0x20, 2, false);
	ioport_set(d, 0xa0, 2, false);
	ioport_set(d, 0x40, 4, false);
	ioport_set(d, 0x61, 1, false);
	if (serial_line()->port)
		ioport_set(d, serial_line()->port, 8, false);
	if (acpi.pm_timer && acpi.pm_timer < 0xfffc)
		ioport_set(d, acpi.pm_timer, 4, false);
}

static void start_state(struct vcpu *v)
{
	const struct width *w = v->d->width;

	v->proc.regs = (struct regs){
		.ip = image.entry, .cs = w->start_cs, .ss = w->start_ss,
		.sp = layout.stack + PAGE_SIZE, .si = layout.start_info,
		.flags = FLAGS_IF | 2,
	};
	v->proc.ds = v->proc.es = v->proc.fs = v->proc.gs = w->start_ds;
	v->entry.kernel_ss = w->start_ss;
	v->entry.kernel_sp = layout.stack + PAGE_SIZE;
	v->proc.initialised = true;
}

static void install_tables(struct vcpu *v)
{
	mfn_t root = va_mfn(layout.tables);
	struct domain *d = v->d;
	int rc, i;

	spin_guard(&d->tables.lock);
	for (i = 0; i < 2; i++) {
		do
			rc = ptype_get_both(d, root, d->width->root_type);
		while (rc == -ERESTART);
		if (rc)
			panic("Dom0's first page tables are wrong (%d)", rc);
	}
	/* One for the vCPU, one for the pin. */
	mfn_frame(root)->flags |= FRAME_PINNED;
	if (xpti_prepare(v))
		panic("no memory for the roots of Dom0");
	roots_set(v, root);
}

static void give_back(u64 phys, u64 size)
{
	u64 first = DIV_ROUND_UP(phys, PAGE_SIZE);
	u64 end = (phys + size) >> PAGE_SHIFT;

	/* With mem=, a module may lie beyond the memory that is used. */
	if (end > first && early_ram(first << PAGE_SHIFT, end << PAGE_SHIFT) ==
	    (end - first) << PAGE_SHIFT)
		frames_give(mfn(first), end - first);
}

static void make_vcpus(struct domain *d)
{
	bool pin = boot_flag("dom0_vcpus_pin", false);
	struct vcpu *v;
	u32 i;

	for (i = 0; i < d->max_vcpus; i++) {
		v = domain_create_vcpu(d, i);
		if (!v)
			panic("no memory for Dom0's vCPUs");
		if (pin)
			v->sched.affinity = cpus_one(v->sched.cpu);
	}
}

/* A 32-bit kernel may ask for a smaller machine-to-phys window. */
static void set_hv_start(struct domain *d)
{
	u64 start = ROUND_UP(image.hv_start_low, LARGE_PAGE);

	if (!d->width->is_long && start > d->tables.m2p_start)
		d->tables.m2p_start = d->tables.address_end = start;
}

void dom0_build(void)
{
	const struct domain_config config = {
		.id = 0, .privileged = true, .max_vcpus = dom0_vcpus(cpu_count),
		.max_grant_frames = -1, .max_maptrack_frames = -1,
		.width = image.long_size == 8 ? &width64 : &width32,
	};
	struct domain *d = domain_create(&config);
	u32 i;

	if (!d)
		panic("no memory for Dom0");
	set_hv_start(d);
	if (image.pae && (image.has_notes || image.extended_cr3))
		d->policy.vm_assist = BIT(VMASST_TYPE_pae_extended_cr3);
	make_vcpus(d);
	make_layout(d);
	take_memory(d);
	load_kernel(d);
	put(layout.initrd, phys_to_virt(paddr(boot_info.module[1].start)),
	    layout.initrd_size);
	load_p2m();
	fill_tables();
	fill_start_info(d);
	fill_firmware(d);
	give_ports(d);
	install_tables(d->vcpu[0]);
	start_state(d->vcpu[0]);
	vcpu_update_wallclock(d);
	log_info("Dom0: %lu MiB, %lu above 4 GiB, %u vCPUs, "
		 "kernel %lx to %lx, entry %lx", layout.nr_pages >> 8,
		 pages_above_4g >> 8, d->max_vcpus, image.start, image.end,
		 image.entry);
	for (i = 0; i < boot_info.modules; i++)
		give_back(boot_info.module[i].start, boot_info.module[i].size);
	give_back(virt_to_phys(unpacked).a, unpacked_size + heap_size);
	give_back(virt_to_phys(p2m).a, p2m_size);
	dom0 = d;
	d->life.pause_count = 0;
	d->vcpu[0]->sched.state = VCPU_UP;
	sched_wake(d->vcpu[0]);
}
