// SPDX-License-Identifier: GPL-2.0
/*
 * memtest MIB [PROCESSES]: check that memory exists and keeps its contents.
 *
 * Rule: a guest with N MiB can use them all at the same time, including pages above the
 * lowmem border. Each process maps its share and writes to each word a value made of the
 * word's address and the process. When all have done so, all check their words. A page
 * that is mapped twice or lost shows as a wrong word.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_PROCESSES 16

static uint32_t pattern(const uint32_t *word, uint32_t seed)
{
	return ((uint32_t)(uintptr_t)word ^ seed) * 2654435761u;
}

static long check(const uint32_t *area, size_t words, uint32_t seed)
{
	long wrong = 0;

	for (size_t i = 0; i < words; i++) {
		if (area[i] == pattern(area + i, seed))
			continue;
		if (!wrong++)
			printf("memtest: %p: expected %08x, got %08x\n",
			       (const void *)(area + i),
			       pattern(area + i, seed), area[i]);
	}
	return wrong;
}

/* one process: fill, report, wait for the signal to continue, check */
static int worker(size_t bytes, uint32_t seed, int ready, int go)
{
	size_t words = bytes / sizeof(uint32_t);
	uint32_t *area = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char c = 'x';
	long wrong;

	if (area == MAP_FAILED) {
		perror("memtest: mmap");
		return 1;
	}
	for (size_t i = 0; i < words; i++)
		area[i] = pattern(area + i, seed);
	if (write(ready, &c, 1) != 1 || read(go, &c, 1) != 1)
		return 1;
	wrong = check(area, words, seed);
	if (wrong)
		printf("memtest: %ld words of %zu are wrong\n", wrong, words);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	long mib = argc > 1 ? atol(argv[1]) : 0;
	int processes = argc > 2 ? atoi(argv[2]) : 2;
	int ready[2], go[2], failed = 0, status;
	char c[MAX_PROCESSES] = { 0 };

	if (mib < 1 || processes < 1 || processes > MAX_PROCESSES) {
		fprintf(stderr, "usage: memtest MIB [PROCESSES, at most %d]\n",
			MAX_PROCESSES);
		return 2;
	}
	if (pipe(ready) || pipe(go)) {
		perror("memtest: pipe");
		return 1;
	}
	for (int i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			close(go[1]);
			status = worker((size_t)(mib / processes) << 20,
					0x9e3779b9u * (i + 1), ready[1], go[0]);
			fflush(stdout);
			_exit(status);
		}
		if (pid < 0) {
			perror("memtest: fork");
			return 1;
		}
	}
	/* a worker that died closes its end, so the read below ends too */
	close(ready[1]);
	for (int i = 0; i < processes; i++)
		if (read(ready[0], c, 1) != 1)
			break;
	if (write(go[1], c, processes) != processes)
		failed = 1;
	while (wait(&status) > 0)
		if (!WIFEXITED(status) || WEXITSTATUS(status)) {
			printf("memtest: a process ended with status %#x\n",
			       status);
			failed = 1;
		}
	printf("memtest: %ld MiB in %d processes: %s\n", mib, processes,
	       failed ? "wrong" : "right");
	return failed;
}
