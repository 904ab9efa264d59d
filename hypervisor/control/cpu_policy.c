// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU policies: the CPUID leaves that domains get, in the form that the tools
 * read, change and give back (struct xen_cpuid_leaf of arch-x86/xen.h).
 *
 * The tools expect these leaves in this order: basic ones with the subleaves of
 * 4, 7, 0xb and 0xd, the two hypervisor ranges, extended ones. A domain's own
 * policy can only remove features.
 */
#include "control/ctl.h"
#include "cpu/emulate.h"

#define MAX_LEAVES	120u	/* as many as Xen 4.17 has room for */
#define MAX_MSRS	2u

/* Where a list of leaves goes: memory of the caller, or nowhere. */
struct writer {
	gva_t to;
	u32 room, n;
	const struct domain *d;		/* NULL: what any domain can have */
	bool host;			/* what the processor says */
};

static int put_leaf(struct writer *w, u32 leaf, u32 sub, const u32 r[4])
{
	xen_cpuid_leaf_t out = { leaf, sub, r[0], r[1], r[2], r[3] };

	if (w->n == w->room)
		return -ENOBUFS;
	return guest_write(gva_index(w->to, w->n++, sizeof(out)), &out,
			   sizeof(out));
}

static void read_leaf(const struct writer *w, u32 leaf, u32 sub, u32 r[4])
{
	if (w->host)
		cpuid(leaf, sub, r);
	else
		cpuid_for_domain(w->d, leaf, sub, r);
}

static int copy_leaf(struct writer *w, u32 leaf, u32 sub)
{
	u32 r[4];

	read_leaf(w, leaf, sub == XEN_CPUID_NO_SUBLEAF ? 0 : sub, r);
	if (leaf == 0)
		r[0] = MIN(r[0], CPUID_MAX_BASIC);
	else if (leaf == 0x80000000)
		r[0] = MIN(r[0], CPUID_MAX_EXTENDED);
	else if (leaf == 7)
		r[0] = 0;
	else if (leaf == 0xb)
		memset(r, 0, sizeof(r));
	else if (leaf == 0xd && sub < 2)
		r[1] = 0;		/* of the XCR0 that is loaded */
	return put_leaf(w, leaf, sub, r);
}

static int copy_basic(struct writer *w, u32 leaf)
{
	static const u8 subleaves[CPUID_MAX_BASIC + 1] = {
		[4] = 6, [7] = 1, [0xb] = 1, [0xd] = 3,
	};
	u32 sub, r[4];
	int rc = 0;

	if (!subleaves[leaf])
		return copy_leaf(w, leaf, XEN_CPUID_NO_SUBLEAF);
	for (sub = 0; !rc && sub < subleaves[leaf]; sub++) {
		rc = copy_leaf(w, leaf, sub);
		read_leaf(w, leaf, sub, r);
		if (leaf == 4 && !(r[0] & 0x1f))
			break;		/* behind the last cache */
	}
	return rc;
}

static int copy_leaves(struct writer *w)
{
	static const u32 none[4];
	u32 leaf, max[4];
	int rc = 0;

	read_leaf(w, 0, 0, max);
	for (leaf = 0; !rc && leaf <= MIN(max[0], CPUID_MAX_BASIC); leaf++)
		rc = copy_basic(w, leaf);
	for (leaf = 0x40000000; !rc && leaf <= 0x40000100; leaf += 0x100)
		rc = put_leaf(w, leaf, XEN_CPUID_NO_SUBLEAF, none);
	read_leaf(w, 0x80000000, 0, max);
	for (leaf = 0x80000000; !rc && leaf <= MIN(max[0], CPUID_MAX_EXTENDED);
	     leaf++)
		rc = copy_leaf(w, leaf, XEN_CPUID_NO_SUBLEAF);
	return rc;
}

/* No MSR is part of a policy. */
static int write_policy(struct writer *w, u64 msrs, u32 *nr_leaves,
			u32 *nr_msrs)
{
	int rc;

	w->room = *nr_leaves;
	rc = w->to.a ? copy_leaves(w) : 0;
	*nr_leaves = w->to.a ? w->n : MAX_LEAVES;
	if (!rc)
		*nr_msrs = msrs ? 0 : MAX_MSRS;
	return rc;
}

long domctl_get_policy(struct domain *d, struct xen_domctl *op)
{
	struct xen_domctl_cpu_policy *p = &op->u.cpu_policy;
	struct writer w = { .to = HANDLE(p->leaves), .d = d };

	return write_policy(&w, (u64)p->msrs.p, &p->nr_leaves, &p->nr_msrs);
}

long sysctl_cpu_policy(struct xen_sysctl *op)
{
	struct xen_sysctl_cpu_policy *p = &op->u.cpu_policy;
	struct writer w = { .to = HANDLE(p->leaves) };

	if (p->_rsvd || p->index > XEN_SYSCTL_cpu_policy_hvm_default)
		return -EINVAL;
	if (p->index == XEN_SYSCTL_cpu_policy_hvm_max ||
	    p->index == XEN_SYSCTL_cpu_policy_hvm_default)
		return -EOPNOTSUPP;
	w.host = p->index == XEN_SYSCTL_cpu_policy_raw ||
		 p->index == XEN_SYSCTL_cpu_policy_host;
	return write_policy(&w, (u64)p->msrs.p, &p->nr_leaves, &p->nr_msrs);
}

/* Which leaf and register each word of a feature set is. */
static const struct {
	u32 leaf, sub, reg;
} feature_words[] = {
	{ 1, 0, 3 }, { 1, 0, 2 }, { 0x80000001, 0, 3 }, { 0x80000001, 0, 2 },
	{ 0xd, 1, 0 }, { 7, 0, 1 }, { 7, 0, 2 }, { 0x80000007, 0, 3 },
	{ 0x80000008, 0, 1 }, { 7, 0, 3 }, { 7, 1, 0 }, { 0x80000021, 0, 0 },
};

static u32 feature_word(const struct writer *w, u32 i)
{
	u32 r[4];

	read_leaf(w, feature_words[i].leaf, feature_words[i].sub, r);
	return r[feature_words[i].reg];
}

u32 sysctl_feature_word(u32 i)
{
	return feature_word(&(struct writer){ .host = true }, i);
}

long sysctl_cpu_features(struct xen_sysctl *op)
{
	struct xen_sysctl_cpu_featureset *f = &op->u.cpu_featureset;
	const u32 all = ARRAY_SIZE(feature_words);
	struct writer w = { .host = f->index < XEN_SYSCTL_cpu_featureset_pv };
	u32 i, n = MIN(f->nr_features, all), word;

	f->nr_features = all;
	if (!f->features.p)
		return 0;
	if (f->index > XEN_SYSCTL_cpu_featureset_hvm_max)
		return -EINVAL;
	if (f->index == XEN_SYSCTL_cpu_featureset_hvm ||
	    f->index == XEN_SYSCTL_cpu_featureset_hvm_max)
		return -EOPNOTSUPP;
	for (i = 0; i < n; i++) {
		word = feature_word(&w, i);
		if (ctl_put(f->features, i, &word))
			return -EFAULT;
	}
	f->nr_features = n;
	return n < all ? -ENOBUFS : 0;
}

/* Whether a policy of Xen 4.17 has room for the leaf. */
static bool leaf_exists(u32 leaf, u32 subleaf)
{
	static const u8 room[] = { [4] = 6, [7] = 3, [0xb] = 2, [0xd] = 63 };
	u32 subleaves = leaf < sizeof(room) ? room[leaf] : 0;

	if (subleaves)
		return subleaf < subleaves;
	return subleaf == XEN_CPUID_NO_SUBLEAF &&
	       (leaf < sizeof(room) || (leaf & ~0x100u) == 0x40000000 ||
		leaf - 0x80000000 <= CPUID_MAX_EXTENDED - 0x80000000);
}

/* EAX of some leaves names the last leaf or subleaf. */
static long leaf_error(const xen_cpuid_leaf_t *l)
{
	bool names_last = !(l->leaf & 0x7fffffff) ||
			  (l->leaf == 7 && !l->subleaf);
	u32 r[4];

	if (!leaf_exists(l->leaf, l->subleaf))
		return -ERANGE;
	cpuid_for_domain(NULL, l->leaf, 0, r);
	return names_last && l->a > r[0] ? -EINVAL : 0;
}

static long take_leaves(struct domain *d, struct xen_domctl_cpu_policy *p)
{
	xen_cpuid_leaf_t l;
	long rc;
	u32 i;

	if (p->nr_leaves > MAX_LEAVES)
		return -E2BIG;
	for (i = 0; i < p->nr_leaves; i++) {
		if (ctl_get(p->leaves, i, &l))
			return -EFAULT;
		rc = leaf_error(&l);
		if (rc) {
			p->err_leaf = l.leaf;
			p->err_subleaf = l.subleaf;
			return rc;
		}
		cpuid_set_mask(d, l.leaf, l.subleaf,
			       (const u32 []){ l.a, l.b, l.c, l.d });
	}
	return 0;
}

/* None changes what the domain sees. PLATFORM_INFO would be faults of CPUID. */
static long msr_error(const xen_msr_entry_t *m)
{
	if (m->flags)
		return -EINVAL;
	if (m->idx == MSR_ARCH_CAPABILITIES)
		return 0;
	if (m->idx != MSR_PLATFORM_INFO)
		return -ERANGE;
	return m->val >> 32 ? -EOVERFLOW : m->val ? -EINVAL : 0;
}

static long check_msrs(struct xen_domctl_cpu_policy *p)
{
	xen_msr_entry_t m;
	long rc = p->nr_msrs > MAX_MSRS ? -E2BIG : 0;
	u32 i;

	for (i = 0; !rc && i < p->nr_msrs; i++) {
		if (ctl_get(p->msrs, i, &m))
			return -EFAULT;
		rc = msr_error(&m);
		p->err_msr = rc ? m.idx : ~0u;
	}
	return rc;
}

/* Only before the domain has run. After an error, all is as it was. */
long domctl_set_policy(struct domain *d, struct xen_domctl *op)
{
	struct xen_domctl_cpu_policy *p = &op->u.cpu_policy;
	struct domain_policy old = d->policy;
	long rc;

	if (d->sched.has_run)
		return -EEXIST;
	p->err_leaf = p->err_subleaf = p->err_msr = ~0u;
	rc = take_leaves(d, p);
	if (!rc)
		rc = check_msrs(p);
	if (rc)
		d->policy = old;
	return rc;
}
