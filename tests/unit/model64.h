/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rule (mmu/tables.c, mmu/roots.c): whatever a 64-bit guest does, a processor
 * that walks the private root of one of its vCPUs finds checked tables alone,
 * and no page that is writable but those typed so; in the slots that the ABI
 * gives to the hypervisor (256 to 271 of a level-4 table) it finds those of the
 * private root, and in tables of the guest nothing.
 *
 * The model is a processor that walks from the four private roots of two vCPUs
 * after each step, whenever it is flushed, and when something loses its type.
 * It keeps what it found until its next flush, as a TLB and the caches of upper
 * entries do. The guest fills slots 256 to 271 of its tables before it pins
 * them, makes entries that point to tables of any level, shares tables, and
 * unpins what is in use.
 */
#ifndef UNIT_MODEL64_H
#define UNIT_MODEL64_H

#include "host.h"

#define PAGES	32u
#define CPUS	2u
#define LINEAR	PTE_P		/* of an entry that may be linear */
#define TABLE	(PTE_P | PTE_RW | PTE_US)

/* A 64-bit domain with a vCPU for each CPU, and its first frame. */
extern struct domain *model;
extern u32 model_first;
/* The slots of tables in which tests have entries while the model walks. */
#define MODEL_SLOTS	11u
extern const u32 model_slots[MODEL_SLOTS];

/* With so many pages; counts are checked of the first PAGES of them. */
void model_setup(u32 pages);
/* As long as no vCPU has a root. */
void model_set_width(const struct width *w);
/* Pages 0 to 3 are tables of level 4 to 1; page 4 is mapped writable. */
void model_build(void);
/* The same with page 0 pinned, and 8 and 9 as level-4 tables beside it. */
void model_pin_three(void);
/* The rule, and all counts. */
void model_check(void);
/*
 * Destroy the domain, whatever it has in use. All of its frames come back but
 * five; 'free' is how many there were before it, its pages included.
 */
void model_end(u64 free);

/*
 * steps64.c: one step of any vCPU, which becomes host_current: a pin, a root, an
 * update, or contents that the guest writes where it may. model_draw(n) gives a
 * number below n.
 */
extern u32 (*model_draw)(u32 n);
void model_step(void);
u32 model_any_slot(void);		/* of model_slots */
u64 model_any_entry(void);		/* of a table */

/* By the number of a page. */
struct frame *model_frame(u32 i);
u64 *model_page(u32 i);
u64 model_entry(u32 i, u64 flags);
/* Hypercalls of host_current. */
long model_operation(u32 cmd, u64 m);
long model_on(u32 cmd, u32 i);
long model_update(u32 table, u32 slot, u64 value);

#endif
