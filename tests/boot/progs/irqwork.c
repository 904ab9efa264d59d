// SPDX-License-Identifier: GPL-2.0
/*
 * irqwork - page faults of which the kernel tells the process that has them
 *
 * Rule: an event of perf that samples each page fault sends SIGIO each time. The fault
 * only queues irq_work; the kernel sends the signal in an interrupt that it sends to
 * itself (perf_event_wakeup() in kernel/events/core.c, arch_irq_work_raise() in
 * arch/x86/kernel/irq_work.c). poll() would return without that interrupt.
 *
 * A kernel without the interrupt also hangs when the event is closed: irq_work_sync()
 * waits for the work. So a child keeps the event open while this process reports.
 */
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FAULTS	64
#define PAGE	4096u
#define SECONDS	20		/* the emulating machine may be busy */

/* An event of each page fault of this process, which sends it SIGIO; or -1 */
static int page_faults(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_PAGE_FAULTS, .sample_period = 1,
		.disabled = 1, .exclude_kernel = 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);

	if (fd < 0 || fcntl(fd, F_SETOWN, getpid()) || fcntl(fd, F_SETFL, O_ASYNC))
		return -1;
	return fd;
}

/* How many of the faults had their signal, until one had none */
static unsigned int told(volatile uint8_t *pages, const sigset_t *signals)
{
	struct timespec limit = { .tv_sec = SECONDS };
	unsigned int i;

	for (i = 0; i < FAULTS; i++) {
		pages[i * PAGE] = 1;
		if (sigtimedwait(signals, NULL, &limit) != SIGIO)
			break;
	}
	return i;
}

int main(void)
{
	uint8_t *pages = mmap(NULL, FAULTS * PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int n;
	sigset_t signals;
	pid_t keeper;
	int fd;

	sigemptyset(&signals);
	sigaddset(&signals, SIGIO);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	fd = page_faults();
	if (pages == MAP_FAILED || fd < 0) {
		perror("irqwork");
		return 1;
	}
	keeper = fork();
	if (keeper == 0)
		for (;;)
			pause();
	if (keeper < 0 || ioctl(fd, PERF_EVENT_IOC_ENABLE, 0)) {
		perror("irqwork");
		return 1;
	}
	n = told(pages, &signals);
	printf("told of %u page faults, expected %u\n", n, FAULTS);
	if (n < FAULTS)
		return 1;
	kill(keeper, SIGKILL);
	waitpid(keeper, NULL, 0);
	return 0;
}
