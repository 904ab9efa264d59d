// SPDX-License-Identifier: GPL-2.0
/*
 * nx - call code in a page that is not mapped for execution.
 *
 * Rule: without PROT_EXEC the call is a SIGSEGV at that address, whether the page was
 * mapped so or lost PROT_EXEC later.  With PROT_EXEC it returns.  A processor with NX
 * and a kernel whose page-table entries have 64 bits, as with PAE, can do that.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static sigjmp_buf after;
static void *volatile fault;

static void segv(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	fault = info->si_addr;
	siglongjmp(after, 1);
}

/* Call the code; the address of the fault, or NULL. */
static void *call(void *code)
{
	void (*function)(void);

	memcpy(&function, &code, sizeof(function));
	fault = NULL;
	if (!sigsetjmp(after, 1))
		function();
	return fault;
}

int main(void)
{
	static const struct {
		const char *what;
		int prot;
	} steps[] = {
		{ "mapped to read and write", 0 },
		{ "made executable", PROT_READ | PROT_EXEC },
		{ "made writable only", PROT_READ | PROT_WRITE },
		{ "made executable again", PROT_READ | PROT_EXEC },
	};
	struct sigaction action = { .sa_sigaction = segv, .sa_flags = SA_SIGINFO };
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	unsigned int i;
	int wrong = 0;
	unsigned char *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED || sigaction(SIGSEGV, &action, NULL)) {
		perror("nx");
		return 1;
	}
	page[0] = 0xc3;		/* ret */
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int executable = steps[i].prot & PROT_EXEC;
		void *wanted = executable ? NULL : page, *got;

		if (steps[i].prot && mprotect(page, size, steps[i].prot)) {
			perror("nx: mprotect");
			return 1;
		}
		got = call(page);
		printf("%s: %s\n", steps[i].what, got ? "SIGSEGV" : "returned");
		if (got != wanted) {
			printf("expected a fault at %p, got %p\n", wanted, got);
			wrong = 1;
		}
	}
	return wrong;
}
