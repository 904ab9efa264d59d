// SPDX-License-Identifier: GPL-2.0-only
/*
 * Context switch. While a vCPU runs, its general registers are in the CPU's
 * block. A switch saves and loads all other state at once, nothing lazily. The
 * hypervisor itself uses neither the FPU nor data segments nor debug registers.
 *
 * Selectors are loaded after the guest's GDT and LDT. A selector that faults
 * becomes null, and the guest's failsafe handler is called. The FS and GS bases
 * of a 64-bit guest are loaded after the selectors, because loading a selector
 * changes the base. The guest can change them without a trap, by a selector or
 * with CR4.FSGSBASE, so a switch reads them from the processor
 * (guest/segment.h). The GS base that SWAPGS would load is only in memory: the
 * hypervisor uses the MSR itself (entry/entry.S).
 */
#include "cpu/ldt.h"
#include "domain/part.h"
#include "entry/guest_trap.h"
#include "guest/segment.h"

#define READ_SEGMENT(name, to)	\
	__asm__ volatile("mov %%" #name ", %w0" : "=r" (to))

/* An instruction. If it faults, %0 becomes 1 and the code 'then' runs. */
#define TRY(insn, then)					\
	"1:	" insn "\n"				\
	"2:\n"						\
	"	.pushsection .text.fixup, \"ax\"\n"	\
	"3:	movl $1, %0\n"				\
	"	" then "\n"				\
	"	jmp 2b\n"				\
	"	.popsection\n"				\
	EXTABLE("1b", "3b")

/* 0; or 1: the selector could not be loaded, and the register is null. */
#define LOAD_SEGMENT(name, sel) ({					\
	u32 _bad = 0;							\
									\
	__asm__ volatile(TRY("mov %w1, %%" #name,			\
			     "xorl %%eax, %%eax; mov %%eax, %%" #name)	\
			 : "+r" (_bad) : "r" (sel) : "eax", "memory");	\
	_bad;								\
})

/*
 * How often to try to map the LDT page of a selector. Another vCPU may drop the
 * page each time.
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

/* A switch calls this only if a breakpoint is on: it loads all registers. */
void context_load_debug(const struct vcpu *v)
{
	__asm__ volatile("mov %0, %%dr0" :: "r" (v->proc.dr[0]));
	__asm__ volatile("mov %0, %%dr1" :: "r" (v->proc.dr[1]));
	__asm__ volatile("mov %0, %%dr2" :: "r" (v->proc.dr[2]));
	__asm__ volatile("mov %0, %%dr3" :: "r" (v->proc.dr[3]));
	__asm__ volatile("mov %0, %%dr7" :: "r" (v->proc.dr[7]));
}

#define CPUID7_SMEP	BIT(7)

static u64 smep;		/* CR4_SMEP if the processor has it */

/*
 * The guest chooses TSD (RDTSC faults outside ring 0) and, if CPUID shows it,
 * FSGSBASE. SMEP is on only while a 64-bit guest runs: with SMEP the kernel of
 * a 32-bit guest, in ring 1, could not execute pages of user mode.
 */
void context_load_cr4(const struct vcpu *v)
{
	u64 cr4 = read_cr4();
	u64 wanted = (v->proc.cr4 & (CR4_TSD | CR4_FSGSBASE)) |
		     (v->d->width->is_long ? smep : 0);
	u64 changes = (cr4 ^ wanted) & (CR4_TSD | CR4_FSGSBASE | CR4_SMEP);

	if (changes)
		write_cr4(cr4 ^ changes);
}

void context_toggle(struct vcpu *v)
{
	u64 other = v->proc.gs_other;

	v->proc.gs_other = segment_get_base(v, SEG_GS);
	segment_set_base(v, SEG_GS, other);
	v->proc.in_user = !v->proc.in_user;
	roots_load(v);
}

/*
 * The selector stays in GS, as on Xen, which loads it between two SWAPGS. Some
 * processors keep the old base when they load a null selector; here the base
 * becomes 0.
 */
void context_set_other_gs(struct vcpu *v, u16 sel)
{
	u64 base = segment_get_base(v, SEG_GS);
	u32 bad;

	v->proc.gs = sel & ~3u ? sel | 3 : sel;
	bad = LOAD_GUEST_SEGMENT(v, gs);
	v->proc.gs_other = bad || !(sel & ~3u) ? 0 :
			   segment_get_base(v, SEG_GS);
	segment_set_base(v, SEG_GS, base);
}

/* Few guests set it, so most switches need no write. */
void context_load_tsc_aux(const struct vcpu *v)
{
	struct cpu *c = this_cpu();

	if (c->tsc_aux == v->proc.msr[GUEST_TSC_AUX])
		return;
	c->tsc_aux = v->proc.msr[GUEST_TSC_AUX];
	wrmsr(MSR_TSC_AUX, c->tsc_aux);
}

static bool has_xsaveopt;
u64 context_xcr0;

/*
 * Most guests use the same value, and a host that runs Krypton in a virtual
 * machine intercepts XSETBV: skip needless writes.
 */
static void load_xcr0(u64 xcr0)
{
	struct cpu *c = this_cpu();

	if (c->xcr0 != xcr0)
		xsetbv(c->xcr0 = xcr0);
}

/*
 * CR4.OSXSAVE stays on for all guests, as on Xen; XCR0 says what a guest can
 * use. A guest that has not set XCR0 has x87 and SSE.
 */
void context_init_cpu(void)
{
	u32 r[4];

	smep = cpuid_reg(7, CPUID_EBX) & CPUID7_SMEP ? CR4_SMEP : 0;
	if (!(cpuid_reg(1, CPUID_ECX) & CPUID_XSAVE))
		return;
	cpuid(0xd, 1, r);
	has_xsaveopt = r[0] & 1;
	context_xcr0 = cpuid_reg(0xd, CPUID_EAX) & XCR0_KNOWN;
	write_cr4(read_cr4() | CR4_OSXSAVE);
	load_xcr0(context_xcr0);
	if (context_xcr0 & XCR0_AVX)
		__asm__ volatile("vzeroupper");
}

/*
 * A vCPU that never had AVX in XCR0 cannot reach the upper halves of the YMM
 * registers: FXSAVE is enough for it, and cheaper. It may enable AVX while it
 * runs, and must not find another vCPU's values then: save_fpu() clears those
 * halves.
 */
static bool uses_avx(const struct vcpu *v)
{
	return v->proc.xcr0_all & XCR0_AVX;
}

#define SAVE_FPU(insn, v)						\
	__asm__ volatile(insn " %0"					\
			 : "+m" ((v)->proc.fpu) : "a" (XCR0_KNOWN), "d" (0))

static void save_fpu(struct vcpu *v)
{
	write_cr0(read_cr0() & ~CR0_TS);
	if (!uses_avx(v)) {
		SAVE_FPU("fxsave64", v);
		return;
	}
	load_xcr0(context_xcr0);
	if (has_xsaveopt)
		SAVE_FPU("xsaveopt64", v);
	else
		SAVE_FPU("xsave64", v);
	__asm__ volatile("vzeroupper");
}

/* 0; or 1: the processor refused the image. */
#define LOAD_FPU(insn, v) ({						\
	u32 _bad = 0;							\
									\
	__asm__ volatile(TRY(insn " %1", "")				\
			 : "+r" (_bad)					\
			 : "m" ((v)->proc.fpu), "a" (XCR0_KNOWN), "d" (0)); \
	_bad;								\
})

static u32 load_image(const struct vcpu *v)
{
	if (!uses_avx(v))
		return LOAD_FPU("fxrstor64", v);
	load_xcr0(context_xcr0);
	return LOAD_FPU("xrstor64", v);
}

/*
 * FNINIT comes first, because AMD's FXRSTOR and XRSTOR keep the previous x87
 * instruction and data pointers if no exception is pending. If the processor
 * refuses the image, which should not happen, load a fresh state: the previous
 * vCPU's registers must not stay.
 */
static void load_fpu(struct vcpu *v)
{
	__asm__ volatile("fninit");
	if (load_image(v)) {
		context_reset_fpu(v);
		load_image(v);
	}
	if (context_xcr0)
		load_xcr0(v->proc.xcr0 ? v->proc.xcr0 : XCR0_START);
}

void context_set_xcr0(struct vcpu *v, u64 xcr0)
{
	v->proc.xcr0 = xcr0;
	v->proc.xcr0_all |= xcr0;
	load_xcr0(xcr0);
}

void context_save(struct vcpu *v)
{
	v->proc.regs = this_block()->guest;
	READ_SEGMENT(ds, v->proc.ds);
	READ_SEGMENT(es, v->proc.es);
	READ_SEGMENT(fs, v->proc.fs);
	READ_SEGMENT(gs, v->proc.gs);
	if (v->d->width->is_long) {
		v->proc.fs_base = segment_get_base(v, SEG_FS);
		v->proc.gs_base = segment_get_base(v, SEG_GS);
		/* It preserves all registers, so other switches save none. */
		if (v->xpti.at)
			__asm__ volatile("call xpti_unload" ::: "memory");
	}
	if (v->proc.dr[7] & 0xff)
		__asm__ volatile("mov %0, %%dr7" :: "r" ((u64)DR7_FIXED));
	save_fpu(v);
}

/*
 * In this order: a CPU without a vCPU gets no request to flush. The vCPU's descriptor
 * window may be freed while this CPU idles without it.
 */
void context_leave(const struct vcpu *v)
{
	struct cpu_block *b = this_block();

	if (b->cpu.current == v) {
		cpu_load_own_tables(&b->cpu);
		write_cr3(image_to_phys(boot_l4).a);
		b->cpu.current = NULL;
	}
	if (!b->cpu.current || b->cpu.current->d != v->d)
		cpus_remove(&v->d->tables.dirty_cpus, b->cpu.id);
}

/* This CPU's page at the end of the GDT of guests of this width. */
static u64 *gdt_page(const struct vcpu *v)
{
	return this_cpu()->gdt_page[v->d->width->gdt_page];
}

static void load_vcpu_gdt(const struct vcpu *v)
{
	u64 *e = paging_entry(v->desc.area + GDT_FRAMES * PAGE_SIZE);

	*e = make_pte(virt_to_mfn(gdt_page(v)), PTE_HV_DATA);
	invlpg(v->desc.area + GDT_FRAMES * PAGE_SIZE);
	cpu_load_gdt(v->desc.area);
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

/*
 * True: the processor refused at least one selector. Other vCPUs may keep this one
 * waiting for the page lock (ldt_map_page()), but not other guests' interrupts.
 */
static bool load_segments(struct vcpu *v)
{
	bool bad;

	irq_enable();
	bad = LOAD_GUEST_SEGMENT(v, ds) | LOAD_GUEST_SEGMENT(v, es) |
	      LOAD_GUEST_SEGMENT(v, fs) | LOAD_GUEST_SEGMENT(v, gs);
	irq_disable();
	if (v->d->width->is_long) {
		segment_set_base(v, SEG_FS, v->proc.fs_base);
		segment_set_base(v, SEG_GS, v->proc.gs_base);
		if (v->xpti.at)
			xpti_load(v);
	}
	return bad;
}

/*
 * vcpu_update_time() writes to addresses that the guest's kernel registered. A
 * 64-bit guest may map them only in its kernel's root. So a vCPU in user mode
 * first gets that root, with in_user false, and its own root afterwards.
 */
void context_load(struct vcpu *v)
{
	struct cpu_block *b = this_block();
	bool user = v->proc.in_user, bad;

	v->proc.in_user = false;
	b->cpu.current = v;
	cpus_add(&v->d->tables.dirty_cpus, b->cpu.id);
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
	return frames_make_page(&v->entry.traps) ? 0 : -ENOMEM;
}

static void vcpu_free_traps(struct vcpu *v)
{
	frames_delete(v->entry.traps, PAGE_SIZE);
}

static int create(struct domain *d, const struct domain_config *config)
{
	memset(d->policy.cpuid_mask, 0xff, sizeof(d->policy.cpuid_mask));
	return 0;
}

DOMAIN_PART(PROCESSOR,
	.create = create,
	.vcpu_create = vcpu_create_processor,
	.vcpu_free = vcpu_free_traps);
