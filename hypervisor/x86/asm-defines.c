// SPDX-License-Identifier: GPL-2.0-only
/* Every C offset that assembler uses; the Makefile turns it into a header. */
#include "cpu.h"

#define DEFINE(name, value) \
	__asm__ volatile("\n->" #name " %c0" :: "i" (value))

void asm_defines(void);
void asm_defines(void)
{
	DEFINE(REGS_AX, offsetof(struct regs, ax));
	DEFINE(REGS_VECTOR, offsetof(struct regs, vector));
	DEFINE(REGS_IP, offsetof(struct regs, ip));
	DEFINE(REGS_CS, offsetof(struct regs, cs));
	DEFINE(REGS_SP, offsetof(struct regs, sp));
	DEFINE(REGS_SIZE, sizeof(struct regs));
	DEFINE(BLOCK_GUEST, offsetof(struct cpu_block, guest));
	DEFINE(CPU_STACK_RESERVE, sizeof(struct regs));
}
