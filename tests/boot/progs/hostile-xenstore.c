// SPDX-License-Identifier: GPL-2.0
/*
 * hostile-xenstore fill DIR SECONDS: ask xenstored for more of everything than a domain
 * may have, until it refuses, and keep it; then write a node endlessly, each time with
 * an event for every watch
 * hostile-xenstore use DIR ROUNDS MS: write and read a node ROUNDS times; fail if a round
 * takes longer than MS
 *
 * Rule: xenstored limits the nodes of a domain, their size and permissions, its watches
 * and its transactions, and it serves others meanwhile. (The limits are options of
 * xenstored, mostly 1,000 or less.)
 */
#include "xen-user.h"

enum { WATCH = 4, TRANSACTION = 6, SET_PERMISSIONS = 14 };

#define MANY		5000	/* above each limit */
#define NODE		1800	/* nearly the largest node */
#define WRITERS		4

static bool one_node(struct xs_message *m, const char *dir, int n)
{
	int head = 1 + sprintf(m->text, "%s/%d", dir, n);

	m->type = XS_WRITE;
	memset(m->text + head, 'x', NODE);
	m->length = head + NODE;
	return xs_talk(m);
}

/* Of n * 64 bytes */
static bool one_size(struct xs_message *m, const char *dir, int n)
{
	int head = 1 + sprintf(m->text, "%s/0", dir);

	if (head + n * 64 > XS_PAYLOAD)
		return true;
	m->type = XS_WRITE;
	memset(m->text + head, 'x', n * 64);
	m->length = head + n * 64;
	return xs_talk(m);
}

/* The owner, and n more domains that may read */
static bool one_permission(struct xs_message *m, const char *dir, int n)
{
	char owner[16];
	int i;

	m->type = XS_READ;
	m->length = 1 + sprintf(m->text, "domid");
	if (!xs_talk(m))
		errx(2, "domid: %s", m->text);
	snprintf(owner, sizeof(owner), "%.10s", m->text);
	m->type = SET_PERMISSIONS;
	m->length = 1 + sprintf(m->text, "%s/0", dir);
	m->length += 1 + sprintf(m->text + m->length, "n%s", owner);
	for (i = 0; i < n && m->length < XS_PAYLOAD - 8; i++)
		m->length += 1 + sprintf(m->text + m->length, "r%d", i);
	return i < n || xs_talk(m);
}

static bool one_transaction(struct xs_message *m, const char *dir, int n)
{
	(void)dir;
	(void)n;
	m->type = TRANSACTION;
	m->length = 1;
	m->text[0] = 0;
	return xs_talk(m);
}

static bool one_watch(struct xs_message *m, const char *dir, int n)
{
	m->type = WATCH;
	m->length = 1 + sprintf(m->text, "%s", dir);
	m->length += 1 + sprintf(m->text + m->length, "%d", n);
	return xs_talk(m);
}

/* Make them by number until xenstored refuses one */
static const struct {
	const char *name;
	bool (*one)(struct xs_message *m, const char *dir, int n);
} requests[] = {
	{ "nodes", one_node },
	{ "64 bytes of a node", one_size },
	{ "permissions", one_permission },
	{ "transactions", one_transaction },
	{ "watches", one_watch },
};

static bool ask_for_all(const char *dir)
{
	struct xs_message m = { 0 };
	bool right = true;
	unsigned int i;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		int n = 0;

		while (n < MANY && requests[i].one(&m, dir, n))
			n++;
		right &= n < MANY;
		printf("xenstore: %d %s, then %s\n", n, requests[i].name,
		       n < MANY ? m.text : "no end");
		fflush(stdout);
	}
	return right;
}

/* The writers start when the pipe is closed; each has its own device */
static int fill(const char *dir, int seconds)
{
	struct xs_message m = { 0 };
	int pipes[2], i;
	bool right;

	if (pipe(pipes))
		err(2, "pipe");
	for (i = 0; i < WRITERS; i++)
		if (!fork()) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(pipes[1]);
			if (read(pipes[0], &i, sizeof(i)))
				errx(2, "pipe");
			for (;;)
				one_node(&m, dir, 0);
		}
	right = ask_for_all(dir);
	printf("xenstore: %s\n", right ? "limited" : "WITHOUT LIMITS");
	fflush(stdout);
	close(pipes[1]);
	alarm(seconds);
	for (;;)
		xs_take(xs_fd(), &m);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int use(const char *dir, int rounds, int limit)
{
	int i, slowest = 0;

	for (i = 0; i < rounds; i++) {
		int64_t start = now_ms();
		int took;

		xs_write(dir, "used", "%d", i);
		if (xs_number(dir, "used", -1) != i)
			errx(1, "xenstore: not what was written");
		took = now_ms() - start;
		slowest = took > slowest ? took : slowest;
	}
	printf("xenstore: the slowest of %d took %d ms\n", rounds, slowest);
	return slowest > limit;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "fill"))
		return fill(argv[2], atoi(argv[3]));
	if (argc == 5 && !strcmp(argv[1], "use"))
		return use(argv[2], atoi(argv[3]), atoi(argv[4]));
	errx(2, "usage: fill DIR SECONDS | use DIR ROUNDS MS");
}
