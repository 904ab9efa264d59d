// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory maps of whole machines, up to 5 TiB. Their memory is a sparse file, and
 * the arrays of frames are mapped as the hypervisor's page tables say.
 *
 * Rules: RAM is what the map calls RAM and nothing else; it is in the direct map,
 * and nothing else far from it is. Each frame number reads as what it is, though
 * most sections sleep. The boot needs the more memory the more holes there are,
 * not the more RAM. A block is within its limit, as high as possible, and given
 * once. Where 32-bit guests can read it, their array is there from the start.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "boot/boot.h"
#include "host.h"
#include "memory/early.h"
#include "memory/sections.h"

static bool gib_pages;

static u32 test_cpuid(u32 leaf, enum cpuid_reg reg)
{
	return leaf == 0x80000001 && reg == CPUID_EDX && gib_pages ? BIT(26) : 0;
}

/* The page tables that the hypervisor makes, beside what the test maps. */
#define cpuid_reg		test_cpuid
#define maps_init		own_maps_init
#define maps_back		own_maps_back
#define maps_repeat		own_maps_repeat
#define maps_back_repeated	own_maps_back_repeated
#define maps_backed_by		own_maps_backed_by
#include "memory/maps.c"
#undef maps_back
#undef maps_backed_by

#define KIB		1024ull
#define MIB		(KIB * KIB)
#define TIB		(KIB * GIB)
#define PIECES		16u
#define SECTION		(1ull << SECTION_SHIFT)
#define ARRAY_SPACE	(64 * GIB)

enum { RAM = 1, RESERVED, ACPI, NVS, BAD };

/*
 * Machines as their firmware describes them. Where 'pieces' is not 0, the memory
 * below 'low_end' is in that many pieces of 4 to 60 KiB, as UEFI leaves it.
 */
static const struct machine {
	const char *name;
	u64 low_end;		/* of RAM below 4 GiB */
	u32 pieces;
	struct e820_entry map[PIECES];
} machines[] = {
	{ "a PC of 512 MiB", 511 * MIB, 0, { } },
	{ "a laptop of 16 GiB", 0x7a000000, 40, {
		{ 4 * GIB, 14 * GIB + 96 * MIB, RAM },
		{ 0xe0000000, 256 * MIB, RESERVED },
		{ 0xfe000000, 17 * MIB, RESERVED } } },
	{ "a virtual machine of 60 GiB", 3 * GIB, 0, {
		{ 4 * GIB, 57 * GIB, RAM } } },
	{ "two sockets, 384 GiB, 2 GiB below 4 GiB", 0x6c000000, 90, {
		{ 0x70000000, 256 * MIB, RESERVED },
		{ 0x80000000, 256 * MIB, RESERVED },
		{ 4 * GIB, 380 * GIB, RAM } } },
	{ "two sockets, 200 GiB, 1 GiB below 4 GiB", 0x3e000000, 60, {
		{ 4 * GIB, 94 * GIB, RAM }, { 128 * GIB, 106 * GIB, RAM } } },
	{ "AMD, 1 TiB, around HyperTransport's hole", 0xa8000000, 50, {
		{ 0xfd00000000, 12 * GIB, RESERVED },
		{ 4 * GIB, 1007 * GIB + 302 * MIB, RAM },
		{ TIB, 13 * GIB, RAM } } },
	{ "four sockets, 4 TiB, with holes between the nodes", 0x64000000, 200, {
		{ 4 * GIB, 1020 * GIB, RAM },
		{ TIB + 64 * GIB, TIB, RAM },
		{ 2 * TIB + 130 * GIB + 20 * MIB, 1020 * GIB, RAM },
		{ 3 * TIB + 200 * GIB, TIB + 3 * MIB, RAM },
		{ 46 * TIB, 2 * TIB, RESERVED } } },
	{ "eight sockets, 7 TiB", 0x7c000000, 300, {
		{ 4 * GIB, 3 * TIB, RAM }, { 4 * TIB, 2 * TIB, RAM },
		{ 8 * TIB, 2 * TIB, RAM } } },
	{ "persistent memory and bad pages", 0xbf000000, 20, {
		{ 9 * GIB, 4 * KIB, BAD }, { 77 * GIB + 4096, 8 * KIB, BAD },
		{ 60 * GIB, 16 * GIB, 7 }, { 4 * GIB, 124 * GIB, RAM },
		{ 200 * GIB, 256 * GIB, 7 } } },
};

static struct e820_entry raw[BOOT_MAX_E820];	/* what the firmware said */
static u32 raw_count;
static int fd;
static u64 copies, backed;	/* blocks of repeated pages; MiB of arrays */
static u64 array_space;

static void add(u64 addr, u64 size, u32 type)
{
	raw[raw_count++] = (struct e820_entry){ addr, size, type };
}

/* In the order of a firmware: small pieces first, one type after the other. */
static void make_map(const struct machine *m)
{
	const struct e820_entry *e;
	u64 at = m->low_end, size;
	u32 i;

	raw_count = 0;
	srand(m->pieces);
	for (i = 0; i < m->pieces; i++) {
		at -= size = (u64)(1 + rand() % 15) * 4 * KIB;
		add(at, size, i % 3 ? RESERVED + (u32)rand() % 3 : RAM);
	}
	for (e = m->map; e < m->map + PIECES && e->size; e++)
		add(e->addr, e->size, e->type);
	add(MIB, at - MIB, RAM);
	add(0xf0000, 64 * KIB, RESERVED);
	add(0, 0x9fc00, RAM);
	add(0x9fc00, KIB, RESERVED);
	memcpy(boot_info.e820, raw, sizeof(raw));
	boot_info.e820_count = raw_count;
}

/* The type of an address in a list: the highest there. */
static u32 type_in(const struct e820_entry *e, u32 n, u64 at)
{
	u32 type = 0;

	for (; n--; e++)
		if (e->addr <= at && at - e->addr < e->size)
			type = MAX(type, e->type);
	return type;
}

static bool is_ram(u64 at)
{
	return type_in(boot_info.e820, boot_info.e820_count, at) == RAM;
}

/* Sorted, disjoint, short, with the RAM that there was but for little. */
static void check_map(u64 limit)
{
	const struct e820_entry *e = boot_info.e820;
	u64 had = 0, has = 0, at = 0;
	u32 i;

	assert_true(boot_info.e820_count <= 120);
	for (i = 0; i < boot_info.e820_count; i++, e++) {
		assert_true(e->size && e->addr >= at);
		at = e->addr + e->size;
		if (e->type != RAM)
			continue;
		has += e->size;
		assert_true(at <= limit);
		assert_int_equal(type_in(raw, raw_count, e->addr), RAM);
		assert_int_equal(type_in(raw, raw_count, at - 1), RAM);
	}
	for (i = 0; i < raw_count; i++) {
		if (raw[i].type != RAM && raw[i].addr < limit)
			assert_false(is_ram(raw[i].addr) ||
				     is_ram(raw[i].addr + raw[i].size - 1));
		else if (raw[i].addr < limit)
			had += MIN(raw[i].size, limit - raw[i].addr);
	}
	assert_true(has <= had && has + 17 * GIB > had);
}

/* An array's own address, of that where the test has it. */
static u64 own_address(u64 va)
{
	if (va < (u64)frame_m2p64)
		return TABLE_BASE + (va - (u64)frame_table);
	if (va < (u64)frame_m2p)
		return M2P64_BASE + (va - (u64)frame_m2p64);
	return M2P32_BASE + (va - (u64)frame_m2p);
}

static void show(u64 va, u64 offset, int rights)
{
	if (mmap((void *)va, LARGE_PAGE, rights, MAP_SHARED | MAP_FIXED |
		 MAP_NORESERVE, fd, (off_t)offset) == MAP_FAILED)
		panic("mmap");
}

static void back(u64 va, mfn_t first)
{
	own_maps_back(own_address(va), first);
	show(va, first.n << PAGE_SHIFT, PROT_READ | PROT_WRITE);
	backed += LARGE_PAGE / MIB;
}

/* A block of copies for each table, behind all of the machine's memory. */
static mfn_t repeat(mfn_t page)
{
	u64 at = DIRECT_MAX + copies++ * LARGE_PAGE, i;
	mfn_t table = own_maps_repeat(page);

	for (i = 0; i < LARGE_PAGE; i += PAGE_SIZE)
		memcpy(phys_to_virt(paddr(at + i)), mfn_to_virt(page),
		       PAGE_SIZE);
	/* Found again by a bit that the processor ignores */
	*(u64 *)mfn_to_virt(table) |= copies << 52;
	return table;
}

static void back_repeated(u64 va, mfn_t table)
{
	u64 nr = *(u64 *)mfn_to_virt(table) >> 52 & 3;

	own_maps_back_repeated(own_address(va), table);
	show(va, DIRECT_MAX + (nr - 1) * LARGE_PAGE, PROT_READ);
}

static mfn_t backed_by(u64 va)
{
	return own_maps_backed_by(own_address(va));
}

u32 audit_frames(void);
paddr_t own_early_alloc(u64 size, u64 align, int byte);

static const struct host_machine large = {
	own_early_alloc, back, repeat, back_repeated, backed_by
};

static void make_memory(void)
{
	fd = (int)syscall(SYS_memfd_create, "memory", 0);
	if (fd < 0 || ftruncate(fd, (off_t)(DIRECT_MAX + 4 * LARGE_PAGE)))
		panic("no file for the machine's memory");
	direct_base = (u64)mmap(NULL, DIRECT_MAX + 4 * LARGE_PAGE, PROT_READ |
				PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	array_space = (u64)mmap(NULL, 4 * ARRAY_SPACE, PROT_NONE, MAP_PRIVATE |
				MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (direct_base == ~0ull || array_space == ~0ull)
		panic("no addresses for the machine's memory");
	array_space = ROUND_UP(array_space, GIB);
	frame_table = (struct frame *)array_space;
	frame_m2p64 = (u64 *)(array_space + ARRAY_SPACE);
	frame_m2p = (u32 *)(array_space + 2 * ARRAY_SPACE);
	host_machine = &large;
}

/* The first 4 GiB, as boot/head.S maps them. */
static void make_first_tables(void)
{
	static u64 first[5][512] __attribute__((aligned(PAGE_SIZE)));
	u64 tables = 0x200000, i;

	for (i = 0; i < 4 * 512; i++)
		first[1 + i / 512][i % 512] = i * LARGE_PAGE | PTE_PSE | PTE_P |
					      PTE_RW;
	for (i = 0; i < 4; i++)
		first[0][i] = (tables + (i + 1) * PAGE_SIZE) | PTE_P | PTE_RW;
	memcpy(phys_to_virt(paddr(tables)), first, sizeof(first));
	memset(boot_l4, 0, sizeof(boot_l4));
	boot_l4[L4_DIRECT_SLOT] = tables | PTE_P | PTE_RW;
}

/* Where a processor finds an address; ~0: nowhere. */
static u64 walk(u64 va, u64 *rights)
{
	u64 *table = boot_l4, e;
	u32 shift;

	for (*rights = ~0ull, shift = 39;; shift -= 9) {
		e = table[va >> shift & 511];
		if (!(e & PTE_P))
			return ~0ull;
		*rights &= e;
		if (shift == 12 || (e & PTE_PSE))
			return (e & PTE_ADDR) + (va & ((1ull << shift) - 1));
		table = mfn_to_virt(pte_mfn(e));
	}
}

/* All RAM, where it is; nothing else above 4 GiB but beside RAM. */
static void check_mapping(u64 at)
{
	u64 rights;

	if (is_ram(at))
		assert_int_equal(walk(DIRECT_BASE + at, &rights), at);
	else if (at >= 4 * GIB && !early_ram(at - LARGE_PAGE, at + LARGE_PAGE))
		assert_int_equal(walk(DIRECT_BASE + at, &rights), ~0ull);
}

static void check_direct_map(void)
{
	const struct e820_entry *e = boot_info.e820;
	u64 rights, at;
	u32 i;

	for (i = 0; i < boot_info.e820_count; i++) {
		at = ROUND_UP(e[i].addr, PAGE_SIZE);
		if (e[i].type != RAM || e[i].size < 2 * PAGE_SIZE)
			continue;
		assert_int_equal(walk(DIRECT_BASE + at, &rights), at);
		at = ROUND_DOWN(e[i].addr + e[i].size - 1, PAGE_SIZE) - 8;
		assert_int_equal(walk(DIRECT_BASE + at, &rights), at);
		assert_int_equal(rights & (PTE_RW | PTE_US), PTE_RW);
		check_mapping(e[i].addr + e[i].size + 5 * LARGE_PAGE);
	}
	for (i = 0; i < 20000; i++)
		check_mapping(((u64)rand() << 21 ^ (u64)rand()) %
			      (frame_count << 12));
}

/* A frame reads as what it is, and as the hypervisor's page tables have it. */
static void check_frame(u64 n)
{
	u64 at = n << PAGE_SHIFT, rights, offset = n * sizeof(struct frame);
	const struct frame *f = &frame_table[n];
	bool awake = !mfn_eq(own_maps_backed_by(TABLE_BASE + offset),
			     INVALID_MFN);
	u64 in = walk(TABLE_BASE + offset, &rights);

	assert_true(in != ~0ull);
	assert_memory_equal(phys_to_virt(paddr(in)), f, sizeof(*f));
	assert_false(rights & PTE_US);
	if (at < MIB || !early_ram(at, at + PAGE_SIZE)) {
		assert_int_equal(f->kind, FRAME_IO);
		return;
	}
	assert_true(f->kind != FRAME_IO && f->kind != FRAME_GUEST);
	if (f->kind == FRAME_FREE && !awake)
		assert_false(rights & PTE_RW);
	in = walk(0xffff800000000000 + n * 8, &rights);
	assert_true(awake == (in != ~0ull));
	if (!awake)
		return;
	assert_int_equal(rights & (PTE_RW | PTE_US), PTE_US);
	assert_int_equal(mfn_frame(mfn(in >> PAGE_SHIFT))->kind, FRAME_M2P);
	assert_int_equal(walk(M2P64_BASE + n * 8, &rights), in);
	assert_int_equal(rights & (PTE_RW | PTE_US), PTE_RW);
}

static void check_frames(void)
{
	u32 i;

	for (i = 0; i < 20000; i++)
		check_frame(((u64)rand() << 20 ^ (u64)rand()) % frame_count);
	for (i = 0; i < boot_info.e820_count; i++)
		if (boot_info.e820[i].type == RAM)
			check_frame(boot_info.e820[i].addr >> PAGE_SHIFT);
	/* Where devices are, below 4 GiB */
	for (i = 0; i < 1 << 20 && i < frame_count; i += 64)
		assert_int_equal(frame_m2p64[i], M2P_INVALID);
	/* Of each part that a 32-bit guest can read */
	for (i = 0; i < 84 && i << SECTION_SHIFT < frame_count; i++)
		if (early_ram(i * 2 * GIB, (i + 1) * 2 * GIB))
			assert_false(mfn_eq(backed_by((u64)&frame_m2p[i *
						      SECTION]), INVALID_MFN));
}

static u64 holes(void)
{
	u64 i, n = 0;

	for (i = 1; i < boot_info.e820_count; i++)
		n += is_ram(boot_info.e820[i].addr) &&
		     boot_info.e820[i].addr > 4 * GIB;
	return n;
}

/* What the boot has used, in MiB. */
static void check_cost(u64 ram)
{
	u64 most = 2 * 22 + 6 + 22 + 22 * 2 * holes() + 84 * 2;
	u64 free = frames_free() << PAGE_SHIFT;

	if (ram < 4 * GIB)
		most = 12 + ram / 80 / MIB;
	if (backed > most)
		fail_msg("the boot backs %lu MiB of the arrays, not %lu", backed,
			 most);
	assert_true(free < ram && free > ram - ram / 80 - 300 * MIB);
}

/* Blocks up to a limit: in RAM, free before, as high as there is a zone. */
static void check_blocks(u64 limit, u32 order)
{
	u64 i, n, last = ~0ull, free = frames_free(), sleeping;
	u32 flushes;
	mfn_t m;

	for (i = 0; i < 700; i++) {
		sleeping = sections_asleep();
		flushes = host_flushes;
		m = frame_alloc(order, limit);
		assert_true(sleeping == sections_asleep() ||
			    host_flushes > flushes);
		if (mfn_eq(m, INVALID_MFN))
			break;
		assert_int_equal(m.n & ((1u << order) - 1), 0);
		assert_true(!limit || m.n + (1u << order) <= limit);
		for (n = m.n; n < m.n + (1u << order); n++) {
			assert_int_equal(mfn_frame(mfn(n))->kind, FRAME_HV);
			assert_true(is_ram(n << PAGE_SHIFT));
			page_set_m2p(mfn(n), n ^ 5);
		}
		assert_int_equal(frame_m2p64[m.n], m.n ^ 5);
		assert_int_equal(frame_m2p[m.n], (u32)m.n ^ 5);
		for (n = m.n; n < m.n + (1u << order); n++)
			page_set_m2p(mfn(n), M2P_INVALID);
		/* Not below the zone of one that was given before it */
		assert_true(m.n >> 1 <= last);
		last = MIN(last, m.n);
	}
	assert_int_equal(frames_free(), free - (i << order));
	if (limit != 1 << 20 && frame_count > 16 * SECTION)
		assert_int_equal(i, 700);
}

/* To the last frame: each is given once. */
static void check_all(void)
{
	u64 n = 0, free = frames_free();
	u32 order = FRAME_MAX_ORDER;
	mfn_t m;

	for (;;) {
		m = frame_alloc(order, 0);
		if (mfn_eq(m, INVALID_MFN)) {
			if (!order--)
				break;
			continue;
		}
		n += 1ull << order;
		assert_int_equal(mfn_frame(m)->flags, 0);
		mfn_frame(m)->flags = FRAME_PINNED;
	}
	assert_int_equal(n, free);
	assert_int_equal(frames_free(), 0);
	assert_int_equal(sections_asleep(), 0);
}

/* A 32-bit domain has a limit where its window does not reach all frames. */
static void check_limit(void)
{
	static const struct width narrow = {
		.long_size = 4, .m2p_end = 0xffe00000
	};
	struct domain d = { .width = &narrow, .tables.m2p_start = 0xf5800000 };

	assert_int_equal(page_limit(&d), frame_count > 166 * GIB / PAGE_SIZE ?
			 128 * GIB / PAGE_SIZE : 0);
	d.width = &width64;
	assert_int_equal(page_limit(&d), 0);
}

static void run(const struct machine *m)
{
	u64 ram;

	host_reset();
	make_map(m);
	e820_make(DIRECT_MAX, "it is the end");
	assert_true(!strstr(host_log, "it is the end") == !strstr(m->name, "7 TiB"));
	check_map(DIRECT_MAX);
	make_memory();
	make_first_tables();
	early_reserve(0, MIB);
	early_reserve(MIB, MIB + 400 * KIB);
	early_reserve(0x200000, 0x200000 + 5 * PAGE_SIZE);
	early_reserve(0x1000000, 0x3123456);
	own_maps_init(early_ram_end());
	frames_init(early_ram_end());
	early_for_each_free(frames_give);
	ram = early_ram(0, DIRECT_MAX);
	assert_int_equal(frames_total >> 8, ram / MIB);
	check_direct_map();
	check_frames();
	check_cost(ram);
	check_limit();
	assert_int_equal(audit_frames(), 0);
	check_blocks(1 << 20, 3);
	check_blocks(1 << 25, 10);
	check_blocks(0, 10);
	check_frames();
	assert_int_equal(audit_frames(), 0);
	if (ram < 20 * GIB)
		check_all();
}

/* Each in a process of its own, with whose end the memory goes. */
static void test_machines(void **state)
{
	u32 i;
	int status;
	pid_t pid;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(machines); i++) {
		fflush(NULL);
		pid = fork();
		if (!pid) {
			gib_pages = i & 1;
			run(&machines[i]);
			_exit(0);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			fail_msg("%s: status %x", machines[i].name, status);
	}
}

EXPORT_TESTS(machines, cmocka_unit_test(test_machines));
