// SPDX-License-Identifier: GPL-2.0
/*
 * hostile-blkback DIRECTORY... - block back ends that each break one rule of the
 * protocol against the front ends of these xenstore directories. The last part of a
 * directory's name is the disk's number; (number >> 4) & 15 selects the attack. Each
 * serves its disk correctly (without data) until a request for sector 64 or more
 * arrives. The attacked kernel's log has its reaction.
 */
#include "blkif.h"

enum attack {
	FAR = 2, BIG_ID, IDLE_ID, WRONG_OP, TWICE, BAD_STATUS, KEPT, AGAIN,
	NO_SECTOR, ODD_SECTOR, HUGE_SECTOR, NO_SIZE, REOPEN, HUGE_FEATURES,
};

static const char *back;
static char front[128];
static int domain, port;
static enum attack attack;
static struct ring *ring;
static uint32_t taken;

static void answer(uint64_t id, unsigned int op, int status)
{
	struct blk_response *r = blk_response(ring, ring->rsp_prod);

	*r = (struct blk_response){ .id = id, .op = op, .status = status };
	__sync_synchronize();
	ring->rsp_prod++;
}

static void strike(const struct blk_request *r)
{
	switch (attack) {
	case FAR:
		ring->rsp_prod += 100;
		break;
	case BIG_ID:
		answer(0xfedcba9876543210, r->op, OKAY);
		break;
	case IDLE_ID:
		answer((r->rw.id + 7) % BLK_RING, r->op, OKAY);
		break;
	case WRONG_OP:
		answer(r->rw.id, OP_FLUSH, OKAY);
		break;
	case TWICE:
		answer(r->rw.id, r->op, OKAY);
		answer(r->rw.id, r->op, OKAY);
		break;
	case BAD_STATUS:
		answer(r->rw.id, r->op, 12345);
		break;
	case KEPT:
		if (!page_map(domain, r->rw.segment[0].ref, BOTH))
			warnx("the page of a request cannot be mapped");
		answer(r->rw.id, r->op, OKAY);
		break;
	case AGAIN:
		ring->rsp_prod += 100;
		event_send(port);
		sleep(1);
		xs_write(back, "state", "%d", CONNECTED);
		break;
	default:
		answer(r->rw.id, r->op, OKAY);
	}
}

static void serve(void)
{
	struct blk_request r;

	while (taken != ring->req_prod) {
		r = *blk_request(ring, taken++);
		if (r.op == OP_INDIRECT)	/* the other fields stay in place */
			r.op = r.indirect.op;
		if (r.op != OP_READ || r.rw.sector < 64)
			answer(r.rw.id, r.op, OKAY);
		else
			strike(&r);
		ring->req_event = taken + 1;
		__sync_synchronize();
		event_send(port);
	}
	usleep(10000);
}

static void details(void)
{
	const char *size = attack == NO_SECTOR ? "0" :
			   attack == ODD_SECTOR ? "520" :
			   attack == HUGE_SECTOR ? "2147483648" : "512";

	xs_write(back, "sector-size", "%s", size);
	xs_write(back, "info", "0");
	xs_write(back, "feature-persistent", "0");
	if (attack != NO_SIZE)
		xs_write(back, "sectors", "65536");
	if (attack != HUGE_FEATURES)
		return;
	xs_write(back, "sectors", "18446744073709551615");
	xs_write(back, "physical-sector-size", "4294967295");
	xs_write(back, "feature-max-indirect-segments", "4294967295");
	xs_write(back, "feature-discard", "4294967295");
	xs_write(back, "discard-granularity", "4294967295");
	xs_write(back, "discard-alignment", "4294967295");
}

/* Wait until the front end takes part; a disk that it refuses stays as it is */
static void connect(void)
{
	unsigned int i;

	xs_write(back, "max-ring-page-order",
		 attack == HUGE_FEATURES ? "4294967295" : "0");
	xs_write(back, "state", "%d", INIT_WAIT);
	if (!xs_wait(front, "state", INITIALISED, 60))
		errx(1, "%s: no front end", back);
	ring = page_map(domain, xs_number(front, "ring-ref", 0), BOTH);
	port = event_take(domain, xs_number(front, "event-channel", 0));
	if (!ring || port < 0)
		err(1, "%s: no ring", back);
	details();
	xs_write(back, "state", "%d", CONNECTED);
	for (i = 0; i < 20 && attack == NO_SIZE; i++) {
		xs_write(back, "state", "%d", CONNECTED);
		usleep(50000);
	}
}

static void play(const char *directory)
{
	time_t opened = 0;

	back = directory;
	if (!xs_read(back, "frontend", front, sizeof(front)))
		errx(1, "%s: no front end", back);
	domain = xs_number(back, "frontend-id", 0);
	attack = atoi(strrchr(back, '/') + 1) >> 4 & 15;
	connect();
	for (;;) {
		serve();
		if (attack != REOPEN ||
		    xs_number(front, "state", 0) < CONNECTED)
			continue;
		/* closed, and connected again at once */
		if (!opened)
			opened = time(NULL);
		if (time(NULL) < opened + 2)
			continue;
		xs_write(back, "state", "%d", CLOSED);
		xs_wait(front, "state", CLOSED, 20);
		xs_write(back, "state", "%d", CONNECTED);
		attack = 0;
	}
}

int main(int argc, char **argv)
{
	return play_each(argc, argv, play);
}
