// SPDX-License-Identifier: GPL-2.0
/*
 * screen show DIR BYTES: be the back end of a DomU's frame buffer. After the first
 * update event, write the buffer's first BYTES to the standard output.
 * screen type DIR CODE...: be the back end of its keyboard; press and release these keys
 * when a line arrives on the standard input
 *
 * Rule: Dom0 sees what a DomU draws, and the DomU reads what is typed in Dom0
 * (io/fbif.h, io/kbdif.h). The program maps the DomU's frames by their numbers, as Xen's
 * own back ends do.
 */
#include "xen-user.h"
#include "privcmd.h"

#define FRAMES		1024	/* 4 MiB, whose numbers fill a page */
#define EVENT		40	/* bytes, in every ring */
#define EVENTS		(2048 / EVENT)
enum { FB_UPDATE = 2, KEY = 3 };

struct shared {
	volatile uint32_t in_cons, in_prod, out_cons, out_prod;
	int32_t width, height;		/* from here on, only in a frame buffer's page */
	uint32_t line, bytes;
	uint32_t depth;
	unsigned long lists[256];
};

struct key {
	uint8_t type, pressed;
	uint32_t code;
};

/* Map these frames of a domain contiguously */
static void *frames_of(int domain, const unsigned long *frames,
		       unsigned int count)
{
	static int errors[FRAMES];
	int fd = device("privcmd");
	void *mem = mmap(NULL, count * 4096, BOTH, MAP_SHARED, fd, 0);

	if (mem == MAP_FAILED ||
	    map_frames(fd, mem, domain, frames, errors, count))
		err(1, "privcmd: %u frames of domain %d", count, domain);
	close(fd);
	return mem;
}

/* Map the front end's page and bind its event channel; then both are connected */
static struct shared *connect_front(const char *dir, int *domain, int *port)
{
	struct shared *page;
	unsigned long frame;
	char front[128];

	if (!xs_read(dir, "frontend", front, sizeof(front)))
		errx(2, "no back end in %s", dir);
	*domain = xs_number(dir, "frontend-id", 0);
	if (!xs_wait(front, "state", INITIALISED, 60))
		errx(1, "no front end");
	frame = xs_number(front, "page-ref", 0);
	page = frames_of(*domain, &frame, 1);
	*port = event_take(*domain, xs_number(front, "event-channel", 0));
	if (*port < 0)
		err(1, "event channel");
	xs_write(dir, "state", "%d", INIT_WAIT);
	if (!xs_wait(front, "state", CONNECTED, 60))
		errx(1, "the front end does not connect");
	xs_write(dir, "state", "%d", CONNECTED);
	return page;
}

/* Take all events; returns whether one of them was an update */
static bool updated(struct shared *page)
{
	uint8_t *events = (uint8_t *)page + 2048;
	bool seen = false;

	while (page->out_cons != page->out_prod) {
		seen |= events[page->out_cons % EVENTS * EVENT] == FB_UPDATE;
		page->out_cons++;
	}
	return seen;
}

static int show(const char *dir, unsigned int bytes)
{
	struct shared *page;
	int domain, port, i;
	unsigned long *frames;

	xs_write(dir, "request-update", "1");
	page = connect_front(dir, &domain, &port);
	fprintf(stderr, "screen: %d by %d of %u bits\n", page->width,
		page->height, page->depth & 0xff);
	if (bytes > page->bytes || bytes > FRAMES * 4096)
		errx(1, "it has %u bytes", page->bytes);
	frames = frames_of(domain, page->lists, 1);
	for (i = 0; i < 3000 && !updated(page); i++)
		usleep(20000);
	if (i == 3000)
		errx(1, "nothing was drawn");
	sleep(1);	/* for the rest of the drawing */
	fwrite(frames_of(domain, frames, (bytes + 4095) / 4096), 1, bytes,
	       stdout);
	return 0;
}

static void put(struct shared *page, int port, uint32_t code, bool pressed)
{
	struct key *key = (void *)((uint8_t *)page + 1024 +
				   page->in_prod % EVENTS * EVENT);

	*key = (struct key){ KEY, pressed, code };
	__sync_synchronize();
	page->in_prod++;
	event_send(port);
}

static int type(const char *dir, char **codes)
{
	int domain, port;
	struct shared *page = connect_front(dir, &domain, &port);

	if (getchar() == EOF)
		errx(1, "nobody waits");
	for (; *codes; codes++) {
		put(page, port, atoi(*codes), true);
		put(page, port, atoi(*codes), false);
	}
	sleep(2);
	return page->in_cons != page->in_prod;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "show"))
		return show(argv[2], atoi(argv[3]));
	if (argc >= 4 && !strcmp(argv[1], "type"))
		return type(argv[2], argv + 3);
	errx(2, "usage: show DIR BYTES | type DIR CODE...");
}
