// SPDX-License-Identifier: GPL-2.0
/*
 * pgd-lock - process 1 in the test tests/boot/pgd-lock. On CPU 1, processes exit one
 * after the other. On CPU 0, the kernel allocates CALLS areas of vmalloc's, each of which
 * needs new page tables: init_module() copies the whole module before it looks into it.
 */
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SETTLE	3		/* seconds: by then, the kernel has patched its code */
#define CALLS	14		/* all areas together remain below lazy_max_pages() */
#define SIZE	(4u << 20)	/* bytes: two page tables of PAE's */

static void must(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	must(!sched_setaffinity(0, sizeof(set), &set), "sched_setaffinity");
}

static void exits(volatile uint32_t *count)
{
	pin(1);
	for (;;) {
		pid_t child = fork();

		must(child >= 0, "fork");
		if (!child)
			_exit(0);
		must(waitpid(child, NULL, 0) == child, "waitpid");
		++*count;
	}
}

int main(void)
{
	volatile uint32_t *count;
	void *module;
	int i;

	if (getpid() != 1) {
		fprintf(stderr, "pgd-lock: it is process 1 of tests/boot/pgd-lock\n");
		return 2;
	}
	count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(count != MAP_FAILED, "mmap");
	module = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(module != MAP_FAILED, "mmap");

	if (!fork())
		exits(count);
	pin(0);
	sleep(SETTLE);
	must(*count, "no process has exited");
	for (i = 0; i < CALLS; i++)
		must(syscall(SYS_init_module, module, SIZE, "") && errno == ENOEXEC,
		     "init_module");
	printf("pgd-lock: no more calls\n");
	fflush(stdout);
	reboot(RB_POWER_OFF);
	return 1;
}
