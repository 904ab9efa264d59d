// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the input of the page-table fuzzer: eight bytes a step, which is a
 * hypercall or a store of some vCPU. A step says when it is preempted. It also
 * says in which of the places where it takes a lock, and holds none, another
 * vCPU makes the next step: so races with other processors are tried, as far as
 * locks allow them.
 */
#include <stdio.h>
#include <stdlib.h>
#include "errno.h"
#include "lib/lib.h"
#include "pages.h"

#define STEPS	160u

static const u8 *input;
static size_t left;
static u32 depth, until_between, preempt_bits, preempt_at;

void model_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "model: ");
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

static bool next_step(struct step *s)
{
	if (left < sizeof(*s))
		return false;
	memcpy(s, input, sizeof(*s));
	input += sizeof(*s);
	left -= sizeof(*s);
	return true;
}

/* The vCPU, if it exists and may run; another one if it is at work. */
static struct actor *find_actor(const struct step *s)
{
	struct actor *a = &world.actor[(s->actor & 7) %
				       ARRAY_SIZE(world.actor)];

	if (!a->v || a->v->d->life.is_dying ||
	    (depth > 1 && a->v == host_current))
		return NULL;
	return a;
}

static bool wanted(void)
{
	return preempt_bits >> (preempt_at++ % 5) & 1;
}

static void act(const struct step *s)
{
	struct vcpu *was = host_current;
	u32 bits = preempt_bits, between = until_between;
	struct actor *a;

	depth++;
	a = find_actor(s);
	if (a) {
		host_current = a->v;
		preempt_bits = s->actor >> 3;
		until_between = s->between % 16;
		if (a->call.fn)
			call_go(a);
		else if (s->op % (OPS + GRANT_OPS) < OPS)
			ops_step(a, s);
		else
			grants_step(a, s);
	}
	depth--;
	host_current = was;
	preempt_bits = bits;
	until_between = between;
}

/* Let another vCPU in, where the input says so. */
static void between(void)
{
	struct step s;

	if (depth != 1 || !until_between || --until_between || !next_step(&s))
		return;
	host_busy = host_current->d;
	act(&s);
	host_busy = NULL;
}

static void run(void)
{
	struct step s;
	u32 i;

	for (i = 0; i < STEPS && next_step(&s); i++) {
		act(&s);
		model_check();
		world_tidy();
	}
	preempt_bits = 0;
	until_between = 0;
	world_end();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	input = data;
	left = size;
	depth = preempt_bits = preempt_at = until_between = 0;
	world_make();
	model_reset();
	host_wanted = wanted;
	host_between = between;
	host_flushed = tlb_flushed;
	model_check();
	run();
	return 0;
}
