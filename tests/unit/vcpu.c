// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual processor as the instruction emulator sees it: what it is asked
 * for is done to the vCPU's fields, and noted.
 */
#include <string.h>
#include "cpu/context.h"
#include "cpu/emulate.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "errno.h"
#include "host.h"
#include "hypercalls.h"

struct host_asked host_asked;
bool host_has_xsave, host_is_intel;
u32 host_port_watched = ~0u;

void context_set_ts(struct vcpu *v, int set)
{
	host_asked.count++;
	v->proc.cr0_ts = set;
}

void context_set_xcr0(struct vcpu *v, u64 xcr0)
{
	host_asked.count++;
	v->proc.xcr0 = xcr0;
}

void bounce_exception(struct vcpu *v, struct regs *r, u32 vector, s64 error)
{
	(void)v;
	(void)r;
	(void)error;
	host_asked.count++;
	host_asked.vector = vector;
}

void bounce_page_fault(struct vcpu *v, struct regs *r, u64 address, u32 error)
{
	host_asked.address = address;
	host_asked.error = error;
	bounce_exception(v, r, X86_PF, error);
}

void context_load_cr4(const struct vcpu *v)
{
	(void)v;
	host_asked.count++;
}

void context_load_tsc_aux(const struct vcpu *v)
{
	(void)v;
	host_asked.count++;
}

void cpuid_emulate(const struct vcpu *v, bool kernel, u32 leaf, u32 sub,
		 u32 out[4])
{
	(void)v;
	(void)kernel;
	host_asked.leaf = leaf;
	host_asked.sub = sub;
	out[0] = 0xa0a0a0a0;
	out[1] = 0xb0b0b0b0;
	out[2] = host_has_xsave ? (u32)CPUID_XSAVE : 0;
	out[3] = 0xd0d0d0d0;
}

/* As in cpu/cpuid.c, on a machine with AVX. */
bool cpuid_xcr0_ok(const struct domain *d, u64 xcr0)
{
	(void)d;
	return xcr0 == 1 || xcr0 == 3 || xcr0 == 7;
}

bool cpuid_is_intel(void)
{
	return host_is_intel;
}

static u32 register_of(u32 reg)
{
	if (reg != 4 && reg != 5)
		return reg;
	return host_current->proc.cr4 & CR4_DE ? 8 : reg + 2;
}

int xpti_prepare(struct vcpu *v)
{
	(void)v;
	return 0;
}

/* CPUID shows no FSGSBASE. */
u64 processor_cr4(const struct vcpu *v, u64 value)
{
	(void)v;
	return value & (CR4_TSD | CR4_DE | (host_has_xsave ? CR4_OSXSAVE : 0));
}

/* As in cpu/processor.c, without the hardware's registers. */
bool processor_get_debug(const struct vcpu *v, u64 reg, u64 *value)
{
	u32 n = register_of((u32)reg);

	if (n > 7)
		return false;
	*value = v->proc.dr[n];
	return true;
}

u32 processor_match_ports(const struct vcpu *v, u32 port, u32 size)
{
	(void)v;
	return port <= host_port_watched && host_port_watched < port + size;
}

void processor_raise_debug(struct vcpu *v, struct regs *r, u64 dr6)
{
	(void)v;
	(void)r;
	host_asked.count++;
	host_asked.vector = X86_DB;
	host_asked.dr6 = (u32)dr6;
}

long do_set_debugreg(u64 a[])
{
	u32 reg = register_of((u32)a[0]);
	u64 value = a[1];

	if (reg > 7)
		return -ENODEV;
	if (reg < 4 && value >= host_current->d->tables.m2p_start)
		return -EPERM;
	host_asked.count++;
	host_current->proc.dr[reg] = value;
	return 0;
}
