// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dispatch of a guest's exceptions. The hypervisor itself handles hypercalls,
 * privileged instructions, writes to page tables and faults on LDT pages that it
 * has not mapped yet. The guest's own handler gets all others.
 */
#include "cpu/emulate.h"
#include "cpu/ldt.h"
#include "domain/domain.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "mmu/ptwrite.h"
#include "mmu/walk.h"

#define EC_EXT	1u
#define EC_IDT	2u
#define EC_LDT	4u

/* Not inline, or all traps would save registers that only this needs. */
static noinline void bounce_as_is(struct vcpu *v, struct regs *r)
{
	bool has_error = r->vector < 32 && (ERROR_VECTORS >> r->vector & 1);

	bounce_exception(v, r, (u32)r->vector, has_error ?
			 (s64)(u32)r->error : NO_ERROR_CODE);
}

/*
 * #GP by an INT instruction, since the IDT's gate has DPL 0: test the DPL of the
 * guest's own entry. The vector comes from the instruction, because some
 * processors put another one into the error code. False: it was no INT.
 */
static bool software_interrupt(struct vcpu *v, struct regs *r)
{
	u32 ring = vcpu_in_kernel(v, r) ? 1 : 3, vector;
	struct insn i;
	int rc = insn_decode(v, r, &i);

	if (rc || i.op != INSN_INT)
		return rc == -EFAULT;
	vector = (u8)i.imm;
	if ((v->entry.traps[vector].flags & TRAP_DPL) >= ring) {
		r->ip = i.next;
		bounce_exception(v, r, vector, NO_ERROR_CODE);
	} else {
		bounce_exception(v, r, X86_GP, vector * 8 + EC_IDT);
	}
	return true;
}

static void general_protection(struct vcpu *v, struct regs *r)
{
	if ((r->error & (EC_IDT | EC_EXT)) == EC_IDT &&
	    software_interrupt(v, r))
		return;
	if (!r->error && (emulate_user_gs(v, r) || emulate_privileged(v, r)))
		return;
	bounce_as_is(v, r);
}

/*
 * A page fault in the vCPU's descriptor window: the processor read the guest's
 * GDT or LDT, with supervisor rights. (PF_USER is set if an instruction of a
 * 64-bit guest named the address.) As on Xen, the guest's error code tells the mode
 * that loaded the selector: for Linux, a fault of user mode without PF_USER is an
 * oops of the kernel. True: it was handled.
 */
static bool descriptor_fault(struct vcpu *v, struct regs *r, u64 address)
{
	u64 offset = address - v->desc.area;

	if (address < v->desc.area || offset >= 32 * PAGE_SIZE ||
	    (r->error & PF_USER))
		return false;
	if (offset < 16 * PAGE_SIZE) {
		bounce_exception(v, r, X86_GP, (s64)(offset & 0xfff8));
		return true;
	}
	offset -= 16 * PAGE_SIZE;
	if (ldt_map_page(v, (u32)(offset >> PAGE_SHIFT)))
		return true;
	address = v->desc.ldt_base.a + offset;
	if (cpu_canonical(address))
		bounce_page_fault(v, r, address, (u32)r->error |
				  (vcpu_in_kernel(v, r) ? 0 : PF_USER));
	else
		bounce_exception(v, r, X86_GP, (s64)((offset & 0xfff8) | EC_LDT));
	return true;
}

/*
 * A fault of the guest's kernel. True: it was handled. An old translation in the TLB
 * may be the cause. If user mode has one, its kernel finds out, as on any machine.
 */
static bool kernel_fault(struct vcpu *v, struct regs *r, gva_t at)
{
	const u32 write = PF_WRITE | PF_PRESENT;
	const u64 ip = r->ip;

	if (walk_allows(v, at, (u32)r->error)) {
		invlpg(at.a);
		return true;
	}
	/* As on Xen, Dom0 needs no assist. */
	if ((r->error & write) != write ||
	    (!v->d->privileged && !(v->d->policy.vm_assist &
				    BIT(VMASST_TYPE_writable_pagetables))) ||
	    !ptwrite_emulate(v, r, at))
		return false;
	/* -EFAULT: the guest runs the instruction again. */
	if (r->ip != ip && (r->flags & FLAGS_TF))
		processor_raise_debug(v, r, DR6_STEP);
	return true;
}

/* Not inline, for the same reason. */
static noinline void page_fault(struct vcpu *v, struct regs *r, u64 address)
{
	u32 error = (u32)r->error;
	bool kernel = vcpu_in_kernel(v, r);

	if (error & PF_RSVD) {
		domain_crash(v->d, "reserved bit in a page table at %lx",
			     address);
		return;
	}
	if (descriptor_fault(v, r, address))
		return;
	if (address & ~v->d->width->long_mask) {
		domain_crash(v->d, "fault at %lx", address);
		return;
	}
	if (kernel && kernel_fault(v, r, gva(address)))
		return;
	bounce_page_fault(v, r, address, error & (kernel ? ~PF_USER : ~0u));
}

static void debug_trap(struct vcpu *v, struct regs *r)
{
	u64 dr6;

	__asm__ volatile("mov %%dr6, %0" : "=r" (dr6));
	__asm__ volatile("mov %0, %%dr6" :: "r" ((u64)DR6_FIXED));
	v->proc.dr[6] = (v->proc.dr[6] & ~(u64)DR6_FIXED) | dr6;
	bounce_exception(v, r, X86_DB, NO_ERROR_CODE);
}

static void device_not_available(struct vcpu *v, struct regs *r)
{
	bool wanted = v->proc.cr0_ts;

	context_set_ts(v, 0);
	if (wanted)
		bounce_exception(v, r, X86_NM, NO_ERROR_CODE);
}

/*
 * int 0x80. Any ring may use it, whatever DPL the guest's entry has. Without a
 * handler it is as any other INT.
 */
static void direct_interrupt(struct vcpu *v, struct regs *r)
{
	if (v->entry.traps[VEC_GUEST_SYSCALL].cs & ~3u) {
		bounce_exception(v, r, VEC_GUEST_SYSCALL, NO_ERROR_CODE);
		return;
	}
	r->ip -= 2;
	if (!software_interrupt(v, r))
		bounce_exception(v, r, X86_GP, VEC_GUEST_SYSCALL * 8 + EC_IDT);
}

/*
 * SYSCALL from 64-bit code: a hypercall if the kernel was running, else a system
 * call. Both run in ring 3.
 */
static void system_call(struct vcpu *v, struct regs *r)
{
	if (vcpu_in_kernel(v, r))
		hypercall_entry(v, r);
	else
		bounce_syscall(v, r);
}

static void invalid_opcode(struct vcpu *v, struct regs *r)
{
	if (!emulate_forced(v, r))
		bounce_as_is(v, r);
}

/* The guest's own handler gets vectors that are not listed. */
static void (*const handlers[])(struct vcpu *v, struct regs *r) = {
	[X86_DB]		= debug_trap,
	[X86_UD]		= invalid_opcode,
	[X86_NM]		= device_not_available,
	[X86_GP]		= general_protection,
	[VEC_GUEST_SYSCALL]	= direct_interrupt,
	[VEC_HYPERCALL]		= hypercall_entry,
	[VEC_SYSENTER]		= bounce_fast_call,
	[VEC_SYSCALL32]		= bounce_fast_call,
	[VEC_SYSCALL]		= system_call,
};

void guest_trap(struct regs *r)
{
	struct vcpu *v = current_vcpu();
	u64 address;

	if (r->vector == X86_PF) {
		address = read_cr2();
		irq_enable();
		page_fault(v, r, address);
		return;
	}
	if (r->vector == X86_DF)
		panic("vector %lu in a guest at %lx", r->vector, r->ip);
	irq_enable();
	if (r->vector < ARRAY_SIZE(handlers) && handlers[r->vector])
		handlers[r->vector](v, r);
	else
		bounce_as_is(v, r);
}

void guest_trap_call(struct regs *r)
{
	irq_enable();
	handlers[r->vector](current_vcpu(), r);
}

/*
 * As on Xen 4.17, the guest gets the fault as if the code that it wanted to
 * return to had raised it; the failsafe callback reports only data segments.
 * Interrupts are on, as for any fault of the guest: a guest whose handler cannot
 * be entered either comes here again, possibly without end.
 */
void guest_trap_return_failed(struct regs *r)
{
	struct vcpu *v = current_vcpu();

	if (!(r->cs & 3)) {
		domain_crash(v->d, "return to ring 0");
	} else if (r->vector == X86_PF) {
		guest_trap(r);
	} else {
		irq_enable();
		bounce_exception(v, r, (u32)r->vector, (s64)(u32)r->error);
	}
}
