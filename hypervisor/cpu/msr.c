// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model-specific registers of a guest, with the values of Xen 4.17: kernels
 * access some of them without a handler for the fault. An access to a register
 * that is not in the table faults. Machine check has two banks without errors,
 * performance counters are absent, and PAT keeps its reset value. The kernel of
 * a 64-bit guest can access the FS and GS bases of its own mode and, as
 * KERNEL_GS_BASE, the GS base of the other mode.
 */
#include "cpu/emulate.h"
#include "entry/traps.h"
#include "guest/segment.h"

#define MSR_MISC_ENABLE		0x1a0
#define MSR_HYPERCALL_PAGE	0x40000000

#define APIC_BASE_VALUE		0xfee00800
#define APIC_BASE_BOOT		BIT(8)
#define EFER_SCE		BIT(0)
#define EFER_OTHERS		(BIT(11) | BIT(14) | BIT(21))
#define EFER_LONG		(BIT(8) | BIT(10))	/* LME, LMA */
#define ARCH_CAPS		0x400000001d12e171	/* less eIBRS */
#define SYSCFG			0x740000

/* Which domains a row is for: by vendor, privilege, or width (LONG: 64-bit). */
enum whom { ANY, AMD, INTEL, DOM0_AMD, LONG };
enum way {
	FAULT,
	VALUE,		/* read: 'value' */
	HOST,		/* read: the machine's, masked by 'value' */
	STORED,		/* read and write: v->proc.msr['value'] */
	DROP,		/* write: ignored */
	ZERO,		/* write: 0 is ignored, other values fault */
	SAME,		/* write: only the value that a read gives */
	TSC_AUX,	/* write: as STORED, and loaded into the processor */
	BASE,		/* read and write: the base of FS or GS */
};

static const struct msr {
	u32 first, last;
	u8 whom, read, write;
	u64 value;
} table[] = {
	/* the first to be found: kernels use these in each process switch */
	{ MSR_FS_BASE, MSR_KERNEL_GS_BASE, LONG, BASE, BASE, 0 },
	{ 0x0, 0x1, ANY, VALUE, FAULT, 0 },		/* P5_MC_* */
	{ 0x17, 0x17, INTEL, HOST, FAULT, ~0ull },	/* PLATFORM_ID */
	{ 0x3a, 0x3a, INTEL, VALUE, FAULT, 1 },		/* FEATURE_CONTROL */
	{ 0x8b, 0x8b, INTEL, HOST, ZERO, ~0ull },	/* microcode */
	{ 0x8b, 0x8b, AMD, HOST, FAULT, ~0ull },
	{ 0xc1, 0xc8, INTEL, VALUE, DROP, 0 },		/* PERFCTR */
	{ MSR_PLATFORM_INFO, MSR_PLATFORM_INFO, ANY, VALUE, FAULT, 0 },
	{ 0xe7, 0xe8, ANY, FAULT, DROP, 0 },		/* MPERF, APERF */
	{ MSR_ARCH_CAPABILITIES, MSR_ARCH_CAPABILITIES, INTEL, HOST, FAULT,
	  ARCH_CAPS },
	{ 0x140, 0x140, ANY, VALUE, ZERO, 0 },		/* MISC_FEATURES */
	{ 0x179, 0x179, AMD, VALUE, DROP, 2 },		/* MCG_CAP */
	{ 0x179, 0x179, INTEL, VALUE, DROP, 0x1000c02 },
	{ 0x17a, 0x17a, ANY, STORED, STORED, GUEST_MCG_STATUS },
	{ 0x17b, 0x17b, ANY, VALUE, DROP, 0 },		/* MCG_CTL */
	{ 0x186, 0x189, INTEL, VALUE, DROP, 0 },	/* EVNTSEL */
	{ 0x198, 0x198, INTEL, VALUE, FAULT, 0 },	/* PERF_STATUS */
	{ 0x199, 0x199, INTEL, VALUE, DROP, 0 },	/* PERF_CTL */
	{ 0x19a, 0x19a, INTEL, FAULT, DROP, 0 },	/* THERM_CONTROL */
	{ 0x19c, 0x19c, INTEL, VALUE, FAULT, 0 },	/* THERM_STATUS */
	{ MSR_MISC_ENABLE, MSR_MISC_ENABLE, ANY, HOST, DROP,
	  ~(BIT(7) | BIT(18)) },		/* counters, MONITOR */
	{ 0x1b0, 0x1b0, INTEL, FAULT, DROP, 0 },	/* ENERGY_PERF_BIAS */
	{ 0x277, 0x277, ANY, HOST, FAULT, ~0ull },	/* PAT */
	{ 0x280, 0x280, INTEL, STORED, STORED, GUEST_MC0_CTL2 },
	{ 0x281, 0x281, INTEL, STORED, STORED, GUEST_MC1_CTL2 },
	{ 0x280, 0x29f, ANY, VALUE, DROP, 0 },		/* MCi_CTL2 */
	{ 0x309, 0x30b, INTEL, VALUE, DROP, 0 },	/* fixed counters */
	{ 0x345, 0x345, ANY, VALUE, FAULT, 0 },		/* PERF_CAPABILITIES */
	{ 0x38d, 0x390, INTEL, VALUE, DROP, 0 },
	{ 0x400, 0x400, ANY, VALUE, DROP, ~0ull },	/* MC0_CTL */
	{ 0x404, 0x404, ANY, VALUE, DROP, ~0ull },	/* MC1_CTL */
	{ 0x401, 0x407, ANY, VALUE, ZERO, 0 },
	{ 0x408, 0x47f, ANY, VALUE, DROP, 0 },
	{ MSR_HYPERCALL_PAGE, MSR_HYPERCALL_PAGE, ANY, VALUE, FAULT, 0 },
	{ MSR_EFER, MSR_EFER, LONG, HOST, SAME,
	  EFER_OTHERS | EFER_SCE | EFER_LONG },
	{ MSR_EFER, MSR_EFER, AMD, HOST, SAME, EFER_OTHERS | EFER_SCE },
	{ MSR_EFER, MSR_EFER, INTEL, HOST, SAME, EFER_OTHERS },
	{ MSR_TSC_AUX, MSR_TSC_AUX, ANY, STORED, TSC_AUX, GUEST_TSC_AUX },
	{ 0xc0010000, 0xc0010007, AMD, VALUE, DROP, 0 },	/* counters */
	{ 0xc0010010, 0xc0010010, DOM0_AMD, HOST, FAULT, SYSCFG },
	{ 0xc0010015, 0xc0010015, AMD, VALUE, DROP, 0 },	/* HWCR */
	{ 0xc0010016, 0xc001001a, DOM0_AMD, HOST, FAULT, ~0ull },
	{ 0xc001001d, 0xc001001d, DOM0_AMD, HOST, FAULT, ~0ull },
	{ 0xc001001f, 0xc001001f, ANY, VALUE, DROP, 0 },	/* NB_CFG */
	{ 0xc0010041, 0xc0010042, AMD, VALUE, DROP, 0 },	/* FID, VID */
	{ 0xc0010061, 0xc001006b, AMD, VALUE, DROP, 0 },	/* P-states */
	{ 0xc0010112, 0xc0010113, DOM0_AMD, HOST, FAULT, ~0ull },
	{ 0xc0010200, 0xc001020b, AMD, VALUE, DROP, 0 },	/* counters */
	{ 0xc0011029, 0xc0011029, AMD, VALUE, DROP, 2 },	/* DE_CFG */
};

static bool applies(u8 whom, const struct vcpu *v)
{
	switch (whom) {
	case AMD:
		return !cpuid_is_intel();
	case INTEL:
		return cpuid_is_intel();
	case DOM0_AMD:
		return !cpuid_is_intel() && v->d->privileged;
	case LONG:
		return v->d->width->is_long;
	default:
		return true;
	}
}

static const struct msr *find(const struct vcpu *v, u32 msr)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (msr >= table[i].first && msr <= table[i].last &&
		    applies(table[i].whom, v))
			return &table[i];
	return NULL;
}

/* The segment register that a base MSR belongs to. */
static u32 base_register(u32 msr)
{
	return msr == MSR_FS_BASE ? SEG_FS : SEG_GS;
}

static bool read(const struct vcpu *v, u32 msr, u64 *value)
{
	const struct msr *m = find(v, msr);

	*value = 0;
	if (msr == MSR_APIC_BASE) {
		*value = APIC_BASE_VALUE | (v->id ? 0 : APIC_BASE_BOOT);
	} else if (msr == MSR_TSC) {
		*value = rdtsc();
	} else if (!m || m->read == FAULT) {
		return false;
	} else if (m->read == VALUE) {
		*value = m->value;
	} else if (m->read == STORED) {
		*value = v->proc.msr[m->value];
	} else if (m->read == BASE) {
		*value = msr == MSR_KERNEL_GS_BASE ? v->proc.gs_other :
			 segment_get_base(v, base_register(msr));
	} else {
		if (!rdmsr_safe(msr, value))
			return m->value == ARCH_CAPS;
		*value &= m->value;
		if (msr == MSR_MISC_ENABLE)	/* BTS, PEBS, xTPR: none */
			*value |= 0x801800;
	}
	return true;
}

/*
 * As long as the guest has no handler for #GP, a fault would crash it: until
 * then each register that the machine has reads as 0. In a domain with
 * msr_relaxed it always does, and a write of it is lost.
 */
bool msr_read(struct vcpu *v, u32 msr, u64 *value)
{
	u64 unused;

	if (read(v, msr, value))
		return true;
	log_debug("guest reads MSR %x", msr);
	return (v->d->policy.msr_relaxed || !v->entry.traps[X86_GP].ip) &&
	       msr >> 16 != MSR_HYPERCALL_PAGE >> 16 &&
	       rdmsr_safe(msr, &unused);
}

int msr_fill_hypercall_page(struct domain *d, mfn_t m)
{
	int rc = ptype_get_direct(d, m, true);

	if (rc)
		return rc;
	width_fill_page(d->width, mfn_to_virt(m));
	ptype_put_foreign(m, true);
	return 0;
}

bool msr_write(struct vcpu *v, u32 msr, u64 value)
{
	const struct msr *m = find(v, msr);
	u64 now;

	if (msr == MSR_HYPERCALL_PAGE)
		return !(value & ~PAGE_MASK) && !msr_fill_hypercall_page(
				v->d, mfn(value >> PAGE_SHIFT));
	switch (m ? m->write : FAULT) {
	case TSC_AUX:
		if (value >> 32 || !rdmsr_safe(msr, &now))
			return false;
		v->proc.msr[GUEST_TSC_AUX] = value;
		if (v == current_vcpu())
			context_load_tsc_aux(v);
		return true;
	case STORED:
		v->proc.msr[m->value] = value;
		return true;
	case BASE:
		if (!cpu_canonical(value))
			return false;
		if (msr == MSR_KERNEL_GS_BASE)
			v->proc.gs_other = value;
		else
			segment_set_base(v, base_register(msr), value);
		return true;
	case DROP:
		return true;
	case ZERO:
		return !value;
	case SAME:
		return read(v, msr, &now) && value == now;
	default:
		log_debug("guest writes MSR %x", msr);
		return v->d->policy.msr_relaxed && rdmsr_safe(msr, &now);
	}
}
