// SPDX-License-Identifier: GPL-2.0
/*
 * traffic - move data while tests/bench/counts.c counts instructions.
 *
 *	traffic read DEVICE COUNT	4 KiB reads at random places, past the cache
 *	traffic stream DEVICE COUNT	1 MiB reads one after the other, into the cache
 *	traffic send ADDRESS MIB	send by TCP, until "take" has all of it
 *	traffic take MIB		the other side of "send"
 *	traffic ask ADDRESS COUNT	UDP round trips of a byte each
 *	traffic answer			the other side of "ask", for ever
 *	traffic sleep SECONDS
 *
 * All but "take" and "answer" do half of it unmeasured first, then the whole between
 * two marks, which make a row.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/fs.h>
#include "mark.h"

#define PORT	7007
#define MIB	(1 << 20)
#define PAGE	4096

static char *buffer;
static uint64_t size;
static int fd;

static void need(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static void open_device(const char *path, int flags)
{
	fd = open(path, O_RDONLY | flags);
	need(fd >= 0 && !ioctl(fd, BLKGETSIZE64, &size) && size >= MIB, path);
}

static void open_direct(const char *path)
{
	open_device(path, O_DIRECT);
}

static void open_cached(const char *path)
{
	open_device(path, 0);
}

static void read_random(unsigned int count)
{
	static uint32_t place = 1;

	while (count--) {
		place = place * 1664525 + 1013904223;
		need(pread(fd, buffer, PAGE, (off_t)(place % (size / PAGE)) * PAGE) ==
		     PAGE, "pread");
	}
}

static void read_stream(unsigned int count)
{
	static unsigned int place;

	while (count--)
		need(pread(fd, buffer, MIB, place++ % (size / MIB) * MIB) == MIB,
		     "pread");
}

static struct sockaddr_in address(const char *host)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	need(!host || inet_pton(AF_INET, host, &to.sin_addr) == 1, host);
	return to;
}

static void open_peer(int type, const char *host)
{
	struct sockaddr_in to = address(host);

	fd = socket(AF_INET, type, 0);
	need(fd >= 0 && !connect(fd, (struct sockaddr *)&to, sizeof(to)), "connect");
}

static void open_stream(const char *host)
{
	open_peer(SOCK_STREAM, host);
}

static void open_datagram(const char *host)
{
	open_peer(SOCK_DGRAM, host);
}

static void serve(int type)
{
	struct sockaddr_in here = address(NULL);
	int on = 1;

	fd = socket(AF_INET, type, 0);
	need(fd >= 0 &&
	     !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) &&
	     !bind(fd, (struct sockaddr *)&here, sizeof(here)), "bind");
}

static void serve_stream(const char *nobody)
{
	(void)nobody;
	serve(SOCK_STREAM);
	need(!listen(fd, 1), "listen");
	fd = accept(fd, NULL, NULL);
	need(fd >= 0, "accept");
}

static void serve_datagram(const char *nobody)
{
	(void)nobody;
	serve(SOCK_DGRAM);
}

static void all(ssize_t (*move)(int, void *, size_t), unsigned int mib)
{
	uint64_t left = (uint64_t)mib * MIB;
	ssize_t done;

	for (; left; left -= done) {
		done = move(fd, buffer, left < MIB ? left : MIB);
		need(done > 0, "a stream");
	}
}

static ssize_t put(int to, void *data, size_t length)
{
	return write(to, data, length);
}

/* The last byte of "take" says that it has everything */
static void send_stream(unsigned int mib)
{
	all(put, mib);
	need(read(fd, buffer, 1) == 1, "the end");
}

static void take_stream(unsigned int mib)
{
	all(read, mib);
	need(write(fd, buffer, 1) == 1, "the end");
}

static void ask(unsigned int count)
{
	while (count--)
		need(write(fd, buffer, 1) == 1 && read(fd, buffer, 1) == 1, "ask");
}

static void answer(unsigned int forever)
{
	struct sockaddr_in from;
	socklen_t length;

	(void)forever;
	for (;;) {
		length = sizeof(from);
		need(recvfrom(fd, buffer, PAGE, 0, (struct sockaddr *)&from,
			      &length) == 1 &&
		     sendto(fd, buffer, 1, 0, (struct sockaddr *)&from, length) == 1,
		     "answer");
	}
}

static void nothing(const char *nowhere)
{
	(void)nowhere;
}

static void idle(unsigned int seconds)
{
	sleep(seconds);
}

static const struct action {
	const char *name;
	void (*prepare)(const char *where);
	void (*act)(unsigned int count);
	int marked;
} actions[] = {
	{ "read", open_direct, read_random, 1 },
	{ "stream", open_cached, read_stream, 1 },
	{ "send", open_stream, send_stream, 1 },
	{ "take", serve_stream, take_stream, 0 },
	{ "ask", open_datagram, ask, 1 },
	{ "answer", serve_datagram, answer, 0 },
	{ "sleep", nothing, idle, 1 },
	{ }
};

int main(int argc, char **argv)
{
	const char *where = argc > 2 ? argv[2] : "";
	unsigned int count = atoi(argv[argc - 1]);
	const struct action *a = actions;

	while (a->name && (argc < 2 || strcmp(a->name, argv[1])))
		a++;
	if (!a->name) {
		fprintf(stderr, "traffic: see its source\n");
		return 2;
	}
	buffer = aligned_alloc(MIB, MIB);
	need(!!buffer, "memory");
	memset(buffer, 0, MIB);
	a->prepare(where);
	a->act(count / 2);
	if (a->marked)
		asm volatile(MARK_SPAN : : : "memory");
	a->act(count);
	if (a->marked)
		asm volatile(MARK_SPAN "\n\t" MARK_ROW : : : "memory");
	return 0;
}
