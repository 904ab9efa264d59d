// SPDX-License-Identifier: GPL-2.0
/*
 * perfevents - perf's events that need no counters of the processor
 *
 * Rule: the kernel counts page faults, context switches, its own time, and a
 * watchpoint's hits exactly or within bounds; and it takes samples of a busy program by
 * a timer, which name the program's code. Prints a line for each, and exits with 1 if
 * one is wrong.
 */
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGES	64
#define SLEEPS	20
#define WRITES	10
#define NS	1000000000ull
#define PAGE	4096u

static int wrong;
static volatile uint32_t watched, sink;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS + (uint64_t)t.tv_nsec;
}

/* An event of this process, on any CPU; -1 if the kernel refuses it. */
static int event(struct perf_event_attr *attr)
{
	attr->size = sizeof(*attr);
	attr->disabled = 1;
	return (int)syscall(SYS_perf_event_open, attr, 0, -1, -1, 0);
}

static void judge(const char *what, uint64_t least, uint64_t got, uint64_t most)
{
	int good = got >= least && got <= most;

	printf("%s: %llu, at least %llu, at most %llu: %s\n", what,
	       (unsigned long long)got, (unsigned long long)least,
	       (unsigned long long)most, good ? "right" : "wrong");
	wrong |= !good;
}

/* How often the event happens while work() runs */
static uint64_t count(const char *what, struct perf_event_attr *attr,
		      void (*work)(void))
{
	uint64_t n = 0;
	int fd = event(attr);

	if (fd < 0) {
		perror(what);
		wrong = 1;
		return 0;
	}
	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	work();
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	if (read(fd, &n, sizeof(n)) != sizeof(n))
		wrong = 1;
	close(fd);
	return n;
}

static void touch(void)
{
	uint8_t *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int i;

	for (i = 0; i < PAGES; i++)
		p[i * PAGE] = 1;
	munmap(p, PAGES * PAGE);
}

static void doze(void)
{
	unsigned int i;

	for (i = 0; i < SLEEPS; i++)
		usleep(1000);
}

static void write_watched(void)
{
	unsigned int i;

	for (i = 0; i < WRITES; i++)
		watched = i;
}

static void spin(void)
{
	uint64_t end = now() + NS / 2;

	while (now() < end)
		sink++;
}

static struct perf_event_attr software(uint64_t config)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .config = config,
	};

	return attr;
}

static void test_counts(void)
{
	struct perf_event_attr attr = software(PERF_COUNT_SW_PAGE_FAULTS);
	uint64_t start, ran;

	/* The kernel may fault in some more pages for itself */
	judge("page faults", PAGES, count("page-faults", &attr, touch),
	      PAGES + 20);
	attr = software(PERF_COUNT_SW_CONTEXT_SWITCHES);
	judge("context switches", SLEEPS / 2, count("context-switches", &attr, doze),
	      100 * SLEEPS);
	attr = software(PERF_COUNT_SW_TASK_CLOCK);
	start = now();
	ran = count("task-clock", &attr, spin);
	judge("task clock", NS / 50, ran, now() - start);
	attr = (struct perf_event_attr) {
		.type = PERF_TYPE_BREAKPOINT, .bp_type = HW_BREAKPOINT_W,
		.bp_addr = (uintptr_t)&watched, .bp_len = HW_BREAKPOINT_LEN_4,
		.exclude_kernel = 1,
	};
	judge("watchpoint", WRITES, count("breakpoint", &attr, write_watched),
	      WRITES);
}

/* Samples by a timer of 1 ms; a sample is its header and the address. */
static void test_samples(void)
{
	struct perf_event_attr attr = software(PERF_COUNT_SW_CPU_CLOCK);
	struct perf_event_mmap_page *head;
	uint64_t at, samples = 0, named = 0;
	uint8_t *data;
	int fd;

	attr.sample_period = 1000000;
	attr.sample_type = PERF_SAMPLE_IP;
	attr.exclude_kernel = 1;
	fd = event(&attr);
	head = mmap(NULL, 17 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd < 0 || head == MAP_FAILED) {
		perror("samples");
		wrong = 1;
		return;
	}
	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	spin();
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	data = (uint8_t *)head + PAGE;
	for (at = 0; at < head->data_head; ) {
		struct perf_event_header h;
		uint64_t ip;

		memcpy(&h, data + at % (16 * PAGE), sizeof(h));
		memcpy(&ip, data + (at + sizeof(h)) % (16 * PAGE), sizeof(ip));
		if (!h.size)
			break;
		if (h.type == PERF_RECORD_SAMPLE) {
			samples++;
			named += ip != 0;
		}
		at += h.size;
	}
	judge("samples", 5, samples, 1000);
	judge("samples with an address", samples, named, samples);
	close(fd);
}

int main(void)
{
	test_counts();
	test_samples();
	printf("perfevents: %s\n", wrong ? "wrong" : "all right");
	return wrong;
}
