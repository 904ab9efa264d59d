// SPDX-License-Identifier: GPL-2.0-only
/*
 * irqs N: bind N pairs of event channels of this domain, and send an event through
 * each.
 *
 * Rule: an event channel needs no vector of the processor, which has fewer than 256.
 * 2 N interrupts exist at a time, and each event arrives once. The end that binds to
 * another port also gets an event at once.
 * (xen/evtchn.h of Linux, event_channel.h of Xen.)
 */
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include "xen-user.h"

#define DOMID_SELF	0x7ff0
#define MAX_PAIRS	1000
#define MAX_PORTS	4096
#define SECONDS		60

static unsigned int ports[MAX_PAIRS][2], seen[MAX_PORTS];

static void bind_pair(unsigned int *pair)
{
	int port = event_offer(DOMID_SELF);

	if (port < 0)
		err(1, "binding an unbound port");
	pair[0] = port;
	port = event_take(DOMID_SELF, pair[0]);
	if (port < 0)
		err(1, "binding the port %u of our own", pair[0]);
	pair[1] = port;
	if (pair[0] >= MAX_PORTS || pair[1] >= MAX_PORTS)
		errx(1, "port %u is too high", pair[1]);
}

static void take_one(void)
{
	struct pollfd wait = { .fd = event_fd(), .events = POLLIN };
	uint32_t port;

	if (poll(&wait, 1, SECONDS * 1000) <= 0)
		errx(1, "an event is lost: nothing for %d s", SECONDS);
	if (read(event_fd(), &port, sizeof(port)) != sizeof(port))
		err(1, "reading an event");
	if (port >= MAX_PORTS)
		errx(1, "an event at port %u", port);
	seen[port]++;
	if (write(event_fd(), &port, sizeof(port)) != sizeof(port))
		err(1, "unmasking port %u", port);
}

/* Lines of /proc/interrupts that are event channels of user space */
static unsigned int count_lines(void)
{
	FILE *f = popen("grep -c evtchn: /proc/interrupts", "r");
	unsigned int n = 0;

	if (!f || fscanf(f, "%u", &n) != 1)
		errx(1, "/proc/interrupts cannot be read");
	pclose(f);
	return n;
}

int main(int argc, char **argv)
{
	unsigned int pairs = argc == 2 ? atoi(argv[1]) : 0, i, n;

	if (!pairs || pairs > MAX_PAIRS)
		errx(2, "usage: irqs N, N up to %d", MAX_PAIRS);
	for (i = 0; i < pairs; i++)
		bind_pair(ports[i]);
	n = count_lines();
	if (n < 2 * pairs)
		errx(1, "%u interrupts, not %u", n, 2 * pairs);
	for (i = 0; i < pairs; i++)
		event_send(ports[i][1]);
	for (i = 0; i < 2 * pairs; i++)
		take_one();
	for (i = 0; i < pairs; i++)
		if (seen[ports[i][0]] != 1 || seen[ports[i][1]] != 1)
			errx(1, "%u events at port %u, %u at its peer",
			     seen[ports[i][0]], ports[i][0], seen[ports[i][1]]);
	printf("irqs: %u interrupts at a time, %u events, each once\n", n, 2 * pairs);
	return 0;
}
