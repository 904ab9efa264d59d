// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls that set small parts of a vCPU's state: kernel stack, TS, segment
 * bases, debug registers, assists.
 */
#include "cpu/emulate.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "guest/segment.h"
#include "hypercalls.h"

#define DR7_FORBIDDEN	0x2000u		/* GD */
#define DR7_ENABLES	0xffu
#define DR7_IO		2u		/* type of a breakpoint */

long do_stack_switch(u64 a[])
{
	struct vcpu *v = current_vcpu();
	u32 ss = (u32)a[0], ring = v->d->width->kernel_ring;

	/* A selector below the kernel's ring becomes one of that ring. */
	v->entry.kernel_ss = (u16)((ss & 3) < ring ? ss | ring : ss);
	v->entry.kernel_sp = a[1];
	return 0;
}

long do_fpu_taskswitch(u64 a[])
{
	context_set_ts(current_vcpu(), (u32)a[0] != 0);
	return 0;
}

/* As on Xen, a bad selector gives no error, which kernels do not expect. */
long do_set_segment_base(u64 a[])
{
	struct vcpu *v = current_vcpu();
	u32 which = (u32)a[0];

	if (!v->d->width->is_long)
		return -ENOSYS;
	if (which == SEGBASE_GS_USER_SEL) {
		context_set_other_gs(v, (u16)a[1]);
		return 0;
	}
	if (which > SEGBASE_GS_KERNEL || !cpu_canonical(a[1]))
		return -EINVAL;
	if (which == SEGBASE_GS_USER)
		v->proc.gs_other = a[1];
	else
		segment_set_base(v, which == SEGBASE_FS ? SEG_FS : SEG_GS, a[1]);
	return 0;
}

/*
 * Set DR7. Breakpoints on ports need the guest's CR4.DE. The hypervisor
 * emulates them along with the port accesses; their enable bits are in dr7_io,
 * not in DR7.
 */
static long set_control(struct vcpu *v, u64 value)
{
	u32 io = 0, i;

	value = (value & 0xffff27ff) | DR7_FIXED;
	if (value & DR7_FORBIDDEN)
		return -EPERM;
	for (i = 0; (value & DR7_ENABLES) && i < 4; i++) {
		if ((value >> (16 + i * 4) & 3) != DR7_IO)
			continue;
		if (!(v->proc.cr4 & CR4_DE))
			return -EPERM;
		io |= (u32)value & 3u << i * 2;
	}
	v->proc.dr7_io = io;
	v->proc.dr[7] = value & ~(u64)io;
	return 0;
}

u64 processor_cr4(const struct vcpu *v, u64 value)
{
	u32 one[4], seven[4];

	cpuid_for_domain(v->d, 1, 0, one);
	cpuid_for_domain(v->d, 7, 0, seven);
	return value & (CR4_TSD | CR4_DE | (one[2] & CPUID_XSAVE ? CR4_OSXSAVE : 0) |
			(seven[1] & 1 ? CR4_FSGSBASE : 0));
}

/* Without CR4.DE, DR4 and DR5 are aliases of DR6 and DR7. */
static u32 debug_register(const struct vcpu *v, u64 reg)
{
	u32 n = (u32)reg;

	return (n == 4 || n == 5) && !(v->proc.cr4 & CR4_DE) ? n + 2 : n;
}

/* A breakpoint must not be in the hypervisor's part of the address space. */
static long set_debugreg(struct vcpu *v, u32 n, u64 value)
{
	switch (n) {
	case 0 ... 3:
		if (!guest_address_ok(value))
			return -EPERM;
		v->proc.dr[n] = value;
		return 0;
	case 6:
		if (value >> 32)
			return -EINVAL;
		v->proc.dr[6] = (value & 0xe00f) | DR6_FIXED;
		return 0;
	case 7:
		return value >> 32 ? -EINVAL : set_control(v, value);
	default:
		return -ENODEV;
	}
}

long do_set_debugreg(u64 a[])
{
	struct vcpu *v = current_vcpu();
	long rc = set_debugreg(v, debug_register(v, a[0]), a[1]);

	if (!rc)
		context_load_debug(v);
	return rc;
}

void vcpu_reset_debugregs(struct vcpu *v, const u64 value[8])
{
	u32 i;

	memset(v->proc.dr, 0, sizeof(v->proc.dr));
	v->proc.dr7_io = 0;
	v->proc.dr[6] = DR6_FIXED;
	v->proc.dr[7] = DR7_FIXED;
	for (i = 0; i < 8; i++)
		set_debugreg(v, i, value[i]);
}

bool processor_get_debug(const struct vcpu *v, u64 reg, u64 *value)
{
	u32 n = debug_register(v, reg);

	if (n > 7 || n == 4 || n == 5)
		return false;
	*value = v->proc.dr[n] | (n == 7 ? v->proc.dr7_io : 0);
	return true;
}

long do_get_debugreg(u64 a[])
{
	u64 value;

	return processor_get_debug(current_vcpu(), a[0], &value) ?
	       (long)value : -ENODEV;
}

u32 processor_match_ports(const struct vcpu *v, u32 port, u32 size)
{
	static const u8 width[] = { 1, 2, 8, 4 };
	u32 hit = 0, i;
	u64 from, n;

	for (i = 0; (v->proc.dr7_io && v->proc.cr4 & CR4_DE) && i < 4; i++) {
		n = width[v->proc.dr[7] >> (18 + i * 4) & 3];
		from = v->proc.dr[i] & ~(n - 1);
		if ((v->proc.dr7_io >> i * 2 & 3) && from < port + size &&
		    from + n > port)
			hit |= 1u << i;
	}
	return hit;
}

void processor_raise_debug(struct vcpu *v, struct regs *r, u64 dr6)
{
	v->proc.dr[6] |= dr6 | DR6_FIXED;
	bounce_exception(v, r, X86_DB, NO_ERROR_CODE);
}

long do_vm_assist(u64 a[])
{
	struct domain *d = current_domain();
	u32 type = (u32)a[1];

	if (type >= 64 || !(d->width->assists >> type & 1))
		return -EINVAL;
	switch ((u32)a[0]) {
	case VMASST_CMD_enable:
		atomic_or(&d->policy.vm_assist, BIT(type));
		return 0;
	case VMASST_CMD_disable:
		atomic_and(&d->policy.vm_assist, ~BIT(type));
		return 0;
	default:
		return -ENOSYS;
	}
}
