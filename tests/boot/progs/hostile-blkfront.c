// SPDX-License-Identifier: GPL-2.0
/*
 * hostile-blkfront DIRECTORY - a block front end that breaks one rule of the protocol
 * after the other, against the back end that the xenstore directory names. Rule: a bad
 * request gets an error, bad indices or nodes stop the device, and a new connection
 * works after each of them.
 */
#include "blkif.h"

#define NONE	100	/* no answer arrived */

static const char *front;
static char back[128];
static int backend;
static struct page ring_page, data;
static struct ring *ring;
static int port = -1;
static uint32_t answered;

static void says(const char *attack, bool right, const char *what)
{
	judge("blkback", attack, right, what);
}

static bool restart(void)
{
	if (!xs_restart(front, back))
		return false;
	if (port >= 0)
		event_close(port);
	page_revoke(&ring_page);
	page_revoke(&data);
	return true;
}

static void offer(void)
{
	ring_page = page_grant(backend);
	data = page_grant(backend);
	ring = ring_page.mem;
	ring->req_event = ring->rsp_event = 1;
	answered = 0;
	port = event_offer(backend);
	xs_write(front, "ring-ref", "%u", ring_page.ref);
	xs_write(front, "event-channel", "%d", port);
	xs_write(front, "protocol", "x86_32-abi");
	xs_write(front, "ring-page-order", "0");
	xs_write(front, "ring-ref0", "%u", ring_page.ref);
	xs_write(front, "multi-queue-num-queues", "1");
}

static bool reconnect(void)
{
	if (!restart())
		return false;
	offer();
	xs_write(front, "state", "%d", INITIALISED);
	if (!xs_wait(back, "state", CONNECTED, 20))
		return false;
	xs_write(front, "state", "%d", CONNECTED);
	return true;
}

static void publish(uint32_t count)
{
	__sync_synchronize();
	ring->req_prod += count;
	__sync_synchronize();
	event_send(port);
}

static bool answers(uint32_t count, int milliseconds)
{
	while (ring->rsp_prod - answered < count && milliseconds-- > 0)
		usleep(1000);
	return ring->rsp_prod - answered >= count;
}

static int ask(const struct blk_request *request)
{
	*blk_request(ring, ring->req_prod) = *request;
	publish(1);
	if (!answers(1, 10000))
		return NONE;
	return blk_response(ring, answered++)->status;
}

/* A correct read of the first page */
static struct blk_request good(void)
{
	struct blk_request r = { .op = OP_READ };

	r.rw.segments = 1;
	r.rw.id = 42;
	r.rw.segment[0] = (struct segment){ .ref = data.ref, .last = 7 };
	return r;
}

static struct blk_request indirect(unsigned int segments, uint32_t ref)
{
	struct blk_request r = { .op = OP_INDIRECT };
	int i;

	r.indirect.op = OP_READ;
	r.indirect.segments = segments;
	for (i = 0; i < 8; i++)
		r.indirect.ref[i] = ref;
	return r;
}

static void refused(const char *attack, struct blk_request r, int expected)
{
	struct blk_request after = good();
	int status = ask(&r);
	char what[64];

	snprintf(what, sizeof(what), "status %d, a good one then %d", status,
		 ask(&after));
	says(attack, status == expected && !strcmp(strrchr(what, ' '), " 0"),
	     what);
}

static void bad_requests(void)
{
	static const struct {
		const char *name;
		unsigned int op, segments;
		uint64_t sector;
		uint8_t first, last;
		uint32_t ref;	/* 0: the good one */
		int status;
	} bad[] = {
		{ "12 segments", OP_READ, 12, 0, 0, 7, 0, ERROR },
		{ "255 segments", OP_WRITE, 255, 0, 0, 7, 0, ERROR },
		{ "no segment", OP_READ, 0, 0, 0, 7, 0, ERROR },
		{ "first after last", OP_READ, 1, 0, 5, 4, 0, ERROR },
		{ "a sector behind the page", OP_READ, 1, 0, 0, 8, 0, ERROR },
		{ "sectors 255 to 255", OP_READ, 1, 0, 255, 255, 0, ERROR },
		{ "behind the disk", OP_READ, 1, 1ull << 40, 0, 7, 0, ERROR },
		{ "sector wraps", OP_READ, 1, -1ull, 0, 7, 0, ERROR },
		{ "no such grant", OP_READ, 1, 0, 0, 7, 0x1ffff, ERROR },
		{ "grant -1", OP_WRITE, 1, 0, 0, 7, ~0u, ERROR },
		{ "no such operation", 77, 1, 0, 0, 7, 0, UNSUPPORTED },
	};
	struct blk_request r;
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r = good();
		r.op = bad[i].op;
		r.rw.segments = bad[i].segments;
		r.rw.sector = bad[i].sector;
		r.rw.segment[0].first = bad[i].first;
		r.rw.segment[0].last = bad[i].last;
		if (bad[i].ref)
			r.rw.segment[0].ref = bad[i].ref;
		refused(bad[i].name, r, bad[i].status);
	}
	r = (struct blk_request){ .op = OP_DISCARD };
	r.discard.sector = 1ull << 40;
	r.discard.sectors = -1ull;
	refused("discard behind the disk", r, ERROR);
}

static void bad_indirect(void)
{
	struct blk_request r = indirect(1, data.ref);

	r.indirect.op = OP_INDIRECT;
	refused("indirect of indirect", r, ERROR);
	refused("indirect, no segment", indirect(0, data.ref), ERROR);
	refused("indirect, 257 segments", indirect(257, data.ref), ERROR);
	refused("indirect, 65535 segments", indirect(65535, data.ref), ERROR);
	refused("indirect, no such grant", indirect(8, 0x1ffff), ERROR);
	memset(data.mem, 0xff, 4096);
	refused("indirect, page of garbage", indirect(256, data.ref), ERROR);
	memset(data.mem, 0, 4096);
}

static void flip(volatile struct blk_request *r, bool bad)
{
	r->rw.segments = bad ? 255 : 1;
	r->rw.segment[0].ref = bad ? ~0u : data.ref;
	r->rw.segment[0].last = bad ? 255 : 7;
}

/* Rewrite the requests while the back end works on them */
static void rewritten(void)
{
	struct blk_request r = good();
	unsigned int round, i, j, count = 0;

	for (round = 0; round < 20; round++) {
		for (i = 0; i < BLK_RING; i++)
			*blk_request(ring, ring->req_prod + i) = r;
		publish(BLK_RING);
		for (j = 0; j < 2000 && !answers(BLK_RING, 0); j++)
			for (i = ring->rsp_prod - answered; i < BLK_RING; i++)
				flip(blk_request(ring, answered + i), j & 1);
		if (!answers(BLK_RING, 10000))
			break;
		answered += BLK_RING;
		count += BLK_RING;
	}
	says("requests rewritten", count == 20 * BLK_RING, "all answered");
}

static void revoked(void)
{
	unsigned int round;
	struct blk_request r;
	struct page page;

	for (round = 0; round < 20; round++) {
		page = page_grant(backend);
		r = good();
		r.rw.segment[0].ref = page.ref;
		*blk_request(ring, ring->req_prod) = r;
		publish(1);
		page_revoke(&page);
		if (!answers(1, 10000))
			break;
		answered++;
	}
	says("grants revoked", round == 20, "all answered");
}

static void flood(void)
{
	struct blk_request r = good();
	int i;

	for (i = 0; i < 5000; i++)
		event_send(port);
	says("5000 events", ask(&r) == OKAY, "a good request is answered");
}

static void indices(void)
{
	uint32_t bad[] = { 1000, 0x80000000, 0xffffff00 };
	char name[32];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "req_prod + %#x", bad[i]);
		publish(bad[i]);
		says(name, !answers(1, 300), "no answer");
		says(name, reconnect(), "a new connection works");
	}
}

static void states(void)
{
	static const int jump[] = { 3, 4, 1, 3, 5, 4, 2, 99, 1, 4, 6, 3, 7, 8 };
	struct blk_request r;
	unsigned int i, round;

	for (round = 0; round < 3; round++)
		for (i = 0; i < sizeof(jump) / sizeof(jump[0]); i++) {
			xs_write(front, "state", "%d", jump[i]);
			usleep(round * 20000);
		}
	if (!xs_restart(front, back))
		says("states", false, "no restart");
	xs_write(front, "state", "99");
	says("state 99", xs_wait(back, "state", CLOSING, 10), "closes");
	if (!reconnect()) {
		says("states", false, "no new connection");
		return;
	}
	r = good();
	says("states", ask(&r) == OKAY, "a new connection works");
}

static void nodes(void)
{
	static const char *const bad[][2] = {
		{ "ring-ref0", "1048575" }, { "ring-ref0", "-1" },
		{ "event-channel", "0" }, { "event-channel", "99999" },
		{ "ring-page-order", "99" }, { "ring-page-order", "4" },
		{ "multi-queue-num-queues", "1000" },
		{ "multi-queue-num-queues", "0" }, { "protocol", "none" },
	};
	char name[64];
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(name, sizeof(name), "%s=%s", bad[i][0], bad[i][1]);
		if (!restart()) {
			says(name, false, "no restart");
			continue;
		}
		offer();
		xs_write(front, bad[i][0], "%s", bad[i][1]);
		xs_write(front, "state", "%d", INITIALISED);
		says(name, xs_wait(back, "state", CLOSING, 20), "refused");
	}
}

int main(int argc, char **argv)
{
	struct blk_request r;

	if (argc != 2)
		errx(2, "which front end's directory?");
	front = argv[1];
	if (!xs_read(front, "backend", back, sizeof(back)))
		errx(2, "no back end");
	backend = xs_number(front, "backend-id", 0);
	if (!reconnect())
		errx(2, "no connection");
	r = good();
	says("none", ask(&r) == OKAY, "a good request is answered");
	bad_requests();
	bad_indirect();
	rewritten();
	revoked();
	flood();
	indices();
	states();
	nodes();
	says("at the end", reconnect(), "a new connection works");
	r = good();
	says("at the end", ask(&r) == OKAY, "a good request is answered");
	xs_write(front, "state", "%d", CLOSED);
	return judged();
}
