// SPDX-License-Identifier: GPL-2.0
/*
 * clock serve PORT: answer each datagram with this machine's time and date
 * clock drift ADDRESS PORT SECONDS: measure the drift of that machine's clock
 * clock date ADDRESS PORT: measure the difference to that machine's date
 *
 * Rule: both clocks run at the same rate. The program takes the difference twice,
 * SECONDS apart, each time from the fastest of many exchanges, so that the network's
 * delay adds an error of at most one round trip. It prints the drift in parts per
 * million, and the bound of the error. It takes the difference of the dates once, in
 * the same way, and prints milliseconds.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define EXCHANGES 60

static int64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int serve(int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(port),
	};
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	if (s < 0 || bind(s, (void *)&address, sizeof(address))) {
		perror("clock: bind");
		return 1;
	}
	for (;;) {
		struct sockaddr_in from;
		socklen_t length = sizeof(from);
		int64_t packet[2];

		if (recvfrom(s, packet, sizeof(packet), 0, (void *)&from,
			     &length) != sizeof(packet))
			continue;
		packet[1] = now(packet[1]);
		sendto(s, packet, sizeof(packet), 0, (void *)&from, length);
	}
}

/*
 * Take the answer to this packet. Answers to earlier ones may come first: while Dom0's
 * bridge does not know the DomU's port, QEMU's user network gets the packet as well, and
 * may answer with an ICMP error, which ends recv() before the DomU's answer arrives.
 */
static bool answer(int s, int64_t packet[2])
{
	int64_t sent = packet[0];

	do {
		if (recv(s, packet, 2 * sizeof(*packet), 0) != 2 * sizeof(*packet))
			return false;
	} while (packet[0] != sent);
	return true;
}

/* the other clock minus ours, from the fastest exchange */
static int64_t offset(int s, clockid_t clock, int64_t *round_trip)
{
	int64_t best = 0;

	*round_trip = INT64_MAX;
	for (int i = 0; i < EXCHANGES; i++) {
		int64_t packet[2] = { now(clock), clock }, sent = packet[0], end;

		if (send(s, packet, sizeof(packet), 0) < 0 ||
		    !answer(s, packet))
			continue;
		end = now(clock);
		if (end - sent < *round_trip) {
			*round_trip = end - sent;
			best = packet[1] - (sent + end) / 2;
		}
		usleep(2000);
	}
	return best;
}

static int connected(const char *name, int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(port),
	};
	struct timeval patience = { .tv_sec = 1 };
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	if (s < 0 || !inet_aton(name, &address.sin_addr) ||
	    connect(s, (void *)&address, sizeof(address))) {
		perror("clock: connect");
		exit(1);
	}
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return s;
}

static int date(int s)
{
	int64_t trip, off = offset(s, CLOCK_REALTIME, &trip);

	if (trip == INT64_MAX) {
		fprintf(stderr, "clock: no answer\n");
		return 1;
	}
	printf("clock: off_ms=%.0f error_ms=%.0f\n", off / 1e6,
	       trip / 2 / 1e6);
	return 0;
}

static int drift(int s, int seconds)
{
	int64_t start = now(CLOCK_MONOTONIC), first, last, length, trip[2];
	double ppm, error;

	first = offset(s, CLOCK_MONOTONIC, &trip[0]);
	sleep(seconds);
	last = offset(s, CLOCK_MONOTONIC, &trip[1]);
	length = now(CLOCK_MONOTONIC) - start;
	if (trip[0] == INT64_MAX || trip[1] == INT64_MAX) {
		fprintf(stderr, "clock: no answer\n");
		return 1;
	}
	ppm = (double)(last - first) * 1e6 / length;
	error = (double)(trip[0] + trip[1]) / 2 * 1e6 / length;
	printf("clock: drift_ppm=%.1f error_ppm=%.1f seconds=%.1f\n", ppm,
	       error, length / 1e9);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "serve"))
		return serve(atoi(argv[2]));
	if (argc == 5 && !strcmp(argv[1], "drift"))
		return drift(connected(argv[2], atoi(argv[3])), atoi(argv[4]));
	if (argc == 4 && !strcmp(argv[1], "date"))
		return date(connected(argv[2], atoi(argv[3])));
	fprintf(stderr, "usage: clock serve PORT | clock drift ADDRESS PORT "
		"SECONDS | clock date ADDRESS PORT\n");
	return 2;
}
