// SPDX-License-Identifier: GPL-2.0
/*
 * hostile-netfront DIRECTORY... - network front ends that each break one rule of the
 * protocol against the back ends that these xenstore directories name. The last part of
 * a directory's name is the card's number, and selects the attack. Rule: requests that
 * make no sense at all disable the card; a merely bad packet gets an error, and a good
 * packet after it succeeds, as does the first packet of each connection.
 */
#include "netif.h"

static const char *front;
static char back[128];
static int backend, port;
static struct page tx_page, rx_page, data;
static struct ring *tx, *rx;
static uint32_t prod;	/* where the next request goes; req_prod follows it */

static bool connect(void)
{
	tx_page = page_grant(backend);
	rx_page = page_grant(backend);
	data = page_grant(backend);
	memset(data.mem, 0xff, 6);	/* broadcast */
	((uint8_t *)data.mem)[12] = 0x88;	/* experimental protocol */
	((uint8_t *)data.mem)[13] = 0xb5;
	tx = tx_page.mem;
	rx = rx_page.mem;
	tx->req_event = tx->rsp_event = rx->req_event = rx->rsp_event = 1;
	prod = 0;
	port = event_offer(backend);
	xs_write(front, "tx-ring-ref", "%u", tx_page.ref);
	xs_write(front, "rx-ring-ref", "%u", rx_page.ref);
	xs_write(front, "event-channel", "%d", port);
	xs_write(front, "request-rx-copy", "1");
	xs_write(front, "feature-rx-notify", "1");
	xs_write(front, "feature-sg", "1");
	xs_write(front, "state", "%d", CONNECTED);
	return xs_wait(back, "state", CONNECTED, 20);
}

static bool reconnect(void)
{
	if (!xs_restart(front, back))
		return false;
	event_close(port);
	page_revoke(&tx_page);
	page_revoke(&rx_page);
	page_revoke(&data);
	return connect();
}

static void put(unsigned int offset, unsigned int size, unsigned int flags,
		uint32_t ref)
{
	*(struct tx_request *)tx_slot(tx, prod++) =
		(struct tx_request){ ref, offset, flags, 7, size };
}

static void put_extra(struct extra extra)
{
	*(struct extra *)tx_slot(tx, prod++) = extra;
}

/*
 * Publish all slots at once: otherwise a back end that reads the ring just then would
 * take the first slots for a chain without an end.
 */
static void publish(void)
{
	__sync_synchronize();
	tx->req_prod = prod;
	__sync_synchronize();
	event_send(port);
}

static bool all_answered(void)
{
	int i;

	publish();
	for (i = 0; i < 10000 && tx->rsp_prod != prod; i++)
		usleep(1000);
	return tx->rsp_prod == prod;
}

static bool is_good(void)
{
	struct tx_response *r = tx_slot(tx, prod);

	put(0, 64, 0, data.ref);
	return all_answered() && r->status == RSP_OKAY;
}

static void chain(unsigned int slots, unsigned int size)
{
	unsigned int i;

	put(0, size, TX_MORE, data.ref);
	for (i = 1; i < slots; i++)
		put(0, 64, i == slots - 1 ? 0 : TX_MORE, data.ref);
}

/* Each of these disables the card */
static const char *fatal(unsigned int number)
{
	switch (number) {
	case 1:
		prod += 1000;
		return "req_prod + 1000";
	case 2:
		put(4000, 200, 0, data.ref);
		return "over the page's end";
	case 3:
		put(0, 4000, TX_MORE, data.ref);
		put(65535, 100, 0, data.ref);
		return "a part over the page's end";
	case 4:
		put(0, 200, TX_MORE, data.ref);
		put(0, 64, TX_MORE, data.ref);
		return "a chain without its end";
	case 5:
		chain(40, 60000);
		return "a chain of 40";
	case 6:
		put(0, 64, TX_EXTRA, data.ref);
		return "an extra is missing";
	case 7:
		put(0, 64, TX_EXTRA, data.ref);
		put_extra((struct extra){ .type = 200 });
		return "an extra of no type";
	case 8:
		put(0, 64, TX_EXTRA, data.ref);
		put_extra((struct extra){ .type = EXTRA_GSO, .gso_type = 1 });
		return "GSO of size 0";
	case 9:
		put(0, 64, TX_EXTRA, data.ref);
		put_extra((struct extra){ EXTRA_GSO, 0, 1000, 9, 0, 0 });
		return "GSO of no type";
	default:
		return NULL;
	}
}

static void rewritten(void)
{
	volatile struct tx_request *r;
	unsigned int i, round;

	for (round = 0; round < 100; round++) {
		for (i = 0; i < 8; i++)
			put(0, 64, 0, data.ref);
		publish();
		for (i = 0; i < 400; i++) {
			r = tx_slot(tx, prod - 1 - i % 8);
			r->ref = i & 8 ? ~0u : data.ref;
			r->size = i & 8 ? 3000 : 64;
		}
		if (!all_answered())
			return;
	}
}

/* The card continues to work after each of these */
static void harmless(void)
{
	static const char *const name[] = {
		"short packets", "no such grant", "a chain of 20",
		"parts larger than the packet", "GSO of nothing",
		"requests rewritten", "5000 events", "rx: bad grants",
	};
	unsigned int i, j;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		switch (i) {
		case 0:
			for (j = 0; j < 14; j++)
				put(0, j, 0, data.ref);
			break;
		case 1:
			put(0, 64, 0, 0x1ffff);
			put(0, 3000, 0, ~0u);
			break;
		case 2:
			chain(20, 3000);
			break;
		case 3:
			put(0, 100, TX_MORE, data.ref);
			put(0, 4000, 0, data.ref);
			break;
		case 4:
			put(0, 64, TX_EXTRA | TX_CSUM_BLANK, data.ref);
			put_extra((struct extra){ EXTRA_GSO, 0, 1, 1, 0, 0 });
			break;
		case 5:
			rewritten();
			break;
		case 6:
			for (j = 0; j < 5000; j++)
				event_send(port);
			break;
		case 7:
			for (j = 0; j < NET_RING; j++)
				*(struct rx_request *)rx_slot(rx, j) =
					(struct rx_request){ j, 0, ~0u - j };
			rx->req_prod += 32;
			break;
		}
		judge("netback", name[i], all_answered() && is_good(),
		      "a good packet goes after it");
	}
}

/*
 * The other end gets its first event while it is still connecting (Xen sends one when
 * it binds the port). It must not lose packets because it is not ready then.
 */
static void connections(void)
{
	unsigned int i;

	for (i = 0; i < 50; i++)
		if (!reconnect() || !is_good())
			break;
	judge("netback", "50 connections", i == 50,
	      "a good packet goes through each");
}

static void play(void)
{
	unsigned int number = atoi(strrchr(front, '/') + 1);
	const char *attack;

	judge("netback", "none", is_good(), "a good packet goes");
	attack = fatal(number);
	if (!attack) {
		connections();
		harmless();
		rx->req_prod += 100000;
		event_send(port);
		return;
	}
	publish();
	usleep(500000);
	put(0, 64, 0, data.ref);
	publish();
	usleep(300000);
	judge("netback", attack, tx->rsp_prod < prod,
	      "no packet goes any more");
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		front = argv[i];
		if (!xs_read(front, "backend", back, sizeof(back)))
			errx(2, "no back end");
		backend = xs_number(front, "backend-id", 0);
		if (!connect())
			errx(2, "%s: no connection", front);
		play();
	}
	return judged();
}
