// SPDX-License-Identifier: GPL-2.0-only
/*
 * domctl on what the tools save of a vCPU beside its context: the state of
 * XSAVE and a few model-specific registers. The caller (control/domctl.c) has
 * paused the vCPU's domain. Any byte that the tools pass may be wrong, so it is
 * copied first and the copy is checked.
 */
#include "control/ctl.h"
#include "cpu/emulate.h"

/* xen/domctl.h, vcpuextstate.buffer: as long as XCR0 over time needs. */
struct extended {
	u64 xcr0, xcr0_all;
	struct xsave_image fpu;
};
#define NO_IMAGE	offsetof(struct extended, fpu)

static u64 size_for(u64 xcr0_all)
{
	return NO_IMAGE + context_image_size(xcr0_all);
}

/* Without a buffer: the most that it may need, and the parts that exist. */
long domctl_get_extended_state(struct vcpu *v, struct xen_domctl *op)
{
	struct xen_domctl_vcpuextstate *e = &op->u.vcpuextstate;
	struct extended s;
	u64 size;

	if (!e->buffer.p || !(e->size || e->xfeature_mask)) {
		e->xfeature_mask = context_xcr0;
		e->size = size_for(context_xcr0);
		return 0;
	}
	s.xcr0 = v->proc.xcr0;
	s.xcr0_all = v->proc.xcr0_all;
	context_copy_fpu(&s.fpu, &v->proc.fpu, v->proc.fpu.parts);
	s.fpu.parts &= s.xcr0_all;
	size = size_for(s.xcr0_all);
	if (e->size < size || e->xfeature_mask != context_xcr0)
		return -EINVAL;
	e->size = size;
	return guest_write(HANDLE(e->buffer), &s, size);
}

/* Whether the header can be XRSTOR's, in the order of Xen's answers. */
static long check_image(const struct domain *d, const struct extended *s)
{
	u32 i;

	if ((s->fpu.parts | s->xcr0) & ~s->xcr0_all ||
	    !cpuid_xcr0_ok(d, s->xcr0) || !cpuid_xcr0_ok(d, s->xcr0_all))
		return -EINVAL;
	if (s->fpu.compact)
		return -EOPNOTSUPP;
	for (i = 0; i < ARRAY_SIZE(s->fpu.reserved); i++)
		if (s->fpu.reserved[i])
			return -EIO;
	return 0;
}

long domctl_set_extended_state(struct vcpu *v, struct xen_domctl *op)
{
	const struct xen_domctl_vcpuextstate *e = &op->u.vcpuextstate;
	struct extended s = { 0 };
	long rc;

	if (e->size < NO_IMAGE || e->size > size_for(context_xcr0))
		return -EINVAL;
	if (guest_read(&s, HANDLE(e->buffer), e->size))
		return -EFAULT;
	if (!s.xcr0_all && !s.xcr0 && e->size == NO_IMAGE)
		return 0;
	rc = !s.xcr0_all || e->size < size_for(XCR0_START) ? -EINVAL :
	     check_image(v->d, &s);
	if (!rc && e->size != size_for(s.xcr0_all))
		rc = -EINVAL;
	if (rc)
		return rc;
	v->proc.xcr0 = s.xcr0;
	v->proc.xcr0_all = s.xcr0_all;
	/*
	 * x87 and SSE registers that XCR0 never had are not in XSAVE's image,
	 * but the vCPU has them all the same.
	 */
	context_copy_fpu(&v->proc.fpu, &s.fpu,
			 s.fpu.parts | (XCR0_START & ~s.xcr0_all));
	return 0;
}

#define MSR_MISC_FEATURES_ENABLES	0x140u
#define CPUID81_DBEXT			BIT(26)

/*
 * As many as Xen may save, which counts four twice where the processor has
 * them. In Krypton TSC_AUX alone can have a value.
 */
static u32 max_msrs(void)
{
	return cpuid_reg(0x80000001, CPUID_ECX) & CPUID81_DBEXT ? 11 : 7;
}

/* Those that are not 0. The count is written back even if they do not fit. */
long domctl_get_msrs(struct vcpu *v, struct xen_domctl *op)
{
	struct xen_domctl_vcpu_msrs *m = &op->u.vcpu_msrs;
	struct xen_domctl_vcpu_msr msr = {
		.index = MSR_TSC_AUX, .value = v->proc.msr[GUEST_TSC_AUX],
	};
	u32 room = m->msr_count;

	m->msr_count = max_msrs();
	if (!m->msrs.p)
		return 0;
	m->msr_count = !!msr.value;
	if (m->msr_count > room)
		return -ENOBUFS;
	return guest_write(HANDLE(m->msrs), &msr, m->msr_count * sizeof(msr));
}

/* After an error, the count is that of those which were set before it. */
long domctl_set_msrs(struct vcpu *v, struct xen_domctl *op)
{
	struct xen_domctl_vcpu_msrs *m = &op->u.vcpu_msrs;
	struct xen_domctl_vcpu_msr msr;
	u32 n = m->msr_count, i;
	long rc = 0;

	if (n > max_msrs())
		return -EINVAL;
	for (i = 0; !rc && i < n; i++) {
		m->msr_count = i;
		rc = ctl_get(m->msrs, i, &msr);
		if (!rc && (msr.reserved || (msr.index != MSR_TSC_AUX &&
				msr.index != MSR_MISC_FEATURES_ENABLES) ||
			    !msr_write(v, msr.index, msr.value)))
			rc = -EINVAL;
	}
	if (!rc)
		m->msr_count = n;
	return rc;
}
