// SPDX-License-Identifier: GPL-2.0-only
/* Offsets of C structures for the assembler files: becomes asm-offsets.h. */
#include "domain/domain.h"

#define DEFINE(name, value) \
	__asm__ volatile("\n->" #name " %c0" :: "i" (value))

void asm_defines(void);
void asm_defines(void)
{
	DEFINE(REGS_AX, offsetof(struct regs, ax));
	DEFINE(REGS_VECTOR, offsetof(struct regs, vector));
	DEFINE(REGS_FLAGS, offsetof(struct regs, flags));
	DEFINE(REGS_CS, offsetof(struct regs, cs));
	DEFINE(REGS_SP, offsetof(struct regs, sp));
	DEFINE(REGS_SS, offsetof(struct regs, ss));
	DEFINE(REGS_SIZE, sizeof(struct regs));
	DEFINE(BLOCK_GUEST, offsetof(struct cpu_block, guest));
	DEFINE(CPU_CURRENT, offsetof(struct cpu, current));
	DEFINE(CPU_SPECIAL, offsetof(struct cpu, special));
	DEFINE(VCPU_DOMAIN, offsetof(struct vcpu, d));
	DEFINE(VCPU_INFO, offsetof(struct vcpu, shared.info));
	DEFINE(VCPU_NMI_PENDING, offsetof(struct vcpu, entry.nmi_pending));
	DEFINE(VCPU_KERNEL_SP, offsetof(struct vcpu, entry.kernel_sp));
	DEFINE(VCPU_KERNEL_SS, offsetof(struct vcpu, entry.kernel_ss));
	DEFINE(VCPU_TRAPS, offsetof(struct vcpu, entry.traps));
	DEFINE(TRAPS_INT80, VEC_GUEST_SYSCALL * sizeof(struct vcpu_trap));
	DEFINE(VCPU_SYSENTER, offsetof(struct vcpu,
				       entry.callback[CB_SYSENTER]));
	DEFINE(TRAP_IP, offsetof(struct vcpu_trap, ip));
	DEFINE(TRAP_CS, offsetof(struct vcpu_trap, cs));
	DEFINE(TRAP_DIRECT, offsetof(struct vcpu_trap, direct));
	DEFINE(INFO_MASK, INFO_MASK);
	DEFINE(INFO_PENDING, INFO_PENDING);
	DEFINE(DEBUG_EXIT, DEBUG_EXIT);
	DEFINE(HANDLER_CLEARS, HANDLER_CLEARS);
	DEFINE(FLAGS_VM, FLAGS_VM);
	DEFINE(DOMAIN_VM_ASSIST, offsetof(struct domain, policy.vm_assist));
	DEFINE(ASSIST_IOPL, BIT(VMASST_TYPE_architectural_iopl));
	DEFINE(DOMAIN_ADDRESS_END, offsetof(struct domain, tables.address_end));
	DEFINE(CPU_STACK_TOP, offsetof(struct cpu, stack_top));
	DEFINE(CPU_COMPAT_SP, offsetof(struct cpu, compat_sp));
	DEFINE(CPU_LONG_SP, offsetof(struct cpu, long_sp));
	DEFINE(REGS_IP, offsetof(struct regs, ip));
	DEFINE(REGS_DI, offsetof(struct regs, di));
	DEFINE(BLOCK_IST, offsetof(struct cpu_block, ist));
	DEFINE(XPTI_FULL, offsetof(struct xpti_page, full));
	DEFINE(XPTI_THIN, offsetof(struct xpti_page, thin));
	DEFINE(XPTI_FRAME, offsetof(struct xpti_page, frame));
	DEFINE(XPTI_LONG_SP, offsetof(struct xpti_page, long_sp));
	DEFINE(XPTI_COMPAT_SP, offsetof(struct xpti_page, compat_sp));
	DEFINE(XPTI_EXIT_END, offsetof(struct xpti_page, entry));
}
