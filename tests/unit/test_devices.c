// SPDX-License-Identifier: GPL-2.0-only
/* Ranges of device frames, given and taken at random: as a map of bits says. */
#include <stdlib.h>
#include <string.h>
#include "domain/domain.h"
#include "errno.h"
#include "host.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/ptype.h"
#include "mmu/tables.h"

#define FRAMES	40u

static bool has(const struct domain *d, u64 n)
{
	u32 i;

	for (i = 0; i < MAX_IOMEM; i++)
		if (n >= d->dev.iomem[i].first && n < d->dev.iomem[i].end)
			return true;
	return false;
}

/*
 * A domain reaches exactly the device frames that were given to it and not
 * taken back. Where its list of ranges is full, it may lose frames by a change
 * and gains none.
 */
static void test_iomem(void **state)
{
	static struct domain d;
	u64 first, end, n;
	bool model[FRAMES] = { false }, allow;
	u32 i, full = 0;
	int rc;

	(void)state;
	srand(9);
	for (i = 0; i < 200000; i++) {
		first = (u64)rand() % FRAMES;
		end = first + 1 + (u64)rand() % (rand() % 8 ? 2 : FRAMES);
		end = MIN(end, (u64)FRAMES);
		allow = rand() & 1;
		rc = devices_set_iomem(&d, first, end, allow);
		full += rc != 0;
		for (n = 0; n < FRAMES; n++) {
			if (n >= first && n < end)
				model[n] = allow;
			/* With no place for more, less is allowed, never more. */
			if (rc)
				model[n] = model[n] && has(&d, n);
			assert_int_equal(has(&d, n), model[n]);
		}
	}
	assert_true(full > 0);
}

static int map_uncached(struct domain *d, u32 first)
{
	u64 *l1 = mfn_to_virt(mfn(first));

	return tables_set(d, l1, make_pte(mfn(first + 1), PTE_P | PTE_RW |
					     PTE_PCD), false);
}

/* Memory that is not cached: only while there is a range of device frames. */
static void test_uncached(void **state)
{
	struct domain *d;
	u32 first, i;

	(void)state;
	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	d = host_domain(4, &first);
	assert_true(!ptype_get_both(d, mfn(first), TYPE_L1));
	for (i = 0; i < 3; i++) {
		assert_int_equal(map_uncached(d, first), -EINVAL);
		assert_int_equal(devices_set_iomem(d, 16, 24, true), 0);
		assert_int_equal(map_uncached(d, first), 0);
		assert_int_equal(tables_set(d, mfn_to_virt(mfn(first)), 0,
					       false), 0);
		assert_int_equal(devices_set_iomem(d, 1, 100, false), 0);
	}
}

EXPORT_TESTS(devices, cmocka_unit_test(test_iomem),
	     cmocka_unit_test(test_uncached));
