// SPDX-License-Identifier: GPL-2.0-only
/*
 * Structures of the public ABI in memory of guests of either bitness. What a
 * 32-bit guest has is written down here as gcc -m32 makes it of the public
 * headers; what we have, and what a 64-bit guest would, are those headers.
 */
#include <stdlib.h>
#include <string.h>
#include <xen/grant_table.h>
#include <xen/physdev.h>
#include <xen/sched.h>
#include "errno.h"
#include "guest/guest.h"
#include "guest/layout.h"
#include "host.h"
#include "lib/lib.h"

#define ABI	__attribute__((packed, aligned(4)))
#define AT	((u64)memory)

static u8 memory[128];

struct trap32 {
	u8 vector, flags;
	u16 cs;
	u32 address;
} ABI;
struct reservation32 {
	u32 extent_start, nr_extents, extent_order, mem_flags;
	u16 domid, pad;
} ABI;
struct exchange32 {
	struct reservation32 in, out;
	u32 nr_exchanged;
} ABI;
struct memory_map32 {
	u32 nr_entries, buffer;
} ABI;
struct foreign_map32 {
	u16 domid, pad;
	struct memory_map32 map;
} ABI;
struct resource32 {
	u16 domid, type;
	u32 id, nr_frames, pad;
	u64 frame;
	u32 frame_list;
} ABI;
struct mfn_list32 {
	u32 max_extents, extent_start, nr_extents;
} ABI;
struct poll32 {
	u32 ports, nr_ports;
	u64 timeout;
} ABI;
struct map_pirq32 {
	u16 domid, pad;
	s32 type, index, pirq, bus, devfn, entry_nr;
	u64 table_base;
} ABI;
struct setup_table32 {
	u16 dom, pad;
	u32 nr_frames;
	s16 status, pad2;
	u32 frame_list;
} ABI;
struct runstate32 {
	s32 state;
	u64 state_entry_time, time[4];
} ABI;

_Static_assert(sizeof(struct trap32) == 8, "public ABI");
_Static_assert(sizeof(struct exchange32) == 44, "public ABI");
_Static_assert(sizeof(struct foreign_map32) == 12, "public ABI");
_Static_assert(sizeof(struct resource32) == 28, "public ABI");
_Static_assert(sizeof(struct mfn_list32) == 12, "public ABI");
_Static_assert(sizeof(struct poll32) == 16, "public ABI");
_Static_assert(sizeof(struct map_pirq32) == 36, "public ABI");
_Static_assert(sizeof(struct setup_table32) == 16, "public ABI");
_Static_assert(sizeof(struct runstate32) == 44, "public ABI");

struct member {
	u32 at, size, our_at, our_size;
};

#define M(theirs, ours, name)						\
	{ offsetof(struct theirs, name), sizeof(((struct theirs *)0)->name), \
	  offsetof(struct ours, name), sizeof(((struct ours *)0)->name) }

static const struct structure {
	const char *layout;
	u32 size, our_size;
	u32 result;		/* offset of what calls write back; 0: nothing */
	struct member m[12];
} structures[] = {
#define S(name, theirs, ours, ...)					\
	{ LAYOUT_##name, sizeof(struct theirs), sizeof(struct ours), 0,	\
	  { __VA_ARGS__ } }
#define SR(name, theirs, ours, result, ...)				\
	{ LAYOUT_##name, sizeof(struct theirs), sizeof(struct ours),	\
	  offsetof(struct theirs, result), { __VA_ARGS__ } }
#define T(name)	M(trap32, trap_info, name)
	S(TRAP, trap32, trap_info, T(vector), T(flags), T(cs), T(address)),
#define R(name)	M(reservation32, xen_memory_reservation, name)
	S(RESERVATION, reservation32, xen_memory_reservation, R(extent_start),
	  R(nr_extents), R(extent_order), R(mem_flags), R(domid)),
#define X(name)	M(exchange32, xen_memory_exchange, name)
	SR(EXCHANGE, exchange32, xen_memory_exchange, nr_exchanged, X(in.extent_start),
	  X(in.nr_extents), X(in.extent_order), X(in.mem_flags), X(in.domid),
	  X(out.extent_start), X(out.nr_extents), X(out.extent_order),
	  X(out.mem_flags), X(out.domid), X(nr_exchanged)),
#define MM(name) M(memory_map32, xen_memory_map, name)
	S(MEMORY_MAP, memory_map32, xen_memory_map, MM(nr_entries), MM(buffer)),
#define F(name)	M(foreign_map32, xen_foreign_memory_map, name)
	S(FOREIGN_MAP, foreign_map32, xen_foreign_memory_map, F(domid),
	  F(map.nr_entries), F(map.buffer)),
#define A(name)	M(resource32, xen_mem_acquire_resource, name)
	S(RESOURCE, resource32, xen_mem_acquire_resource, A(domid), A(type),
	  A(id), A(nr_frames), A(pad), A(frame), A(frame_list)),
#define L(name)	M(mfn_list32, xen_machphys_mfn_list, name)
	SR(MFN_LIST, mfn_list32, xen_machphys_mfn_list, nr_extents,
	   L(max_extents), L(extent_start), L(nr_extents)),
#define U(name)	M(setup_table32, gnttab_setup_table, name)
	S(SETUP_TABLE, setup_table32, gnttab_setup_table, U(dom), U(nr_frames),
	  U(status), U(frame_list)),
#define P(name)	M(poll32, sched_poll, name)
	S(POLL, poll32, sched_poll, P(ports), P(nr_ports), P(timeout)),
#define Q(name)	M(map_pirq32, physdev_map_pirq, name)
	S(MAP_PIRQ, map_pirq32, physdev_map_pirq, Q(domid), Q(type), Q(index),
	  Q(pirq), Q(bus), Q(devfn), Q(entry_nr), Q(table_base)),
#define V(name)	M(runstate32, vcpu_runstate_info, name)
	S(RUNSTATE, runstate32, vcpu_runstate_info, V(state),
	  V(state_entry_time), V(time[0]), V(time[1]), V(time[2]), V(time[3])),
};

static const struct width long_of_4 = { .long_size = 4, .hole_last = ~0ull };

/* Random bytes in guest memory, all of which the guest may have. */
static void setup(const struct width *a)
{
	u32 first, i;

	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(1), HOST_FRAMES - 1);
	host_domain(1, &first)->width = a;
	for (i = 0; i < sizeof(memory); i++)
		memory[i] = (u8)rand();
	host_window(AT, memory, sizeof(memory));
}

/* Each member is found, widened with zeroes, and no other byte is set. */
static void test_get(void **state)
{
	const struct structure *s;
	const struct member *m;
	u8 ours[128], want[128];
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(structures); i++) {
		s = &structures[i];
		setup(&long_of_4);
		memset(want, 0, sizeof(want));
		memset(ours, 0x5a, sizeof(ours));
		for (m = s->m; m->size; m++)
			memcpy(want + m->our_at, memory + m->at, m->size);
		assert_int_equal(layout_get(s->layout, gva(AT), ours,
					 s->our_size), 0);
		assert_memory_equal(ours, want, s->our_size);
		assert_int_equal(ours[s->our_size], 0x5a);
	}
}

/* The last byte of the structure decides whether it can be read. */
static void test_bounds(void **state)
{
	const struct structure *s;
	u64 buffer[16];
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(structures); i++) {
		s = &structures[i];
		setup(&long_of_4);
		host_window(AT, memory, s->size);
		assert_int_equal(layout_get(s->layout, gva(AT), buffer,
					 s->our_size), 0);
		host_window(AT, memory, s->size - 1);
		assert_int_equal(layout_get(s->layout, gva(AT), buffer,
					 s->our_size), -EFAULT);
	}
}

/* Narrowed, with zeroes between the members, and nothing behind them. */
static void test_put(void **state)
{
	const struct structure *s;
	const struct member *m;
	u8 ours[128], want[128];
	u32 i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(structures); i++) {
		s = &structures[i];
		setup(&long_of_4);
		for (j = 0; j < sizeof(ours); j++)
			ours[j] = (u8)rand();
		memcpy(want, memory, sizeof(want));
		memset(want, 0, s->size);
		for (m = s->m; m->size; m++)
			memcpy(want + m->at, ours + m->our_at, m->size);
		assert_int_equal(layout_put(s->layout, gva(AT), ours), 0);
		assert_memory_equal(memory, want, sizeof(want));
		for (m = s->m; m->size && m->at != s->result;)
			m++;
		if (!s->result)
			continue;
		memcpy(want, memory, sizeof(want));
		memset(want + m->at, 0x77, m->size);
		assert_int_equal(layout_put_result(s->layout, gva(AT),
						   0x7777777777777777), 0);
		assert_memory_equal(memory, want, sizeof(want));
	}
}

/* A guest with our own layout has its members where we have them. */
static void test_own_layout(void **state)
{
	const struct structure *s;
	const struct member *m;
	u8 ours[128];
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(structures); i++) {
		s = &structures[i];
		setup(&width32);
		assert_int_equal(layout_get(s->layout, gva(AT), ours,
					 s->our_size), 0);
		for (m = s->m; m->size; m++)
			assert_memory_equal(ours + m->our_at,
					    memory + m->our_at, m->our_size);
	}
}

/*
 * Arrays of longs and frame numbers have elements of the guest's width: widened
 * with zeroes when read, cut off when written, and the neighbours stay as they
 * are. One that is not readable to its end is -EFAULT.
 */
static void test_longs(void **state)
{
	u64 longs[8], i;
	u32 narrow[8];

	(void)state;
	setup(&long_of_4);
	memcpy(narrow, memory, sizeof(narrow));
	assert_int_equal(guest_get_longs(gva(AT), longs, 8), 0);
	for (i = 0; i < 8; i++) {
		assert_int_equal(longs[i], narrow[i]);
		longs[i] = ~0ull << 32 | narrow[7 - i];
	}
	assert_int_equal(guest_put_longs(gva(AT), longs, 8), 0);
	for (i = 0; i < 8; i++) {
		assert_memory_equal(memory + i * 4, &narrow[7 - i], 4);
		assert_int_equal(guest_get_long(gva(AT), i, longs), 0);
		assert_int_equal(longs[0], narrow[7 - i]);
	}
	assert_int_equal(guest_put_long(gva(AT), 3, 0xffffffff12345678), 0);
	assert_int_equal(guest_get_long(gva(AT), 3, longs), 0);
	assert_int_equal(longs[0], 0x12345678);
	assert_memory_equal(memory + 16, &narrow[3], 4);
	host_current->d->tables.address_end = AT + 16;
	assert_int_equal(guest_get_longs(gva(AT), longs, 4), 0);
	assert_int_equal(guest_get_longs(gva(AT), longs, 5), -EFAULT);
	assert_int_equal(guest_put_longs(gva(AT + 1), longs, 4), -EFAULT);
	assert_int_equal(guest_put_longs(gva(AT + 20), longs, 1), -EFAULT);

	setup(&width32);
	assert_int_equal(guest_get_longs(gva(AT), longs, 8), 0);
	assert_memory_equal(longs, memory, sizeof(longs));
	host_current->d->tables.address_end = AT + 63;
	assert_int_equal(guest_get_longs(gva(AT), longs, 8), -EFAULT);
	assert_int_equal(guest_put_longs(gva(AT), longs, 8), -EFAULT);
}

/*
 * A range is the guest's if it ends where the guest's part does, or below. A
 * 64-bit guest has all that is above the hole as well.
 */
static void test_range(void **state)
{
	static const struct {
		u64 at, n;
		bool ok, wide;
	} cases[] = {
#define BOTH(at, n, ok)	{ at, n, ok, ok }
		BOTH(0, 0x1000, true), BOTH(0xfff, 1, true),
		BOTH(0x1000, 0, true), BOTH(0, 0x1001, false),
		BOTH(0xfff, 2, false), BOTH(0x1000, 1, false),
		BOTH(0x1001, 0, false), BOTH(1, ~0ull, false),
		{ ~0ull, 1, false, true }, BOTH(~0ull, 2, false),
		BOTH(~0ull, ~0ull, false), BOTH(0x8fff, 1, false),
		BOTH(0x8fff, -0x8fffull, false), { 0x9000, 1, false, true },
		{ 0x9000, -0x9000ull, false, true },
		BOTH(0x9000, -0x8fffull, false),
#undef BOTH
	};
	static const struct width wide = { .hole_last = 0x8fff };
	struct domain d = { .tables.address_end = 0x1000 };
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		d.width = &long_of_4;
		assert_int_equal(domain_range_ok(&d, gva(cases[i].at),
						 cases[i].n), cases[i].ok);
		d.width = &wide;
		assert_int_equal(domain_range_ok(&d, gva(cases[i].at),
						 cases[i].n), cases[i].wide);
	}
}

EXPORT_TESTS(layout,
	cmocka_unit_test(test_get),
	cmocka_unit_test(test_bounds),
	cmocka_unit_test(test_put),
	cmocka_unit_test(test_own_layout),
	cmocka_unit_test(test_longs),
	cmocka_unit_test(test_range),
);
