// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine and the domains at the start of the page-table fuzzer. Each
 * domain has a root with four level-2 tables, level-1 tables, and data that
 * they map. Domain 0 is the privileged one; domain 1 may map some device
 * memory.
 */
#include <stdlib.h>
#include "domain/part.h"
#include "cpu/descriptors.h"
#include "errno.h"
#include "grant/grant.h"
#include "grant/grant_table.h"
#include "lib/lib.h"
#include "memory/early.h"
#include "mmu/mmu.h"
#include "mmu/ptype.h"
#include "pages.h"

struct world world;

static struct domain nobody;
static struct vcpu idle = { .d = &nobody };

void timer_kill(struct timer *t)
{
	(void)t;
}

static u64 *page(u32 nr, u32 i)
{
	return mfn_to_virt(mfn(world.name[nr][i]));
}

static u64 map(u32 nr, u32 i, u64 flags)
{
	return make_pte(mfn(world.name[nr][i]), flags);
}

/* Page 0: L3; 1 to 4: L2; 5 to 7: L1; 8: GDT; 9: another L3, 10: its top. */
static void fill(u32 nr)
{
	u32 i;

	for (i = 0; i < 4; i++)
		page(nr, 0)[i] = map(nr, 1 + i, PTE_P);
	for (i = 0; i < 3; i++)
		page(nr, 9)[i] = map(nr, 1 + i, PTE_P);
	page(nr, 9)[3] = map(nr, 10, PTE_P);
	page(nr, 1)[0] = map(nr, 5, PTE_P | PTE_RW | PTE_US);
	page(nr, 1)[1] = map(nr, 6, PTE_P | PTE_RW | PTE_US);
	page(nr, 4)[0] = map(nr, 7, PTE_P | PTE_RW);
	for (i = 0; i < 8; i++)
		page(nr, 5)[i] = map(nr, 12 + i, PTE_P | PTE_RW | PTE_A);
	for (i = 0; i < 12; i++)
		page(nr, 6)[i] = map(nr, i, PTE_P | PTE_A);
	page(nr, 8)[1] = 0x00cf9b000000ffff | 1ull << 45;
}

static void start(u32 nr)
{
	struct domain *d = world.d[nr];
	u32 i;
	int rc;

	fill(nr);
	for (i = 0; i < HOST_VCPUS; i++) {
		world.actor[nr * HOST_VCPUS + i].v = d->vcpu[i];
		do
			rc = mmu_new_baseptr(d->vcpu[i],
					    mfn(world.name[nr][0]));
		while (rc == -ERESTART);
		if (rc)
			panic("the first root");
	}
}

static void build(u32 nr)
{
	const struct domain_config config = {
		.max_grant_frames = 2, .max_maptrack_frames = 1,
	};
	u32 first, i;
	struct domain *d;

	d = world.d[nr] = host_make(nr, HOST_VCPUS, PAGES, &first);
	d->privileged = !nr;
	d->tables.dirty_cpus = cpus_one(nr);
	d->mem.max_pages = PAGES + 4;
	d->dev.iomem[0] = (struct frame_range){ nr ? 16 : 0, nr == 1 ? 32 : 0 };
	d->shared_frame = virt_to_mfn(frames_new(PAGE_SIZE));
	page_share(d, d->shared_frame);
	if (part_at(PART_GRANTS)->create(d, &config))
		panic("a grant table");
	for (i = d->mem.pages, first = PAGES; i; i = frame_table[i].next) {
		world.name[nr][--first] = i;
		memset(mfn_to_virt(mfn(i)), 0, PAGE_SIZE);
	}
	start(nr);
}

/* Nothing interferes with its builder. */
bool world_create(u32 nr)
{
	bool (*wanted)(void) = host_wanted;
	void (*between)(void) = host_between;

	if (world.d[nr] || frames_free() - frames_claimed() < 2 * PAGES)
		return false;
	host_wanted = NULL;
	host_between = NULL;
	build(nr);
	host_wanted = wanted;
	host_between = between;
	return true;
}

void world_make(void)
{
	u32 nr;

	memset(&world, 0, sizeof(world));
	host_reset();
	boot_info.e820[0].size = (u64)RAM_FRAMES << PAGE_SHIFT;
	early_reserve((u64)HOST_FRAMES << PAGE_SHIFT,
		      (u64)RAM_FRAMES << PAGE_SHIFT);
	frames_init(RAM_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	world.frames = frames_free();
	host_cpus = 7;
	for (nr = 0; nr < HOST_DOMAINS; nr++) {
		host_current = &idle;
		world_create(nr);
	}
	dom0 = world.d[0];
}

u32 world_nr(const struct domain *d)
{
	return d->id - 3;
}

static void forget(u32 nr)
{
	struct domain *d = world.d[nr];

	part_at(PART_GRANTS)->free(d);
	frames_delete(mfn_to_virt(d->shared_frame), PAGE_SIZE);
	d->width = NULL;
	world.d[nr] = NULL;
	memset(world.name[nr], 0, sizeof(world.name[nr]));
	memset(&world.actor[nr * HOST_VCPUS], 0,
	       HOST_VCPUS * sizeof(world.actor[0]));
}

static bool owns(u32 nr, u32 n)
{
	return n && frame_table[n].kind == FRAME_GUEST &&
	       frame_table[n].owner == world.d[nr];
}

static bool has_name(u32 nr, u32 n)
{
	u32 i;

	for (i = 0; i < NAMES; i++)
		if (world.name[nr][i] == n)
			return true;
	return false;
}

/* A name without a page gets a page without a name. */
static void rename_pages(u32 nr)
{
	u32 i, n = world.d[nr]->mem.pages;

	for (i = 0; i < NAMES; i++) {
		if (owns(nr, world.name[nr][i]))
			continue;
		world.name[nr][i] = 0;
		while (n && has_name(nr, n))
			n = frame_table[n].next;
		world.name[nr][i] = n;
	}
}

void world_tidy(void)
{
	u32 nr;

	for (nr = 0; nr < HOST_DOMAINS; nr++) {
		if (world.d[nr] && !world.d[nr]->refs)
			forget(nr);
		if (world.d[nr])
			rename_pages(nr);
	}
}

void world_end(void)
{
	u32 nr;

	host_current = &idle;
	dom0 = NULL;
	for (nr = 0; nr < HOST_DOMAINS; nr++) {
		if (!world.d[nr] || world.d[nr]->life.is_dying == DOMAIN_DEAD)
			continue;
		CHECK(!domain_kill(world.d[nr]), "domain %u does not die", nr);
		model_check();
	}
	world_tidy();
	for (nr = 0; nr < HOST_DOMAINS; nr++)
		CHECK(!world.d[nr], "domain %u is still held: %u references",
		      nr, world.d[nr]->refs);
	CHECK(frames_free() == world.frames, "%lu frames free, %lu before",
	      frames_free(), world.frames);
	CHECK(!frames_claimed(), "%lu frames claimed", frames_claimed());
}

/* Frames that no guest may have, and some that few guests may. */
static u64 strange_frame(u32 nr, u8 byte)
{
	switch (byte) {
	case 0:
		return virt_to_mfn(frame_table).n;
	case 1:
		return virt_to_mfn(frame_m2p).n;
	case 2:
		return 16 + nr;			/* a device's */
	case 3:
		return world.d[nr]->shared_frame.n;
	case 4:
		return virt_to_mfn(world.d[nr]->grants).n;
	case 5:
		return 0xfee00;
	case 6:
		return virt_to_mfn(world.d[nr]->grants->shared[0]).n;
	case 7:
		return HOST_FRAMES - 1;
	default:
		return RAM_FRAMES + byte;
	}
}

u64 world_frame(u32 nr, u8 byte)
{
	if (byte < 0x80)
		return world.name[nr][byte % NAMES];
	if (byte < 0xe0)
		return world.name[(byte >> 5) - 4][byte % NAMES];
	return strange_frame(nr, byte - 0xe0);
}

u32 world_slot(u8 byte)
{
	static const u16 slots[] = {
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 64, 255, 426, 427, 428, 511
	};

	return slots[byte % ARRAY_SIZE(slots)];
}

u64 world_entry(u32 nr, u8 byte, u8 flags)
{
	static const u64 high[] = { 0, PTE_NX, PTE_PSE, BIT(52) };

	return make_pte(mfn(world_frame(nr, byte)),
			(flags & 1 ? 0 : PTE_P) | (flags & 2 ? PTE_RW : 0) |
			(flags & 4 ? PTE_US : 0) | (flags & 8 ? PTE_A : 0) |
			(flags & 16 ? PTE_D : 0) | (flags & 32 ? PTE_G : 0) |
			high[flags >> 6]);
}
