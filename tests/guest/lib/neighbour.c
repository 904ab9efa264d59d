// SPDX-License-Identifier: GPL-2.0-only
/*
 * A domain that counts in memory as long as it runs: what others do must not
 * stop it. Its stack page has the counter.
 */
#include "domu.h"

#define COUNTER		0x7c00
#define PATIENCE_MS	2000u

DEFINE_CODE(count, "1: incl " STRING(COUNTER) "; jmp 1b");

PAGE_BUFFER(place);
PAGE_BUFFER(counter_page);
static struct domu neighbour;

void neighbour_start(void)
{
	domu_make(&neighbour, place, count, CODE_SIZE(count));
	CHECK(domu_map(&neighbour, counter_page,
		       neighbour.frames[COUNTER >> 12], PTE_RO), 0);
	CHECK(domu_ctl(&neighbour, XEN_DOMCTL_unpausedomain), 0);
}

void neighbour_check(void)
{
	volatile u32 *counter = (u32 *)(counter_page + (COUNTER & 0xfff));
	u32 last = *counter, ms = 0;

	while (*counter == last && ms++ < PATIENCE_MS)
		sleep_ms(1);
	CHECK(ms <= PATIENCE_MS, 1);
}

void neighbour_end(void)
{
	CHECK(set_pte_va(counter_page, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&neighbour, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&neighbour), 1);
}
