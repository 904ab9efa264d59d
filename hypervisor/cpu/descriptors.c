// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segment descriptors: the hypercalls set_gdt and update_descriptor, the
 * contents that a page must have to be typed SEGDESC, and the vCPUs' descriptor
 * windows.
 *
 * A guest's segment must not lead to ring 0 or, in a 32-bit guest, to 64-bit
 * mode: DPL 0 becomes 1, or 3 in a 64-bit guest. TSS and LDT descriptors,
 * interrupt gates and trap gates are refused. A guest may store a call gate,
 * but its DPL becomes 0, so that its use raises #GP; in a 64-bit guest the
 * second half of the gate must have type 0. Isolation does not depend on
 * segment limits (config.h). A flat limit of a 32-bit guest that ends in the
 * machine-to-phys window becomes 4 GiB, because kernels for a smaller window
 * have such limits. The processor sets accessed bits through the hypervisor's
 * own mapping.
 */
#include "cpu/ldt.h"
#include "domain/part.h"
#include "guest/segment.h"
#include "hypercalls.h"

#define DESC_AREAS	8192	/* most vCPUs of the machine; 16 GiB */

#define DESC_DPL	(BIT(45) | BIT(46))
#define DPL_SHIFT	45
#define DESC_BASE_BITS	0xff0000ffffff0000ull
#define DESC_LIMIT	0x000f00000000ffffull
#define DESC_TYPE	(15ull << 40)
#define TYPE_CALL_GATE	(12ull << 40)
#define GATE_RESERVED	(7ull << 37)
#define GATE_ARGUMENTS	(31ull << 32)	/* none in long mode */
#define GATE_RPL	(3ull << 16)

/* Moves the gate's DPL to the RPL of its selector. */
static bool check_gate(const struct width *w, u64 *d)
{
	u32 sel = *d >> 16 & 0xffff, dpl = *d >> DPL_SHIFT & 3;
	u64 zero = GATE_RESERVED | (w->is_long ? GATE_ARGUMENTS : 0);

	if (!(*d & DESC_TYPE))
		return true;
	if ((*d & DESC_TYPE) != TYPE_CALL_GATE || (*d & zero) ||
	    (sel >> 3 >= FIRST_RESERVED_GDT_ENTRY && !(sel & 4) &&
	     sel != (w->kernel_cs ? w->kernel_cs : SEL_R1_CS)))
		return false;
	*d = (*d & ~(DESC_DPL | GATE_RPL)) |
	     (u64)MAX(dpl, w->kernel_ring) << 16;
	return true;
}

/* Correct the limit. False: it is 64-bit code. */
static bool mend_narrow(u64 *d)
{
	u64 limit = (*d & 0xffff) | (*d >> 32 & 0xf0000);

	if (*d & DESC_LONG)
		return false;
	if ((*d & DESC_PAGES) && !(*d & DESC_BASE_BITS) &&
	    (limit + 1) << PAGE_SHIFT > M2P_DEFAULT_START)
		*d |= DESC_LIMIT;
	return true;
}

bool descriptor_check(const struct width *w, u64 *d)
{
	if (!(*d & DESC_PRESENT))
		return true;
	if (!(*d & DESC_S))
		return check_gate(w, d);
	if (!w->is_long && !mend_narrow(d))
		return false;
	/*
	 * Conforming code too: it runs in the caller's ring, but not with DPL
	 * 0.
	 */
	if ((*d & DESC_DPL) >> DPL_SHIFT < w->kernel_ring)
		*d |= (u64)w->kernel_ring << DPL_SHIFT;
	return true;
}

static int validate(struct domain *d, mfn_t m)
{
	u64 *table = mfn_to_virt(m);
	u32 i;

	for (i = 0; i < 512; i++)
		if (!descriptor_check(d->width, &table[i]))
			return -EINVAL;
	return 0;
}

void descriptors_init(void)
{
	ptype_ops[TYPE_SEGDESC].validate = validate;
}

/* A page of null descriptors, which LAR and similar instructions may read. */
u64 descriptors_none(void)
{
	static u64 none[512] __attribute__((aligned(PAGE_SIZE)));

	return make_pte(paddr_to_mfn(image_to_phys(none)),
			PTE_HV_DATA & ~PTE_RW);
}

static void release_frames(struct domain *d, const mfn_t *frames, u32 n)
{
	while (n--)
		ptype_put_both(d, frames[n]);
}

/* Replace the GDT by frames that have type SEGDESC already. */
static void replace_gdt(struct vcpu *v, const mfn_t *frames, u32 n,
			u32 entries)
{
	u32 old_n = DIV_ROUND_UP(v->desc.gdt_entries, 512u), i;
	u64 *e = paging_entry(v->desc.area);
	mfn_t old[GDT_FRAMES];

	memcpy(old, v->desc.gdt, sizeof(old));
	memcpy(v->desc.gdt, frames, n * sizeof(*frames));
	v->desc.gdt_entries = entries;
	for (i = 0; i < GDT_FRAMES; i++)
		WRITE_ONCE(e[i], i < n ? make_pte(frames[i], PTE_HV_DATA) :
					 descriptors_none());
	ptype_flush(v->d);
	release_frames(v->d, old, old_n);
}

int descriptors_set_gdt(struct vcpu *v, const mfn_t *frames, u32 entries)
{
	u32 n = DIV_ROUND_UP(entries, 512u), i;

	ASSERT_HELD(&v->d->tables.lock);
	for (i = 0; i < n; i++) {
		if (!ptype_get_both(v->d, frames[i], TYPE_SEGDESC))
			continue;
		release_frames(v->d, frames, i);
		return -EINVAL;
	}
	replace_gdt(v, frames, n, entries);
	return 0;
}

long do_set_gdt(u64 a[])
{
	struct vcpu *v = current_vcpu();
	mfn_t list[GDT_FRAMES];
	u32 entries = (u32)a[1];

	if (entries > FIRST_RESERVED_GDT_ENTRY)
		return -EINVAL;
	if (entries && guest_get_longs(gva(a[0]), (u64 *)list,
				       DIV_ROUND_UP(entries, 512u)))
		return -EFAULT;
	spin_guard(&v->d->tables.lock);
	return descriptors_set_gdt(v, list, entries);
}

static int write_descriptor(struct domain *d, mfn_t m, u64 *at, u64 value)
{
	const struct frame *f = mfn_frame(m);
	bool plain = !f->type_count || f->type != TYPE_SEGDESC;

	if (plain && ptype_get(d, m, TYPE_WRITABLE))
		return -EINVAL;
	WRITE_ONCE(*at, value);
	if (plain)
		ptype_put(d, m);
	return 0;
}

long do_update_descriptor(u64 a[])
{
	u64 at = a[0], value = a[1];
	struct domain *d = current_domain();
	mfn_t m = paddr_to_mfn(paddr(at));
	int rc;

	if ((at & 7) || !descriptor_check(d->width, &value))
		return -EINVAL;
	spin_guard(&d->tables.lock);
	if (!page_get(d, m))
		return -EINVAL;
	rc = write_descriptor(d, m, phys_to_virt(paddr(at)), value);
	page_put(m);
	return rc;
}

static u64 areas_used[DESC_AREAS / 64];
static struct spinlock area_lock = SPINLOCK(LOCK_LIST);

/* The address of one that nobody has; 0: there is none. */
static u64 get_desc_area(void)
{
	u64 i, n;

	spin_guard_irqsave(&area_lock);
	for (i = 0; i < DESC_AREAS / 64; i++)
		if (~areas_used[i]) {
			n = (u64)__builtin_ctzll(~areas_used[i]);
			areas_used[i] |= BIT(n);
			return DESC_BASE + (i * 64 + n) * LARGE_PAGE;
		}
	return 0;
}

/* The window has null descriptors for the GDT and nothing for the LDT. */
static int vcpu_create_area(struct vcpu *v)
{
	u64 at = get_desc_area(), *e = at ? paging_entry(at) : NULL;
	u32 i;

	v->desc.area = at;
	for (i = 0; e && i < 32; i++)
		e[i] = i < GDT_FRAMES ? descriptors_none() : 0;
	return e ? 0 : -ENOMEM;
}

static void vcpu_free_area(struct vcpu *v)
{
	u64 n = (v->desc.area - DESC_BASE) / LARGE_PAGE;

	if (!v->desc.area)
		return;
	spin_guard_irqsave(&area_lock);
	areas_used[n / 64] &= ~BIT(n % 64);
}

/* Drop all GDTs and LDTs: the domain's vCPUs never run again. */
static int kill(struct domain *d)
{
	static const mfn_t none[1];
	struct vcpu *v;

	domain_for_each_vcpu(d, v) {
		spin_guard(&d->tables.lock);
		ldt_drop(v);
		descriptors_set_gdt(v, none, 0);
	}
	return 0;
}

DOMAIN_PART(DESCRIPTORS,
	.vcpu_create = vcpu_create_area,
	.vcpu_free = vcpu_free_area,
	.kill = kill);
