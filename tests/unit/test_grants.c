// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants between two domains: random maps, unmaps, copies and overwritten
 * entries by the one, while the other's entries say this and that; after them
 * every reference, type count, pin and reading or writing bit is counted from
 * scratch. Then the same entries against a granter that writes to them all the
 * time from another thread.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "domain/part.h"
#include "errno.h"
#include "grant/grant.h"
#include "grant/grant_table.h"
#include "host.h"
#include "hypercalls.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/ptype.h"
#include "mmu/tables.h"

#define REFS	24u
#define HANDLES	400u

static struct domain *d, *g;	/* who maps, and who grants */
static u32 table, frames[REFS];	/* d's level-1 table; what g grants */
static u32 base_refs;

static struct {
	u32 ref, flags;
	u64 where;
	bool live;
} handles[HANDLES];

static grant_entry_v1_t *entry(u32 ref)
{
	return &g->grants->shared[0][ref];
}

static struct grant_active *active(u32 ref)
{
	return &g->grants->active[0][ref];
}

static u64 *pte(u32 i)
{
	return (u64 *)mfn_to_virt(mfn(table)) + i;
}

static void setup(void)
{
	const struct domain_config config = {
		.max_grant_frames = -1, .max_maptrack_frames = -1,
	};
	u32 first, i, n = 0;

	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	d = host_domain(8, &table);
	g = host_other(REFS, &first);
	assert_int_equal(part_at(PART_GRANTS)->create(d, &config), 0);
	assert_int_equal(part_at(PART_GRANTS)->create(g, &config), 0);
	for (i = 0; i < HOST_FRAMES && n < REFS; i++)
		if (frame_table[i].owner == g &&
		    (frame_table[i].flags & FRAME_ALLOCATED))
			frames[n++] = i;
	assert_int_equal(n, REFS);
	assert_int_equal(ptype_get_both(d, mfn(table), TYPE_L1), 0);
	base_refs = g->refs;
	memset(handles, 0, sizeof(handles));
	/* Some for reading, some for others, one no page of g's, one a table. */
	for (i = 0; i < REFS; i++)
		*entry(i) = (grant_entry_v1_t){
			.flags = GTF_permit_access |
				 (i % 5 == 4 ? GTF_readonly : 0),
			.domid = i == 7 ? 9 : 3, .frame = frames[i],
		};
	entry(8)->frame = table;
	entry(9)->frame = 0x7fffffff;
	assert_int_equal(ptype_get_both(g, mfn(frames[10]), TYPE_L1),
			 0);
}

static long op(u32 cmd, void *arg, u32 count)
{
	u64 a[6] = { cmd, (u64)arg, count };
	long rc;

	do
		rc = do_grant_table_op(a);
	while (rc == -ERESTART);
	return rc;
}

/* Whether an entry allows a map at all. */
static bool allowed(u32 ref, u32 flags)
{
	bool write = !(flags & GNTMAP_readonly);

	return ref < REFS && ref != 7 && ref != 8 && ref != 9 &&
	       !(write && (ref % 5 == 4 || ref == 10));
}

static void random_map(void)
{
	struct gnttab_map_grant_ref m = {
		.dom = 4, .ref = (u32)rand() % (REFS + 1), .host_addr =
		(u64)table << PAGE_SHIFT | (u32)rand() % 512 * 8,
		.flags = GNTMAP_host_map | GNTMAP_contains_pte,
	};
	u32 i = (u32)rand() % HANDLES;

	if (m.ref == REFS)
		m.ref = rand() % 2 ? 100000 : ~0u;
	if (rand() % 2)
		m.flags |= GNTMAP_readonly;
	if (rand() % 4 == 0)
		m.flags |= GNTMAP_device_map;
	if (rand() % 16 == 0)
		m.host_addr += 4;
	if (handles[i].live)
		return;
	assert_int_equal(op(GNTTABOP_map_grant_ref, &m, 1), 0);
	if (m.status)
		return;
	assert_true(allowed(m.ref, m.flags));
	assert_int_equal(m.host_addr & 7, 0);
	handles[i].ref = m.ref;
	handles[i].flags = m.flags;
	handles[i].where = m.host_addr | (u64)m.handle << 32;
	handles[i].live = true;
}

static void random_unmap(void)
{
	u32 i = (u32)rand() % HANDLES;
	u64 at = handles[i].where & 0xffffffff;
	struct gnttab_unmap_grant_ref u = {
		.host_addr = at, .handle = (u32)(handles[i].where >> 32),
	};
	u64 e = 0;

	if (!handles[i].live)
		return;
	if (rand() % 4)
		u.dev_bus_addr = (u64)frames[handles[i].ref] << PAGE_SHIFT;
	e = handles[i].flags & GNTMAP_host_map ? *pte((u32)at / 8 & 511) : 0;
	assert_int_equal(op(GNTTABOP_unmap_grant_ref, &u, 1), 0);
	if (u.status) {
		/* Something else stands there now: nothing happened. */
		assert_int_equal(u.status, GNTST_general_error);
		assert_true(pte_mfn(e).n != frames[handles[i].ref] ||
			    !(e & PTE_RW) !=
			    !!(handles[i].flags & GNTMAP_readonly));
		return;
	}
	handles[i].flags &= ~(u32)GNTMAP_host_map;
	if (u.dev_bus_addr)
		handles[i].flags &= ~(u32)GNTMAP_device_map;
	handles[i].live = handles[i].flags &
			  (GNTMAP_host_map | GNTMAP_device_map);
}

/* The guest writes its table: away with entries, and none by itself. */
static void random_write(void)
{
	u64 *e = pte((u32)rand() % 512), old;
	u32 f = frames[(u32)rand() % REFS];

	spin_lock(&d->tables.lock);
	old = *e;
	if (pte_mfn(old).n != f)
		assert_int_not_equal(tables_set(d, e, make_pte(mfn(f),
						   PTE_P | PTE_RW), false), 0);
	assert_int_equal(*e, old);
	if (old && !(old & PTE_RW))
		assert_int_not_equal(tables_set(d, e, old | PTE_RW, false),
				     0);
	assert_int_equal(tables_set(d, e, 0, false), 0);
	spin_unlock(&d->tables.lock);
}

static void check_all(void)
{
	u32 refs[REFS] = { 0 }, types[REFS] = { 0 }, i, j, live = 0;
	u32 pins[REFS] = { 0 }, writes[REFS] = { 0 };

	for (i = 0; i < HANDLES; i++) {
		if (!handles[i].live)
			continue;
		live++;
		j = handles[i].ref;
		if (handles[i].flags & GNTMAP_host_map) {
			pins[j]++;
			writes[j] += !(handles[i].flags & GNTMAP_readonly);
		}
		if (handles[i].flags & GNTMAP_device_map) {
			pins[j]++;
			writes[j] += !(handles[i].flags & GNTMAP_readonly);
			refs[j]++;
			types[j] += !(handles[i].flags & GNTMAP_readonly);
		}
	}
	for (i = 0; i < 512; i++)
		for (j = 0; j < REFS; j++)
			if (pte_mfn(*pte(i)).n == frames[j] &&
			    (*pte(i) & PTE_P)) {
				refs[j]++;
				types[j] += !!(*pte(i) & PTE_RW);
			}
	for (j = 0; j < REFS; j++) {
		const struct frame *f = &frame_table[frames[j]];
		const u8 *p = active(j)->pins;

		assert_int_equal(f->refs, 1 + refs[j] + (j == 10));
		assert_int_equal(f->type_count, types[j] + (j == 10));
		assert_int_equal(p[0] + p[1] + p[2] + p[3], pins[j]);
		assert_int_equal(p[1] + p[3], writes[j]);
		assert_int_equal(!!(entry(j)->flags & GTF_reading), !!pins[j]);
		assert_int_equal(!!(entry(j)->flags & GTF_writing),
				 !!writes[j]);
	}
	assert_int_equal(g->refs, base_refs + live);
	assert_int_equal(host_locks, 0);
}

/*
 * After any maps, unmaps and overwritten mappings each count, pin and flag is
 * what a count from scratch gives, and nothing is left once the domain that
 * mapped is dead.
 */
static void test_random(void **state)
{
	u32 k;

	(void)state;
	setup();
	srand(21);
	host_preempt = true;
	for (k = 0; k < 40000; k++) {
		switch (rand() % 8) {
		case 0:
			random_write();
			break;
		case 1:
		case 2:
		case 3:
			random_unmap();
			break;
		default:
			random_map();
		}
		if (k % 64 == 0)
			check_all();
	}
	check_all();
	assert_true(g->refs > base_refs + 20);
	/* The end of who maps: pins first, then what the entries hold. */
	d->life.is_dying = DOMAIN_DYING;
	while (part_at(PART_GRANTS)->kill(d))
		;
	memset(handles, 0, sizeof(handles));
	ptype_put_both(d, mfn(table));
	memset(pte(0), 0, PAGE_SIZE);
	check_all();
}

/*
 * The granter dies while its pages are mapped: they stay until the last
 * mapping is gone, and then nothing of it is left.
 */
static void test_granter_dies(void **state)
{
	struct gnttab_map_grant_ref m[4];
	struct gnttab_unmap_grant_ref u;
	u32 i;

	(void)state;
	setup();
	ptype_put_both(g, mfn(frames[10]));
	for (i = 0; i < 4; i++)
		m[i] = (struct gnttab_map_grant_ref){
			.dom = 4, .ref = i, .flags = GNTMAP_host_map |
			GNTMAP_contains_pte | (i & 1 ? GNTMAP_device_map : 0),
			.host_addr = ((u64)table << PAGE_SHIFT) + i * 8,
		};
	assert_int_equal(op(GNTTABOP_map_grant_ref, m, 4), 0);
	g->life.is_dying = DOMAIN_DYING;
	assert_int_equal(part_at(PART_GRANTS)->kill(g), 0);
	for (i = 0; i < REFS; i++)
		assert_int_equal(page_release(g, mfn(frames[i])), 0);
	assert_int_equal(g->mem.tot_pages, 4);
	/* Nothing new of a dying domain's. */
	m[0].ref = 5;
	assert_int_equal(op(GNTTABOP_map_grant_ref, m, 1), 0);
	assert_int_equal(m[0].status, GNTST_bad_domain);
	for (i = 0; i < 4; i++) {
		assert_ptr_equal(frame_table[frames[i]].owner, g);
		u = (struct gnttab_unmap_grant_ref){
			.host_addr = m[i].host_addr, .handle = i,
			.dev_bus_addr = (u64)frames[i] << PAGE_SHIFT,
		};
		assert_int_equal(op(GNTTABOP_unmap_grant_ref, &u, 1), 0);
		assert_int_equal(u.status, 0);
		assert_int_equal(frame_table[frames[i]].kind, FRAME_FREE);
	}
	assert_int_equal(g->mem.tot_pages, 0);
	assert_int_equal(g->refs, 1);	/* its maker's */
	part_at(PART_GRANTS)->free(g);
	assert_int_equal(host_locks, 0);
}

/* gnttab_copy of a 32-bit guest. */
struct copy32 {
	struct side32 {
		u32 name;
		u16 domid, offset;
	} source, dest;
	u16 len, flags;
	s16 status, pad;
};

static struct side32 narrow_side(const struct gnttab_copy_ptr *p)
{
	return (struct side32){ (u32)p->u.gmfn, p->domid, p->offset };
}

/* With longs of 4 or 8 bytes; the status is where the request has it. */
static void copy_all(struct gnttab_copy *c, u32 n, u32 long_size)
{
	const struct width narrow = { .long_size = 4, .hole_last = ~0ull };
	struct copy32 c32[64];
	u32 i;

	if (long_size == 8) {
		assert_int_equal(op(GNTTABOP_copy, c, n), 0);
		return;
	}
	for (i = 0; i < n; i++)
		c32[i] = (struct copy32){
			.source = narrow_side(&c[i].source),
			.dest = narrow_side(&c[i].dest),
			.len = c[i].len, .flags = c[i].flags, .status = 99,
		};
	d->width = &narrow;
	assert_int_equal(op(GNTTABOP_copy, c32, n), 0);
	d->width = &width32;
	for (i = 0; i < n; i++)
		c[i].status = c32[i].status;
}

/*
 * A copy succeeds where its grant allows reading by this domain, its other page
 * is the domain's own and no table, and neither part crosses the end of a page.
 */
static void test_copy(void **state)
{
	struct gnttab_copy c[64];
	u32 k, i, own = 0;

	(void)state;
	setup();
	srand(22);
	for (i = 0; i < HOST_FRAMES; i++)
		if (frame_table[i].owner == d && i != table &&
		    (frame_table[i].flags & FRAME_ALLOCATED))
			own = i;
	host_preempt = true;
	for (k = 0; k < 3000; k++) {
		for (i = 0; i < 64; i++)
			c[i] = (struct gnttab_copy){
				.source = { { (u32)rand() % REFS }, 4,
					    (u16)(rand() % 4100) },
				.dest = { { .gmfn = rand() % 4 ? own : table },
					  DOMID_SELF, (u16)(rand() % 4100) },
				.len = (u16)(rand() % 64), .status = 99,
				.flags = GNTCOPY_source_gref,
			};
		copy_all(c, 64, k & 1 ? 4 : 8);
		for (i = 0; i < 64; i++)
			assert_int_equal(c[i].status == 0,
				allowed(c[i].source.u.ref, GNTMAP_readonly) &&
				c[i].dest.u.gmfn == own &&
				c[i].source.offset + c[i].len <= 4096 &&
				c[i].dest.offset + c[i].len <= 4096);
		check_all();
	}
}

static volatile bool stop;

/* A granter without manners. */
static void *granter(void *arg)
{
	unsigned int seed = 5;
	grant_entry_v1_t *e = arg;
	u32 r;

	while (!stop) {
		r = (u32)rand_r(&seed);
		WRITE_ONCE(e->flags, (u16)(r & 16 ? r >> 8 :
					   GTF_permit_access));
		WRITE_ONCE(e->domid, (u16)(r & 32 ? r >> 16 : 3));
		WRITE_ONCE(e->frame, r & 64 ? r >> 8 :
			   r & 128 ? table : frames[r >> 8 & 15]);
	}
	return NULL;
}

/*
 * A pin sees one state of an entry, whatever the granter writes meanwhile: all
 * pins of an entry have the same frame, which is the granter's, and one for
 * writing has its type.
 */
static void test_race(void **state)
{
	struct grant_pin p[4] = { { 0 } };
	u32 k, i, j, good = 0, bad = 0;
	pthread_t thread;

	(void)state;
	setup();
	stop = false;
	assert_int_equal(pthread_create(&thread, NULL, granter, entry(0)), 0);
	/* The other thread may be slow to begin. */
	for (k = 0; k < 200000 || (k < 200000000 && (good <= 100 ||
						     bad <= 100)); k++) {
		i = k & 3;
		if (p[i].granter) {
			grant_put_frame(&p[i]);
			grant_unpin(&p[i]);
		}
		p[i] = (struct grant_pin){ .granter = g, .kind = k >> 3 & 1 };
		if (grant_pin(&p[i], 3, true)) {
			p[i].granter = NULL;
			bad++;
			continue;
		}
		good++;
		/* All that is pinned is g's, and one and the same. */
		assert_ptr_equal(mfn_frame(p[i].frame)->owner, g);
		for (j = 0; j < 4; j++)
			if (p[j].granter)
				assert_int_equal(p[i].frame.n, p[j].frame.n);
		if (p[i].kind & PIN_WRITE)
			assert_int_equal(mfn_frame(p[i].frame)->type,
					 TYPE_WRITABLE);
	}
	stop = true;
	pthread_join(thread, NULL);
	for (i = 0; i < 4; i++)
		if (p[i].granter) {
			grant_put_frame(&p[i]);
			grant_unpin(&p[i]);
		}
	assert_true(good > 100 && bad > 100);
	entry(0)->flags &= (u16)~(GTF_reading | GTF_writing);
	check_all();
}

/* Handles end at the limit; one that is busy is nobody else's. */
static void test_handles(void **state)
{
	struct grant_table *t;
	struct grant_map m, again;
	u32 n, h = 0;

	(void)state;
	setup();
	t = d->grants;
	t->max_handles = 2 * GRANT_MAPS_PER_PAGE;
	for (n = 0; (h = grant_map_new(t)) != GRANT_NO_HANDLE; n++) {
		assert_int_equal(h, n);
		domain_hold(g);
		grant_map_fill(t, h, g, n, GNTMAP_host_map);
	}
	assert_int_equal(n, t->max_handles);
	assert_true(grant_map_begin(t, 77, &m));
	assert_int_equal(m.ref, 77);
	assert_false(grant_map_begin(t, 77, &again));
	grant_map_end(t, 77, GNTMAP_host_map);
	assert_true(grant_map_begin(t, 77, &again));
	grant_map_end(t, 77, 0);
	assert_false(grant_map_begin(t, 77, &again));
	assert_false(grant_map_begin(t, n, &again));
	assert_false(grant_map_begin(t, ~0u, &again));
	assert_int_equal(grant_map_new(t), 77);
	assert_false(grant_map_begin(t, 77, &again));
	grant_map_end(t, 77, 0);
	domain_put(g);
	domain_put(g);
	assert_int_equal(g->refs, base_refs + n - 1);
}

EXPORT_TESTS(grants, cmocka_unit_test(test_random),
	     cmocka_unit_test(test_granter_dies),
	     cmocka_unit_test(test_copy), cmocka_unit_test(test_race),
	     cmocka_unit_test(test_handles));
