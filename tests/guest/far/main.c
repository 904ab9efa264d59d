// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules, on a machine with more memory than a 32-bit domain can name: such a domain
 * gets frames that its machine-to-phys window has (xen-x86_32.h; Xen's
 * domain_set_alloc_bitsize()), a 64-bit one others first. Each frame's number is
 * in the array. Who asks for frames below an address gets them. A frame that
 * nobody has cannot be mapped, wherever it is.
 *
 * Meanwhile another vCPU looks at frames that nobody has used: its processor
 * knows them as free when they become the domain's.
 *
 * Test: far -c 2 -m 614400 -o dom0_mem=1920M krypton-debug
 * Test: far-60g -c 2 -m 61440 -o dom0_mem=1920M krypton-debug
 * Test: far-64 -c 2 -w 64 -m 614400 -o dom0_mem=1920M krypton-debug
 */
#include "domu.h"

/* What a window of 166 MiB can name, and the power of two below it */
#define WINDOW	((0xffe00000ul - 0xf5800000ul) / 4)
#define NAMED	(1ul << 25)
#define LOW	(1ul << (32 - PAGE_SHIFT))
#define ORDER	9u
#define EXTENTS	90u
#define LOOKS	2048u	/* extents below the highest frame that it may have */

PAGE_BUFFER(page);
PAGE_BUFFER(looked_at);
static u8 stack1[8192] __attribute__((aligned(16)));
static volatile u32 looking, stop, unseen;
static xen_pfn_t list[EXTENTS];

static ulong frames;		/* of the machine */

static bool may_have(ulong m)
{
	if (frames <= WINDOW)
		return m < frames;
	return WIDTH == 32 ? m < NAMED : m >= NAMED && m < frames;
}

static void test_own(void)
{
	ulong i, m, far = 0, wrong = 0;

	for (i = 0; i < start_info->nr_pages; i++) {
		m = *pfn_to_mfn(i);
		far += !may_have(m);
		wrong += mfn_to_pfn(m) != i;
	}
	CHECK(far, 0);
	CHECK(wrong, 0);
}

static void test_asked(u32 bits)
{
	xen_pfn_t frame = 0;
	struct xen_memory_reservation r = {
		.nr_extents = 1, .extent_order = ORDER, .domid = DOMID_SELF,
		.mem_flags = bits,
	};

	set_xen_guest_handle(r.extent_start, &frame);
	CHECK(HC2(memory_op, XENMEM_increase_reservation, &r), 1);
	CHECK(bits ? frame < LOW : may_have(frame), 1);
	CHECK(HC2(memory_op, XENMEM_decrease_reservation, &r), 1);
}

static bool is_own(ulong m)
{
	ulong i;

	for (i = 0; i < start_info->nr_pages; i++)
		if (*pfn_to_mfn(i) == m)
			return true;
	return false;
}

/* Frames of no domain, used before or never. */
static void test_others(void)
{
	ulong m, i;

	for (i = 1; i < 64; i++) {
		m = frames / 64 * i + 12345;
		if (m < LOW || is_own(m))
			continue;
		CHECK(set_pte_va(page, (u64)m << 12 | PTE_RWP, 0) < 0, 1);
		CHECK(set_pte_va(page, (u64)m << 12 | PTE_P, 0) < 0, 1);
	}
	CHECK(make_rw(page), 0);
}

/* Frames that the domain will get are among them, and can be mapped then. */
static void look(void)
{
	ulong low = WIDTH == 32 && frames > WINDOW ? NAMED : frames, m = 0;
	u32 i;

	while (!stop) {
		m = m % LOOKS + 1;
		set_pte_va(looked_at, (u64)(low - (m << ORDER)) << 12 | PTE_P,
			   0);
		looking |= m == LOOKS;		/* at all of them, once */
		for (i = 0; i < 300; i++)	/* leave the lock to others */
			__asm__ volatile("pause");
	}
	for (i = 0; i < EXTENTS; i++)
		unseen += set_pte_va(looked_at, (u64)list[i] << 12 | PTE_P,
				     0) != 0;
	CHECK(make_rw(looked_at), 0);
	looking = 0;
	vcpu_down(1);
}

/* More than what has a frame table of its own when the domain begins. */
static void test_more(void)
{
	struct xen_memory_reservation r = {
		.nr_extents = EXTENTS, .extent_order = ORDER,
		.domid = DOMID_SELF,
	};
	u32 i, j, wrong = 0;

	set_xen_guest_handle(r.extent_start, list);
	vcpu_run(1, look, stack1 + sizeof(stack1));
	CHECK(vcpu_wait(&looking, 1), true);
	CHECK(HC2(memory_op, XENMEM_increase_reservation, &r), EXTENTS);
	for (i = 0; i < EXTENTS; i++)
		for (j = 0; j < 1u << ORDER; j += 64) {
			wrong += !may_have(list[i] + j);
			wrong += set_pte_va(page, (u64)(list[i] + j) << 12 |
					    PTE_RWP, UVMF_INVLPG) != 0;
			wrong += *(volatile u32 *)page != 0;
		}
	CHECK(wrong, 0);
	CHECK(make_rw(page), 0);
	stop = 1;
	CHECK(vcpu_wait(&looking, 0), true);
	CHECK(unseen, 0);
	CHECK(HC2(memory_op, XENMEM_decrease_reservation, &r), EXTENTS);
}

void test_main(void)
{
	frames = (ulong)HC2(memory_op, XENMEM_maximum_ram_page, 0);
	print("%lu MiB, of which the domain has %lu\n", frames >> 8,
	      start_info->nr_pages >> 8);
	test_own();
	press_key('a');	/* krypton-debug audits; it panics of a fault */
	test_asked(0);
	test_asked(32);
	test_others();
	test_more();
	press_key('a');
}
