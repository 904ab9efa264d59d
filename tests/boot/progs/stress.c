// SPDX-License-Identifier: GPL-2.0
/*
 * stress SECONDS [WORKERS]: fork, exec, mmap, mprotect, LDT and file mappings in several
 * processes at a time, with a check of each result.
 *
 * Rule: page tables that are made, shared, write-protected, pinned and torn down on
 * several processors never lose or mix up a page, and no unexpected signal arrives.
 */
#include <asm/ldt.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096u
#define PAGES 256u
#define MAX_WORKERS 32

/* The segment register that glibc does not use for its thread's data */
#ifdef __x86_64__
#define SPARE_SEGMENT "gs"
#else
#define SPARE_SEGMENT "fs"
#endif

static const char *self;
static sigjmp_buf faulted;

static void die(const char *what)
{
	fprintf(stderr, "stress: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void on_fault(int sig)
{
	(void)sig;
	siglongjmp(faulted, 1);
}

static uint32_t *map(unsigned int pages)
{
	uint32_t *area = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		die("mmap");
	return area;
}

static void fill(uint32_t *area, unsigned int pages, uint32_t seed)
{
	for (unsigned int i = 0; i < pages; i++)
		area[i * PAGE / 4] = seed + i;
}

static void check(const uint32_t *area, unsigned int pages, uint32_t seed,
		  const char *what)
{
	for (unsigned int i = 0; i < pages; i++) {
		if (area[i * PAGE / 4] == seed + i)
			continue;
		errno = EIO;
		fprintf(stderr, "stress: %s: page %u: expected %x, got %x\n",
			what, i, seed + i, area[i * PAGE / 4]);
		_exit(1);
	}
}

static void reap(pid_t pid, int expected, const char *what)
{
	int status;

	if (pid < 0)
		die("fork");
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != expected) {
		fprintf(stderr, "stress: %s: status %#x\n", what, status);
		_exit(1);
	}
}

/* the child's writes are private, and it sees the parent's earlier ones */
static void do_fork(uint32_t seed)
{
	uint32_t *area = map(PAGES);
	pid_t pid;

	fill(area, PAGES, seed);
	pid = fork();
	if (pid == 0) {
		check(area, PAGES, seed, "child before");
		fill(area, PAGES, ~seed);
		check(area, PAGES, ~seed, "child after");
		_exit(7);
	}
	fill(area, PAGES / 2, seed + 5);
	reap(pid, 7, "fork");
	check(area, PAGES / 2, seed + 5, "parent, written");
	check(area + PAGES / 2 * PAGE / 4, PAGES / 2, seed + PAGES / 2,
	      "parent, unwritten");
	munmap(area, PAGES * PAGE);
}

static void do_exec(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execl("/proc/self/exe", self, "--exit", "9", (char *)NULL);
		_exit(1);
	}
	reap(pid, 9, "exec");
}

/* a page without the right faults, the others keep their contents */
static void do_protect(uint32_t seed)
{
	/* volatile: survives siglongjmp() */
	uint32_t *volatile area = map(PAGES);
	volatile uint32_t *volatile hole = area + (seed % PAGES) * PAGE / 4;

	fill(area, PAGES, seed);
	if (mprotect(area, PAGES * PAGE, PROT_READ))
		die("mprotect read");
	check(area, PAGES, seed, "read-only");
	if (sigsetjmp(faulted, 1) == 0) {
		*hole = 0;
		errno = 0;
		die("a write to a read-only page went through");
	}
	if (mprotect((void *)hole, PAGE, PROT_NONE))
		die("mprotect none");
	if (sigsetjmp(faulted, 1) == 0) {
		(void)*hole;
		errno = 0;
		die("a read of a page without rights went through");
	}
	if (mprotect(area, PAGES * PAGE, PROT_READ | PROT_WRITE))
		die("mprotect write");
	check(area, PAGES, seed, "after mprotect");
	area = mremap(area, PAGES * PAGE, 2 * PAGES * PAGE, MREMAP_MAYMOVE);
	if (area == MAP_FAILED)
		die("mremap");
	check(area, PAGES, seed, "after mremap");
	if (madvise(area, PAGES * PAGE, MADV_DONTNEED))
		die("madvise");
	if (area[0] || area[(PAGES - 1) * PAGE / 4])
		die("a dropped page is not zero");
	munmap(area, 2 * PAGES * PAGE);
}

/* shared file pages are the same pages through every mapping */
static void do_file(uint32_t seed)
{
	char name[] = "/tmp/stress-XXXXXX";
	int fd = mkstemp(name);
	uint32_t *a, *b;

	if (fd < 0 || unlink(name) || ftruncate(fd, PAGES * PAGE))
		die(name);
	a = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	b = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (a == MAP_FAILED || b == MAP_FAILED)
		die("mmap of a file");
	fill(a, PAGES, seed);
	check(b, PAGES, seed, "second mapping");
	munmap(a, PAGES * PAGE);
	munmap(b, PAGES * PAGE);
	close(fd);
}

/* an LDT of many pages is vmalloc memory whose aliases change their rights */
static void do_ldt(void)
{
	struct user_desc desc = {
		.entry_number = 4000, .limit = 0xfffff, .seg_32bit = 1,
		.limit_in_pages = 1, .useable = 1,
	};
	pid_t pid = fork();

	if (pid == 0) {
		if (syscall(SYS_modify_ldt, 1, &desc, sizeof(desc)))
			_exit(errno == ENOSYS ? 5 : 1);
		__asm__ volatile("movw %w0, %%" SPARE_SEGMENT : : "r" (4000 * 8 + 7));
		usleep(100);
		_exit(5);
	}
	reap(pid, 5, "modify_ldt");
}

static void worker(time_t end, uint32_t seed)
{
	struct sigaction action = { .sa_handler = on_fault };
	unsigned long rounds = 0;

	sigaction(SIGSEGV, &action, NULL);
	while (time(NULL) < end) {
		do_fork(seed + rounds);
		do_exec();
		do_protect(seed + rounds);
		do_file(seed + rounds);
		do_ldt();
		rounds++;
	}
	printf("stress: %lu rounds\n", rounds);
	fflush(stdout);
	_exit(rounds ? 0 : 1);
}

int main(int argc, char **argv)
{
	int workers = argc > 2 ? atoi(argv[2]) : 4, failed = 0, status;
	time_t end;

	if (argc == 3 && !strcmp(argv[1], "--exit"))
		return atoi(argv[2]);
	if (argc < 2 || atoi(argv[1]) < 1 || workers < 1 ||
	    workers > MAX_WORKERS) {
		fprintf(stderr, "usage: stress SECONDS [WORKERS]\n");
		return 2;
	}
	self = argv[0];
	end = time(NULL) + atoi(argv[1]);
	for (int i = 0; i < workers; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0)
			worker(end, 0x10000000u * (i + 1));
	}
	while (wait(&status) > 0)
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			failed = 1;
	printf("stress: %s\n", failed ? "failed" : "all right");
	return failed;
}
