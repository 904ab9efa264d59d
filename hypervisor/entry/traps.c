// SPDX-License-Identifier: GPL-2.0-only
/*
 * IDT, GDT and TSS of each CPU, and the dispatch of traps. Device interrupts go
 * to device/irq.c and traps from a guest to entry/guest_trap.c. A trap in the
 * hypervisor itself is at an instruction of the fault-recovery table, or a
 * failed return to a guest; any other stops the machine.
 */
#include "cpu/emulate.h"
#include "cpu/nmi.h"
#include "device/irq.h"
#include "device/watchdog.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "guest/segment.h"
#include "machine/mce.h"
#include "machine/panic.h"
#include "machine/smp.h"
#include "mmu/walk.h"

struct idt_gate {
	u16 offset_lo, selector;
	u8 ist, type;
	u16 offset_mid;
	u32 offset_hi, zero;
};
_Static_assert(sizeof(struct idt_gate) == 16, "hardware format");

/* Flags that SYSCALL clears, beside RF and VM, which it always clears. */
#define ENTRY_CLEARS	(FLAGS_AC | FLAGS_NT | FLAGS_IOPL | FLAGS_DF | \
			 FLAGS_IF | FLAGS_TF | FLAGS_CF)
#define GATE_INTERRUPT	0x8e
#define GATE_DPL(n)	((n) << 5)

extern const struct extable_entry extable_start[], extable_end[];

static struct idt_gate idt[256];
static struct idt_gate xpti_idt[256]
	__attribute__((section(".bss.xpti"), aligned(PAGE_SIZE)));

static struct idt_gate make_gate(u64 at, u8 dpl, u32 ist)
{
	return (struct idt_gate){
		.offset_lo = (u16)at, .selector = SEL_HV_CS, .ist = (u8)ist,
		.type = (u8)(GATE_INTERRUPT | GATE_DPL(dpl)),
		.offset_mid = (u16)(at >> 16), .offset_hi = (u32)(at >> 32),
	};
}

/* XPTI has IST stacks of its own; #DF and #MC share the last one. */
static void set_gate(u32 vec, u8 dpl, u32 ist)
{
	idt[vec] = make_gate((u64)trap_stubs[vec], dpl, ist);
	xpti_idt[vec] = make_gate((u64)xpti_stubs[vec], dpl, ist ?
				  MIN(ist + XPTI_FIRST_IST, 7u) : 0);
}

static const struct entry_points entries[] = {
	{ idt, sysenter_entry, syscall_entry, syscall_compat_entry },
	{ xpti_idt, xpti_sysenter, xpti_syscall, xpti_syscall_compat },
};

void traps_init(void)
{
	u32 vec;

	xpti_set_entries(entries);
	for (vec = 0; vec < 256; vec++)
		set_gate(vec, 0, 0);
	set_gate(X86_DB, 0, 1);
	set_gate(X86_NMI, 0, 2);
	set_gate(X86_DF, 0, 3);
	set_gate(X86_MC, 0, 4);
	set_gate(X86_BP, 3, 0);
	set_gate(X86_OF, 3, 0);
	set_gate(VEC_GUEST_SYSCALL, 3, 0);
	set_gate(VEC_HYPERCALL, 1, 0);
}

/* Flat segments, by DPL: code of 64 or 32 bits, and data. */
#define SEGMENT(dpl, bits)	(0x008f90000000ffffull | (u64)(dpl) << 45 | (bits))
#define CODE64(dpl)	SEGMENT(dpl, DESC_LONG | 0xbull << 40)
#define CODE32(dpl)	SEGMENT(dpl, DESC_32BIT | 0xbull << 40)
#define DATA(dpl)	SEGMENT(dpl, DESC_32BIT | 0x3ull << 40)

/* Both GDT pages have the hypervisor's own at the same places. */
static const u64 segments[GDT_PAGES][7] = {
	[GDT_PAGE32] = { 0, CODE64(0), DATA(0), CODE32(1), DATA(1), CODE32(3),
			 DATA(3) },
	[GDT_PAGE64] = { 0, CODE64(0), DATA(0), 0, CODE32(3), DATA(3),
			 CODE64(3) },
};

static void fill_gdts(const struct cpu *c)
{
	u64 base = (u64)&cpu_tss[c->id], *g;
	u32 page;

	for (page = 0; page < GDT_PAGES; page++) {
		g = c->gdt_page[page];
		memcpy(g, segments[page], sizeof(segments[page]));
		g[8] = (sizeof(struct tss) - 1) | (base & 0xffffff) << 16 |
		       0x89ull << 40 | (base >> 24 & 0xff) << 56;
		g[9] = base >> 32;
	}
}

static void fill_tss(struct cpu_block *b)
{
	struct tss *t = &cpu_tss[b->cpu.id].tss;
	u32 i;

	t->rsp[0] = (u64)(&b->guest + 1);
	for (i = 0; i < CPU_IST_COUNT; i++)
		t->ist[i] = (u64)b->ist[i + 1];
	t->iomap_base = sizeof(*t);
}

static void set_fast_entries(struct cpu_block *b)
{
	/* On other processors guests use SYSCALL; with CS 0 SYSENTER faults. */
	wrmsr(MSR_SYSENTER_CS, cpuid_is_intel() ? SEL_HV_CS : 0);
	wrmsr(MSR_STAR, (u64)SEL_HV_CS << 32);	/* there is no SYSRET */
	wrmsr(MSR_SFMASK, ENTRY_CLEARS);
	b->cpu.stack_top = (u64)(&b->guest + 1);
}

void traps_init_cpu(void)
{
	struct cpu_block *b = this_block();

	fill_gdts(&b->cpu);
	fill_tss(b);
	cpu_load_own_tables(&b->cpu);
	reload_segments();
	__asm__ volatile("ltr %w0" :: "r" (SEL_TSS));
	set_fast_entries(b);
	xpti_unload();
	errata_init_cpu();
	context_init_cpu();
	stack_init_cpu();
}

/*
 * Whether the TLB had an old entry for an address of the guest that runs here. As on
 * Xen, such an access is not at fault: drop the entry, and it is made again.
 */
static bool spurious(const struct regs *r)
{
	const struct vcpu *v = this_cpu()->current;
	u64 at = read_cr2();

	if (r->vector != X86_PF || !v ||
	    (r->error & ~(u64)(PF_WRITE | PF_USER)) != PF_PRESENT ||
	    !domain_range_ok(v->d, gva(at), 1) ||
	    !walk_allows(v, gva(at), (u32)r->error))
		return false;
	invlpg(at);
	return true;
}

static bool fixup(struct regs *r)
{
	const struct extable_entry *e;

	for (e = extable_start; e < extable_end; e++) {
		if ((u64)&e->insn + (u64)e->insn == r->ip) {
			if (!spurious(r))
				r->ip = (u64)&e->fixup + (u64)e->fixup;
			return true;
		}
	}
	return false;
}

/*
 * IRETQ to the guest faulted, and the processor pushed this frame over a part of
 * the guest's. At that point the general registers are the guest's again: move
 * them back below the five words that IRETQ did not pop, which restores the
 * guest's frame, and raise the fault in the guest.
 */
static struct regs *return_failed(struct regs *r)
{
	struct regs *g = &this_block()->guest;
	u64 vector = r->vector, error = r->error;

	memmove(g, r, offsetof(struct regs, ip));
	g->vector = vector;
	g->error = error;
	guest_trap_return_failed(g);
	return g;
}

static bool at_sysenter(u64 ip)
{
	return (ip >= (u64)sysenter_entry && ip < (u64)sysenter_flags_saved) ||
	       (ip >= (u64)xpti_sysenter && ip < (u64)xpti_sysenter_saved);
}

/*
 * NMI and #MC come at any instruction, of a guest or of the hypervisor. Not inline,
 * so that other traps save fewer registers.
 */
static noinline struct regs *interruption(struct regs *r)
{
	if (r->vector == X86_MC) {
		mce_trap();
	} else {
		smp_nmi(r);
		if (!watchdog_nmi(r))
			nmi_note();
	}
	if (!from_guest(r))
		r->ip = cpu_idle_skip(r->ip);
	return r;
}

/* Not inline, for the same reason. */
static noinline struct regs *hypervisor_trap(struct regs *r)
{
	if (r->vector == X86_DB) {
		/*
		 * The hypervisor hit a guest's breakpoint, or SYSENTER came
		 * with TF set: keep TF until the stub has saved the user's flags.
		 */
		if (!at_sysenter(r->ip))
			r->flags &= ~(u64)FLAGS_TF;
		__asm__ volatile("mov %0, %%dr6" :: "r" ((u64)DR6_FIXED));
		return r;
	}
	/*
	 * CS has no RPL in virtual-8086 mode, which QEMU's IRET enters for anyone:
	 * the guest's domain crashes.
	 */
	if (r->flags & FLAGS_VM) {
		guest_trap_return_failed(r);
		return r;
	}
	if (r->ip == (u64)guest_iret)
		return return_failed(r);
	if (fixup(r))
		return r;
	panic_begin();
	panic_dump(r);
	panic_backtrace(this_block(), r->ip, (const u64 *)r->bp);
	panic("trap in the hypervisor");
}

struct regs *trap_entry(struct regs *r)
{
	if (r->vector >= 0x20 && r->vector < 0x100 &&
	    r->vector != VEC_HYPERCALL && r->vector != VEC_GUEST_SYSCALL) {
		irq_dispatch((u32)r->vector);
		return r;
	}
	if (r->vector == X86_NMI || r->vector == X86_MC)
		return interruption(r);
	if (!from_guest(r))
		return hypervisor_trap(r);
	guest_trap(r);
	return r;
}
