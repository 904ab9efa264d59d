/* SPDX-License-Identifier: GPL-2.0-only */
/* What a 64-bit domain alone can do: it has a hole, and a root for user mode. */

#define ALIGNMENT	16ul		/* of a frame */
#define HOLE		0x800000000000ul	/* its first address */
#define ARRAY		HYPERVISOR_VIRT_START	/* machine-to-phys */
#define GUESTS		0xffff880000000000ul	/* behind the hypervisor */

DEFINE_CODE(sysenter, "sysenter");
DEFINE_CODE(iret, "movl $" STRING(__HYPERVISOR_iret) ", %eax; syscall");
/* With the stack pointer that is in RBX, whatever it is */
DEFINE_CODE(ud2_there, "movq %rbx, %rsp; ud2");
DEFINE_CODE(iret_there, "movq %rbx, %rsp; movl $" STRING(__HYPERVISOR_iret)
	    ", %eax; syscall");
DEFINE_CODE(call_there, "movq %rbx, %rsp;" ASM_HYPERCALL(__HYPERVISOR_sched_op,
	    SCHEDOP_shutdown, ARGUMENT) "1: jmp 1b");
/* To user mode, which must not be reached without a root */
DEFINE_CODE(to_user, "pushq $0xe02b; pushq $0x8000; pushq $0x202;"
	    "pushq $0xe033; pushq $0x7900; pushq $0; pushq $0; pushq $0;"
	    "pushq $0; movl $" STRING(__HYPERVISOR_iret) ", %eax; syscall");

static const struct attack attacks_of_width[] = {
	ATTACK("aligned down", ud2, KERNEL, ENDS, STACK + 15),
	ATTACK("aligned down, from user", int80, USER, ENDS, STACK + 15),
	ATTACK("before the hole", ud2, KERNEL, CRASHES, HOLE - 1),
	ATTACK("at the hole", ud2_there, KERNEL, CRASHES, STACK, .bx = HOLE),
	ATTACK("in the hole", ud2_there, KERNEL, CRASHES, STACK,
	       .bx = HOLE + 0x1000),
	ATTACK("end of the hole", ud2, KERNEL, CRASHES, ARRAY),
	ATTACK("into the array", ud2, KERNEL, CRASHES, ARRAY + 64),
	ATTACK("in the array", ud2, KERNEL, CRASHES, ARRAY + 0x1000),
	ATTACK("hypervisor's last", ud2, KERNEL, CRASHES, GUESTS),
	ATTACK("into its last", ud2, KERNEL, CRASHES, GUESTS + 16),
	ATTACK("behind its last", ud2, KERNEL, CRASHES, GUESTS + 64),
	ATTACK("hypervisor's handler", ud2, KERNEL, CRASHES, STACK,
	       .handler = HYPERVISOR_PAGE),
	ATTACK("kernel stack at the hole's end", int80, USER, CRASHES, ARRAY),
	ATTACK("kernel stack in the array", int80, USER, CRASHES,
	       ARRAY + 0x1000),
	ATTACK("kernel stack: hypervisor's", int80, USER, CRASHES,
	       HYPERVISOR_PAGE),
	ATTACK("kernel stack behind that", int80, USER, CRASHES, GUESTS + 16),
	ATTACK("iret, top", iret, KERNEL, CRASHES, ~0ul - 7),
	ATTACK("iret, hole", iret_there, KERNEL, CRASHES, STACK, .bx = HOLE),
	ATTACK("iret, into the hole", iret_there, KERNEL, CRASHES, STACK,
	       .bx = HOLE - 8),
	ATTACK("iret, array", iret, KERNEL, CRASHES, ARRAY),
	ATTACK("iret, hypervisor's", iret, KERNEL, CRASHES, HYPERVISOR_PAGE),
	/* The kernel's stack pointer is 0 then. */
	ATTACK("SYSENTER", sysenter, KERNEL, NO_SYSENTER, STACK),
	ATTACK("no user root", to_user, KERNEL, CRASHES, STACK),
	ATTACK("a call without a stack", call_there, KERNEL, ENDS, STACK),
	ATTACK("a call with one in the hole", call_there, KERNEL, ENDS, STACK,
	       .bx = HOLE),
	ATTACK("a call with the hypervisor's", call_there, KERNEL, ENDS, STACK,
	       .bx = HYPERVISOR_PAGE),
};
