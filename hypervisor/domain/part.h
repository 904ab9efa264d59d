/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts that a domain is composed of. A mechanism that keeps something for
 * a domain or for a vCPU declares its part in its own file. The files of
 * domain/ run over all parts and know none of them by name.
 */
#ifndef KRYPTON_PART_H
#define KRYPTON_PART_H

#include "domain/domain.h"

/*
 * Parts are created, stopped and killed in this order, and freed in reverse. A
 * part that may use other domains' pages comes before the pages.
 */
enum part_order {
	PART_SHARED,		/* shared_info */
	PART_EVENTS,
	PART_DEVICES,
	PART_TABLES,		/* locks; old tables, then level-2 entries */
	PART_GRANTS,
	PART_SCHED,
	PART_TIMERS,
	PART_DESCRIPTORS,
	PART_XPTI,
	PART_ROOTS,
	PART_INFO,		/* vcpu_info that a vCPU registered */
	PART_PROCESSOR,
	PART_PINS,
	PART_PAGES,
	PARTS
};

/* Each member may be NULL. */
struct domain_part {
	enum part_order order;
	/* 0, or -ENOMEM: then the parts before this one are freed. */
	int (*create)(struct domain *d, const struct domain_config *config);
	int (*vcpu_create)(struct vcpu *v);
	/* The domain must not run: make its vCPUs leave their CPUs. */
	void (*stop)(struct domain *d);
	/* The domain may run again. */
	void (*resume)(struct domain *d);
	/*
	 * The domain is dying and no vCPU runs. First take and drop the lock
	 * that guards the part: a CPU that tested is_dying before it was set
	 * has then finished. -ERESTART: call again.
	 */
	int (*kill)(struct domain *d);
	/* After the last reference, or after create() failed half-way. */
	void (*vcpu_free)(struct vcpu *v);
	void (*free)(struct domain *d);
};

/* The part at this place in the order, with these hooks. */
#define DOMAIN_PART(name, ...)						\
	static const struct domain_part part_##name			\
	__attribute__((used, aligned(8), section("domain_parts"))) = {	\
		.order = PART_##name, __VA_ARGS__			\
	}

/* Each part that has this hook, as 'p': in their order, or in reverse. */
#define parts_for_each(p, hook)						\
	for (u32 _at = 0; _at < PARTS; _at++)				\
		if ((p = part_at(_at))->hook)
#define parts_for_each_reverse(p, hook)					\
	for (u32 _at = PARTS; _at--;)					\
		if ((p = part_at(_at))->hook)

/* Call a hook of all parts that have it. */
#define PARTS_CALL(hook, arg) do {					\
	const struct domain_part *_part;				\
									\
	parts_for_each(_part, hook)					\
		_part->hook(arg);					\
} while (0)

/* By its place in the order; one without hooks if there is none. */
const struct domain_part *part_at(u32 order);

#endif
