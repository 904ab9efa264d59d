// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine: each processor has a stack, on which the hypervisor's own
 * sched/, entry/exit.c and machine/time.c run as on a real one. It leaves that
 * stack when it "is" in a guest, or halts, and comes back for an interrupt or a
 * call of the guest. Time passes in guests and halts alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>
#include "entry/traps.h"
#include "domain/part.h"
#include "cpu/context.h"
#include "cpu/nmi.h"
#include "cpu/vcpu.h"
#include "entry/guest_trap.h"
#include "event/evtchn.h"
#include "lib/lib.h"
#include "machine/apic.h"
#include "machine/clocks.h"
#include "machine/rtc.h"
#include "machine/smp.h"
#include "machine/tsc.h"
#include "sched/inner.h"
#include "sim.h"

#define STACK_SIZE	65536u
#define IPI_TIME	1000u
#define STARTED		(NS_PER_SEC + IPI_TIME)
#define NEVER		(~0ull)

static struct processor {
	struct cpu_block block;
	ucontext_t context;
	u8 stack[STACK_SIZE];
	u64 timer, ipi;			/* when they come */
	u64 entered;			/* the guest that runs there */
} processors[MAX_CPUS];

struct cpu_block *cpu_blocks[MAX_CPUS];
u32 cpu_count;
struct cpu *sim_cpu;
struct domain *dom0;
struct sim_vcpu sim_vcpus[SIM_VCPUS];
struct domain sim_domains[SIM_DOMAINS];
u32 sim_vcpu_count, sim_domain_count;
u64 sim_now;
u32 sim_looks, sim_locks;
bool sim_at_budget;
void (*sim_at_window)(void);

static ucontext_t machine;
static u32 looks, most_looks;		/* since a queue was locked */
static u32 locks;			/* of one queue each, in one entry */
static u64 vtimes[SIM_VCPUS][MAX_CPUS];
static u32 seed;

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	abort();
}

void log_at(enum log_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

void spin_init(struct spinlock *l, enum lock_level level)
{
	*l = (struct spinlock){ .level = level };
}

static void run_others(void)
{
	struct cpu *cpu = sim_cpu;

	sim_at_budget = false;
	sim_run(sim_now + 10000);
	sim_cpu = cpu;
}

/*
 * One processor's code runs at a time, and never in the midst of another's, but
 * for sim_at_budget.
 */
void spin_lock(struct spinlock *l)
{
	if (l->level == LOCK_BUDGET && sim_at_budget)
		run_others();
	if (l->owner++)
		panic("lock taken twice");
}

void spin_unlock(struct spinlock *l)
{
	if (--l->owner)
		panic("lock given twice");
}

/* A CPU begins to choose so: it looks into each queue once, and where called. */
u64 spin_lock_irqsave(struct spinlock *l)
{
	if (l->level == LOCK_SCHED) {
		looks = 0;
		most_looks = waiting_queues + 1;
		locks++;
	}
	spin_lock(l);
	return 0;
}

void spin_unlock_irqrestore(struct spinlock *l, u64 flags)
{
	(void)flags;
	spin_unlock(l);
}

u64 spin_lock_pair_irqsave(struct spinlock *a, struct spinlock *b)
{
	spin_lock(a);
	if (a != b)
		spin_lock(b);
	if (a->level == LOCK_SCHED && ++looks > most_looks)
		panic("a CPU looks more than once into each queue\n");
	if (a->level == LOCK_SCHED && !sim_cpu->id)
		sim_looks = MAX(sim_looks, looks);
	return 0;
}

void spin_unlock_pair_irqrestore(struct spinlock *a, struct spinlock *b,
				 u64 flags)
{
	(void)flags;
	spin_unlock(a);
	if (a != b)
		spin_unlock(b);
}

u64 rdtsc(void)
{
	return sim_now;
}

struct clock_rates calibrate(void)
{
	return (struct clock_rates){ NS_PER_SEC, NS_PER_SEC, "simulation" };
}

bool tsc_is_steady(void)
{
	return true;
}

u64 rtc_seconds(void)
{
	return 0;
}

static struct processor *this_processor(void)
{
	return &processors[sim_cpu->id];
}

void apic_timer_set(u32 ticks)
{
	this_processor()->timer = ticks ? sim_now + ticks : NEVER;
}

void smp_kick(u32 cpu)
{
	processors[cpu].ipi = MIN(processors[cpu].ipi, sim_now + IPI_TIME);
}

static struct sim_vcpu *of(const struct vcpu *v)
{
	return (struct sim_vcpu *)((u8 *)v - offsetof(struct sim_vcpu, v));
}

static void account(struct processor *p)
{
	struct sim_vcpu *s = of(p->block.cpu.current);
	u64 ran = sim_now - p->entered;

	s->ran += ran;
	s->left -= MIN(s->left, ran);
	p->entered = sim_now;
}

void context_save(struct vcpu *v)
{
	if (v != sim_cpu->current)
		panic("a vCPU is saved that is not loaded\n");
	irq_window();
}

/* Each seventh time, it is woken before it is released. */
void context_leave(const struct vcpu *v)
{
	static u32 times;

	if (v == sim_cpu->current)
		sim_cpu->current = NULL;
	irq_window();
	if (!(++times % 7) && (v->sched.state & VCPU_BLOCKED) && of(v)->wakes) {
		of(v)->wakes = 0;
		sched_wake((struct vcpu *)v);
	}
}

void context_load(struct vcpu *v)
{
	sim_cpu->current = v;
	this_processor()->entered = sim_now;
	irq_window();
}

/* It stayed loaded while it slept. */
void vcpu_update_time(struct vcpu *v)
{
	if (v != sim_cpu->current)
		panic("a vCPU runs that is not loaded\n");
	this_processor()->entered = sim_now;
}

static void leave_processor(void)
{
	swapcontext(&this_processor()->context, &machine);
}

/* Each third halt, another processor asks for a flush. */
void cpu_idle(const volatile u32 *work)
{
	static u32 halts;

	irq_window();
	if (!*work)
		leave_processor();
	sim_cpu->flushed += !(++halts % 3);
}

/* In a guest: come back for an interrupt or a hypercall. */
static void run_cpu(void)
{
	struct regs r = { 0 };

	sched_init_cpu();
	for (;;) {
		exit_to_guest(&r);
		leave_processor();
	}
}

u32 sim_random(u32 below)
{
	seed = seed * 1664525 + 1013904223;
	return (u32)((u64)seed * below >> 32);
}

/*
 * For a vCPU that waits, a CPU will choose: now, or when a slice ends. CPUs choose
 * first when the machine starts.
 */
static void check_waits(const struct vcpu *v)
{
	u32 cpu;

	if (!sched_runnable(v) || v->sched.on_cpu || sim_now <= STARTED)
		return;
	for (cpu = 0; cpu < cpu_count; cpu++)
		if (cpus_has(&v->sched.affinity, cpu) &&
		    (runqueues[cpu].slice.active || cpu_blocks[cpu]->cpu.work))
			return;
	panic("a vCPU waits, and no CPU will choose\n");
}

/*
 * A vCPU waits in the queue of its CPU or in none, and not in vain; one that may
 * run and is in none is loaded, and its CPU will choose; the set of CPUs names the
 * queues that are not empty, and they are counted; a CPU runs what says so; and it
 * unloads what was stopped.
 */
static void check_queues(void)
{
	const struct vcpu *v;
	u32 cpu, queues = 0, queued = 0, running = 0, i;

	for (cpu = 0; cpu < cpu_count; cpu++) {
		v = runqueues[cpu].first;
		if (cpus_has(&waiting_cpus, cpu) != !!v)
			panic("CPU %u: the set of queues is wrong\n", cpu);
		queues += !!v;
		for (; v; v = v->sched.run_next, queued++) {
			if (!v->sched.queued || v->sched.running ||
			    v->sched.cpu != cpu)
				panic("CPU %u: a vCPU in a wrong queue\n", cpu);
			check_waits(v);
		}
		v = runqueues[cpu].running;
		if (v && (!v->sched.running || v->sched.cpu != cpu))
			panic("CPU %u: it runs a wrong vCPU\n", cpu);
		running += !!v;
	}
	if (queues != waiting_queues)
		panic("%u queues, but %u are counted\n", queues, waiting_queues);
	for (i = 0; i < sim_vcpu_count; i++) {
		queued -= sim_vcpus[i].v.sched.queued;
		running -= sim_vcpus[i].v.sched.running;
	}
	if (queued || running)
		panic("a vCPU is nowhere, or twice\n");
	for (i = 0; i < sim_vcpu_count; i++) {
		v = &sim_vcpus[i].v;
		if (v->sched.on_cpu != (cpu_blocks[v->sched.cpu]->cpu.current == v))
			panic("on_cpu is not whether a vCPU is loaded\n");
		if (v->sched.on_cpu && !cpu_blocks[v->sched.cpu]->cpu.work &&
		    (v->d->life.pause_count || !(v->sched.state & VCPU_UP)))
			panic("a vCPU that was stopped stays loaded\n");
		if (sched_runnable(v) && !v->sched.running && !v->sched.queued &&
		    v->sched.runstate.state != RUNSTATE_offline &&	/* new */
		    !(v->sched.on_cpu && cpu_blocks[v->sched.cpu]->cpu.work))
			panic("a vCPU may run, and no CPU will look at it\n");
	}
}

/* Who waits, and for how long each has waited: looked at after each event. */
static void note_waits(void)
{
	struct sim_vcpu *s;
	u32 i;

	check_queues();
	for (i = 0; i < sim_vcpu_count; i++) {
		s = &sim_vcpus[i];
		if (s->waits_since)
			s->longest = MAX(s->longest, sim_now - s->waits_since);
		if (s->v.sched.running || s->v.sched.state != VCPU_UP ||
		    s->v.d->sched.parked)
			s->waits_since = 0;
		else if (!s->waits_since)
			s->waits_since = sim_now;
	}
}

static void sleep_until(struct sim_vcpu *s, u64 when)
{
	s->v.sched.state |= VCPU_BLOCKED;
	s->wakes = when;
	sched_stop(&s->v);
}

/* The next of its domain, which goes on from there. */
static void relay(struct sim_vcpu *s)
{
	const struct domain *d = s->v.d;
	struct vcpu *next = d->vcpu[(s->v.id + 1) % d->max_vcpus];

	of(next)->wakes = 0;
	sched_wake(next);
	if (next != &s->v)
		sleep_until(s, 0);
}

static void act(struct sim_vcpu *s)
{
	enum sim_kind kind = s->kind == SIM_ANY ?
			     sim_random(SIM_RELAY) : s->kind;

	s->left = s->burst;
	if (s->kind == SIM_ANY)
		s->left = 1000 + sim_random(1 << (10 + sim_random(15)));
	if (kind == SIM_YIELD) {
		s->v.sched.yielded = true;
		sched_stop(&s->v);
	} else if (kind == SIM_SLEEP) {
		sleep_until(s, sim_now + 1000 + (s->kind == SIM_ANY ?
			    sim_random(1 << (10 + sim_random(15))) : s->sleep));
	} else if (kind == SIM_RELAY) {
		relay(s);
	}
}

static void resume_processor(struct processor *p)
{
	sim_cpu = &p->block.cpu;
	locks = 0;
	swapcontext(&machine, &p->context);
	if (!sim_cpu->id)
		sim_locks = MAX(sim_locks, locks);
	note_waits();
}

/* The vCPU whose guest runs there: one that is loaded may sleep. */
static struct vcpu *guest(const struct processor *p)
{
	struct vcpu *v = p->block.cpu.current;

	return v && v->sched.running ? v : NULL;
}

/* When its guest does something. */
static u64 acts_at(const struct processor *p)
{
	struct vcpu *v = guest(p);

	return v && of(v)->kind != SIM_SPIN ? p->entered + of(v)->left : NEVER;
}

/* What comes at this moment, if anything. */
static void serve(struct processor *p)
{
	bool due = p->timer <= sim_now || p->ipi <= sim_now ||
		   acts_at(p) <= sim_now;

	if (!due)
		return;
	sim_cpu = &p->block.cpu;
	if (guest(p))
		account(p);
	if (p->ipi <= sim_now)
		p->ipi = NEVER;
	if (p->timer <= sim_now) {
		p->timer = NEVER;
		timer_interrupt();
	}
	if (guest(p) && of(guest(p))->kind != SIM_SPIN && !of(guest(p))->left)
		act(of(guest(p)));
	resume_processor(p);
}

/* An interrupt of a device, wherever it comes. */
static void wake(struct sim_vcpu *s)
{
	s->wakes = 0;
	sim_cpu = &processors[sim_random(cpu_count)].block.cpu;
	sched_wake(&s->v);
	if (sim_cpu->work)
		smp_kick(sim_cpu->id);
	note_waits();
}

static u64 next_event(u64 until)
{
	u32 i;

	for (i = 0; i < cpu_count; i++) {
		until = MIN(until, processors[i].timer);
		until = MIN(until, processors[i].ipi);
		until = MIN(until, acts_at(&processors[i]));
	}
	for (i = 0; i < sim_vcpu_count; i++)
		if (sim_vcpus[i].wakes)
			until = MIN(until, sim_vcpus[i].wakes);
	return MAX(until, sim_now);
}

void sim_run(u64 until)
{
	u32 i;

	for (i = 0; i < sim_domain_count; i++)
		part_at(PART_SCHED)->resume(&sim_domains[i]);
	for (i = 0; i < cpu_count; i++)
		smp_kick(i);
	note_waits();
	while (sim_now < until) {
		sim_now = next_event(until);
		for (i = 0; i < cpu_count; i++)
			serve(&processors[i]);
		for (i = 0; i < sim_vcpu_count; i++)
			if (sim_vcpus[i].wakes && sim_vcpus[i].wakes <= sim_now)
				wake(&sim_vcpus[i]);
	}
	for (i = 0; i < cpu_count; i++)
		if (guest(&processors[i]))
			account(&processors[i]);
}

void sim_count(void)
{
	u32 i;

	note_waits();
	sim_looks = sim_locks = 0;
	for (i = 0; i < sim_vcpu_count; i++) {
		sim_vcpus[i].ran = sim_vcpus[i].longest = 0;
		if (sim_vcpus[i].waits_since)
			sim_vcpus[i].waits_since = sim_now;
	}
}

struct domain *sim_domain(u32 weight, u32 cap)
{
	struct domain *d = &sim_domains[sim_domain_count];

	d->id = sim_domain_count++;
	part_at(PART_SCHED)->create(d, NULL);
	d->sched.weight = weight;
	d->sched.cap = cap;
	return d;
}

struct sim_vcpu *sim_vcpu(struct domain *d, u32 mask, enum sim_kind kind,
			  u64 burst, u64 sleep)
{
	struct sim_vcpu *s = &sim_vcpus[sim_vcpu_count++];
	static u8 info[VCPU_INFO_SIZE];		/* no event is ever pending */

	*s = (struct sim_vcpu){ .kind = kind, .burst = burst, .sleep = sleep };
	s->v.d = d;
	s->v.id = d->max_vcpus;
	s->v.shared.info = info;
	s->v.sched.state = VCPU_UP;
	s->v.sched.affinity = mask == ~0u ? cpus_below(MAX_CPUS) :
				(cpus_t){ { mask } };
	s->v.sched.vtime = vtimes[sim_vcpu_count - 1];
	s->v.sched.runstate.state = RUNSTATE_offline;
	d->vcpu[d->max_vcpus++] = &s->v;
	s->left = burst;
	return s;
}

static void add_processor(u32 id)
{
	struct processor *p = &processors[id];

	cpu_blocks[id] = &p->block;
	p->block.cpu.id = id;
	p->timer = NEVER;
	p->ipi = sim_now;
	getcontext(&p->context);
	p->context.uc_stack.ss_sp = p->stack;
	p->context.uc_stack.ss_size = STACK_SIZE;
	makecontext(&p->context, run_cpu, 0);
}

void sim_start(u32 cpus, u32 number)
{
	u32 i;

	seed = number;
	sim_now = NS_PER_SEC;
	cpu_count = cpus;
	for (i = 0; i < cpus; i++)
		add_processor(i);
	sim_cpu = &cpu_blocks[0]->cpu;
	sched_init();
	time_init();
	tsc_scale = (struct tsc_scale){ .hz = NS_PER_SEC, .mul = 1u << 31,
					.shift = 1 };
}
