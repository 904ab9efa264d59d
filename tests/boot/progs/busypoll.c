// SPDX-License-Identifier: GPL-2.0
/*
 * busypoll PORT SECONDS - receive a datagram, then pause, then poll the card that it
 * came from for SECONDS (SO_BUSY_POLL). The kernel asks the driver for packets without
 * an interrupt, even if the other end has broken the protocol meanwhile.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WAIT = 120, PAUSE = 5 };	/* seconds, for the packet and after it */

int main(int argc, char **argv)
{
	struct sockaddr_in here = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), microseconds = 50;
	struct timeval wait = { .tv_sec = WAIT };
	socklen_t size = sizeof(int);
	unsigned long polls = 0;
	unsigned int id = 0;
	char data[2048];
	time_t end;

	if (argc != 3)
		errx(2, "usage: busypoll PORT SECONDS");
	here.sin_port = htons(atoi(argv[1]));
	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)))
		err(1, "a socket");
	if (recv(fd, data, sizeof(data), 0) < 0)
		err(1, "no packet");
	sleep(PAUSE);
	if (setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL, &microseconds, size))
		err(1, "no polling");
	for (end = time(NULL) + atoi(argv[2]); time(NULL) < end; polls++)
		if (recv(fd, data, sizeof(data), MSG_DONTWAIT) >= 0 ||
		    errno != EAGAIN)
			errx(1, "the second packet");
	if (getsockopt(fd, SOL_SOCKET, SO_INCOMING_NAPI_ID, &id, &size) || !id)
		errx(1, "no card is polled");
	printf("busypoll: %s polls\n", polls < 100 ? "too few" : "over 100");
	return 0;
}
