// SPDX-License-Identifier: GPL-2.0-only
/*
 * XPTI hides the hypervisor's memory from 64-bit guests. A processor with the
 * Meltdown fault lets code in ring 3 read all that its tables map, whether allowed
 * or not. The kernel and processes of a 64-bit guest run in ring 3 on tables that
 * map all memory. (No address that a 32-bit guest can form reaches that part:
 * include/config.h.)
 *
 * So each vCPU of a 64-bit guest with XPTI has a second, thin root for its kernel
 * and for its user mode, which the processor uses while the guest runs. Beside the
 * guest's own slots and, for the kernel, the machine-to-phys array, a thin root maps
 *
 *	entry/xpti.S, its IDT and the TSSs	slot 261
 *	GDT and LDT of this vCPU, and its struct xpti_page	slot 257
 *
 * and no other memory, above all none of another domain. The page holds what an
 * entry needs until it has loaded the full root; while the thin root is loaded, it
 * contains only this vCPU's registers. CR3 has no PCID and no entry is global, so
 * each load of CR3 flushes, and no translation of the full root remains for the
 * guest.
 *
 * A CPU that has such a vCPU loaded uses entry points of its own, so the usual ones
 * need no test. struct cpu.thin makes exit_to_guest() call xpti_leave().
 */
#include "domain/part.h"

#define ARCH_CAPS	BIT(29)		/* there is that MSR */

extern u8 xpti_text[], xpti_text_end[], xpti_data[], xpti_data_end[];

static u64 *image_l3;		/* shared by all thin roots */
static const struct entry_points *entries;	/* usual, with XPTI */

static void show_image(const u8 *from, const u8 *end, u64 rights)
{
	const u8 *at;
	u64 *e;

	for (at = from; at < end; at += PAGE_SIZE) {
		e = paging_entry_below(image_l3, (u64)at);
		if (!e)
			panic("no memory for the tables of XPTI");
		*e = make_pte(paddr_to_mfn(image_to_phys(at)), rights);
	}
}

void xpti_init(void)
{
	bool has_caps = cpuid_reg(7, CPUID_EDX) & ARCH_CAPS;

	xpti_decide(xpti_is_faulty(cpuid_reg(0, CPUID_EBX), has_caps ?
				   rdmsr(MSR_ARCH_CAPABILITIES) : 0));
	if (!xpti_enabled(true) && !xpti_enabled(false))
		return;
	image_l3 = frames_new(PAGE_SIZE);
	if (!image_l3)
		panic("no memory for the tables of XPTI");
	show_image(xpti_text, xpti_text_end, PTE_P | PTE_A);
	show_image(xpti_data, xpti_data_end, PTE_HV_DATA & ~PTE_RW);
}

/* Link the thin roots to the image, the vCPU's descriptors and its page. */
static void link_tables(struct vcpu *v)
{
	const u64 rights = PTE_P | PTE_RW;
	struct vcpu_xpti *x = &v->xpti;
	u64 area = v->desc.area, at = area + (GDT_FRAMES + 1) * PAGE_SIZE;
	u64 desc = make_pte(virt_to_mfn(x->l3), rights);
	u64 image = make_pte(virt_to_mfn(image_l3), rights);

	x->l3[area >> 30 & 511] = make_pte(virt_to_mfn(x->l2), rights);
	x->l2[area >> 21 & 511] = make_pte(virt_to_mfn(paging_entry(area)), rights);
	*paging_entry(at) = make_pte(virt_to_mfn(x->page), PTE_HV_DATA);
	v->roots.kernel.thin[L4_DESC_SLOT] = v->roots.user.thin[L4_DESC_SLOT] = desc;
	v->roots.kernel.thin[L4_IMAGE_SLOT] = v->roots.user.thin[L4_IMAGE_SLOT] = image;
	x->at = at;
}

int xpti_prepare(struct vcpu *v)
{
	struct vcpu_xpti *x = &v->xpti;

	ASSERT_HELD(&v->d->tables.lock);
	if (x->at || !v->d->width->is_long || !xpti_enabled(v->d->privileged))
		return 0;
	if (!frames_make_page(&x->l3) || !frames_make_page(&x->l2) ||
	    !frames_make_page(&x->page) || roots_split(v))
		return -ENOMEM;
	link_tables(v);
	return 0;
}

static void vcpu_free_tables(struct vcpu *v)
{
	if (v->xpti.at)
		*paging_entry(v->xpti.at) = 0;
	frames_delete(v->xpti.page, PAGE_SIZE);
	frames_delete(v->xpti.l3, PAGE_SIZE);
	frames_delete(v->xpti.l2, PAGE_SIZE);
}

void xpti_set_entries(const struct entry_points both[2])
{
	entries = both;
}

static void load_entries(const struct entry_points *p, u64 stack, u64 gs)
{
	struct { u16 limit; u64 base; } __attribute__((packed)) ptr = {
		PAGE_SIZE - 1, (u64)p->idt
	};

	cpu_tss[this_cpu()->id].tss.rsp[0] = stack;
	__asm__ volatile("lidt %0" :: "m" (ptr) : "memory");
	wrmsr(MSR_SYSENTER_ESP, stack);
	wrmsr(MSR_SYSENTER_EIP, (u64)p->sysenter);
	wrmsr(MSR_LSTAR, (u64)p->syscall);
	wrmsr(MSR_CSTAR, (u64)p->syscall_compat);
	wrmsr(MSR_KERNEL_GS_BASE, gs);
}

/* NMI and #MC may come anywhere here: set each stack before its vector. */
void xpti_load(struct vcpu *v)
{
	u64 stacks = v->xpti.at + offsetof(struct xpti_page, ist);
	struct cpu_block *b = this_block();
	u32 i;

	v->xpti.page->frame = (u64)&b->guest;
	v->xpti.page->thin = 0;		/* the CPU has loaded a full root */
	for (i = 0; i < 3; i++)
		cpu_tss[b->cpu.id].tss.ist[XPTI_FIRST_IST + i] =
			stacks + (i + 1) * sizeof(v->xpti.page->ist[0]);
	load_entries(&entries[1], stacks, v->xpti.at);
	b->cpu.thin = 1;
}

void xpti_unload(void)
{
	struct cpu_block *b = this_block();

	b->cpu.thin = 0;
	load_entries(&entries[0], (u64)(&b->guest + 1), (u64)&b->cpu.stack_top);
}

u64 xpti_ready(struct vcpu *v)
{
	const u64 *root = v->proc.in_user ? v->roots.user.thin : v->roots.kernel.thin;

	v->xpti.page->full = read_cr3();
	v->xpti.page->thin = virt_to_mfn(root).n << PAGE_SHIFT;
	return v->xpti.at;
}

DOMAIN_PART(XPTI, .vcpu_free = vcpu_free_tables);
