/* SPDX-License-Identifier: GPL-2.0-only */
/* A domain of tests/guest/bounce: what it does, and its end. */
#ifndef ATTACKS_H
#define ATTACKS_H

#include "domu.h"

#define STACK		((ulong)DOMU_PAGES << PAGE_SHIFT)
#define HANDLER		0x7800ul	/* in the code page */
#define ARGUMENT	0x7900		/* 0: power off */
#define TABLE		0x5000ul	/* the level-1 table: read-only */
#define TABLE_END	0x6000ul
#define UNMAPPED	0x40000000ul
#define NULL_SELECTOR	0x10000u	/* the processor's 0 */

enum attacker { KERNEL, USER };
enum end {
	CRASHES, ENDS, GOES_ON,
	NO_SYSENTER,			/* ENDS where it is #UD */
};

struct attack {
	const char *what;
	const u8 *code;		/* CODE_BYTES of it, or what is behind it */
	enum attacker from;
	enum end end;
	ulong sp;		/* of the kernel, also if user mode attacks */
	u32 ss;			/* with it; 0: a good one */
	u32 cs;			/* of the handlers; 0: a good one */
	ulong handler;		/* 0: a good one */
	bool no_handler, no_int80;
	u8 dpl;			/* of int 0x80, if it has none */
	ulong bx, flags;
};
#define ATTACK(text, insns, who, result, stack, ...)			\
	{ .what = text, .code = insns, .from = who, .end = result,	\
	  .sp = stack, __VA_ARGS__ }

#define CODE_BYTES	64u		/* at least those of the attacks */
#define SYSTEM_CALL	0x80

DEFINE_CODE(ud2, "ud2");
DEFINE_CODE(int80, "int $0x80");

#if WIDTH == 32
#include "attacks32.h"
#else
#include "attacks64.h"
#endif

#endif
