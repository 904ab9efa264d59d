/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The layout of the two network rings (io/netif.h), for both hostile ends.
 */
#include "xen-user.h"

enum { NET_RING = 256 };
enum { TX_CSUM_BLANK = 1, TX_VALIDATED = 2, TX_MORE = 4, TX_EXTRA = 8 };
enum { RX_VALIDATED = 1, RX_CSUM_BLANK = 2, RX_MORE = 4, RX_EXTRA = 8 };
enum { EXTRA_GSO = 1, EXTRA_MORE = 1 };
enum { RSP_DROPPED = -2, RSP_ERROR = -1, RSP_OKAY = 0, RSP_NULL = 1 };

struct tx_request {
	uint32_t ref;
	uint16_t offset, flags, id, size;
};

struct tx_response {
	uint16_t id;
	int16_t status;
};

struct rx_request {
	uint16_t id, pad;
	uint32_t ref;
};

struct rx_response {
	uint16_t id, offset, flags;
	int16_t status;
};

struct extra {
	uint8_t type, flags;
	uint16_t gso_size;
	uint8_t gso_type, pad;
	uint16_t features;
};

static inline void *tx_slot(struct ring *ring, uint32_t n)
{
	return ring->entries + n % NET_RING * sizeof(struct tx_request);
}

static inline void *rx_slot(struct ring *ring, uint32_t n)
{
	return ring->entries + n % NET_RING * sizeof(struct rx_request);
}
