/* SPDX-License-Identifier: GPL-2.0-only */
/* Random values of the kinds that hypercalls take, and one call. */
#ifndef VALUES_H
#define VALUES_H

#include "fuzz.h"
#include "guest.h"

#define CONTROL	((struct control *)(PAGE_CONTROL << 12))

/* The vCPU that draws: chosen at each entry, one sequence each. */
struct source {
	u32 id, state;
};

u32 draw(struct source *s);		/* any 32 bits */
u32 below(struct source *s, u32 n);	/* 0 to n - 1 */
bool one_in(struct source *s, u32 n);

struct call {
	struct source *s;
	u32 nr, a[6];
	u32 at;			/* where the next argument structure goes */
};

/* Numbers of which few are right: counts, indices, commands. */
u32 some_count(struct call *c);
u32 some_domid(struct call *c);
/* Indices of pages: to lose them ends the run, so that it happens rarely. */
u32 some_page(struct call *c);
u32 spare_page(struct call *c);		/* one to play with, but rarely */
/* Frame numbers of such pages, and others that are not the domain's. */
u32 some_frame(struct call *c);
u32 spare_frame(struct call *c);
u32 some_address(struct call *c);	/* of memory, for any use */
u64 some_entry(struct call *c);		/* of a page table */
u64 some_slot(struct call *c);		/* machine address of an entry */
u32 some_selector(struct call *c);

/*
 * An argument in memory: mostly copied to a page for arguments, where other
 * calls and the other vCPU's scribbling meet it; else a hostile address.
 */
u32 argument(struct call *c, const void *what, u32 size);
/* A place for results, or a hostile one. */
u32 place(struct call *c);

static inline void set(struct call *c, u32 nr, u32 a0, u32 a1, u32 a2, u32 a3)
{
	c->nr = nr;
	c->a[0] = a0;
	c->a[1] = a1;
	c->a[2] = a2;
	c->a[3] = a3;
}

#define PICK(s, table)	((table)[below(s, ARRAY_SIZE(table))])

/* calls.c: fill in any hypercall; what stands in memory is written, too. */
void choose_call(struct call *c);
/* memory.c: one hypercall each */
void make_mmu_update(struct call *c);
void make_gdt(struct call *c);
void make_descriptor(struct call *c);
void make_memory(struct call *c);
void make_va_mapping(struct call *c);
void make_grant(struct call *c);
void make_ext(struct call *c);
/* New frames take the places of those that were given up. */
void learn(const struct call *c, u32 done);
/* Whether it was a call that has mapped a grant. */
bool has_mapped(const struct call *c, long rc);
/* After a call: what the next ones need is put right, mostly. */
void after_call(struct call *c, long rc);
/* repair.c: as at the start; one vCPU's. */
void repair(u32 vcpu);
void repair_traps(u32 vcpu);
void repair_arguments(void);

u32 fuzz_call(u32 nr, const u32 a[6]);
void fuzz_iret(const u32 frame[6]);
extern u8 fuzz_entry[];

#endif
