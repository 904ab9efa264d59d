// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a CPU does before it enters a guest (entry/exit.c), and how the other CPUs
 * hear that a domain has ended (domain/shutdown.c). A vCPU gets one event frame an
 * exit, although another one unmasks events again and again; a vCPU that comes
 * instead gets its own. The CPUs of a crashed domain are told before anything that
 * takes long, and each CPU that ends it looks again itself. A vCPU that sleeps
 * stays loaded until something else needs it or its CPU. Others' interrupts come in
 * however often the vCPU's siblings have the CPU look again, or send it an NMI.
 */
#include <stdlib.h>
#include "cpu/nmi.h"
#include "boot/boot.h"
#include "debug.h"
#include "domain/part.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "guest/get_few.h"
#include "host.h"
#include "machine/log.h"
#include "machine/machine.h"
#include "machine/panic.h"

static struct vcpu *chosen;	/* by the scheduler */
static u32 frames;		/* that the vCPU got */
static u32 more_work;		/* exits that find work after their frame */
static u32 more_rounds;		/* choices after which there is work again */
static u32 more_nmis;		/* that come while the last one is dropped */
static u32 windows;		/* for interrupts */
static u32 stack_lines;		/* that can be read */
static bool noreboot;		/* the option */
static u32 ticks;		/* vcpu_tick() was called */
static char steps[16];		/* of a domain's end, or a switch: a letter each */
static u32 step_count, work_when_stopped;

static void step(char what)
{
	assert_in_range(step_count, 0, sizeof(steps) - 2);
	steps[step_count++] = what;
	if (what == 's')
		work_when_stopped = host_work;
}

static void log_step(const char *fmt, ...)
{
	(void)fmt;
	step('l');
}

/* GCC 12's test for NULL goes wrong for an address that it knows as thread-local. */
static struct cpu *volatile here;
static struct vcpu *woken;	/* what is chosen after the halt */
static void (*during_halt)(void);

static void halt(void)
{
	step('h');
	if (during_halt)
		during_halt();
	during_halt = NULL;
	if (!host_cpu.work)
		chosen = woken;
}

static struct vcpu *choose(void)
{
	if (more_rounds) {
		more_rounds--;
		host_cpu.work = CPU_WORK_RESCHED;
	}
	return chosen;
}

/* The frame is written, and the other vCPU clears the mask at once. */
static void put_frame(struct vcpu *v)
{
	assert_in_range(++frames, 1, 4);
	v->shared.info[INFO_MASK] = 0;
	if (more_work) {
		more_work--;
		host_cpu.work = CPU_WORK_RESCHED;
	}
}

/* It has no handler. */
static void drop_nmi(struct vcpu *v)
{
	v->entry.nmi_pending = more_nmis && more_nmis--;
}

/* What the machine and the scheduler do, and host.c has otherwise. */
#define this_cpu()		here
#define bounce_event(v, r)	put_frame(v)
#define nmi_forward()		((void)0)
#define nmi_deliver(v, r)	drop_nmi(v)
#define log_news()		false
#define domain_reap()		((void)0)
#define sched_choose(v)		((void)(v), choose())
#define sched_may_stay_loaded(v)	((v)->sched.state == (VCPU_UP | VCPU_BLOCKED))
#define sched_release(v)	step('r')
#define sched_init_cpu()	((void)0)
#define timer_stop(t)		((void)(t))
#define context_save(v)		step('v')
#define context_leave(v)	((void)(v == host_cpu.current &&	\
					(host_cpu.current = NULL)))
#define context_load(v)		(step('L'), host_cpu.current = (v))
#define vcpu_update_time(v)	step('u')
#define vcpu_tick(v)		((void)(v), (void)ticks++)
#define cpu_idle(w)		halt()
#define irq_window()		((void)windows++)
#define xpti_ready(v)		(v)
#define xpti_leave(v)		((void)(v))
#define evtchn_send_global_virq(v)	step('t')
#define evtchn_send_end(d, port)	step((port) ? 'p' : 't')
#define machine_power_off()	abort()
#define machine_reboot()	step('R')
#define panic_stop()		step('S')
#define panic_dump(r)		step('d')
#define guest_get_few(...)	(stack_lines && stack_lines--)
#define boot_flag(name, value)	((void)(value), noreboot)
#define domain_stop		tested_stop_parts
#define domain_stopped		tested_all_stopped
#define domain_shutdown		tested_shutdown
#define domain_set_shutdown_code	tested_set_code
#define domain_crash		tested_crash
#define domain_tell_stopped	tested_tell
#undef PARTS_CALL
#define PARTS_CALL(hook, d)	step('s')
#undef log_err
#define log_err			log_step
#undef log_info
#define log_info		log_step
void tested_stop_parts(struct domain *d);
bool tested_all_stopped(const struct domain *d);
void tested_shutdown(struct domain *d, u32 reason);
void tested_set_code(struct domain *d, u32 reason);
void tested_crash(struct domain *d, const char *fmt, ...);
void tested_tell(struct domain *d);

#include "../../hypervisor/entry/exit.c"
#include "../../hypervisor/domain/shutdown.c"

static struct domain *d;

static void setup(void)
{
	u32 first;

	here = &host_cpu;
	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	d = host_make(1, 2, 4, &first);
	host_current = host_cpu.current = chosen = d->vcpu[0];
	host_cpu.work = host_work = 0;
	host_cpu.special = true;
	spin_init(&d->life.lock, LOCK_SHUTDOWN);
	d->life.shutdown_code = ~0u;
	frames = more_work = more_rounds = more_nmis = windows = step_count = 0;
	ticks = stack_lines = 0;
	memset(steps, 0, sizeof(steps));
	during_halt = NULL;
}

static void test_one_frame(void **state)
{
	struct regs r = { 0 };
	u32 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		setup();
		d->vcpu[i]->shared.info[INFO_PENDING] = 1;
		d->vcpu[i]->shared.info[INFO_MASK] = 0;
		host_cpu.current = chosen = d->vcpu[i];
		exit_to_guest(&r);
		assert_int_equal(frames, 1);
		exit_to_guest(&r);
		assert_int_equal(frames, 2);
	}
}

/* The second vCPU is chosen after the first one's frame. */
static void test_frame_of_next(void **state)
{
	struct regs r = { 0 };
	u32 i;

	(void)state;
	setup();
	for (i = 0; i < 2; i++) {
		d->vcpu[i]->shared.info[INFO_PENDING] = 1;
		d->vcpu[i]->shared.info[INFO_MASK] = 0;
	}
	chosen = d->vcpu[1];
	more_work = 1;
	exit_to_guest(&r);
	assert_ptr_equal(host_cpu.current, d->vcpu[1]);
	assert_int_equal(frames, 2);
}

/* A port that the tools subscribed to hears of a suspend alone. */
static void test_suspend_port(void **state)
{
	(void)state;
	setup();
	d->life.suspend_port = 5;
	domain_shutdown(d, SHUTDOWN_suspend);
	assert_string_equal(steps, "slp");
	setup();
	d->life.suspend_port = 5;
	domain_shutdown(d, SHUTDOWN_reboot);
	assert_string_equal(steps, "slt");
	d->life.suspend_port = 0;
}

static void test_crash(void **state)
{
	(void)state;
	setup();
	domain_crash(d, "it broke a rule");
	/* Stopped, then logged with the registers; told when none runs. */
	assert_string_equal(steps, "sldt");
	assert_int_equal(work_when_stopped, CPU_WORK_RESCHED);
	assert_int_equal(d->life.shutdown_code, SHUTDOWN_crash);
	/* Another one of its CPUs crashes it as well. */
	host_work = 0;
	domain_crash(d, "again");
	assert_string_equal(steps, "sldt");
	assert_int_equal(host_work, CPU_WORK_RESCHED);
	/* One of another domain, as by a tool. */
	setup();
	host_current = NULL;
	domain_crash(d, "it broke a rule");
	assert_string_equal(steps, "slt");
	assert_int_equal(host_work, 0);
}

/* What was on the stack is logged, as far as it can be read. */
static void test_crash_stack(void **state)
{
	(void)state;
	setup();
	stack_lines = 3;
	domain_crash(d, "it broke a rule");
	assert_string_equal(steps, "sldlllt");
	/* Dom0 says that it crashed. */
	setup();
	stack_lines = 2;
	dom0 = d;
	domain_shutdown(d, SHUTDOWN_crash);
	assert_string_equal(steps, "sldllRt");
	/* A DomU has a console of its own. */
	dom0 = NULL;
	setup();
	domain_shutdown(d, SHUTDOWN_crash);
	assert_string_equal(steps, "slt");
}

/* Dom0 ends: the machine starts again, unless noreboot stops it after an error. */
static void test_dom0_ends(void **state)
{
	static const struct {
		u32 reason;
		const char *steps, *with_noreboot;
	} rows[] = {
		{ SHUTDOWN_reboot, "slRt", "slRt" },
		{ SHUTDOWN_watchdog, "slRt", "slRt" },
		{ SHUTDOWN_soft_reset, "slRt", "slRt" },
		{ SHUTDOWN_crash, "sldRt", "sldSRt" },
		{ SHUTDOWN_MAX + 1, "slRt", "slSRt" },
	};
	u32 i;

	(void)state;
	for (i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		setup();
		dom0 = d;
		noreboot = i % 2;
		domain_shutdown(d, rows[i / 2].reason);
		assert_string_equal(steps, noreboot ? rows[i / 2].with_noreboot :
						      rows[i / 2].steps);
	}
	noreboot = false;
	dom0 = NULL;
}

static void wake_up(void)
{
	d->vcpu[0]->sched.state = VCPU_UP;
}

/* Paused, while it sleeps: the next halt is the last. */
static void stop(void)
{
	d->life.pause_count = 1;
	d->vcpu[0]->sched.state = 0;
	host_cpu.work = CPU_WORK_RESCHED;
}

static void answer_flush(void)
{
	host_cpu.flushed++;
	host_cpu.work = CPU_WORK_RESCHED;
}

/*
 * The first vCPU sleeps. What comes during the halt, who runs after it, and what the
 * CPU does: h: halt, u: write the time, v: save, r: release, L: load.
 */
static void test_sleep(void **state)
{
	static const struct {
		void (*event)(void);
		u32 next;
		const char *steps;
	} rows[] = {
		{ NULL, 0, "hu" },		/* it wakes */
		{ NULL, 1, "hvLr" },		/* another one does */
		{ stop, 1, "hvrhL" },
		{ answer_flush, 0, "hvrhL" },	/* it wakes later */
		{ answer_flush, 1, "hvrhL" },
		{ wake_up, 1, "hvLr" },		/* where it may not run */
	};
	struct regs r = { 0 };
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		setup();
		d->vcpu[0]->sched.state = VCPU_UP | VCPU_BLOCKED;
		host_cpu.work = CPU_WORK_RESCHED;
		chosen = NULL;
		woken = d->vcpu[rows[i].next];
		during_halt = rows[i].event;
		exit_to_guest(&r);
		assert_string_equal(steps, rows[i].steps);
		assert_ptr_equal(host_cpu.current, woken);
	}
}

/*
 * It stops, or wakes where it may not run, before its CPU halts. Or it was stopped in
 * user mode, and started again already: its kernel's memory is not mapped.
 */
static void test_no_sleep(void **state)
{
	struct regs r = { 0 };
	u32 user;

	(void)state;
	for (user = 0; user < 2; user++) {
		setup();
		d->vcpu[0]->sched.state = user ? VCPU_UP | VCPU_BLOCKED : VCPU_UP;
		d->vcpu[0]->proc.in_user = user;
		host_cpu.work = CPU_WORK_RESCHED;
		chosen = NULL;
		woken = d->vcpu[0];
		exit_to_guest(&r);
		assert_string_equal(steps, "vrhL");
	}
}

static void test_endless_work(void **state)
{
	struct regs r = { 0 };

	(void)state;
	setup();
	more_rounds = 5;
	host_cpu.work = CPU_WORK_RESCHED;
	exit_to_guest(&r);
	assert_int_equal(windows, 5);
	assert_string_equal(steps, "");
	/* Each time it may have got another periodic timer. */
	assert_int_equal(ticks, 6);
}

static void test_endless_nmis(void **state)
{
	struct regs r = { 0 };

	(void)state;
	setup();
	d->vcpu[0]->entry.nmi_pending = true;
	more_nmis = 5;
	exit_to_guest(&r);
	assert_int_equal(more_nmis, 0);
	assert_int_equal(windows, 6);
}

EXPORT_TESTS(exit, cmocka_unit_test(test_sleep),
	     cmocka_unit_test(test_no_sleep),
	     cmocka_unit_test(test_endless_work),
	     cmocka_unit_test(test_endless_nmis),
	     cmocka_unit_test(test_one_frame),
	     cmocka_unit_test(test_frame_of_next),
	     cmocka_unit_test(test_crash_stack),
	     cmocka_unit_test(test_dom0_ends),
	     cmocka_unit_test(test_suspend_port), cmocka_unit_test(test_crash));
