// SPDX-License-Identifier: GPL-2.0-only
/*
 * What vCPUs do in the page-table fuzzer, apart from grants: hypercalls with
 * any arguments, and stores where a guest may store. Results of calls are not
 * judged here: model.c looks at their effect.
 */
#include "cpu/descriptors.h"
#include "cpu/ldt.h"
#include "errno.h"
#include "hypercalls.h"
#include "lib/lib.h"
#include "mmu/memory.h"
#include "mmu/mmu.h"
#include "mmu/ptwrite.h"
#include "mmu/ptype.h"
#include "pages.h"

#define VA_DATA		0x0000000u	/* what page 5 maps */
#define VA_TABLES	0x0200000u	/* what page 6 maps: pages 0 to 11 */
#define VA_TOP		0xc0000000u

long call_go(struct actor *a)
{
	long rc = a->call.fn(a->call.a);

	if (rc != -ERESTART)
		a->call.fn = NULL;
	return rc;
}

static void go(struct actor *a, long (*fn)(u64 a[]), u64 a0, u64 a1, u64 a2,
	       u64 a3)
{
	a->call.fn = fn;
	a->call.a[0] = a0;
	a->call.a[1] = a1;
	a->call.a[2] = a2;
	a->call.a[3] = a3;
	call_go(a);
}

static u64 whose(u8 kind)
{
	static const u16 ids[] = {
		DOMID_SELF, DOMID_SELF, DOMID_SELF, 3, 4, 5, DOMID_IO, 77
	};

	return ids[kind & 7];
}

/* The owner of the pages and, sometimes, that of the tables, plus 1. */
static u64 foreign(const struct step *s)
{
	u64 tables = s->kind >> 3 & 3;

	return whose(s->kind) | (tables ? world.d[0]->id + tables : 0) << 16;
}

static void update(struct actor *a, const struct step *s)
{
	struct mmu_update *u = (struct mmu_update *)a->call.data;
	u32 nr = world_nr(a->v->d), n = 1 + (s->slot >> 6), i;
	u32 cmd = s->kind >> 5 & 3, tables = s->kind >> 3 & 3;

	for (i = 0; i < n; i++) {
		u[i].ptr = (world_frame(nr, s->x) << PAGE_SHIFT) +
			   ((world_slot(s->slot) + i) & 511) * 8 + cmd;
		u[i].val = world_entry(nr, (u8)(s->y + i), s->flags);
		if (!nr && tables && cmd != MMU_MACHPHYS_UPDATE)
			model_lend(tables - 1, pte_mfn(u[i].val).n);
	}
	go(a, do_mmu_update, (u64)u, n, 0, foreign(s));
}

static void mmuext(struct actor *a, u32 cmd, u64 arg1, u64 arg2, u64 who)
{
	struct mmuext op = { .cmd = cmd, .arg1 = arg1, .arg2 = arg2 };

	memcpy(a->call.data, &op, sizeof(op));
	go(a, do_mmuext_op, (u64)a->call.data, 1, 0, who);
}

static void pin(struct actor *a, const struct step *s)
{
	mmuext(a, MMUEXT_PIN_L1_TABLE + (s->slot & 3),
	       world_frame(world_nr(a->v->d), s->x), 0, whose(s->kind));
}

static void unpin(struct actor *a, const struct step *s)
{
	mmuext(a, MMUEXT_UNPIN_TABLE, world_frame(world_nr(a->v->d), s->x), 0,
	       whose(s->kind));
}

static void root(struct actor *a, const struct step *s)
{
	mmuext(a, MMUEXT_NEW_BASEPTR, world_frame(world_nr(a->v->d), s->x), 0,
	       DOMID_SELF);
}

static void page_contents(struct actor *a, const struct step *s)
{
	u32 nr = world_nr(a->v->d);

	mmuext(a, s->slot & 1 ? MMUEXT_CLEAR_PAGE : MMUEXT_COPY_PAGE,
	       world_frame(nr, s->x), world_frame(nr, s->y), whose(s->kind));
}

static u64 address(u8 byte)
{
	static const u32 base[] = { VA_DATA, VA_TABLES, VA_TOP, 0xf5600000 };

	return base[byte >> 6] + (byte & 31) * PAGE_SIZE;
}

static void va_mapping(struct actor *a, const struct step *s)
{
	u64 e = world_entry(world_nr(a->v->d), s->y, s->flags);

	go(a, do_update_va_mapping, address(s->x), e, s->kind & 7, 0);
}

/* A store of the guest, which first maps the page writable if it may. */
static void store(struct actor *a, const struct step *s)
{
	struct domain *d = a->v->d;
	u32 nr = world_nr(d);
	u64 n = world_frame(nr, s->x);

	spin_lock(&d->tables.lock);
	if (!ptype_get_both(d, mfn(n), TYPE_WRITABLE)) {
		if (!(mfn_frame(mfn(n))->flags & FRAME_XENHEAP))
			((u64 *)mfn_to_virt(mfn(n)))[world_slot(s->slot)] =
				world_entry(nr, s->y, s->flags);
		ptype_put_both(d, mfn(n));
	}
	spin_unlock(&d->tables.lock);
}

static u64 descriptor(u8 byte)
{
	static const u64 kinds[] = {
		0, 0x00cf9b000000ffff, 0x00cfbb000000ffff, 0x00cffb000000ffff,
		0x00afbb000000ffff, 0x0000890000000067, 0x00cfb3000000ffff,
		0x0000ec0000080000,
	};

	return kinds[byte & 7];
}

static void gdt(struct actor *a, const struct step *s)
{
	u32 nr = world_nr(a->v->d), entries = (s->slot & 3) * 400;

	a->call.data[0] = world_frame(nr, s->x);
	a->call.data[1] = world_frame(nr, s->y);
	a->call.data[2] = world_frame(nr, s->kind);
	go(a, do_set_gdt, (u64)a->call.data, entries, 0, 0);
}

static void set_descriptor(struct actor *a, const struct step *s)
{
	u64 at = (world_frame(world_nr(a->v->d), s->x) << PAGE_SHIFT) +
		 world_slot(s->slot) * 8;

	go(a, do_update_descriptor, at, descriptor(s->kind), 0, 0);
}

/* The guest sets its LDT, or the processor reads a page of it. */
static void ldt(struct actor *a, const struct step *s)
{
	if (s->slot & 1)
		ldt_map_page(a->v, s->slot >> 1 & 15);
	else
		mmuext(a, MMUEXT_SET_LDT, address(s->x), (s->kind & 7) * 512,
		       DOMID_SELF);
}

static bool kept_by_pin(u64 n)
{
	return n < HOST_FRAMES && frame_table[n].kind == FRAME_GUEST &&
	       (frame_table[n].flags & FRAME_PINNED);
}

static void reserve(struct actor *a, const struct step *s)
{
	static const u32 ops[] = {
		XENMEM_decrease_reservation, XENMEM_decrease_reservation,
		XENMEM_populate_physmap, XENMEM_increase_reservation,
	};
	struct xen_memory_reservation *r = (void *)a->call.data;
	u64 *extent = &a->call.data[8];
	u32 nr = world_nr(a->v->d);
	u64 n = world_frame(nr, s->x);
	bool pinned;

	*r = (struct xen_memory_reservation){
		.nr_extents = 1 + (s->slot >> 6), .domid = (u16)whose(s->kind),
		.extent_order = s->slot >> 2 & 1,
	};
	r->extent_start.p = (void *)extent;
	extent[0] = extent[3] = n;
	extent[1] = world_frame(nr, s->y);
	extent[2] = world_frame(nr, s->flags);
	pinned = kept_by_pin(n) && !(s->slot & 2) && !s->between;
	go(a, do_memory_op, ops[s->slot & 3], (u64)r, 0, 0);
	CHECK(!pinned || kept_by_pin(n), "a pinned table was freed");
}

static void claim(struct actor *a, const struct step *s)
{
	struct xen_memory_reservation *r = (void *)a->call.data;

	*r = (struct xen_memory_reservation){
		.nr_extents = s->x % 64, .domid = (u16)whose(s->kind),
	};
	go(a, do_memory_op, XENMEM_claim_pages, (u64)r, 0, 0);
}

/* Exchange pages one for one, two for a pair, or a pair for two. */
static void exchange(struct actor *a, const struct step *s)
{
	struct xen_memory_exchange *x = (void *)a->call.data;
	u64 *in = &a->call.data[16], *out = &a->call.data[20];
	u32 nr = world_nr(a->v->d), i;

	*x = (struct xen_memory_exchange){
		.in = { .nr_extents = 2 >> (s->slot & 1),
			.extent_order = s->slot & 1, .domid = DOMID_SELF },
		.out = { .nr_extents = 2 >> (s->slot >> 1 & 1),
			 .extent_order = s->slot >> 1 & 1,
			 .domid = DOMID_SELF },
	};
	x->in.extent_start.p = (void *)in;
	x->out.extent_start.p = (void *)out;
	for (i = 0; i < 2; i++) {
		in[i] = world_frame(nr, i ? s->y : s->x);
		out[i] = i;
	}
	go(a, do_memory_op, XENMEM_exchange, (u64)x, 0, 0);
}

/* As in control/domctl.c, under its lock. */
static long kill(u64 a[])
{
	return domain_kill(world.d[a[0]]);
}

static void destroy(struct actor *a, const struct step *s)
{
	u32 nr = 1 + (s->x & 1);

	if (!a->v->d->privileged)
		return;
	if (!world.d[nr]) {
		world_create(nr);
		return;
	}
	if (world.killing)
		return;
	world.killing = true;
	a->call.a[0] = nr;
	kill(a->call.a);
	world.killing = false;
}

/* A kernel's write to its tables, which it has mapped read-only. */
static void write_table(struct actor *a, const struct step *s)
{
	static const u8 code[][16] = {
		{ 0x89, 0x0e }, { 0x0f, 0xc7, 0x0e }, { 0x87, 0x0e },
		{ 0x0f, 0xb1, 0x0e }, { 0x21, 0x0e }, { 0x09, 0x0e },
		{ 0x0f, 0xba, 0x36, 1 }, { 0x0f, 0xba, 0x2e, 1 },
	};
	u64 e = world_entry(world_nr(a->v->d), s->y, s->flags);
	u64 at = address((u8)(0x40 | (s->x & 15))) + world_slot(s->slot) * 8;
	struct regs r = { .cs = 0xe019, .cx = e >> 32, .bx = e & 0xffffffff };

	r.si = at + (s->kind & 16 ? 4 : 0);
	if (!(s->kind & 8))
		r.cx = s->kind & 16 ? e >> 32 : e & 0xffffffff;
	host_window(0, (u8 *)(uintptr_t)code[s->kind & 7], 16);
	ptwrite_emulate(a->v, &r, gva(r.si));
	host_window(0, NULL, 0);
}

void ops_step(struct actor *a, const struct step *s)
{
	static void (*const ops[OPS])(struct actor *a, const struct step *s) = {
		update, update, store, pin, unpin, root, va_mapping, store,
		page_contents, gdt, set_descriptor, ldt, reserve, exchange,
		destroy, write_table,
	};

	if ((s->op & 0xf0) == 0xf0)
		claim(a, s);
	else
		ops[s->op % (OPS + GRANT_OPS)](a, s);
}
