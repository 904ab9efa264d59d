/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions that code raises: what a line of output calls one, the code. */
F("div by 0", "xor %ecx, %ecx; div %ecx")
F("icebp", "int1")
F("int3", "int3")
#if WIDTH == 32			/* of which the other has none */
F("into", "mov $0x7f, %al; add $1, %al; into")
F("bound", "xor %eax, %eax; dec %eax; bound %eax, (%esp)")
F("lcall $0xe008:0", "lcall $0xe008, $0")
F("lcall $0:0", "lcall $0, $0")
#endif
F("ud2", "ud2")
F("read of nothing", "mov $0xa0000004, %eax; mov (" AX "), %eax")
F("write to nothing", "mov $0xa0000004, %eax; mov %eax, (" AX ")")
F("jump to nothing", "mov $0xa0000004, %eax; jmp *" AX)
F("read of the hypervisor's", "mov $" XEN_PLACE ", " AX "; mov (" AX "), %eax")
F("write to the hypervisor's", "mov $" XEN_PLACE ", " AX "; mov %eax, (" AX ")")
F("jump to the hypervisor's", "mov $" XEN_PLACE ", " AX "; jmp *" AX)
F("read of the kernel's", "mov $0x100000, %eax; mov (" AX "), %eax")
F("mov $0xfff8, %fs", "mov $0xfff8, %eax; mov %eax, %fs")
F("mov $0xe008, %fs", "mov $0xe008, %eax; mov %eax, %fs")
F("mov $4, %fs", "mov $4, %eax; mov %eax, %fs")
F("mov $3, %fs; read", "mov $3, %eax; mov %eax, %fs; mov %fs:0, %eax")
F("mov $0, %ss", "xor %eax, %eax; mov %eax, %ss")
F("mov $0xe02b, %ss", "mov $0xe02b, %eax; mov %eax, %ss")
F("iret to 0:0", IRET_TO_0)
F("iret with NT", "push $0x4002; popf; " IRET)
F("x87 exception",
	"fninit; push $0; fldcw (" SP "); pop " AX
	"; fldz; fdiv %st(0), %st; fwait")
F("movaps unaligned", "movaps 0x1(" SP "), %xmm0")
F("wrmsr", "wrmsr")
F("single step", "push $0x102; popf; nop")
