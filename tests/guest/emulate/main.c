// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: privileged instructions of the kernel work as the ABI promises: port
 * IO by virtual IOPL and port rights (a port without right reads all ones),
 * control registers are virtual, the CPUID prefix gives the hypervisor leaves,
 * debug registers never point at the hypervisor (XSA-444's neighbourhood). MSRs
 * and CPUID have guests of their own.
 *
 * Test: emulate
 */
#include "guest.h"

static long set_iopl(u32 iopl)
{
	struct physdev_set_iopl op = { .iopl = iopl };

	return HC2(physdev_op, PHYSDEVOP_set_iopl, &op);
}

static u8 in8(u16 port)
{
	u8 v;

	__asm__ volatile("inb %1, %0" : "=a" (v) : "d" (port));
	return v;
}

static u32 in32(u16 port)
{
	u32 v;

	__asm__ volatile("inl %1, %0" : "=a" (v) : "d" (port));
	return v;
}

static void out32(u16 port, u32 v)
{
	__asm__ volatile("outl %0, %1" :: "a" (v), "d" (port));
}

static void xen_cpuid(u32 leaf, u32 r[4])
{
	__asm__ volatile("ud2; .ascii \"xen\"; cpuid" : "=a" (r[0]),
			 "=b" (r[1]), "=c" (r[2]), "=d" (r[3])
			 : "a" (leaf), "c" (0));
}

static void test_ports(void)
{
	u8 buffer[4] = { 0 };
	u32 n = 2;
	u8 *to = buffer;

	CHECK(set_iopl(0), 0);
	CHECK_INSN("inb $0x70, %%al", X86_TRAP_GP);
	CHECK_INSN("cli", X86_TRAP_GP);
	CHECK(set_iopl(4), -XEN_EINVAL);
	CHECK(set_iopl(1), 0);
	CHECK_INSN("inb $0x70, %%al", NO_TRAP);
	CHECK_INSN("cli; sti", NO_TRAP);
	CHECK(in8(0x20), 0xff);		/* the 8259 is not ours */
	CHECK(in8(0x3fd), 0xff);	/* nor is the hypervisor's UART */
	out32(0xcf8, 0x80000000);
	CHECK(in32(0xcf8), 0x80000000);
	CHECK(in32(0xcfc) != 0xffffffff, 1);	/* the host bridge */
	CHECK(in32(0xcfc), 0x12378086);
	/* String input, to a good and to a bad address. */
	__asm__ volatile("cld; rep insb" : "+D" (to), "+c" (n)
			 : "d" (0x20) : "memory");
	CHECK(buffer[0], 0xff);
	CHECK(buffer[1], 0xff);
	CHECK(buffer[2], 0);
	CHECK(n, 0);
	CHECK_TRAP(EXPECT_TRAP("cld; movl %0, %%edi; movl $0x20, %%edx; insb",
			       "r" (0xa0000000)), X86_TRAP_DB);
}

static void test_control(void)
{
	u32 cr0, cr3, cr4;

	__asm__ volatile("mov %%cr0, %0" : "=r" (cr0));
	__asm__ volatile("mov %%cr3, %0" : "=r" (cr3));
	__asm__ volatile("mov %%cr4, %0" : "=r" (cr4));
	CHECK(cr0 & 0x80010001, 0x80010001);
	CHECK(cr4 & 0x20, 0x20);
	CHECK(cr3, (u32)xen_pfn_to_cr3(va_mfn((void *)start_info->pt_base)));
	CHECK(HC1(fpu_taskswitch, 1), 0);
	__asm__ volatile("mov %%cr0, %0" : "=r" (cr0));
	CHECK(cr0 & 8, 8);
	CHECK_INSN("fninit", X86_TRAP_NM);
	CHECK_INSN("fninit", NO_TRAP);	/* #NM clears it */
	__asm__ volatile("mov %%cr0, %0" : "=r" (cr0));
	CHECK(cr0 & 8, 0);
}

static void test_cpuid(void)
{
	u32 r[4];

	xen_cpuid(0x40000000, r);
	CHECK(r[1], 0x566e6558);	/* XenV */
	CHECK(r[2], 0x65584d4d);	/* MMXe */
	CHECK(r[3], 0x4d4d566e);	/* nVMM */
	CHECK(r[0] >= 0x40000002, 1);
	xen_cpuid(0x40000001, r);
	CHECK(r[0], XEN_4_17);
	xen_cpuid(1, r);
	CHECK(r[2] >> 31, 1);
	CHECK(r[2] >> 5 & 1, 0);	/* VMX */
	CHECK(r[3] >> 13 & 1, 0);	/* PGE */
	CHECK(r[3] >> 3 & 1, 0);	/* PSE */
	/* The prefix with something else behind it is an undefined opcode. */
	CHECK_INSN("ud2; .ascii \"xem\"", X86_TRAP_UD);
}

static void test_msr(void)
{
	u32 lo, hi;

	CHECK_INSN("movl $0xc0000080, %%ecx; rdmsr; wrmsr", NO_TRAP);
	__asm__ volatile("rdmsr" : "=a" (lo), "=d" (hi) : "c" (0xc0000080));
	CHECK(lo >> 11 & 1, 1);		/* NX */
	/* Where a write would hurt: SYSENTER, LSTAR, APIC base. */
	CHECK_INSN("movl $0xc0000082, %%ecx; xorl %%eax, %%eax;" "xorl %%edx, %%edx; wrmsr",
		   X86_TRAP_GP);
	CHECK_INSN("movl $0x176, %%ecx; xorl %%eax, %%eax;" "xorl %%edx, %%edx; wrmsr",
		   X86_TRAP_GP);
}

static void test_debug_registers(void)
{
	u32 v;

	CHECK(HC2(set_debugreg, 9, 0) != 0, 1);
	CHECK(HC2(set_debugreg, 1, 0x1000), 0);
	CHECK(HC1(get_debugreg, 1), 0x1000);
	CHECK(HC2(set_debugreg, 1, 0), 0);
	__asm__ volatile("mov %%db7, %0" : "=r" (v));
	CHECK(v & 0xff, 0);
	CHECK(HC2(set_debugreg, 7, 0x20000 | 1) != 0, 1); /* IO breakpoint */
}

static long assist(bool on, u32 type)
{
	return HC2(vm_assist, on ? VMASST_CMD_enable : VMASST_CMD_disable,
		   type);
}

/* A kernel is ring 1 for IOPL, or ring 0 if it wants the architecture's rule. */
static void test_iopl(void)
{
	u32 architectural, iopl, want;

	for (architectural = 0; architectural < 2; architectural++) {
		CHECK(assist(architectural, VMASST_TYPE_architectural_iopl), 0);
		for (iopl = 0; iopl < 4; iopl++) {
			CHECK(set_iopl(iopl), 0);
			want = iopl + architectural ? -1 : 13;
			CHECK_TRAP(EXPECT_TRAP("inb $0x20, %%al",
					       "i" (0)), want);
			CHECK_TRAP(EXPECT_TRAP("outb %%al, $0x20",
					       "i" (0)), want);
			CHECK_TRAP(EXPECT_TRAP("cli; sti", "i" (0)), want);
		}
	}
	CHECK(assist(false, VMASST_TYPE_architectural_iopl), 0);
	CHECK(set_iopl(0), 0);
}

/* A bit for each port, within its length and the memory that there is. */
static void test_bitmap(void)
{
	static u8 bitmap[8192] __attribute__((aligned(4096)));
	struct physdev_set_iobitmap op = { .nr_ports = 0x84 };

	bitmap[0x10] = 1;
	set_xen_guest_handle(op.bitmap, bitmap);
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iobitmap, &op), 0);
	CHECK_INSN("inb $0x80, %%al", X86_TRAP_GP);
	CHECK_INSN("inw $0x7f, %%ax", X86_TRAP_GP);
	CHECK_INSN("inb $0x81, %%al", NO_TRAP);
	CHECK_INSN("inb $0x83, %%al", NO_TRAP);
	CHECK_INSN("inw $0x83, %%ax", X86_TRAP_GP);
	CHECK_INSN("inb $0x84, %%al", X86_TRAP_GP);
	op.nr_ports = 65537;
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iobitmap, &op), -XEN_EINVAL);
	set_xen_guest_handle(op.bitmap, (u8 *)0xfffff000);
	op.nr_ports = 0x84;
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iobitmap, &op), -XEN_EINVAL);
	set_xen_guest_handle(op.bitmap, (u8 *)0xa0000000);
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iobitmap, &op), 0);
	CHECK_INSN("inb $0x81, %%al", X86_TRAP_GP);
	op.nr_ports = 0;
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iobitmap, &op), 0);
}

#define INSN(bytes, vector)	{ bytes, sizeof(bytes) - 1, vector }

/* What each instruction of ring 0 does in ring 1: works, or which vector. */
static void test_instructions(void)
{
	static const struct {
		const char *bytes;
		u32 n;
		int vector;
	} cases[] = {
		INSN("\x0f\x06", -1),			/* clts */
		INSN("\x0f\x08", 13),			/* invd */
		INSN("\x0f\x09", -1),			/* wbinvd */
		INSN("\xf3\x0f\x09", -1),		/* wbnoinvd */
		INSN("\xf4", 13),			/* hlt */
		INSN("\x0f\x20\xc8", 13),		/* mov %cr1, %eax */
		INSN("\x0f\x20\x00", -1),		/* cr0, a mode of memory */
		INSN("\x0f\x20\xc0\x0f\x22\xc0", -1),	/* cr0 and back */
		INSN("\x0f\x20\xc0\x83\xc8\x04\x0f\x22\xc0", 13), /* EM */
		INSN("\xb8\x08\0\0\0\x0f\x22\xc0", 13),	/* TS alone */
		INSN("\x0f\x20\xd8\x0f\x22\xd8", -1),	/* cr3 and back */
		INSN("\x31\xc0\x0f\x22\xd8", 13),	/* cr3 of 0 */
		INSN("\xf0\x0f\x06", 6),		/* lock clts */
		INSN("\xf0\xe4\x20", 6),		/* lock in */
		INSN("\x67\xe4\x20", -1),		/* addr16 in */
		INSN("\x0f\x01\xf0", 13),		/* lmsw %ax */
		INSN("\x0f\x01\x38", 13),		/* invlpg (%eax) */
		INSN("\x0f\x01\xf8", 6),		/* swapgs */
		INSN("\x0f\x33", 13),			/* rdpmc */
	};
	static u8 code[32];
	u32 i;
	int got;

	CHECK(set_iopl(1), 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memcpy(code, cases[i].bytes, cases[i].n);
		code[cases[i].n] = 0xc3;
		HC1(fpu_taskswitch, 0);
		got = EXPECT_TRAP("movl %%esp, %%edi; call *%0\n"
				  "jmp 2f\n1: movl %%edi, %%esp\n2:",
				  "r" (code));
		if (got != cases[i].vector)
			print("instruction %u: %x %x %x\n", i, code[0],
			      code[1], code[2]);
		CHECK(got, cases[i].vector);
	}
	CHECK(set_iopl(0), 0);
}

static u32 cr4_of(u32 value)
{
	__asm__ volatile("mov %1, %%cr4; mov %%cr4, %0" : "=r" (value)
			 : "r" (value));
	return value;
}

/* Four bits are the guest's; with TSD RDTSC still works in its kernel. */
static void test_cr4(void)
{
	u32 none = cr4_of(0), lo = 0;

	CHECK(none & ~0x40u, 0x620);
	CHECK(cr4_of(~0u) ^ none, 0x5000c);
	__asm__ volatile("rdtsc" : "=a" (lo) :: "edx");
	CHECK(lo != 0, 1);
	__asm__ volatile("rdtscp" : "=a" (lo) :: "ecx", "edx");
	CHECK(lo != 0, 1);
	CHECK(cr4_of(0), none);
}

static u64 gdt[512] __attribute__((aligned(4096)));

/* Strings go through segments with a base, a limit and rights. */
static void test_segments(void)
{
	static u8 area[32] __attribute__((aligned(32)));
	xen_pfn_t frame = va_mfn(gdt);
	u64 base = (u32)area;

	/* 1: 16 bytes at area; 2: the same, read-only */
	gdt[1] = 0x0040b3000000000full | (base & 0xffffff) << 16 |
		 (base >> 24) << 56;
	gdt[2] = gdt[1] & ~(2ull << 40);
	CHECK(make_ro(gdt), 0);
	CHECK(HC2(set_gdt, &frame, 512), 0);
	CHECK(set_iopl(1), 0);
#define INS(sel, at, insn)						\
	EXPECT_TRAP("movl %0, %%eax; movl %%eax, %%es; movl %1, %%edi;"	\
		    "movl $0x20, %%edx; " insn, "i" (sel), "i" (at))
	CHECK(INS(9, 0, "cld; insb"), -1);
	CHECK(area[0], 0xff);
	CHECK(INS(9, 12, "cld; insl"), -1);
	CHECK(area[15], 0xff);
	CHECK(area[16], 0);
	CHECK(INS(9, 13, "cld; insl"), 13);
	CHECK(INS(9, 16, "cld; insb"), 13);
	CHECK(INS(17, 0, "cld; insb"), 13);
	CHECK(INS(0xe021, 0xfffffffe, "cld; insl"), 13);
	CHECK(INS(0, 0, "cld; insb"), 13);
	__asm__ volatile("movl %0, %%es" :: "r" (0xe021));
	CHECK(set_iopl(0), 0);
	CHECK(HC2(set_gdt, &frame, 0), 0);
	CHECK(make_rw(gdt), 0);
}

void test_main(void)
{
	test_ports();
	test_iopl();
	test_bitmap();
	test_instructions();
	test_cr4();
	test_segments();
	test_control();
	test_cpuid();
	test_msr();
	test_debug_registers();
}
