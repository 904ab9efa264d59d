// SPDX-License-Identifier: GPL-2.0-only
/* Offsets of C structures for the assembler files: becomes asm-offsets.h. */
#include "cpu/xpti.h"
#include "machine/cpu.h"

#define DEFINE(name, value) \
	__asm__ volatile("\n->" #name " %c0" :: "i" (value))

void asm_defines(void);
void asm_defines(void)
{
	DEFINE(REGS_FLAGS, offsetof(struct regs, flags));
	DEFINE(REGS_CS, offsetof(struct regs, cs));
	DEFINE(REGS_SIZE, sizeof(struct regs));
	DEFINE(BLOCK_GUEST, offsetof(struct cpu_block, guest));
	DEFINE(CPU_STACK_RESERVE, sizeof(struct regs));
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
