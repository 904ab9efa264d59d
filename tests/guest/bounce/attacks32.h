/* SPDX-License-Identifier: GPL-2.0-only */
/* What a 32-bit domain alone can do: it has selectors, and a window of 4 GiB. */

#define ALIGNMENT	4ul		/* of a frame */
#define WINDOW		HYPERVISOR_VIRT_START
#define PAST_GDT	0xfff9

/* The iret hypercall, with what is on the stack */
DEFINE_CODE(iret, "movl $" STRING(__HYPERVISOR_iret) ", %eax; int $0x82");

static const struct attack attacks_of_width[] = {
	ATTACK("in the window", ud2, KERNEL, CRASHES, WINDOW + PAGE_SIZE),
	ATTACK("into the window", ud2, KERNEL, CRASHES, WINDOW + 4),
	ATTACK("below the window", ud2, KERNEL, CRASHES, WINDOW),
	ATTACK("handler of ring 0", ud2, KERNEL, CRASHES, STACK, .cs = XEN_CS),
	ATTACK("handler by TSS", ud2, KERNEL, CRASHES, STACK, .cs = XEN_TSS),
	ATTACK("handler past GDT", ud2, KERNEL, CRASHES, STACK, .cs = PAST_GDT),
	ATTACK("handler by LDT", ud2, KERNEL, CRASHES, STACK,
	       .cs = LDT_SELECTOR(0, 1)),
	ATTACK("handler is data", ud2, KERNEL, CRASHES, STACK,
	       .cs = FLAT_KERNEL_DS),
	ATTACK("handler far away", ud2, KERNEL, CRASHES, STACK,
	       .handler = 0xfffffff0),
	ATTACK("null handler, from user", int80, USER, CRASHES, STACK,
	       .cs = NULL_SELECTOR),
	ATTACK("kernel stack in window", int80, USER, CRASHES,
	       WINDOW + 0x100000),
	ATTACK("kernel stack above", int80, USER, CRASHES, 0xffff8000),
	ATTACK("kernel stack, first word alone", int80, USER, CRASHES,
	       STACK + 16),
	ATTACK("kernel stack one over", int80, USER, CRASHES, 19),
	ATTACK("kernel stack at the tables", int80, USER, CRASHES, 20),
	ATTACK("kernel stack into window", int80, USER, CRASHES, WINDOW + 4),
	ATTACK("kernel stack: ring 0", int80, USER, CRASHES, STACK,
	       .ss = XEN_DS),
	ATTACK("kernel stack: ring 3", int80, USER, CRASHES, STACK,
	       .ss = FLAT_USER_DS),
	ATTACK("kernel stack: code", int80, USER, CRASHES, STACK,
	       .ss = FLAT_KERNEL_CS),
	ATTACK("kernel stack: TSS", int80, USER, CRASHES, STACK,
	       .ss = XEN_TSS | 1),
	ATTACK("handler of ring 3", ud2, KERNEL, GOES_ON, STACK,
	       .cs = FLAT_USER_CS),
	ATTACK("handler of ring 3, from user", int80, USER, GOES_ON, STACK,
	       .cs = FLAT_USER_CS),
	ATTACK("iret, stack wraps", iret, KERNEL, CRASHES, 0xfffffff8),
	ATTACK("iret, window", iret, KERNEL, CRASHES, WINDOW - 4),
	ATTACK("iret to ring 0", iret, KERNEL, CRASHES, STACK - 64),
};
