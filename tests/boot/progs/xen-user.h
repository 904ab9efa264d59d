/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions for a program that is one end of a split driver: nodes of xenstore, pages
 * that it grants or maps, event channels, the head of a shared ring, and verdicts on the
 * other end. They use /dev/xen/{xenbus,gntalloc,gntdev,evtchn}. Numbers and layouts come
 * from Xen's public headers (io/xs_wire.h, io/ring.h).
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <sys/prctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
/* Linux's headers need these from the file that includes them */
typedef uint32_t grant_ref_t;
typedef uint16_t domid_t;
#include <xen/evtchn.h>
#include <xen/gntalloc.h>
#include <xen/gntdev.h>

enum { INITIALISING = 1, INIT_WAIT, INITIALISED, CONNECTED, CLOSING, CLOSED };

/* The head of a shared ring; the entries follow at byte 64 */
struct ring {
	volatile uint32_t req_prod, req_event, rsp_prod, rsp_event;
	uint8_t pad[48];
	uint8_t entries[4096 - 64];
};

static inline int device(const char *name)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/xen/%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		err(2, "%s", path);
	return fd;
}

/* --- xenstore --- */

#define XS_PAYLOAD	4080	/* with the header, the most that the kernel accepts */

struct xs_message {
	uint32_t type, request, transaction, length;
	char text[XS_PAYLOAD + 32];
};
enum { XS_READ = 2, XS_WRITE = 11, XS_WATCH_EVENT = 15, XS_ERROR = 16 };

/* Receive a message: an answer or a watch event */
static inline void xs_take(int fd, struct xs_message *m)
{
	uint32_t got = 0;
	ssize_t n;

	for (; got < 16 || got < 16 + m->length; got += n) {
		n = read(fd, (char *)m + got,
			 (got < 16 ? 16 : 16 + m->length) - got);
		if (n <= 0 || (got >= 16 && m->length >= sizeof(m->text)))
			err(2, "xenstore: read");
	}
	m->text[m->length] = 0;
}

static inline int xs_fd(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = device("xenbus");
	return fd;
}

/* Send a message and receive its answer; false if that is an error */
static inline bool xs_talk(struct xs_message *m)
{
	if (write(xs_fd(), m, 16 + m->length) != (ssize_t)(16 + m->length)) {
		/* the kernel itself limits watches, with this error */
		if (errno != E2BIG)
			err(2, "xenstore: write");
		strcpy(m->text, "E2BIG");
		return false;
	}
	do
		xs_take(xs_fd(), m);
	while (m->type == XS_WATCH_EVENT);
	return m->type != XS_ERROR;
}

static inline bool xs_read(const char *dir, const char *node, char *out,
			   size_t size)
{
	struct xs_message m = { .type = XS_READ };

	m.length = 1 + snprintf(m.text, sizeof(m.text), "%s/%s", dir, node);
	if (!xs_talk(&m))
		return false;
	return snprintf(out, size, "%.100s", m.text) > 0;
}

static inline long xs_number(const char *dir, const char *node, long otherwise)
{
	char text[64];

	return xs_read(dir, node, text, sizeof(text)) ? atol(text) : otherwise;
}

__attribute__((format(printf, 3, 4)))
static inline void xs_write(const char *dir, const char *node,
			    const char *format, ...)
{
	struct xs_message m = { .type = XS_WRITE };
	va_list list;
	int head;

	head = 1 + snprintf(m.text, 512, "%s/%s", dir, node);
	va_start(list, format);
	m.length = head + vsnprintf(m.text + head, 256, format, list);
	va_end(list);
	if (!xs_talk(&m))
		errx(2, "xenstore: write %s/%s: %s", dir, node, m.text);
}

/* Wait until a node, usually a state, has the value */
static inline bool xs_wait(const char *dir, const char *node, long value,
			   int seconds)
{
	time_t end = time(NULL) + seconds;

	while (xs_number(dir, node, -1) != value) {
		if (time(NULL) > end)
			return false;
		usleep(50000);
	}
	return true;
}

/*
 * As front end, release the device and wait until the back end starts anew. The back
 * end may still work on one earlier state: its Closing or its Closed can be old, but
 * not both.
 */
static inline bool xs_restart(const char *front, const char *back)
{
	xs_write(front, "state", "%d", CLOSING);
	if (!xs_wait(back, "state", CLOSING, 20))
		return false;
	xs_write(front, "state", "%d", CLOSED);
	if (!xs_wait(back, "state", CLOSED, 20))
		return false;
	xs_write(front, "state", "%d", INITIALISING);
	return xs_wait(back, "state", INIT_WAIT, 20);
}

/* --- pages --- */

struct page {
	void *mem;
	uint32_t ref;
	uint64_t index;
};

#define BOTH	(PROT_READ | PROT_WRITE)

/* Allocate a page that the domain may map and write */
static inline struct page page_grant(int domain)
{
	struct ioctl_gntalloc_alloc_gref op = {
		.domid = domain, .flags = GNTALLOC_FLAG_WRITABLE, .count = 1,
	};
	static int fd = -1;
	struct page page;

	if (fd < 0)
		fd = device("gntalloc");
	if (ioctl(fd, IOCTL_GNTALLOC_ALLOC_GREF, &op) < 0)
		err(2, "gntalloc");
	page.mem = mmap(NULL, 4096, BOTH, MAP_SHARED, fd, op.index);
	if (page.mem == MAP_FAILED)
		err(2, "gntalloc: mmap");
	page.ref = op.gref_ids[0];
	page.index = op.index;
	memset(page.mem, 0, 4096);
	/* the grant ends when the page is unmapped */
	ioctl(fd, IOCTL_GNTALLOC_DEALLOC_GREF,
	      &(struct ioctl_gntalloc_dealloc_gref){ op.index, 1 });
	return page;
}

static inline void page_revoke(struct page *page)
{
	if (page->mem)
		munmap(page->mem, 4096);
	page->mem = NULL;
}

/* Map a page that the domain granted, to read or write; NULL if that fails */
static inline void *page_map(int domain, uint32_t ref, int protection)
{
	struct ioctl_gntdev_map_grant_ref op = {
		.count = 1, .refs[0] = { .domid = domain, .ref = ref },
	};
	static int fd = -1;
	void *mem;

	if (fd < 0)
		fd = device("gntdev");
	if (ioctl(fd, IOCTL_GNTDEV_MAP_GRANT_REF, &op) < 0)
		return NULL;
	mem = mmap(NULL, 4096, protection, MAP_SHARED, fd, op.index);
	return mem == MAP_FAILED ? NULL : mem;
}

/* --- event channels --- */

static inline int event_fd(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = device("evtchn");
	return fd;
}

static inline int event_offer(int domain)
{
	struct ioctl_evtchn_bind_unbound_port op = { domain };

	return ioctl(event_fd(), IOCTL_EVTCHN_BIND_UNBOUND_PORT, &op);
}

static inline int event_take(int domain, int port)
{
	struct ioctl_evtchn_bind_interdomain op = { domain, port };

	return ioctl(event_fd(), IOCTL_EVTCHN_BIND_INTERDOMAIN, &op);
}

static inline void event_send(int port)
{
	ioctl(event_fd(), IOCTL_EVTCHN_NOTIFY,
	      &(struct ioctl_evtchn_notify){ port });
}

static inline void event_close(int port)
{
	ioctl(event_fd(), IOCTL_EVTCHN_UNBIND,
	      &(struct ioctl_evtchn_unbind){ port });
}

/* --- several at a time --- */

/* Start a process for each argument; all end with this one */
static inline int play_each(int argc, char **argv,
			    void (*play)(const char *directory))
{
	int i;

	if (argc < 2)
		errx(2, "which back ends' directories?");
	for (i = 1; i < argc; i++)
		if (!fork()) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			play(argv[i]);
		}
	while (wait(NULL) > 0)
		;
	return 0;
}

/* --- verdicts --- */

static unsigned int wrongs;
static char first_wrong[128];

/* Print one line for each attack */
static inline void judge(const char *who, const char *attack, bool right,
			 const char *what)
{
	printf("%s: %s: %s: %s\n", right ? "right" : "WRONG", who, attack,
	       what);
	fflush(stdout);
	if (!right && !wrongs++)
		snprintf(first_wrong, sizeof(first_wrong), "%s: %s: %s", who,
			 attack, what);
}

/* The program's exit code; the last line names the first failure */
static inline int judged(void)
{
	if (wrongs)
		printf("%u went wrong, first: %s\n", wrongs, first_wrong);
	return wrongs ? 1 : 0;
}
