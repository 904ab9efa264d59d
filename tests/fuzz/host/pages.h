/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page-table fuzzer: three domains of two vCPUs each, on a machine of 1024
 * frames. world.c makes them, ops.c and grants.c act as their vCPUs, model.c
 * checks after each step what must be true, and pages.c reads the input.
 */
#ifndef FUZZ_PAGES_H
#define FUZZ_PAGES_H

#include "boot/boot.h"
#include "host.h"
#include "machine/paging.h"

#define PAGES		28u	/* of a domain, at its start */
#define NAMES		32u	/* pages of a domain that steps can name */
#define RAM_FRAMES	3072u	/* frames from HOST_FRAMES on: its own */
#define REFS		8u	/* grants that steps can name */
#define DATA		256u

/* One step of the input. */
struct step {
	u8 op, actor, x, y, slot, flags, kind, between;
};

/* A hypercall that stopped and can be continued, or that is to begin. */
struct call {
	long (*fn)(u64 a[]);	/* NULL: none */
	u64 a[6];
	u64 data[DATA / 8];	/* the guest's memory that it works on */
};

struct actor {
	struct vcpu *v;
	struct call call;
};

struct world {
	struct domain *d[HOST_DOMAINS];		/* NULL: not there */
	u32 name[HOST_DOMAINS][NAMES];		/* frames; 0: none */
	struct actor actor[HOST_DOMAINS * HOST_VCPUS];
	bool killing;
	u64 frames;				/* free without any domain */
};
extern struct world world;

/* world.c */
void world_make(void);
bool world_create(u32 nr);
/* After each step: look for domains that are gone and pages that are new. */
void world_tidy(void);
/* Kill all domains; no frame may be missing afterwards. */
void world_end(void);
u32 world_nr(const struct domain *d);
/* The frame that a byte names for domain 'nr'. */
u64 world_frame(u32 nr, u8 byte);
u32 world_slot(u8 byte);
u64 world_entry(u32 nr, u8 page, u8 flags);

/* ops.c, grants.c: begin the step's operation. */
void ops_step(struct actor *a, const struct step *s);
void grants_step(struct actor *a, const struct step *s);
/* Run a call, or continue it, as far as it goes; returns its result. */
long call_go(struct actor *a);
#define OPS		16u
#define GRANT_OPS	5u

/* model.c */
void model_reset(void);
/* A privileged domain gives domain nr a frame of another one. */
void model_lend(u32 nr, u64 frame);
void model_flushed(u32 cpus);
void model_check(void);
/* Whether a domain may keep another one's frame mapped: an unmap is final. */
bool model_may_know(u32 nr, u32 n);
void model_fail(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
#define CHECK(cond, ...)						\
	do {								\
		if (!(cond))						\
			model_fail(__VA_ARGS__);				\
	} while (0)

/* tlb.c: what processors may still have cached. */
void tlb_reset(void);
void tlb_flushed(u32 cpus);
void tlb_check(void);

#endif
