// SPDX-License-Identifier: GPL-2.0
/*
 * failsafe - remove the LDT descriptor of a selector in %gs while a thread runs with
 * that selector.
 *
 * The kernel does not reload %gs, so the processor continues with the cached
 * descriptor.  A hypervisor that switches virtual CPUs must load the selector again,
 * cannot, and calls the guest's failsafe callback, which must leave a null %gs and
 * everything else as it was.  Rule: %gs always holds the old selector or null, %ds, %es
 * and a TLS selector in %fs keep their values and still work, no register changes, and
 * no process is killed.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <asm/ldt.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS	50
#define LDT_SEL	7		/* entry 0, LDT, RPL 3 */

enum { IDLE, SET, LOADED, CLEARED, DONE, QUIT };
static volatile int state;
static volatile int nulled, kept, wrong;

static void set_ldt(int present)
{
	struct user_desc d = {
		.entry_number = 0, .base_addr = 0, .limit = 0xfffff,
		.seg_32bit = 1, .limit_in_pages = 1, .useable = 1,
	};

	if (!present) {
		memset(&d, 0, sizeof(d));
		d.read_exec_only = 1;
		d.seg_not_present = 1;
	}
	if (syscall(SYS_modify_ldt, 0x11, &d, sizeof(d)))
		perror("modify_ldt"), exit(2);
}

static unsigned int magic = 0x12345678;
static unsigned short fs_sel, ds_sel, es_sel;

/* While %gs, and so libc, is unusable: wait for @what, then check %gs. */
static __attribute__((noinline)) unsigned int spin(unsigned int loops,
						   int syscalls)
{
	unsigned int gs, ds, es, fs, val, bx, bad = 0;

	while (loops--) {
		if (syscalls) {
			asm volatile("int $0x80" : "=a" (val), "=b" (bx) :
				     "0" (SYS_getppid), "1" (0x5a5a1234) :
				     "memory");
			bad |= (bx != 0x5a5a1234) << 4;
		}
		asm volatile("mov %%gs, %0; mov %%ds, %1; mov %%es, %2;"
			     "mov %%fs, %3" : "=r" (gs), "=r" (ds), "=r" (es),
			     "=r" (fs));
		asm volatile("movl %%fs:%1, %0" : "=r" (val) : "m" (magic));
		bad |= (gs & 0xffff) != LDT_SEL && (gs & 0xffff) != 0;
		bad |= ((ds & 0xffff) != ds_sel || (es & 0xffff) != es_sel) << 1;
		bad |= ((fs & 0xffff) != fs_sel) << 2;
		bad |= (val != magic) << 3;
		if (bad || (state == CLEARED && (gs & 0xffff) == 0))
			return bad | (1 << 16);
	}
	return bad;
}

static void *runner(void *arg)
{
	struct user_desc d = {
		.entry_number = -1, .base_addr = 0, .limit = 0xfffff,
		.seg_32bit = 1, .limit_in_pages = 1, .useable = 1,
	};
	cpu_set_t set;
	unsigned int r;
	unsigned short gs;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
	if (syscall(SYS_set_thread_area, &d))
		perror("set_thread_area"), exit(2);
	fs_sel = d.entry_number * 8 + 3;
	asm volatile("mov %0, %%fs" :: "r" (fs_sel));
	asm volatile("mov %%gs, %0; mov %%ds, %1; mov %%es, %2"
		     : "=r" (gs), "=r" (ds_sel), "=r" (es_sel));

	for (;;) {
		while (state != SET && state != QUIT)
			sched_yield();
		if (state == QUIT)
			return NULL;
		asm volatile("mov %0, %%gs" :: "r" (LDT_SEL));
		state = LOADED;
		r = spin(arg ? 20000 : 2000000, !!arg);
		while (state != CLEARED)
			;
		asm volatile("mov %0, %%gs" :: "r" (gs));
		if (r & 0xffff) {
			wrong++;
			printf("wrong: bits %x\n", r & 0xffff);
		} else if (r) {
			nulled++;
		} else {
			kept++;
		}
		state = DONE;
	}
}

static void rounds(int syscalls)
{
	struct timespec ts = { 0, 300000 };
	pthread_t t;
	int i, k;

	nulled = kept = wrong = 0;
	state = IDLE;
	pthread_create(&t, NULL, runner, syscalls ? &t : NULL);
	for (i = 0; i < ROUNDS; i++) {
		set_ldt(1);
		state = SET;
		while (state != LOADED)
			nanosleep(&ts, NULL);
		set_ldt(0);
		state = CLEARED;
		for (k = 0; state != DONE; k++)
			nanosleep(&ts, NULL);
	}
	state = QUIT;
	pthread_join(t, NULL);
	printf("failsafe: %s: %d rounds, %%gs nulled in %d, kept in %d, wrong %d\n",
	       syscalls ? "in system calls" : "in user mode", ROUNDS, nulled,
	       kept, wrong);
	if (wrong)
		exit(1);
}

int main(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	setvbuf(stdout, NULL, _IOLBF, 0);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 1 : 0, &set);
	sched_setaffinity(0, sizeof(set), &set);
	rounds(0);
	rounds(1);
	return 0;
}
