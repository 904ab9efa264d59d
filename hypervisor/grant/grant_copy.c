// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies by grant: up to a page each, from and to grants of any domain or
 * frames of the caller.
 *
 * Each side holds a pin (for a grant) and references to the frame while it is
 * used. Network drivers copy from one page to many and from many to one, so the
 * hypervisor keeps a side for the next element of the array if that names the
 * same one, and the domain if that names the same domain. It releases
 * everything before the call ends or stops for other work.
 */
#include "grant/grant_table.h"

struct side {
	bool held, granted;
	u16 domid;
	u64 name;		/* grant reference or frame number */
	struct grant_pin p;	/* granter: the caller for its own frame */
};

static void release(struct side *s)
{
	if (!s->held)
		return;
	s->held = false;
	grant_put_frame(&s->p);
	if (s->granted)
		grant_unpin(&s->p);
}

static void release_all(struct side *s)
{
	release(s);
	if (s->p.granter)
		domain_put(s->p.granter);
	s->p.granter = NULL;
}

static bool same(const struct side *s, const struct gnttab_copy_ptr *as,
		 bool granted)
{
	return s->held && s->granted == granted && s->name == as->u.gmfn &&
	       s->domid == as->domid;
}

/* Take the references to a frame of the caller. */
static s16 claim_own(struct side *s)
{
	int rc;

	s->p.frame = mfn(s->name);
	rc = ptype_get_direct(s->p.granter, s->p.frame, s->p.kind & PIN_WRITE);
	return !rc ? GNTST_okay : rc == -EINVAL ? GNTST_bad_page :
	       GNTST_general_error;
}

static s16 find_domain(struct side *s, const struct gnttab_copy_ptr *as,
		       bool granted)
{
	if (!granted && as->domid != DOMID_SELF)
		return GNTST_permission_denied;
	if (!s->p.granter || s->domid != as->domid) {
		release_all(s);
		s->p.granter = domain_get(as->domid);
		s->domid = as->domid;
	}
	return s->p.granter ? GNTST_okay : GNTST_bad_domain;
}

static s16 claim(struct side *s, const struct gnttab_copy_ptr *as, bool granted,
		 bool write)
{
	s16 rc;

	if (same(s, as, granted))
		return GNTST_okay;
	release(s);
	s->granted = granted;
	s->name = as->u.gmfn;
	s->p.ref = as->u.ref;
	s->p.kind = write ? PIN_WRITE : 0;
	rc = s->granted ? grant_pin(&s->p, (u16)current_domain()->id, false) :
	     claim_own(s);
	s->held = !rc;
	return rc;
}

static s16 copy_one(const struct gnttab_copy *op, struct side *from,
		    struct side *to)
{
	bool from_grant = op->flags & GNTCOPY_source_gref;
	bool to_grant = op->flags & GNTCOPY_dest_gref;
	s16 rc = find_domain(from, &op->source, from_grant);

	if (!rc)
		rc = find_domain(to, &op->dest, to_grant);
	if (!rc)
		rc = claim(from, &op->source, from_grant, false);
	if (!rc)
		rc = claim(to, &op->dest, to_grant, true);
	if (rc)
		return rc;
	if ((u32)op->source.offset + op->len > PAGE_SIZE ||
	    (u32)op->dest.offset + op->len > PAGE_SIZE)
		return GNTST_bad_copy_arg;
	memcpy((u8 *)mfn_to_virt(to->p.frame) + op->dest.offset,
	       (u8 *)mfn_to_virt(from->p.frame) + op->source.offset, op->len);
	return GNTST_okay;
}

/*
 * gnttab_copy consists of the same longs in guests of any width: a name; domid
 * and offset; both again for the destination; length and flags. The status
 * follows these 4 bytes: a 32-bit guest has it in another long.
 */
static struct gnttab_copy_ptr get_side(const u64 *longs)
{
	return (struct gnttab_copy_ptr){
		{ .gmfn = longs[0] }, (u16)longs[1], (u16)(longs[1] >> 16)
	};
}

static int get(u64 at, u32 long_size, struct gnttab_copy *op)
{
	u64 longs[6];

	if (guest_get_longs(gva(at), longs,
			    GRANT_COPY_SIZE(long_size) / long_size))
		return -EFAULT;
	*op = (struct gnttab_copy){
		.source = get_side(longs), .dest = get_side(longs + 2),
		.len = (u16)longs[4], .flags = (u16)(longs[4] >> 16),
	};
	return 0;
}

static int run(u64 *at, u64 *count, struct side *from, struct side *to)
{
	u32 long_size = current_domain()->width->long_size;
	struct gnttab_copy op;
	s16 status;

	if (!guest_range_ok(gva(*at), *count * GRANT_COPY_SIZE(long_size)))
		return -EFAULT;
	while (*count) {
		if (get(*at, long_size, &op))
			return -EFAULT;
		status = copy_one(&op, from, to);
		if (guest_write(gva(*at + 4 * long_size + 4), &status,
				sizeof(status)))
			return -EFAULT;
		*at += GRANT_COPY_SIZE(long_size);
		--*count;
		if (*count && sched_preempt_needed())
			return -ERESTART;
	}
	return 0;
}

int grant_copy(u64 *at, u64 *count)
{
	struct side from = { 0 }, to = { 0 };
	int rc = run(at, count, &from, &to);

	release_all(&from);
	release_all(&to);
	return rc;
}
