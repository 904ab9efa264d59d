// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages: one type at a time, pinned once, given back once; an entry of the
 * machine-to-phys array is its owner's.
 */
#include "contend.h"

PAGE_BUFFER(page);
PAGE_BUFFER(hole);		/* its frame is given back */
PAGE_BUFFER(hole2);
static long owned;
static xen_pfn_t frame;		/* where page lies, or what hole will get */
static xen_pfn_t got[2];	/* by each side */

static u32 pfn(const void *p)
{
	return (u32)((ulong)p >> 12);
}

static void read_only(u32 round)
{
	(void)round;
	CHECK(make_ro(page), 0);
}

static long pin_l1(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(page), 0);
}

static long pin_l2(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return mmuext(MMUEXT_PIN_L2_TABLE, va_mfn(page), 0);
}

static long unpin(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return mmuext(MMUEXT_UNPIN_TABLE, va_mfn(page), 0);
}

static void pinned(u32 round)
{
	read_only(round);
	CHECK(pin_l1(round, 0), 0);
}

static void unpinned(u32 round, u32 winner)
{
	(void)winner;
	CHECK(unpin(round, 0), 0);
	CHECK(make_rw(page), 0);
}

static void writable(u32 round, u32 winner)
{
	(void)round;
	(void)winner;
	CHECK(make_rw(page), 0);
}

static long map_rw(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return make_rw(page);
}

static void undo_side0(u32 round, u32 winner)
{
	if (!winner)
		CHECK(unpin(round, 0), 0);
	CHECK(make_rw(page), 0);
}

static long set_gdt(u32 round, u32 me)
{
	xen_pfn_t f = va_mfn(page);

	(void)round;
	(void)me;
	return HC2(set_gdt, &f, 512);
}

static void undo_gdt(u32 round, u32 winner)
{
	if (winner)
		CHECK(unpin(round, 0), 0);
	else
		CHECK(HC2(set_gdt, 0, 0), 0);
	CHECK(make_rw(page), 0);
}

/* Reservations */
long reservation(u32 cmd, xen_pfn_t *frames, u32 n)
{
	struct xen_memory_reservation r = { .nr_extents = n,
					    .domid = DOMID_SELF };

	set_xen_guest_handle(r.extent_start, frames);
	return HC2(memory_op, cmd, &r);
}

static long current_reservation(void)
{
	domid_t self = DOMID_SELF;

	return HC2(memory_op, XENMEM_current_reservation, &self);
}

static void unmapped(u32 round)
{
	(void)round;
	owned = current_reservation();
	frame = va_mfn(page);
	CHECK(set_pte_va(page, 0, UVMF_INVLPG), 0);
}

static long give_back(u32 round, u32 me)
{
	xen_pfn_t f = frame;

	(void)round;
	(void)me;
	return reservation(XENMEM_decrease_reservation, &f, 1) == 1 ? 0 : -1;
}

/* From now on the frame is the page's. */
static void use_frame(xen_pfn_t f)
{
	CHECK(mfn_to_pfn(f), pfn(page));
	*pfn_to_mfn(pfn(page)) = f;
	CHECK(make_rw(page), 0);
	memset(page, 0, sizeof(page));
}

static void take_again(u32 round, u32 winner)
{
	xen_pfn_t f = pfn(page);

	(void)round;
	(void)winner;
	CHECK(current_reservation(), owned - 1);
	CHECK(reservation(XENMEM_populate_physmap, &f, 1), 1);
	use_frame(f);
}

static long exchange_frame(xen_pfn_t in, u32 me)
{
	struct xen_memory_exchange x = {
		.in = { .nr_extents = 1, .domid = DOMID_SELF },
		.out = { .nr_extents = 1, .domid = DOMID_SELF },
	};

	got[me] = pfn(page);
	set_xen_guest_handle(x.in.extent_start, &in);
	set_xen_guest_handle(x.out.extent_start, &got[me]);
	return HC2(memory_op, XENMEM_exchange, &x);
}

static long exchange(u32 round, u32 me)
{
	(void)round;
	return exchange_frame(frame, me);
}

static void exchanged(u32 round, u32 winner)
{
	(void)round;
	CHECK(current_reservation(), owned);
	use_frame(result[winner] ? frame : got[winner]);
}

static void exchanged_or_mapped(u32 round, u32 winner)
{
	if (winner)
		CHECK(make_rw(page), 0);
	else
		exchanged(round, winner);
}

static void exchanged_or_given(u32 round, u32 winner)
{
	if (winner && !result[1])
		take_again(round, winner);
	else
		exchanged(round, winner);
}

/*
 * One gets the frame that was given back last, the other gives back that frame
 * as soon as it can, and gets one: often the same. Whoever gets it last has its
 * entry in the array.
 */
static long populate(void *at, u32 me)
{
	got[me] = pfn(at);
	return reservation(XENMEM_populate_physmap, &got[me], 1) - 1;
}

static void guess(u32 round)
{
	(void)round;
	CHECK(populate(hole, 0), 0);
	frame = got[0];
	CHECK(give_back(0, 0), 0);
}

static long populate_hole(u32 round, u32 me)
{
	(void)round;
	return populate(hole, me);
}

static long steal(u32 round, u32 me)
{
	long rc = give_back(round, me);

	return populate(hole2, me) ? -1 : rc ? SUCCESS : 0;
}

static void check_owners(u32 round, u32 winner)
{
	const ulong *m2p = (const ulong *)window;

	(void)round;
	(void)winner;
	CHECK(m2p[got[1]], pfn(hole2));
	CHECK(reservation(XENMEM_decrease_reservation, &got[1], 1), 1);
	if (!result[1])		/* side 0 has lost its frame */
		return;
	CHECK(m2p[got[0]], pfn(hole));
	CHECK(reservation(XENMEM_decrease_reservation, &got[0], 1), 1);
}

static void guess_unmapped(u32 round)
{
	unmapped(round);
	guess(round);
}

static long exchange_page(u32 round, u32 me)
{
	(void)round;
	return exchange_frame(va_mfn(page), me);
}

static void check_exchange(u32 round, u32 winner)
{
	const ulong *m2p = (const ulong *)window;

	CHECK(m2p[got[1]], pfn(hole2));
	CHECK(reservation(XENMEM_decrease_reservation, &got[1], 1), 1);
	if (!result[1])
		take_again(round, winner);
	else
		exchanged(round, 0);
}

void setup_pages(void)
{
	xen_pfn_t f[2] = { va_mfn(hole), va_mfn(hole2) };

	CHECK(set_pte_va(hole, 0, UVMF_INVLPG), 0);
	CHECK(set_pte_va(hole2, 0, UVMF_INVLPG), 0);
	CHECK(reservation(XENMEM_decrease_reservation, f, 2), 2);
}

const struct contest page_contests[] = {
	{ "pin a table", "do_mmuext_op", SAME(pin_l1), -XEN_EINVAL,
	  .before = read_only, .after = unpinned },
	{ "unpin a table", "do_mmuext_op", SAME(unpin), -XEN_EINVAL,
	  .before = pinned, .after = writable },
	{ "pin as L1, as L2", "do_mmuext_op", { pin_l1, pin_l2 }, SOME_ERROR,
	  .before = read_only, .after = unpinned },
	{ "pin, map writable", "do_mmuext_op", { pin_l1, map_rw }, SOME_ERROR,
	  .before = read_only, .after = undo_side0 },
	{ "use as GDT, pin", "do_set_gdt", { set_gdt, pin_l1 }, SOME_ERROR,
	  .before = read_only, .after = undo_gdt },
	{ "give a page back", "do_memory_op", SAME(give_back), ANY,
	  .before = unmapped, .after = take_again, .gives = GIVES_FRAMES },
	{ "exchange a page", "do_memory_op", SAME(exchange), ONE_AT_MOST,
	  .before = unmapped, .after = exchanged, .gives = GIVES_FRAMES },
	{ "exchange, map", "do_memory_op", { exchange, map_rw }, ONE_AT_MOST,
	  .before = unmapped, .after = exchanged_or_mapped,
	  .gives = GIVES_FRAMES },
	{ "exchange, give back", "do_memory_op", { exchange, give_back },
	  ONE_AT_MOST, .before = unmapped, .after = exchanged_or_given,
	  .gives = GIVES_FRAMES },
	{ "get a page, steal it", "do_memory_op", { populate_hole, steal }, ANY,
	  .before = guess, .after = check_owners, .gives = GIVES_FRAMES },
	{ "exchange, steal", "do_memory_op", { exchange_page, steal }, ANY,
	  .before = guess_unmapped, .after = check_exchange,
	  .gives = GIVES_FRAMES },
	{ .name = NULL }
};
