// SPDX-License-Identifier: GPL-2.0
/*
 * regs - check that registers survive returns to user mode that events interrupt.
 *
 * Threads on all processors put known values into all registers, including SSE's, and
 * make system calls and page faults, while timers and each other's wake-ups send as
 * many events as possible.  Any change of a register is an error.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int stop;
static volatile unsigned long ticks;

static void tick(int sig __attribute__((unused)))
{
	ticks++;
}

/* int 0x80 with all registers known; returns the number of wrong ones */
static __attribute__((noinline)) int call80(int nr)
{
	int bad;

	asm volatile(
	"	pushl	%%ebp\n"
	"	pushl	%%ebx\n"
	"	movl	$0x11111111, %%ebx\n"
	"	movl	$0x22222222, %%ecx\n"
	"	movl	$0x33333333, %%edx\n"
	"	movl	$0x44444444, %%esi\n"
	"	movl	$0x55555555, %%edi\n"
	"	movl	$0x66666666, %%ebp\n"
	"	int	$0x80\n"
	"	xorl	%%eax, %%eax\n"
	"	cmpl	$0x11111111, %%ebx\n	je 1f\n	incl %%eax\n"
	"1:	cmpl	$0x22222222, %%ecx\n	je 1f\n	incl %%eax\n"
	"1:	cmpl	$0x33333333, %%edx\n	je 1f\n	incl %%eax\n"
	"1:	cmpl	$0x44444444, %%esi\n	je 1f\n	incl %%eax\n"
	"1:	cmpl	$0x55555555, %%edi\n	je 1f\n	incl %%eax\n"
	"1:	cmpl	$0x66666666, %%ebp\n	je 1f\n	incl %%eax\n"
	"1:	popl	%%ebx\n"
	"	popl	%%ebp\n"
	: "=a" (bad) : "0" (nr) : "ecx", "edx", "esi", "edi", "memory", "cc");
	return bad;
}

/* a page fault with all registers and flags known */
static __attribute__((noinline)) int fault(volatile char *p)
{
	int bad;

	asm volatile(
	"	pushl	%%ebp\n"
	"	pushl	%%ebx\n"
	"	movl	$0x12121212, %%ebx\n"
	"	movl	$0x23232323, %%ecx\n"
	"	movl	$0x34343434, %%edx\n"
	"	movl	$0x45454545, %%esi\n"
	"	movl	%%eax, %%ebp\n"
	"	stc\n"
	"	movb	$1, (%%eax)\n"
	"	jc	1f\n"
	"	xorl	%%ebx, %%ebx\n"
	"1:	cmpl	%%eax, %%ebp\n"
	"	movl	$0, %%eax\n"
	"	je	1f\n	incl %%eax\n"
	"1:	cmpl	$0x12121212, %%ebx\n	je 1f\n	incl %%eax\n"
	"1:	cmpl	$0x23232323, %%ecx\n	je 1f\n	incl %%eax\n"
	"1:	cmpl	$0x34343434, %%edx\n	je 1f\n	incl %%eax\n"
	"1:	cmpl	$0x45454545, %%esi\n	je 1f\n	incl %%eax\n"
	"1:	popl	%%ebx\n"
	"	popl	%%ebp\n"
	: "=a" (bad) : "0" (p) : "ecx", "edx", "esi", "edi", "memory", "cc");
	return bad;
}

typedef unsigned int pattern[8][4] __attribute__((aligned(16)));

static void xmm_load(const pattern *p)
{
	asm volatile(
	"	movdqa	(%0), %%xmm0\n"
	"	movdqa	16(%0), %%xmm1\n"
	"	movdqa	32(%0), %%xmm2\n"
	"	movdqa	48(%0), %%xmm3\n"
	"	movdqa	64(%0), %%xmm4\n"
	"	movdqa	80(%0), %%xmm5\n"
	"	movdqa	96(%0), %%xmm6\n"
	"	movdqa	112(%0), %%xmm7\n"
	: : "r" (p) : "memory");
}

/* the number of bytes in xmm0 to xmm7 that differ from the loaded values */
static int xmm_wrong(const pattern *p)
{
	static volatile int told;
	int i, bad = 0;
	pattern got;

	asm volatile(
	"	movdqa	%%xmm0, (%0)\n"
	"	movdqa	%%xmm1, 16(%0)\n"
	"	movdqa	%%xmm2, 32(%0)\n"
	"	movdqa	%%xmm3, 48(%0)\n"
	"	movdqa	%%xmm4, 64(%0)\n"
	"	movdqa	%%xmm5, 80(%0)\n"
	"	movdqa	%%xmm6, 96(%0)\n"
	"	movdqa	%%xmm7, 112(%0)\n"
	: : "r" (got) : "memory");
	for (i = 0; i < 32; i++) {
		if (got[i / 4][i % 4] == (*p)[i / 4][i % 4])
			continue;
		if (!bad++ && !told++)
			printf("regs: xmm%d word %d: expected %08x, got %08x\n",
			       i / 4, i % 4, (*p)[i / 4][i % 4],
			       got[i / 4][i % 4]);
	}
	return bad;
}

static void *worker(void *arg)
{
	unsigned long n = 0, bad = 0;
	volatile int spin;
	pattern pattern;
	char *p = mmap(NULL, 64 * 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i;

	for (i = 0; i < 32; i++)
		pattern[i / 4][i % 4] = (unsigned long)arg * 2654435761u + i;
	while (!stop) {
		xmm_load(&pattern);
		for (spin = 0; spin < 5000; spin++)
			;
		bad += xmm_wrong(&pattern);
		xmm_load(&pattern);
		for (i = 0; i < 64; i++) {
			bad += call80(SYS_getppid);
			bad += call80(SYS_sched_yield);
			bad += fault(p + i * 4096);
		}
		bad += xmm_wrong(&pattern);
		madvise(p, 64 * 4096, MADV_DONTNEED);
		n += 192;
	}
	if (bad)
		printf("regs: %lu registers wrong in %lu returns\n",
		       bad, n);
	*(unsigned long *)arg = n;
	return bad ? arg : NULL;
}

int main(int argc, char **argv)
{
	int i, n = 2 * sysconf(_SC_NPROCESSORS_ONLN), rc = 0;
	int seconds = argc > 1 ? atoi(argv[1]) : 20;
	struct itimerval it = { { 0, 700 }, { 0, 700 } };
	struct timespec ts;
	unsigned long sum = 0, done[64];
	pthread_t t[64];
	time_t end;
	void *ret;

	signal(SIGALRM, tick);
	setitimer(ITIMER_REAL, &it, NULL);
	for (i = 0; i < n && i < 64; i++)
		pthread_create(&t[i], NULL, worker, &done[i]);
	end = time(NULL) + seconds;
	while (time(NULL) < end) {
		ts.tv_sec = 0;
		ts.tv_nsec = 200000;
		nanosleep(&ts, NULL);
	}
	stop = 1;
	for (i = 0; i < n && i < 64; i++) {
		pthread_join(t[i], &ret);
		rc |= !!ret;
		sum += done[i];
	}
	printf("regs: %lu returns, %lu timer signals, %s\n", sum, ticks,
	       rc ? "FAILED" : "all registers right");
	return rc;
}
