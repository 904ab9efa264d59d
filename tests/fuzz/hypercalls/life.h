/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lives of domains that fuzz, seen from Dom0. A domain is of either width,
 * whatever Dom0's is: its image says what depends on that.
 */
#ifndef LIFE_H
#define LIFE_H

#include "domu.h"

#define LIVES	2u		/* at once, one of each width */

struct life {
	u32 nr;				/* which of those that go on at once */
	struct domu u;
	const struct image_header *header;	/* of its image */
	u32 size;				/* the image's */
	struct control *control;
	struct operations *ops;
	u32 port[4];
	u32 contexts, good_contexts;	/* that Dom0 set */
	bool at_end, shut_down;
};

/* Dom0's grant table, and a place to map pages of others. */
void lives_init(void);
/* Number nr of those at once, of this width; without contents. */
void life_create(struct life *l, u32 nr, u32 width);
/* Paused, with all that it needs for so many calls. */
void life_fill(struct life *l, u32 seed, u32 calls, u32 peer);
/* Calls that it has made so far. */
u32 life_calls(const struct life *l);
/* Looks whether it has ended, by itself or not; notes how. */
bool life_ended(struct life *l);
/* Give it random contexts, and let it run for a moment with each. */
void life_contexts(struct life *l);
void life_destroy(struct life *l);
/* After the destruction of all that could have mapped its pages. */
void life_gone(const struct life *l);

#endif
