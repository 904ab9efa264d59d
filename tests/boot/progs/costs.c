// SPDX-License-Identifier: GPL-2.0
/*
 * costs - measure the cost of entries to the kernel with the time stamp counter.
 *
 * Under QEMU's "-icount shift=0" the counter counts instructions, including the
 * hypervisor's. The program measures each cost ROUNDS times and reports the minimum,
 * which no interrupt has hit; for an interrupt itself it reports the median. It runs
 * as process 1 (tests/bench/entry.py), prints "BENCH name cost" and never ends. Built
 * for 64 bits, it measures SYSCALL where a 32-bit program calls the vDSO, and has
 * neither an LDT nor highmem to measure. With "row" in the environment it measures
 * that row alone.
 */
#include <asm/ldt.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>
#include "mark.h"

#define ROUNDS	25
#define CALLS	64
#define PAGE	4096
#define PAGES	256
#define LDT_CS	7
#define GETPPID	64		/* of 32-bit programs; int $0x80 has their numbers */

#ifdef __x86_64__
#define FAST_CALL(nr)	asm volatile("syscall" : "+a" (nr) : : "memory", "rcx", "r11")
#define LONG_REGS	, "r8", "r9", "r10", "r11"
#else
#define FAST_CALL(nr)	asm volatile("call *%1" : "+a" (nr) : "r" (vsyscall) \
				     : "memory", "ecx", "edx")
#define LONG_REGS
static unsigned long vsyscall;
#endif

static volatile char *area;
static uint64_t fork_bare;
static int there, back, file;

static uint64_t now(void)
{
	uint32_t low, high;

	asm volatile("lfence\n\trdtsc\n\t" MARK_SPAN : "=a" (low), "=d" (high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static void fail(const char *what)
{
	printf("BENCH error %s\n", what);
	for (;;)
		pause();
}

static void map_area(void)
{
	area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		fail("mmap");
}

static void unmap_area(void)
{
	munmap((void *)area, PAGES * PAGE);
}

static void write_area(void)
{
	int i;

	for (i = 0; i < PAGES; i++)
		area[i * PAGE] = 1;
}

static pid_t child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (!pid)
		_exit(0);
	return pid;
}

static uint64_t int80(void)
{
	uint64_t begin = now();
	int i, nr;

	for (i = 0; i < CALLS; i++) {
		nr = GETPPID;
		asm volatile("int $0x80" : "+a" (nr) : : "memory" LONG_REGS);
	}
	return (now() - begin) / CALLS;
}

static uint64_t fast_call(void)
{
	uint64_t begin = now();
	long nr;
	int i;

	for (i = 0; i < CALLS; i++) {
		nr = SYS_getppid;
		FAST_CALL(nr);
	}
	return (now() - begin) / CALLS;
}

#ifndef __x86_64__
/* from a segment of the LDT: a PV guest must return through the hypervisor */
static uint64_t int80_ldt(void)
{
	uint64_t begin = now();
	int home, n = CALLS;

	asm volatile("mov %%cs, %0" : "=r" (home));
	asm volatile(
	"	pushl	%[ldt]\n"
	"	pushl	$1f\n"
	"	lret\n"
	"1:	movl	%[nr], %%eax\n"
	"	int	$0x80\n"
	"	decl	%[n]\n"
	"	jnz	1b\n"
	"	pushl	%[home]\n"
	"	pushl	$2f\n"
	"	lret\n"
	"2:\n"
	: [n] "+r" (n)
	: [ldt] "i" (LDT_CS), [nr] "i" (GETPPID), [home] "r" (home)
	: "eax", "memory", "cc");
	return (now() - begin) / CALLS;
}
#endif

static uint64_t fault_read(void)
{
	uint64_t begin, end;
	int i;

	map_area();
	begin = now();
	for (i = 0; i < PAGES; i++)
		(void)area[i * PAGE];
	end = now();
	unmap_area();
	return (end - begin) / PAGES;
}

static uint64_t fault_write(void)
{
	uint64_t begin, end;

	map_area();
	begin = now();
	write_area();
	end = now();
	unmap_area();
	return (end - begin) / PAGES;
}

/* a page that was shared with a child, and now belongs to the parent alone */
static uint64_t fault_protection(void)
{
	uint64_t begin, end;

	map_area();
	write_area();
	waitpid(child(), NULL, 0);
	begin = now();
	write_area();
	end = now();
	unmap_area();
	return (end - begin) / PAGES;
}

static uint64_t map_unmap(void)
{
	uint64_t begin = now();
	int i;

	for (i = 0; i < CALLS; i++) {
		map_area();
		unmap_area();
	}
	return (now() - begin) / CALLS;
}

static uint64_t unmap_page(void)
{
	uint64_t begin, end;

	map_area();
	write_area();
	begin = now();
	unmap_area();
	end = now();
	return (end - begin) / PAGES;
}

static uint64_t protect_page(void)
{
	uint64_t begin, end;

	map_area();
	write_area();
	begin = now();
	mprotect((void *)area, PAGES * PAGE, PROT_READ);
	end = now();
	unmap_area();
	return (end - begin) / PAGES;
}

static uint64_t fork_exit(void)
{
	uint64_t begin = now();

	waitpid(child(), NULL, 0);
	return now() - begin;
}

/* a static program of 700 KB, this one, which returns from main() at once */
static uint64_t fork_exec(void)
{
	uint64_t begin = now();
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (!pid) {
		execl("/init", "init", "exec", NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	return now() - begin;
}

/* the extra cost of a written page */
static uint64_t fork_page(void)
{
	uint64_t full;

	map_area();
	write_area();
	full = fork_exit();
	unmap_area();
	return full > fork_bare ? (full - fork_bare) / PAGES : 0;
}

static void echo(void)
{
	eventfd_t value;

	while (!eventfd_read(there, &value) && !eventfd_write(back, 1))
		;
	_exit(0);
}

/* to another process and back, without touching a page; half of it is one switch */
static uint64_t ping_pong(void)
{
	uint64_t begin = now();
	eventfd_t value;
	int i;

	for (i = 0; i < CALLS; i++)
		if (eventfd_write(there, 1) || eventfd_read(back, &value))
			fail("eventfd");
	return (now() - begin) / CALLS / 2;
}

static void handler(int sig)
{
	(void)sig;
}

static uint64_t signalled(void)
{
	uint64_t begin = now();
	int i;

	for (i = 0; i < CALLS; i++)
		kill(getpid(), SIGUSR1);
	return (now() - begin) / CALLS;
}

/* a byte of a file, whose pages are in highmem if there is any: kmap_local and back */
static uint64_t read_byte(void)
{
	uint64_t begin = now();
	char c;
	int i;

	for (i = 0; i < CALLS; i++)
		if (pread(file, &c, 1, i * PAGE) != 1)
			fail("pread");
	return (now() - begin) / CALLS;
}

/* the time that the next interrupt takes, nearly always the tick */
static uint64_t interrupt(void)
{
	uint64_t last = now(), t;

	for (;;) {
		t = now();
		if (t - last > 400)
			return t - last;
		last = t;
	}
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t tell(const char *name, uint64_t (*cost)(void), int rank)
{
	const char *only = getenv("row");
	uint64_t all[ROUNDS];
	int i;

	if (only && strcmp(only, name))
		return 0;
	cost();
	for (i = 0; i < ROUNDS; i++)
		all[i] = cost();
	qsort(all, ROUNDS, sizeof(all[0]), compare);
	printf("BENCH %s %" PRIu64 "\n", name, all[rank]);
	fflush(stdout);
	return all[rank];
}

/* what only a 32-bit program has */
static void prepare_narrow(void)
{
#ifndef __x86_64__
	struct user_desc code = {
		.limit = 0xfffff, .seg_32bit = 1, .limit_in_pages = 1,
		.contents = MODIFY_LDT_CONTENTS_CODE, .useable = 1,
	};
	struct sysinfo info;

	vsyscall = getauxval(AT_SYSINFO);
	if (!vsyscall || sysinfo(&info) || !info.totalhigh)
		fail("no vDSO or no highmem");
	if (syscall(SYS_modify_ldt, 1, &code, sizeof(code)))
		fail("modify_ldt");
#endif
}

static void prepare(void)
{
	static char data[CALLS * PAGE];

	signal(SIGUSR1, handler);
	file = open("/file", O_RDWR | O_CREAT, 0600);
	if (file < 0 || write(file, data, sizeof(data)) != sizeof(data))
		fail("file");
	there = eventfd(0, 0);
	back = eventfd(0, 0);
	if (there < 0 || back < 0)
		fail("eventfd");
	if (!fork())
		echo();
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "exec"))
		return 0;
	prepare_narrow();
	prepare();
	tell("int80", int80, 0);
#ifndef __x86_64__
	tell("int80-ldt", int80_ldt, 0);
#endif
	tell("fast-call", fast_call, 0);
	tell("signal", signalled, 0);
	tell("interrupt", interrupt, ROUNDS / 2);
	tell("switch", ping_pong, 0);
	tell("fault-read", fault_read, 0);
	tell("fault-write", fault_write, 0);
	tell("fault-protection", fault_protection, 0);
	tell("map-unmap", map_unmap, 0);
	tell("protect-page", protect_page, 0);
	tell("unmap-page", unmap_page, 0);
	fork_bare = tell("fork-exit", fork_exit, 0);
	tell("fork-page", fork_page, 0);
	tell("fork-exec", fork_exec, 0);
	tell("read-byte", read_byte, 0);
	printf("BENCH end 0\n");
	for (;;)
		pause();
}
