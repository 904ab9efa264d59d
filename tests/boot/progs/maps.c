// SPDX-License-Identifier: GPL-2.0
/*
 * maps - Dom0's process 1 in the test tests/boot/maps. It maps 1,024 pages of a domain
 * that it makes (privcmd), and 1,024 pages that were granted to it (gntdev), and checks
 * their contents. Then its balloon gives 1,024 pages back. Marks come before and after
 * each of these: a call of xen_version with an unknown number, so that the test can find
 * the hypercalls in the log, and those of mark.h for the plugin.
 *
 * Sources: xen/domctl.h, xen/memory.h; xen/privcmd.h, gntdev.h, gntalloc.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>
#include "mark.h"
#include "privcmd.h"

typedef uint32_t grant_ref_t;
typedef uint16_t domid_t;
#include <xen/gntalloc.h>
#include <xen/gntdev.h>

#define PAGES		1024u
#define PAGE		4096u
#define SIZE		(PAGES * PAGE)
#define TABLE		(2u << 20)	/* bytes that a page-table page maps */
#define NO_FRAME	0xfffff0u	/* just below 64 GB, without memory */

#define MEMORY_OP	12
#define XEN_VERSION	17
#define DOMCTL		36
#define POPULATE	6		/* XENMEM_populate_physmap */
#define MARKER		0x6d617000

enum { CREATE = 1, DESTROY = 2, MAX_MEM = 11 };

struct domctl {
	uint32_t cmd, interface_version;
	uint16_t domain, pad[3];
	union {
		struct {
			uint32_t ssidref;
			uint8_t handle[16];
			uint32_t flags, iommu_opts, max_vcpus, max_evtchn_port;
			int32_t max_grant_frames, max_maptrack_frames;
			uint32_t grant_opts, vmtrace_size, cpupool_id;
			uint32_t emulation_flags, misc_flags;
		} create;
		uint64_t max_memkb;
		uint8_t size[128];
	} u;
};
_Static_assert(sizeof(struct domctl) == 144, "xen/domctl.h");

struct reservation {
	unsigned long extent_start, nr_extents;
	uint32_t extent_order, mem_flags;
	uint16_t domid, pad;
};

struct hypercall {
	uint64_t op, arg[5];
};

static int privcmd;
static uint32_t domain;
static unsigned long frames[PAGES];

static void end(const char *what)
{
	printf("maps: failed: %s: %s\nmaps: over\n", what, strerror(errno));
	fflush(stdout);
	for (;;)
		pause();
}

static long hypercall(uint64_t op, uint64_t arg0, uint64_t arg1)
{
	struct hypercall call = { .op = op, .arg = { arg0, arg1 } };

	return ioctl(privcmd, _IOC(_IOC_NONE, 'P', 0, sizeof(call)), &call);
}

/* Begin to count */
static void begin(unsigned int number)
{
	hypercall(XEN_VERSION, MARKER + number, 0);
	asm volatile(MARK_SPAN : : : "memory");
}

static void stop(unsigned int number)
{
	asm volatile(MARK_SPAN "\n\t" MARK_ROW : : : "memory");
	hypercall(XEN_VERSION, MARKER + number, 0);
}

static int device(const char *name)
{
	int fd = open(name, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		end(name);
	return fd;
}

/* Locked pages for the arguments of hypercalls. */
static void *buffer(unsigned int pages)
{
	void *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
		       device("/dev/xen/hypercall"), 0);

	if (p == MAP_FAILED)
		end("hypercall buffer");
	memset(p, 0, pages * PAGE);
	return p;
}

/* An unmapped range that starts in the middle of a page table, and needs three. */
static void *place(void)
{
	uint8_t *p = mmap(NULL, SIZE + 4 * TABLE, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		end("address space");
	munmap(p, SIZE + 4 * TABLE);
	return (void *)((((uintptr_t)p + 2 * TABLE) & ~(TABLE - 1)) +
			TABLE / 2);
}

static uint32_t *map_at_place(int fd, uint64_t offset)
{
	uint32_t *p = mmap64(place(), SIZE, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_FIXED, fd, (off64_t)offset);

	return p == MAP_FAILED ? NULL : p;
}

static long domctl(struct domctl *d, uint32_t cmd)
{
	d->cmd = cmd;
	d->interface_version = 0x15;
	d->domain = (uint16_t)domain;
	return hypercall(DOMCTL, (uintptr_t)d, 0);
}

static void make_domain(struct domctl *d)
{
	struct reservation *r = (void *)((uint8_t *)d + 512);
	unsigned long *extents = (void *)((uint8_t *)d + PAGE);
	uint32_t i;

	d->u.create.max_vcpus = 1;
	d->u.create.max_evtchn_port = 63;
	d->u.create.max_grant_frames = 4;
	d->u.create.max_maptrack_frames = 4;
	d->u.create.grant_opts = 1;
	d->u.create.handle[0] = 1;
	if (domctl(d, CREATE))
		end("createdomain");
	domain = d->domain;
	d->u.max_memkb = (PAGES + 256) * (PAGE / 1024);
	if (domctl(d, MAX_MEM))
		end("max_mem");
	for (i = 0; i < PAGES; i++)
		extents[i] = i;
	r->extent_start = (uintptr_t)extents;
	r->nr_extents = PAGES;
	r->domid = (uint16_t)domain;
	if (hypercall(MEMORY_OP, POPULATE, (uintptr_t)r) != PAGES)
		end("populate_physmap");
	memcpy(frames, extents, sizeof(frames));
}

/* Map the domain's listed frames between the markers number and number + 1. */
static uint32_t *foreign(unsigned long *list, int *errors, unsigned int number)
{
	uint32_t *at = map_at_place(privcmd, 0);
	int rc;

	if (!at)
		end("mmap of privcmd");
	memset(errors, 0x55, PAGES * sizeof(*errors));	/* fault it in now */
	begin(number);
	rc = map_frames(privcmd, at, (uint16_t)domain, list, errors, PAGES);
	stop(number + 1);
	if (rc)
		end("mmapbatch");
	return at;
}

/* Check that each page has its expected number; report the first wrong one. */
static void check(const char *what, const uint32_t *at, int reverse)
{
	uint32_t i, expect, wrong = 0;

	for (i = 0; i < PAGES; i++) {
		expect = reverse ? PAGES - 1 - i : i;
		if (at[i * (PAGE / 4)] != (0xabc00000u | expect) && !wrong++)
			printf("maps: %s: page %u has %x, not %x\n", what, i,
			       at[i * (PAGE / 4)], 0xabc00000u | expect);
	}
	if (!wrong)
		printf("maps: %s: right\n", what);
}

static void fill(uint32_t *at)
{
	uint32_t i;

	for (i = 0; i < PAGES; i++)
		at[i * (PAGE / 4)] = 0xabc00000u | i;
}

static void test_foreign(void)
{
	static unsigned long reversed[PAGES];
	static int errors[PAGES];
	uint32_t *at = foreign(frames, errors, 1);
	uint32_t i;

	fill(at);
	munmap(at, SIZE);
	for (i = 0; i < PAGES; i++)
		reversed[i] = frames[PAGES - 1 - i];
	at = foreign(reversed, errors, 3);
	check("foreign", at, 1);
	munmap(at, SIZE);
}

/* Each frame that cannot be mapped gets its error, and no other frame does. */
static void test_errors(void)
{
	static const uint32_t bad[] = { 0, 1, 255, 256, 511, 777, 1022 };
	static unsigned long list[PAGES];
	static int errors[PAGES];
	uint32_t i, wrong = 0, *at;

	memcpy(list, frames, sizeof(list));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		list[bad[i]] = NO_FRAME;
	at = foreign(list, errors, 5);
	for (i = 0; i < PAGES; i++)
		if ((errors[i] < 0) != (list[i] == NO_FRAME) || errors[i] > 0 ||
		    (!errors[i] &&
		     at[i * (PAGE / 4)] != (0xabc00000u | i))) {
			if (!wrong++)
				printf("maps: errors: page %u has error %d\n",
				       i, errors[i]);
		}
	if (!wrong)
		printf("maps: errors: right\n");
	munmap(at, SIZE);
}

/* A number of KiB that the balloon driver tells */
static long balloon(const char *name)
{
	char path[80];
	long kib;
	FILE *f;

	snprintf(path, sizeof(path),
		 "/sys/devices/system/xen_memory/xen_memory0/%s", name);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%ld", &kib) != 1)
		end(path);
	fclose(f);
	return kib;
}

/* Let the balloon reach its target: true if it does so in two seconds */
static int reached(long target)
{
	int tries = 200;

	while (balloon("info/current_kb") != target && --tries)
		usleep(10000);
	return tries;
}

static void test_returned(void)
{
	long target = balloon("target_kb");
	int fd = device("/sys/devices/system/xen_memory/xen_memory0/target_kb");
	char line[32];
	int n;

	if (!reached(target))
		end("the balloon does not come to rest");
	target -= PAGES * (PAGE / 1024);
	n = snprintf(line, sizeof(line), "%ld", target);
	begin(9);
	if (write(fd, line, n) != n)
		end("target_kb");
	n = reached(target);
	stop(10);
	printf("maps: returned: %s\n", n ? "right" : "not all pages");
}

static void test_granted(void)
{
	static struct {
		uint16_t domid, flags;
		uint32_t count;
		uint64_t index;
		uint32_t refs[PAGES];
	} grant = { .flags = 1, .count = PAGES };
	static struct {
		uint32_t count, pad;
		uint64_t index;
		struct ioctl_gntdev_grant_ref refs[PAGES];
	} map = { .count = PAGES };
	int gntalloc = device("/dev/xen/gntalloc");
	int gntdev = device("/dev/xen/gntdev");
	uint32_t i, *at;
	int rc;

	if (ioctl(gntalloc, IOCTL_GNTALLOC_ALLOC_GREF, &grant))
		end("gntalloc");
	at = mmap64(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, gntalloc,
		    (off64_t)grant.index);
	if (at == MAP_FAILED)
		end("mmap of gntalloc");
	fill(at);
	for (i = 0; i < PAGES; i++)
		map.refs[i].ref = grant.refs[i];

	/* lowmem pages that it has already cost no hypercalls */
	printf("maps: balloon: %ld KiB\n", balloon("info/low_kb"));
	begin(7);
	rc = ioctl(gntdev, IOCTL_GNTDEV_MAP_GRANT_REF, &map);
	at = rc ? NULL : map_at_place(gntdev, map.index);
	stop(8);
	if (!at)
		end("gntdev");
	check("granted", at, 0);
	munmap(at, SIZE);
	close(gntdev);	/* gives the balloon its pages back */
}

int main(void)
{
	struct domctl *d;
	char line[16];

	if (getpid() != 1) {
		fprintf(stderr, "maps: it is process 1 of tests/boot/maps\n");
		return 2;
	}
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
	if (!freopen("/dev/hvc0", "r", stdin) ||
	    !freopen("/dev/hvc0", "w", stdout))
		return 1;
	privcmd = device("/dev/xen/privcmd");
	d = buffer(1 + PAGES * sizeof(long) / PAGE);
	make_domain(d);

	printf("maps: ready\n");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		end("no word from the test");

	test_foreign();
	test_errors();
	test_granted();
	test_returned();
	printf("maps: over\n");
	fflush(stdout);

	while (domctl(d, DESTROY) && errno == EAGAIN)
		;
	reboot(RB_POWER_OFF);
	return 1;
}
