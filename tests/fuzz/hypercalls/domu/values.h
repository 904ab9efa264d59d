/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random values of the kinds that hypercalls take, and one call. What depends
 * on the width of the domain is in 32/ and 64/.
 */
#ifndef VALUES_H
#define VALUES_H

#include "fuzz.h"
#include "guest.h"
#include "form.h"

#define CONTROL		((struct control *)(PAGE_CONTROL << 12))
#define OPERATIONS	((struct operations *)(PAGE_OPS << 12))

/* The vCPU that draws: chosen at each entry, one sequence each. */
struct source {
	u32 id, state;
	u8 was_user;		/* user mode sets it */
	u8 broken;		/* by calls that were drawn: */
#define BROKEN_TRAPS	1u	/* handlers of exceptions */
#define BROKEN_ENTRIES	2u	/* callbacks, and the kernel's stack */
};

u32 draw(struct source *s);		/* any 32 bits */
u32 below(struct source *s, u32 n);	/* 0 to n - 1 */
bool one_in(struct source *s, u32 n);

struct call {
	struct source *s;
	u32 nr;
	ulong a[6];
	ulong at;		/* where the next argument structure goes */
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
u32 odd_frame(struct call *c);
ulong some_address(struct call *c);	/* of memory, for any use */
u64 some_entry(struct call *c);		/* of a page table */
u64 some_slot(struct call *c);		/* machine address of an entry */
/* Both of them: entries that refer to tables are more often right. */
mmu_update_t some_update(struct call *c);
u32 some_selector(struct call *c);
/* For a breakpoint; rarely its own entry, which would then have no end. */
ulong some_watch(struct source *s);

/*
 * An argument in memory: mostly copied to a page for arguments, where other
 * calls and the other vCPU's scribbling meet it; else a hostile address.
 */
ulong argument(struct call *c, const void *what, u32 size);
/* A place for results, or a hostile one. */
ulong place(struct call *c);

static inline void set(struct call *c, u32 nr, ulong a0, ulong a1, ulong a2,
		       ulong a3)
{
	c->nr = nr;
	c->a[0] = a0;
	c->a[1] = a1;
	c->a[2] = a2;
	c->a[3] = a3;
}

#define PICK(s, table)	((table)[below(s, ARRAY_SIZE(table))])

/* form.c of a width: values, arguments and instructions that others have not */
ulong some_word(struct source *s);	/* for a register */
bool guests_address(ulong at);	/* or it is the hypervisor's, or none */
ulong odd_address(struct source *s);	/* where something begins or ends */
u32 some_root(struct call *c);	/* mostly one that goes on */
u32 safe_slot(struct source *s);	/* of a table that maps what runs */
bool upper_entry(struct call *c, mmu_update_t *u);
void set_va_mapping(struct call *c, ulong at, u64 entry, ulong flags,
		    ulong domid);
void set_descriptor(struct call *c, u64 at, u64 descriptor);
void set_timer(struct call *c, u64 at);
void set_callbacks(struct call *c, ulong event, ulong failsafe);
void set_segment(struct call *c);
void write_entry(struct source *s, u64 *to, u64 entry);
void own_instruction(struct source *s);
void own_story(struct source *s);	/* some calls that belong together */
void one_iret(struct source *s);
void one_user(struct source *s);	/* some instruction of user mode */
void repair_own(u32 vcpu);

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
/* What a grant's operation says of itself: whether it was done. */
bool grant_done(const struct call *c);
/* After a call: what the next ones need is put right, mostly. */
void after_call(struct call *c, long rc);
/* repair.c: as at the start; one vCPU's. */
void repair(u32 vcpu);
void repair_broken(struct source *s);
void repair_arguments(void);
void repair_page(u32 page, u64 flags);
long repair_call(u32 nr, ulong a0, ulong a1, ulong a2, ulong a3);

/* domu.c: attempts, and those that succeeded */
void counted(u32 id, u32 nr, bool good);
bool in_arguments(ulong at);

ulong fuzz_call(u32 nr, const ulong a[6]);
extern u8 fuzz_entry[];

#endif
