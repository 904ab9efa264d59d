// SPDX-License-Identifier: GPL-2.0
/*
 * hostile-console DIRECTORY - the other end of a console. It sets invalid indices, and
 * writes to the ring's page after the front end has gone. The attacked kernel's log has
 * its reaction.
 */
#include "xen-user.h"

struct console {	/* io/console.h */
	char in[1024], out[2048];
	volatile uint32_t in_cons, in_prod, out_cons, out_prod;
};

int main(int argc, char **argv)
{
	struct console *ring;
	int domain, port, i;
	char front[128];

	if (argc != 2 || !xs_read(argv[1], "frontend", front, sizeof(front)))
		errx(2, "which back end's directory?");
	domain = xs_number(argv[1], "frontend-id", 0);
	xs_write(argv[1], "state", "%d", INIT_WAIT);
	if (!xs_wait(front, "state", INITIALISED, 60))
		errx(1, "no front end");
	ring = page_map(domain, xs_number(front, "ring-ref", 0), BOTH);
	port = event_take(domain, xs_number(front, "port", 0));
	if (!ring || port < 0)
		err(1, "no ring");
	xs_write(argv[1], "state", "%d", CONNECTED);
	/* take the written text once */
	for (i = 0; i < 10000 && ring->out_prod == 0; i++)
		usleep(2000);
	printf("console: %.*s\n", (int)(ring->out_prod & 63), ring->out);
	ring->out_cons = ring->out_prod + 5;
	ring->in_prod = ring->in_cons + 5000;
	for (i = 0; i < 50; i++) {
		event_send(port);
		usleep(20000);
	}
	printf("console: attacked\n");
	fflush(stdout);
	/* the front end's device goes away; its page must not be reused before ours */
	while (xs_number(front, "state", 0) == CONNECTED)
		usleep(20000);
	xs_write(argv[1], "state", "%d", CLOSED);
	for (i = 0; i < 500; i++) {
		memset(ring, 0x5a, 4096);
		usleep(10000);
	}
	printf("console: the end\n");
	return 0;
}
