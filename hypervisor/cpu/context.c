// SPDX-License-Identifier: GPL-2.0-only
/*
 * Context switch. The general registers of the vCPU that runs are in the
 * CPU's block; all else that is loaded lazily nowhere: a switch saves and
 * loads everything, since the hypervisor itself uses neither the FPU nor the
 * data segments nor the debug registers.
 *
 * Selectors are loaded after the guest's GDT and LDT; one that faults becomes
 * null and the guest's failsafe handler is told. The bases of a 64-bit guest's
 * FS and GS are loaded after the selectors, which change them. It can read and
 * write them without us, by selectors or where CR4.FSGSBASE is on: they are read
 * back whenever we need them. The base that SWAPGS would give is in memory alone,
 * and the register for it is the hypervisor's (entry/entry.S).
 */
#include "cpu/context.h"
#include "cpu/ldt.h"
#include "domain/part.h"
#include "entry/guest_trap.h"
#include "machine/asm.h"

#define READ_SEGMENT(name, to)	\
	__asm__ volatile("mov %%" #name ", %w0" : "=r" (to))

/* An instruction; if it faults, %0 becomes 1, and what is in 'then' is done. */
#define TRY(insn, then)					\
	"1:	" insn "\n"				\
	"2:\n"						\
	"	.pushsection .text.fixup, \"ax\"\n"	\
	"3:	movl $1, %0\n"				\
	"	" then "\n"				\
	"	jmp 2b\n"				\
	"	.popsection\n"				\
	EXTABLE("1b", "3b")

/* 0, or 1 if the selector could not be loaded and is null now. */
#define LOAD_SEGMENT(name, sel) ({					\
	u32 _bad = 0;							\
									\
	__asm__ volatile(TRY("mov %w1, %%" #name,			\
			     "xorl %%eax, %%eax; mov %%eax, %%" #name)	\
			 : "+r" (_bad) : "r" (sel) : "eax", "memory");	\
	_bad;								\
})

/*
 * Interrupts are off, and another vCPU may take the LDT's page away each time
 * that it is mapped: so many tries.
 */
#define LDT_TRIES	8

#define LOAD_GUEST_SEGMENT(v, name) ({					\
	u32 _tries = LDT_TRIES, _failed;				\
									\
	do								\
		_failed = LOAD_SEGMENT(name, (v)->proc.name);		\
	while (_failed && _tries-- && map_descriptor(v, (v)->proc.name)); \
	_failed;							\
})

static bool map_descriptor(struct vcpu *v, u16 sel)
{
	return (sel & 4) && ldt_map_page(v, (u32)(sel / PAGE_SIZE));
}

static bool has_bases(const struct vcpu *v)
{
	return width_is_long(v->d->width);
}

static void save_debug(struct vcpu *v)
{
	u64 off = DR7_FIXED;

	if (!(v->proc.dr[7] & 0xff))
		return;
	__asm__ volatile("mov %0, %%dr7" :: "r" (off));
}

/* Breakpoints that are off are not loaded by a switch: all together here. */
void context_load_debug(const struct vcpu *v)
{
	__asm__ volatile("mov %0, %%dr0" :: "r" (v->proc.dr[0]));
	__asm__ volatile("mov %0, %%dr1" :: "r" (v->proc.dr[1]));
	__asm__ volatile("mov %0, %%dr2" :: "r" (v->proc.dr[2]));
	__asm__ volatile("mov %0, %%dr3" :: "r" (v->proc.dr[3]));
	__asm__ volatile("mov %0, %%dr7" :: "r" (v->proc.dr[7]));
}

/*
 * Whether RDTSC faults outside ring 0, and whether 64-bit code has instructions
 * for bases: a guest may use them if CPUID shows them.
 */
void context_load_cr4(const struct vcpu *v)
{
	u64 cr4 = read_cr4();
	u64 changes = (cr4 ^ v->proc.cr4) & (CR4_TSD | CR4_FSGSBASE);

	if (changes)
		write_cr4(cr4 ^ changes);
}

static bool fast_bases(const struct vcpu *v)
{
	return v->proc.cr4 & CR4_FSGSBASE;
}

void context_toggle(struct vcpu *v)
{
	u64 other = v->proc.gs_other;
	bool fast = fast_bases(v);

	v->proc.gs_other = read_gsbase(fast);
	write_gsbase(fast, other);
	v->proc.in_user = !v->proc.in_user;
	roots_load(v);
}

u64 context_get_base(const struct vcpu *v, u32 msr)
{
	return msr == MSR_FS_BASE ? read_fsbase(fast_bases(v)) :
	       msr == MSR_GS_BASE ? read_gsbase(fast_bases(v)) :
	       v->proc.gs_other;
}

void context_set_base(struct vcpu *v, u32 msr, u64 value)
{
	if (msr == MSR_FS_BASE)
		write_fsbase(fast_bases(v), value);
	else if (msr == MSR_GS_BASE)
		write_gsbase(fast_bases(v), value);
	else
		v->proc.gs_other = value;
}

static void save_bases(struct vcpu *v)
{
	v->proc.fs_base = context_get_base(v, MSR_FS_BASE);
	v->proc.gs_base = context_get_base(v, MSR_GS_BASE);
}

static void load_bases(struct vcpu *v)
{
	context_set_base(v, MSR_FS_BASE, v->proc.fs_base);
	context_set_base(v, MSR_GS_BASE, v->proc.gs_base);
}

/* A null selector leaves the base on some processors. */
void context_set_other_gs(struct vcpu *v, u16 sel)
{
	u64 base = context_get_base(v, MSR_GS_BASE);
	u32 bad;

	v->proc.gs = sel & ~3u ? sel | 3 : sel;
	bad = LOAD_GUEST_SEGMENT(v, gs);
	v->proc.gs_other = bad || !(sel & ~3u) ? 0 :
			   context_get_base(v, MSR_GS_BASE);
	context_set_base(v, MSR_GS_BASE, base);
}

/* User space reads it with RDTSCP; few kernels set it. */
void context_load_tsc_aux(const struct vcpu *v)
{
	struct cpu *c = this_cpu();

	if (c->tsc_aux == v->proc.msr[GUEST_TSC_AUX])
		return;
	c->tsc_aux = v->proc.msr[GUEST_TSC_AUX];
	wrmsr(MSR_TSC_AUX, c->tsc_aux);
}

/* The vCPU's window of descriptors may be gone when this CPU still idles. */
static void leave_tables(struct cpu_block *b)
{
	cpu_load_gdt((u64)b->cpu.gdt_page[GDT_PAGE32] - HV_GDT_BASE,
		     HV_GDT_LIMIT);
	__asm__ volatile("lldt %w0" :: "r" (0));
}

/*
 * A guest that turned XSAVE on has its state in that form; CR4 lets only such
 * a one use what is beyond FXSAVE's state.
 */
static void save_fpu(struct vcpu *v)
{
	write_cr0(read_cr0() & ~CR0_TS);
	if (!v->proc.xcr0) {
		__asm__ volatile("fxsave64 %0" : "=m" (v->proc.fpu));
		return;
	}
	xsetbv(XCR0_KNOWN);
	__asm__ volatile("xsave64 %0"
			 : "+m" (v->proc.fpu), "+m" (v->proc.fpu_more)
			 : "a" (XCR0_KNOWN), "d" (0));
	xsetbv(XCR0_START);		/* CPUID shows it to others */
	write_cr4(read_cr4() & ~CR4_OSXSAVE);
}

void context_reset_fpu(struct vcpu *v)
{
	static const u16 fcw = 0x37f, mxcsr = 0x1f80;

	memset(v->proc.fpu, 0, sizeof(v->proc.fpu));
	memset(v->proc.fpu_more, 0, sizeof(v->proc.fpu_more));
	memcpy(&v->proc.fpu[0], &fcw, sizeof(fcw));
	memcpy(&v->proc.fpu[24], &mxcsr, sizeof(mxcsr));
}

/* XSAVE's header names what the image has; no bit of MXCSR is reserved. */
void context_set_fpu(struct vcpu *v, const void *image)
{
	memcpy(v->proc.fpu, image, sizeof(v->proc.fpu));
	v->proc.fpu[26] = v->proc.fpu[27] = 0;
	v->proc.fpu_more[0] |= XCR0_X87 | XCR0_SSE;
}

/* 0, or 1 if the processor refused the image. */
#define LOAD_FPU(insn, v) ({						\
	u32 _bad = 0;							\
									\
	__asm__ volatile(TRY(insn " %1", "")				\
			 : "+r" (_bad)					\
			 : "m" ((v)->proc.fpu), "m" ((v)->proc.fpu_more), \
			   "a" (XCR0_KNOWN), "d" (0));			\
	_bad;								\
})

static u32 load_image(const struct vcpu *v)
{
	return v->proc.xcr0 ? LOAD_FPU("xrstor64", v) :
			      LOAD_FPU("fxrstor64", v);
}

/*
 * FNINIT first: AMD's FXRSTOR and XRSTOR leave the last one's x87 instruction
 * and data pointers if no exception is pending. If the processor refuses the
 * image, which should not happen, a fresh state replaces it: otherwise the last
 * vCPU's registers would stay. XRSTOR loads it as well, because FXRSTOR would
 * leave the last one's upper halves of the AVX registers.
 */
static void load_fpu(struct vcpu *v)
{
	__asm__ volatile("fninit");
	if (v->proc.xcr0) {
		write_cr4(read_cr4() | CR4_OSXSAVE);
		xsetbv(XCR0_KNOWN);
	}
	if (load_image(v)) {
		context_reset_fpu(v);
		load_image(v);
	}
	if (v->proc.xcr0)
		xsetbv(v->proc.xcr0);
}

void context_set_xcr0(struct vcpu *v, u64 xcr0)
{
	if (xcr0) {
		write_cr4(read_cr4() | CR4_OSXSAVE);
		xsetbv(xcr0);
	} else if (v->proc.xcr0) {
		write_cr4(read_cr4() & ~CR4_OSXSAVE);
	}
	v->proc.xcr0 = xcr0;
}

void context_save(struct vcpu *v)
{
	struct cpu_block *b = this_block();

	v->proc.regs = b->guest;
	READ_SEGMENT(ds, v->proc.ds);
	READ_SEGMENT(es, v->proc.es);
	READ_SEGMENT(fs, v->proc.fs);
	READ_SEGMENT(gs, v->proc.gs);
	if (has_bases(v)) {
		save_bases(v);
		/* It keeps all registers: others save none for this call. */
		if (v->xpti.at)
			__asm__ volatile("call xpti_unload" ::: "memory");
	}
	save_debug(v);
	save_fpu(v);
	leave_tables(b);
	/* In this order: without a current vCPU nobody asks us to flush. */
	write_cr3(image_to_phys(boot_l4).a);
	b->cpu.current = NULL;
	__atomic_fetch_and(&v->d->tables.dirty_cpus, ~(1u << b->cpu.id),
			   __ATOMIC_SEQ_CST);
}

/* The hypervisor's page in the GDT of such a guest, on this processor. */
static u64 *gdt_page(const struct vcpu *v)
{
	return this_cpu()->gdt_page[v->d->width->gdt_page];
}

static void load_vcpu_gdt(const struct vcpu *v)
{
	u64 *e = paging_entry(v->desc.area + GDT_FRAMES * PAGE_SIZE);

	*e = make_pte(virt_to_mfn(gdt_page(v)), PTE_HV_DATA);
	invlpg(v->desc.area + GDT_FRAMES * PAGE_SIZE);
	cpu_load_gdt(v->desc.area, HV_GDT_LIMIT);
}

void context_load_ldt(const struct vcpu *v)
{
	u64 *g = gdt_page(v) + (SEL_LDT - HV_GDT_BASE) / 8;
	u64 base = v->desc.area + 16 * PAGE_SIZE;
	u64 limit = v->desc.ldt_entries * 8ull - 1;
	u32 sel = 0;

	if (v->desc.ldt_entries) {
		g[0] = (limit & 0xffff) | (base & 0xffffff) << 16 |
		       0x82ull << 40 | (limit >> 16 & 0xf) << 48 |
		       (base >> 24 & 0xff) << 56;
		g[1] = base >> 32;
		sel = SEL_LDT;
	}
	__asm__ volatile("lldt %w0" :: "r" (sel));
}

void context_set_ts(struct vcpu *v, int set)
{
	u64 cr0 = read_cr0();

	v->proc.cr0_ts = set;
	write_cr0(set ? cr0 | CR0_TS : cr0 & ~CR0_TS);
}

/* True: at least one could not be loaded. */
static bool load_segments(struct vcpu *v)
{
	bool bad = LOAD_GUEST_SEGMENT(v, ds) | LOAD_GUEST_SEGMENT(v, es) |
		   LOAD_GUEST_SEGMENT(v, fs) | LOAD_GUEST_SEGMENT(v, gs);

	if (has_bases(v)) {
		load_bases(v);
		if (v->xpti.at)
			xpti_load(v);
	}
	return bad;
}

/*
 * Places in memory that the guest named for time and run state are its kernel's,
 * who has another root than a 64-bit guest's user mode.
 */
void context_load(struct vcpu *v)
{
	struct cpu_block *b = this_block();
	bool user = v->proc.in_user, bad;

	v->proc.in_user = false;
	b->cpu.current = v;
	__atomic_fetch_or(&v->d->tables.dirty_cpus, 1u << b->cpu.id,
			  __ATOMIC_SEQ_CST);
	roots_load(v);
	load_vcpu_gdt(v);
	context_load_ldt(v);
	b->guest = v->proc.regs;
	b->guest.flags = (v->proc.regs.flags & FLAGS_GUEST) | FLAGS_IF | 2;
	load_fpu(v);
	if (v->proc.dr[7] & 0xff)
		context_load_debug(v);
	context_load_cr4(v);
	context_load_tsc_aux(v);
	vcpu_update_time(v);
	bad = load_segments(v);
	if (user) {
		v->proc.in_user = true;
		roots_load(v);
	}
	if (bad)
		bounce_failsafe(v, &b->guest);
	if (v->proc.cr0_ts)
		context_set_ts(v, 1);
}

static int vcpu_create_processor(struct vcpu *v)
{
	v->proc.dr[6] = DR6_FIXED;
	v->proc.dr[7] = DR7_FIXED;
	context_reset_fpu(v);
	return 0;
}

static int create(struct domain *d, const struct domain_config *config)
{
	(void)config;
	memset(d->policy.cpuid_mask, 0xff, sizeof(d->policy.cpuid_mask));
	return 0;
}

DOMAIN_PART(processor) = {
	.order = PART_PROCESSOR,
	.create = create,
	.vcpu_create = vcpu_create_processor,
};
