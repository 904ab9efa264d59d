/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The layout of 32-bit x86's block ring (io/blkif.h), for both hostile ends.
 */
#include "xen-user.h"

enum { OP_READ, OP_WRITE, OP_BARRIER, OP_FLUSH, OP_DISCARD = 5, OP_INDIRECT };
enum { OKAY = 0, ERROR = -1, UNSUPPORTED = -2 };
enum { BLK_RING = 32 };

struct segment {
	uint32_t ref;
	uint8_t first, last, pad[2];
};

struct blk_request {
	uint8_t op;
	union {
		struct {
			uint8_t segments;
			uint16_t handle;
			uint64_t id, sector;
			struct segment segment[11];
		} __attribute__((packed)) rw;
		struct {
			uint8_t op;
			uint16_t segments;
			uint64_t id, sector;
			uint16_t handle, pad;
			uint32_t ref[8];
		} __attribute__((packed)) indirect;
		struct {
			uint8_t flag;
			uint16_t pad;
			uint64_t id, sector, sectors;
		} __attribute__((packed)) discard;
	};
} __attribute__((packed));
_Static_assert(sizeof(struct blk_request) == 108, "io/blkif.h");

struct blk_response {
	uint64_t id;
	uint8_t op;
	int16_t status;
};

static inline struct blk_request *blk_request(struct ring *ring, uint32_t n)
{
	return (void *)(ring->entries + n % BLK_RING * 108);
}

static inline struct blk_response *blk_response(struct ring *ring, uint32_t n)
{
	return (void *)(ring->entries + n % BLK_RING * 108);
}
