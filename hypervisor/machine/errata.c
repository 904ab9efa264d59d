// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors of AMD's processors that a guest could use against others, or that spoil
 * its own data, and the bits that keep a processor from them. The numbers are those
 * of AMD's revision guides. LFENCE is no error, but serialises by such a bit.
 */
#include "machine/boot.h"
#include "machine/cpu.h"

#define MSR_HWCR	0xc0010015
#define MSR_LS_CFG	0xc0011020
#define MSR_DE_CFG	0xc0011029
#define MSR_BP_CFG	0xc001102e

static const struct {
	u32 first, last;		/* model */
	u32 msr;
	u64 bit;
} errata[] = {
	{ 0, ~0u, MSR_DE_CFG, BIT(1) },	/* LFENCE: cpu/msr.c tells guests so */
	{ 0xf00, 0xfff, MSR_HWCR, BIT(6) },	/* 122: TLB flushes are lost */
	{ 0x1200, 0x12ff, MSR_DE_CFG, BIT(31) },	/* 665: DIV is wrong */
	/* 793: a guest stops the machine (XSA-82) */
	{ 0x1600, 0x160f, MSR_LS_CFG, BIT(15) },
	/* Zen 2: programs see what others had in vector registers (XSA-433) */
	{ 0x1730, 0x17ff, MSR_DE_CFG, BIT(9) },
	{ 0x1910, 0x191f, MSR_BP_CFG, BIT(5) },	/* 1485: #UD out of nothing */
	{ 0x1960, 0x19af, MSR_BP_CFG, BIT(5) },
};

u32 errata_model(void)
{
	u32 id = cpuid_reg(1, CPUID_EAX);

	if (cpuid_reg(0, CPUID_ECX) != 0x444d4163)	/* the end of AuthenticAMD */
		return 0;
	return ((id >> 8 & 15) + (id >> 20 & 255)) << 8 |
	       (id >> 12 & 0xf0) | (id >> 4 & 15);
}

void errata_init_cpu(void)
{
	u32 model = errata_model(), i;
	u64 value;

	for (i = 0; i < ARRAY_SIZE(errata); i++)
		if (model >= errata[i].first && model <= errata[i].last &&
		    rdmsr_safe(errata[i].msr, &value))
			wrmsr_safe(errata[i].msr, value | errata[i].bit);
}

/* 121: code that runs on into a non-canonical address (XSA-9); no bit helps. */
bool errata_forbid_long_domu(void)
{
	u32 model = errata_model();

	return model >= 0xf00 && model < 0xf40 &&
	       !boot_flag("allow_unsafe", false);
}
