// SPDX-License-Identifier: GPL-2.0
/*
 * evstress front EVENTS CHANNELS		in a DomU, which offers
 * evstress back DOMAIN GRANT PORT...		in Dom0, which binds to it
 *
 * Rule: no event is lost or invented. On each channel an event goes there and one
 * comes back, EVENTS in all in either direction, first on one channel at a time, then
 * on all of them at once. Each event has its number in a page that both map: an event
 * without a new number was invented, and a number without an event stays until the
 * time-out. A port is unmasked only after its answer has been sent, so that events
 * also arrive while it is masked.
 *
 * The front prints "offer GRANT PORT...", and both print their counts.
 */
#include <poll.h>
#include "xen-user.h"

#define CHANNELS	64
#define PORTS		4096
#define STALL_MS	20000

struct shared {
	uint32_t there[CHANNELS], back[CHANNELS];
	uint32_t over;
};

static volatile struct shared *page;
static int channels;
static uint32_t port_of[CHANNELS], got[CHANNELS];
static int channel_of[PORTS];
static unsigned long sent, taken, empty, wrong, most;

static void fail(const char *what)
{
	printf("evstress: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void channel(int i, int port)
{
	if (port < 0 || port >= PORTS)
		fail("no port");
	port_of[i] = port;
	channel_of[port] = i;
}

static void notify(int i)
{
	event_send(port_of[i]);
	sent++;
}

/* The next ports with an event; they are masked until they are written back */
static int events(uint32_t *ports, int ms)
{
	struct pollfd wait = { .fd = event_fd(), .events = POLLIN };
	int n = poll(&wait, 1, ms);

	if (n > 0)
		n = read(event_fd(), ports, CHANNELS * sizeof(*ports));
	if (n < 0)
		fail("read");
	n /= sizeof(*ports);
	if ((unsigned long)n > most)
		most = n;
	return n;
}

static int stalled(volatile uint32_t *mine, volatile uint32_t *other)
{
	int i;

	for (i = 0; i < channels; i++)
		printf("evstress: channel %d: %u of mine, %u of the other, %u told\n",
		       i, mine[i], other[i], got[i]);
	printf("evstress: FAILED: no event for %d s, %lu sent, %lu taken\n",
	       STALL_MS / 1000, sent, taken);
	return 1;
}

/* may: the number of events without a number that are allowed */
static int result(const char *who, unsigned long may)
{
	int bad = wrong || sent != taken || empty > may;

	printf("evstress: %s: %lu sent, %lu taken, %lu empty, %lu wrong, at most %lu at once: %s\n",
	       who, sent, taken, empty, wrong, most,
	       bad ? "FAILED" : "all right");
	return bad;
}

/* An event on the channel: its number must be the next, or that of no event */
static int numbered(int i, uint32_t number)
{
	if (number == got[i]) {
		empty++;
		return 0;
	}
	if (number != got[i] + 1)
		wrong++;
	got[i] = number;
	taken++;
	return 1;
}

static void give_back(uint32_t *ports, int n)
{
	if (write(event_fd(), ports, n * sizeof(*ports)) < 0)
		fail("write");
}

/* Send events there and back until `end` were sent, on `width` channels at a time */
static int exchange(unsigned long end, int width)
{
	uint32_t ports[CHANNELS];
	int i, k, n, flying;

	for (flying = 0; flying < width && sent < end; flying++) {
		page->there[flying]++;
		notify(flying);
	}
	while (flying) {
		n = events(ports, STALL_MS);
		if (!n)
			return stalled(page->there, page->back);
		for (k = 0; k < n; k++) {
			i = channel_of[ports[k]];
			if (!numbered(i, page->back[i]))
				continue;
			flying--;
			if (sent >= end)
				continue;
			page->there[i]++;
			notify(i);
			flying++;
		}
		give_back(ports, n);
	}
	return 0;
}

static void offer(void)
{
	struct page granted = page_grant(0);
	int i;

	page = granted.mem;
	for (i = 0; i < channels; i++)
		channel(i, event_offer(0));
	printf("offer %u", granted.ref);
	for (i = 0; i < channels; i++)
		printf(" %u", port_of[i]);
	printf("\n");
	fflush(stdout);
}

static int front(unsigned long count, int all)
{
	int i, bad;

	channels = all;
	offer();
	for (i = 0; !page->over; i++) {
		if (i > STALL_MS / 10)
			return stalled(page->there, page->back);
		usleep(10000);
	}
	bad = exchange(count / 10, 1) || exchange(count, channels);
	page->over = 2;
	event_send(port_of[0]);
	return bad | result("front", 0);
}

static int back(int domain, uint32_t grant, int n, char **remote)
{
	uint32_t ports[CHANNELS];
	int i, k;

	page = page_map(domain, grant, BOTH);
	if (!page)
		fail("map");
	for (channels = 0; channels < n; channels++)
		channel(channels, event_take(domain, atoi(remote[channels])));
	/* the hypervisor sends an event when a channel is bound */
	while ((n = events(ports, 300)))
		give_back(ports, n);
	page->over = 1;
	while (page->over == 1) {
		n = events(ports, STALL_MS);
		if (!n)
			return stalled(page->back, page->there);
		for (k = 0; k < n; k++) {
			i = channel_of[ports[k]];
			if (!numbered(i, page->there[i]))
				continue;
			page->back[i]++;
			notify(i);
		}
		give_back(ports, n);
	}
	return result("back", 1);	/* the front's last word */
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "front") && atoi(argv[3]) > 0 &&
	    atoi(argv[3]) <= CHANNELS)
		return front(atol(argv[2]), atoi(argv[3]));
	if (argc > 4 && argc - 4 <= CHANNELS && !strcmp(argv[1], "back"))
		return back(atoi(argv[2]), atoi(argv[3]), argc - 4, argv + 4);
	printf("see the head of evstress.c\n");
	return 2;
}
