// SPDX-License-Identifier: GPL-2.0-only
/*
 * Structures of the public ABI in a guest's memory, whatever its bitness. Our
 * own form of one is what the public header makes of it here, in long mode. A
 * guest's differs in how wide a long is and how a 64-bit member is aligned, so
 * that the order and the kinds of its members (LAYOUT_* of abi.h) tell all.
 *
 * A structure is copied once and widened; what is written is narrowed: what
 * does not fit was refused before.
 */
#include "domain/domain.h"
#include "errno.h"
#include "guest/guest.h"
#include "lib/lib.h"

#define MAX_SIZE	96	/* of a structure in guest memory */

static const struct abi own = { .long_size = 8, .quad_align = 8 };

struct member {
	u32 at, size;
};

static u32 width(const struct abi *a, char kind)
{
	switch (kind) {
	case 'b':
		return 1;
	case 'h':
		return 2;
	case 'i':
		return 4;
	case 'q':
		return 8;
	default:
		return a->long_size;
	}
}

/* The member behind 'last', or the place of the structure that begins there. */
static struct member next(const struct abi *a, struct member last, char kind)
{
	u32 size = width(a, kind), align = kind == 'q' ? a->quad_align : size;

	return (struct member){
		ROUND_UP(last.at + last.size, align), kind == '|' ? 0 : size
	};
}

static struct member last_member(const struct abi *a, const char *layout)
{
	struct member m = { 0 };

	for (; *layout; layout++)
		m = next(a, m, *layout);
	return m;
}

/* Its end is aligned as its longs are. */
static u32 size_of(const struct abi *a, const char *layout)
{
	struct member m = last_member(a, layout);

	return ROUND_UP(m.at + m.size, a->long_size);
}

/* Between the two forms; bytes that only one of them has stay as they are. */
static void convert(const char *layout, u8 *to, const struct abi *to_abi,
		    const u8 *from, const struct abi *from_abi)
{
	struct member t = { 0 }, f = { 0 };

	for (; *layout; layout++) {
		t = next(to_abi, t, *layout);
		f = next(from_abi, f, *layout);
		memcpy(to + t.at, from + f.at, MIN(t.size, f.size));
	}
}

int abi_get(const char *layout, gva_t at, void *to, u32 size)
{
	const struct abi *a = current_domain()->abi;
	u32 n = size_of(a, layout);
	u8 from[MAX_SIZE];
	int rc;

	BUG_ON(n > sizeof(from) || size_of(&own, layout) > size);
	rc = guest_read(from, at, n);
	if (rc)
		return rc;
	memset(to, 0, size);
	convert(layout, to, &own, from, a);
	return 0;
}

int abi_put(const char *layout, gva_t at, const void *from)
{
	const struct abi *a = current_domain()->abi;
	u32 n = size_of(a, layout);
	u8 to[MAX_SIZE] = { 0 };

	BUG_ON(n > sizeof(to));
	convert(layout, to, a, from, &own);
	return guest_write(at, to, n);
}

u32 abi_size(const char *layout)
{
	return size_of(current_domain()->abi, layout);
}

int abi_put_last(const char *layout, gva_t at, u64 value)
{
	struct member m = last_member(current_domain()->abi, layout);

	return guest_write(gva(at.a + m.at), &value, m.size);
}

int abi_get_longs(gva_t at, u64 *to, u32 n)
{
	u32 size = current_domain()->abi->long_size;
	int rc = guest_read(to, at, (u64)n * size);

	/* From the last on: each now lies at or below where it belongs. */
	while (!rc && size == 4 && n--)
		to[n] = ((const u32 *)to)[n];
	return rc;
}

int abi_put_longs(gva_t at, const u64 *from, u32 n)
{
	u32 size = current_domain()->abi->long_size, i;
	u8 to[MAX_SIZE];

	BUG_ON(n * size > sizeof(to));
	for (i = 0; i < n; i++)
		memcpy(to + i * size, &from[i], size);
	return guest_write(at, to, n * size);
}

static gva_t element(gva_t array, u64 index)
{
	return gva_index(array, index, current_domain()->abi->long_size);
}

int abi_get_pfn(gva_t array, u64 index, u64 *value)
{
	return abi_get_longs(element(array, index), value, 1);
}

int abi_put_pfn(gva_t array, u64 index, u64 value)
{
	return abi_put_longs(element(array, index), &value, 1);
}

long abi_op(const struct abi_op *ops, u32 count, u32 cmd, struct domain *d,
	    gva_t at)
{
	const struct abi_op *op = cmd < count ? &ops[cmd] : NULL;
	u64 arg[MAX_SIZE / sizeof(u64)] = { 0 }, f = 0;
	long rc;

	if (!op || !op->fn)
		return -ENOSYS;
	BUG_ON(op->size > sizeof(arg));
	if (guest_read(arg, at, op->size))
		return -EFAULT;
	if ((op->how & ABI_OP_PRIVILEGED) && !d->privileged)
		return -EPERM;
	if (op->how & ABI_OP_LOCKED)
		f = spin_lock_irqsave(&d->events.lock);
	rc = op->fn(d, arg);
	if (op->how & ABI_OP_LOCKED)
		spin_unlock_irqrestore(&d->events.lock, f);
	return !rc && op->out ? guest_write(at, arg, op->size) : rc;
}
