// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model-specific registers a guest may see. Most of what Linux touches may
 * fault; a few are read or written without looking.
 */
#include "domain.h"
#include "emulate.h"
#include "lib.h"

bool guest_rdmsr(struct vcpu *v, u32 msr, u64 *value)
{
	(void)v;
	switch (msr) {
	case MSR_EFER:
		*value = rdmsr(MSR_EFER);
		return true;
	case MSR_APIC_BASE:
		*value = rdmsr(MSR_APIC_BASE);
		return true;
	case MSR_FS_BASE:
	case MSR_GS_BASE:
	case 0x8b:			/* microcode revision */
	case 0xc0010015:		/* AMD: configuration */
	case 0xc0010055:
	case 0xc0011029:
	case 0x179 ... 0x17b:		/* machine check: no banks */
	case 0x400 ... 0x407:
		*value = 0;
		return true;
	case 0x1a0:			/* Intel: no branch or event traces */
		*value = 0x1801;
		return true;
	default:
		log_debug("guest reads MSR %x", msr);
		return false;
	}
}

bool guest_wrmsr(struct vcpu *v, u32 msr, u64 value)
{
	(void)v;
	switch (msr) {
	case MSR_EFER:
		return value == rdmsr(MSR_EFER);
	case 0x8b:
	case 0x17a:
	case 0x1a0:
	case 0x400 ... 0x407:
		return true;
	default:
		log_debug("guest writes MSR %x", msr);
		return false;
	}
}
