/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User mode of a 32-bit guest: in ring 3, on the kernel's tables, where it may use a
 * page of code and a page of stack.
 */
#ifndef USER_SPACE_H
#define USER_SPACE_H

#define USER_CODE	((ulong)user_code)
#define USER_STACK	((ulong)user_stack + PAGE_SIZE)	/* its end */

#define KERNEL_PAGE_ERROR	(X86_PF_USER | X86_PF_PROT)

/*
 * The frame of the iret hypercall, with the names that a 64-bit guest's has. The
 * last two words are of frames to ring 3 alone; after others, the stack pointer is
 * RSP as well.
 */
struct iret_context {
	ulong rax, rip, cs, rflags, rsp, ss;
};

#endif
