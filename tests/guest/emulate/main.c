// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: privileged instructions of the kernel work as the ABI promises: port
 * IO by virtual IOPL and port rights (a port without right reads all ones),
 * control registers are virtual, the CPUID prefix gives the hypervisor leaves,
 * debug registers never point at the hypervisor (XSA-444's neighbourhood).
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
	CHECK(EXPECT_TRAP("inb $0x70, %%al", "i" (0)), 13);
	CHECK(EXPECT_TRAP("cli", "i" (0)), 13);
	CHECK(set_iopl(4), -XEN_EINVAL);
	CHECK(set_iopl(1), 0);
	CHECK(EXPECT_TRAP("inb $0x70, %%al", "i" (0)), -1);
	CHECK(EXPECT_TRAP("cli; sti", "i" (0)), -1);
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
	CHECK(EXPECT_TRAP("cld; movl %0, %%edi; movl $0x20, %%edx; insb",
			  "r" (0xa0000000)) != -1, 1);
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
	CHECK(EXPECT_TRAP("fninit", "i" (0)), 7);
	CHECK(EXPECT_TRAP("fninit", "i" (0)), -1);	/* #NM clears it */
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
	CHECK(r[0], 4 << 16 | 17);
	xen_cpuid(1, r);
	CHECK(r[2] >> 31, 1);
	CHECK(r[2] >> 5 & 1, 0);	/* VMX */
	CHECK(r[3] >> 13 & 1, 0);	/* PGE */
	CHECK(r[3] >> 3 & 1, 0);	/* PSE */
	/* The prefix with something else behind it is an undefined opcode. */
	CHECK(EXPECT_TRAP("ud2; .ascii \"xem\"", "i" (0)), 6);
}

static void test_msr(void)
{
	u32 lo, hi;

	CHECK(EXPECT_TRAP("movl $0xc0000080, %%ecx; rdmsr; wrmsr", "i" (0)),
	      -1);
	__asm__ volatile("rdmsr" : "=a" (lo), "=d" (hi) : "c" (0xc0000080));
	CHECK(lo >> 11 & 1, 1);		/* NX */
	/* Where a write would hurt: SYSENTER, LSTAR, APIC base. */
	CHECK(EXPECT_TRAP("movl $0xc0000082, %%ecx; xorl %%eax, %%eax;"
			  "xorl %%edx, %%edx; wrmsr", "i" (0)), 13);
	EXPECT_TRAP("movl $0x176, %%ecx; xorl %%eax, %%eax;"
		    "xorl %%edx, %%edx; wrmsr", "i" (0));
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

void test_main(void)
{
	test_ports();
	test_control();
	test_cpuid();
	test_msr();
	test_debug_registers();
}
