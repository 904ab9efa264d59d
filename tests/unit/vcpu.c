// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual processor as the instruction emulator sees it: what it is asked
 * for is done to the vCPU's fields, and noted.
 */
#include "context.h"
#include "emulate.h"
#include "errno.h"
#include "guest_trap.h"
#include "host.h"
#include "pv.h"
#include "traps.h"

struct host_asked host_asked;
bool host_has_xsave;

void context_set_ts(struct vcpu *v, int set)
{
	host_asked.count++;
	v->cr0_ts = set;
}

void context_set_xcr0(struct vcpu *v, u64 xcr0)
{
	host_asked.count++;
	v->xcr0 = xcr0;
}

void guest_bounce(struct vcpu *v, struct regs *r, u32 vector, s64 error)
{
	(void)v;
	(void)r;
	(void)error;
	host_asked.count++;
	host_asked.vector = vector;
}

void guest_page_fault(struct vcpu *v, struct regs *r, u64 address, u32 error)
{
	host_asked.address = address;
	host_asked.error = error;
	guest_bounce(v, r, X86_PF, error);
}

void guest_cpuid(const struct vcpu *v, u32 leaf, u32 sub, u32 out[4])
{
	(void)v;
	host_asked.leaf = leaf;
	host_asked.sub = sub;
	out[0] = 0xa0a0a0a0;
	out[1] = 0xb0b0b0b0;
	out[2] = host_has_xsave ? (u32)CPUID_XSAVE : 0;
	out[3] = 0xd0d0d0d0;
}

/* As in pv/processor.c, without the hardware's registers. */
long pv_get_debugreg(u64 a[])
{
	u32 reg = (u32)a[0];

	if (reg > 7 || reg == 4 || reg == 5)
		return -ENODEV;
	return (long)host_current->dr[reg];
}

long pv_set_debugreg(u64 a[])
{
	u32 reg = (u32)a[0];
	u64 value = a[1];

	if (reg > 7 || reg == 4 || reg == 5)
		return -ENODEV;
	if (reg < 4 && value >= host_current->d->m2p_start)
		return -EPERM;
	host_asked.count++;
	host_current->dr[reg] = value;
	return 0;
}
