// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small state of the virtual processor: kernel stack, TS, debug registers,
 * assists.
 */
#include "context.h"
#include "domain.h"
#include "errno.h"
#include "lib.h"
#include "pv.h"

#define DR6_FIXED	0xffff0ff0u
#define DR7_FIXED	0x400u
#define DR7_FORBIDDEN	0x2000u		/* GD */

long pv_stack_switch(u64 a[])
{
	struct vcpu *v = current_vcpu();
	u32 ss = (u32)a[0];

	/* A ring-0 selector is meant as ring 1's. */
	v->kernel_ss = (u16)(ss & 3 ? ss : ss | 1);
	v->kernel_sp = a[1];
	return 0;
}

long pv_fpu_taskswitch(u64 a[])
{
	context_set_ts(current_vcpu(), a[0] != 0);
	return 0;
}

/*
 * Breakpoints may only lie in the guest's part of the address space: one in
 * the hypervisor's would trap there.
 */
static long set_address(struct vcpu *v, u32 reg, u64 value)
{
	if (value >= v->d->m2p_start)
		return -EPERM;
	v->dr[reg] = value;
	return 0;
}

/* IO breakpoints (type 2) need CR4.DE, which guests do not have. */
static long set_control(struct vcpu *v, u64 value)
{
	u32 i;

	value = (value & 0xffff27ff) | DR7_FIXED;
	if (value & DR7_FORBIDDEN)
		return -EPERM;
	for (i = 0; i < 4; i++)
		if ((value >> i * 2 & 3) && (value >> (16 + i * 4) & 3) == 2)
			return -EPERM;
	v->dr[7] = value;
	return 0;
}

static long set_debugreg(struct vcpu *v, u32 reg, u64 value)
{
	switch (reg) {
	case 0 ... 3:
		return set_address(v, reg, value);
	case 6:
		v->dr[6] = (value & 0xe00f) | DR6_FIXED;
		return 0;
	case 7:
		return set_control(v, value);
	default:
		return -ENODEV;
	}
}

long pv_set_debugreg(u64 a[])
{
	struct vcpu *v = current_vcpu();
	long rc = set_debugreg(v, (u32)a[0], a[1]);

	if (!rc)
		context_load_debug(v);
	return rc;
}

void pv_reset_debugregs(struct vcpu *v, const u32 value[8])
{
	u32 i;

	memset(v->dr, 0, sizeof(v->dr));
	v->dr[6] = DR6_FIXED;
	v->dr[7] = DR7_FIXED;
	for (i = 0; i < 8; i++)
		set_debugreg(v, i, value[i]);
}

long pv_get_debugreg(u64 a[])
{
	u32 reg = (u32)a[0];

	if (reg > 7 || reg == 4 || reg == 5)
		return -ENODEV;
	return (long)current_vcpu()->dr[reg];
}

u32 pv_known_assists(void)
{
	return BIT(VMASST_TYPE_4gb_segments) |
	       BIT(VMASST_TYPE_4gb_segments_notify) |
	       BIT(VMASST_TYPE_writable_pagetables) |
	       BIT(VMASST_TYPE_pae_extended_cr3) |
	       BIT(VMASST_TYPE_architectural_iopl) |
	       BIT(VMASST_TYPE_runstate_update_flag);
}

long pv_vm_assist(u64 a[])
{
	struct domain *d = current_domain();
	u32 type = (u32)a[1];

	if (type >= 32 || !(pv_known_assists() >> type & 1))
		return -EINVAL;
	switch ((u32)a[0]) {
	case VMASST_CMD_enable:
		__atomic_fetch_or(&d->vm_assist, 1u << type, __ATOMIC_SEQ_CST);
		return 0;
	case VMASST_CMD_disable:
		__atomic_fetch_and(&d->vm_assist, ~(1u << type),
				   __ATOMIC_SEQ_CST);
		return 0;
	default:
		return -ENOSYS;
	}
}
