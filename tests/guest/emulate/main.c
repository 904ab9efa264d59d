// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: privileged instructions of the kernel work as the ABI promises: port
 * IO by virtual IOPL and port rights (a port without right reads all ones; of
 * those for the PIT, the first domain has channel 2 and the speaker's two bits),
 * control registers are virtual, the CPUID prefix gives the hypervisor leaves,
 * debug registers never point at the hypervisor (XSA-444's neighbourhood). MSRs
 * and CPUID have guests of their own.
 *
 * Test: emulate
 * Test: emulate-64 -w 64
 */
#include "guest.h"
#include <xen/arch-x86/cpuid.h>

/* Ports that are not the guest's, and those of PCI configuration */
#define PIC		0x20
#define PIT_CH2		0x42
#define PIT_MODE	0x43
#define SPEAKER		0x61
#define SPEAKER_OURS	3u	/* the gate of channel 2, and the speaker */
#define SPEAKER_CHECKS	0xcu	/* of memory and of cards */
#define SPEAKER_OUT2	0x20u	/* the output of channel 2 */
#define RTC		0x70
#define DELAY		0x80
#define UART_STATUS	0x3fd
#define PCI_ADDRESS	0xcf8
#define PCI_DATA	0xcfc
#define PCI_ENABLE	0x80000000u
#define HOST_BRIDGE	0x12378086u	/* QEMU's i440FX */
#define IN(port)	"inb $" STRING(port) ", %%al"
#define OUT(port)	"outb %%al, $" STRING(port)

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

static void out8(u16 port, u32 v)
{
	__asm__ volatile("outb %b0, %1" :: "a" (v), "d" (port));
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
	__asm__ volatile(XEN_CPUID : "=a" (r[0]), "=b" (r[1]), "=c" (r[2]),
			 "=d" (r[3]) : "a" (leaf), "c" (0));
}

static void test_ports(void)
{
	u8 buffer[4] = { 0 };
	u32 n = 2;
	u8 *to = buffer;

	CHECK(set_iopl(0), 0);
	CHECK_INSN(IN(RTC), X86_TRAP_GP);
	CHECK_INSN("cli", X86_TRAP_GP);
	CHECK(set_iopl(4), -XEN_EINVAL);
	CHECK(set_iopl(1), 0);
	CHECK_INSN(IN(RTC), NO_TRAP);
	CHECK_INSN("cli; sti", NO_TRAP);
	CHECK(in8(PIC), 0xff);
	CHECK(in8(UART_STATUS), 0xff);
	out32(PCI_ADDRESS, PCI_ENABLE);
	CHECK(in32(PCI_ADDRESS), PCI_ENABLE);
	CHECK(in32(PCI_DATA), HOST_BRIDGE);
	/* String input, to a good and to a bad address. */
	__asm__ volatile("cld; rep insb" : "+D" (to), "+c" (n)
			 : "d" (PIC) : "memory");
	CHECK(buffer[0], 0xff);
	CHECK(buffer[1], 0xff);
	CHECK(buffer[2], 0);
	CHECK(n, 0);
	CHECK(EXPECT_TRAP("cld; mov %0, " R(di) "; movl $0x20, %%edx; insb",
			  "r" (NOWHERE)) != NO_TRAP, 1);
}

static void start_channel2(u32 mode, u32 count)
{
	out8(PIT_MODE, 0xb0 | mode << 1);
	out8(PIT_CH2, count & 0xff);
	out8(PIT_CH2, count >> 8);
}

static u32 channel2(void)
{
	u32 low;

	out8(PIT_MODE, 0x80);
	low = in8(PIT_CH2);
	return low | (u32)in8(PIT_CH2) << 8;
}

static void test_speaker(void)
{
	u8 before = in8(SPEAKER);
	u64 end;

	out8(SPEAKER, (before ^ SPEAKER_CHECKS) & ~SPEAKER_OURS);
	CHECK(in8(SPEAKER) & SPEAKER_OURS, 0);
	CHECK(in8(SPEAKER) & SPEAKER_CHECKS, before & SPEAKER_CHECKS);
	out8(SPEAKER, (before & ~SPEAKER_OURS) | 1);
	CHECK(in8(SPEAKER) & SPEAKER_OURS, 1);
	start_channel2(2, 1000);	/* it never counts more than these */
	CHECK(channel2() <= 1000, 1);
	start_channel2(0, 1000);	/* the output rises at the end */
	end = time_now() + 2000 * NS_PER_MS;
	while (!(in8(SPEAKER) & SPEAKER_OUT2) && time_now() < end)
		;
	CHECK(in8(SPEAKER) & SPEAKER_OUT2, SPEAKER_OUT2);
	out8(SPEAKER, before);
}

#define KERNEL_CR0	(X86_CR0_PE | X86_CR0_WP | X86_CR0_PG)

static void test_control(void)
{
	ulong cr0, cr3, cr4;

	__asm__ volatile("mov %%cr0, %0" : "=r" (cr0));
	__asm__ volatile("mov %%cr3, %0" : "=r" (cr3));
	__asm__ volatile("mov %%cr4, %0" : "=r" (cr4));
	CHECK(cr0 & KERNEL_CR0, KERNEL_CR0);
	CHECK(cr4 & X86_CR4_PAE, X86_CR4_PAE);
	CHECK(cr3, (ulong)xen_pfn_to_cr3(va_mfn((void *)start_info->pt_base)));
	CHECK(HC1(fpu_taskswitch, 1), 0);
	__asm__ volatile("mov %%cr0, %0" : "=r" (cr0));
	CHECK(cr0 & X86_CR0_TS, X86_CR0_TS);
	CHECK_INSN("fninit", X86_TRAP_NM);
	CHECK_INSN("fninit", NO_TRAP);	/* #NM clears it */
	__asm__ volatile("mov %%cr0, %0" : "=r" (cr0));
	CHECK(cr0 & X86_CR0_TS, 0);
}

/* Features of leaf 1 */
#define ECX_VMX		(1u << 5)
#define ECX_HYPERVISOR	(1u << 31)
#define EDX_PSE		(1u << 3)
#define EDX_PGE		(1u << 13)

static void test_cpuid(void)
{
	u32 r[4];

	xen_cpuid(XEN_CPUID_FIRST_LEAF, r);
	CHECK(r[1], XEN_CPUID_SIGNATURE_EBX);
	CHECK(r[2], XEN_CPUID_SIGNATURE_ECX);
	CHECK(r[3], XEN_CPUID_SIGNATURE_EDX);
	CHECK(r[0] >= XEN_CPUID_LEAF(2), 1);
	xen_cpuid(XEN_CPUID_LEAF(1), r);
	CHECK(r[0], XEN_4_17);
	xen_cpuid(1, r);
	CHECK(r[2] & (ECX_HYPERVISOR | ECX_VMX), ECX_HYPERVISOR);
	CHECK(r[3] & (EDX_PSE | EDX_PGE), 0);
	/* The prefix with something else behind it is an undefined opcode. */
	CHECK_INSN("ud2; .ascii \"xem\"", X86_TRAP_UD);
}

static bool write_0_faults(u32 msr)
{
	return EXPECT_TRAP("movl %0, %%ecx; xorl %%eax, %%eax;"
			   "xorl %%edx, %%edx; wrmsr", "r" (msr)) ==
	       X86_TRAP_GP;
}

static void test_msr(void)
{
	u32 lo, hi;

	CHECK_TRAP(EXPECT_TRAP("movl %0, %%ecx; rdmsr; wrmsr", "i" (MSR_EFER)),
		   NO_TRAP);
	__asm__ volatile("rdmsr" : "=a" (lo), "=d" (hi) : "c" (MSR_EFER));
	CHECK(lo & EFER_NX, EFER_NX);
	/* Where a write would hurt. */
	CHECK(write_0_faults(MSR_LSTAR), 1);
	CHECK(write_0_faults(MSR_SYSENTER_EIP), 1);
}

static void test_debug_registers(void)
{
	ulong v;

	CHECK(HC2(set_debugreg, 9, 0) != 0, 1);
	CHECK(HC2(set_debugreg, 1, 0x1000), 0);
	CHECK(HC1(get_debugreg, 1), 0x1000);
	CHECK(HC2(set_debugreg, 1, 0), 0);
	__asm__ volatile("mov %%db7, %0" : "=r" (v));
	CHECK(v & 0xff, 0);
	CHECK(HC2(set_debugreg, 7, DR7_LOCAL(0) | DR7_TYPE(0, DR7_PORT)) != 0,
	      1);
}

static long assist(bool on, u32 type)
{
	return HC2(vm_assist, on ? VMASST_CMD_enable : VMASST_CMD_disable,
		   type);
}

/* A kernel is ring 1 for IOPL, or ring 0 if it wants the processor's rule. */
static void test_iopl(void)
{
	u32 architectural, iopl;
	int want;

	for (architectural = 0; architectural < 2; architectural++) {
		CHECK(assist(architectural, VMASST_TYPE_architectural_iopl), 0);
		for (iopl = 0; iopl < 4; iopl++) {
			CHECK(set_iopl(iopl), 0);
			want = iopl + architectural ? NO_TRAP : X86_TRAP_GP;
			CHECK_INSN(IN(PIC), want);
			CHECK_INSN(OUT(PIC), want);
			CHECK_INSN("cli; sti", want);
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

	bitmap[0x80 / 8] = 1;
	set_xen_guest_handle(op.bitmap, bitmap);
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iobitmap, &op), 0);
	CHECK_INSN(IN(0x80), X86_TRAP_GP);
	CHECK_INSN("inw $0x7f, %%ax", X86_TRAP_GP);
	CHECK_INSN(IN(0x81), NO_TRAP);
	CHECK_INSN(IN(0x83), NO_TRAP);
	CHECK_INSN("inw $0x83, %%ax", X86_TRAP_GP);
	CHECK_INSN(IN(0x84), X86_TRAP_GP);
	op.nr_ports = 65537;
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iobitmap, &op), -XEN_EINVAL);
	set_xen_guest_handle(op.bitmap, (u8 *)HYPERVISOR_PAGE);
	op.nr_ports = 0x84;
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iobitmap, &op), -XEN_EINVAL);
	set_xen_guest_handle(op.bitmap, (u8 *)NOWHERE);
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iobitmap, &op), 0);
	CHECK_INSN(IN(0x81), X86_TRAP_GP);
	op.nr_ports = 0;
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iobitmap, &op), 0);
}

/*
 * What instructions of ring 0 do in a kernel. Bytes are those that an assembler
 * does not make: a mode of memory for a control register, wrong prefixes.
 */
#define INSN(insn, vector) do {						\
	HC1(fpu_taskswitch, 0);						\
	CHECK_INSN(insn, vector);					\
} while (0)

static void test_instructions(void)
{
	CHECK(set_iopl(1), 0);
	INSN("clts", NO_TRAP);
	INSN("invd", X86_TRAP_GP);
	INSN("wbinvd", NO_TRAP);
	INSN("wbnoinvd", NO_TRAP);
	INSN("hlt", X86_TRAP_GP);
	INSN("mov %%cr1, " R(ax), X86_TRAP_GP);
	INSN(".byte 0x0f, 0x20, 0x00", NO_TRAP);	/* mov cr0, (eax) */
	INSN("mov %%cr0, " R(ax) "; mov " R(ax) ", %%cr0", NO_TRAP);
	INSN("mov %%cr0, " R(ax) "; orl $4, %%eax; mov " R(ax) ", %%cr0", /* EM */
	     X86_TRAP_GP);
	INSN("movl $8, %%eax; mov " R(ax) ", %%cr0", X86_TRAP_GP); /* TS alone */
	INSN("mov %%cr3, " R(ax) "; mov " R(ax) ", %%cr3", NO_TRAP);
	INSN("xorl %%eax, %%eax; mov " R(ax) ", %%cr3", X86_TRAP_GP);
	INSN(".byte 0xf0; clts", X86_TRAP_UD);		/* lock */
	INSN(".byte 0xf0; inb $0x20, %%al", X86_TRAP_UD);
	INSN(".byte 0x67; inb $0x20, %%al", NO_TRAP);	/* addr16 */
	INSN("lmsw %%ax", X86_TRAP_GP);
	INSN("invlpg (%%eax)", X86_TRAP_GP);
	/* swapgs, of 64 bits alone */
	INSN(".byte 0x0f, 0x01, 0xf8", WIDTH == 32 ? X86_TRAP_UD : X86_TRAP_GP);
	INSN("rdpmc", X86_TRAP_GP);
	CHECK(set_iopl(0), 0);
}

static ulong cr4_of(ulong value)
{
	__asm__ volatile("mov %1, %%cr4; mov %%cr4, %0" : "=r" (value)
			 : "r" (value));
	return value;
}

/* Four bits are the guest's; with TSD RDTSC still works in its kernel. */
static void test_cr4(void)
{
	ulong none = cr4_of(0);
	u32 lo = 0;

	CHECK(none & ~X86_CR4_MCE,
	      X86_CR4_PAE | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT);
	CHECK(cr4_of((u32)~0u) ^ none, X86_CR4_TSD | X86_CR4_DE |
	      X86_CR4_FSGSBASE | X86_CR4_OSXSAVE);
	__asm__ volatile("rdtsc" : "=a" (lo) :: "edx");
	CHECK(lo != 0, 1);
	__asm__ volatile("rdtscp" : "=a" (lo) :: "ecx", "edx");
	CHECK(lo != 0, 1);
	CHECK(cr4_of(0), none);
}

enum { AREA = 1, AREA_READ_ONLY, ENTRIES = 512 };
static u64 gdt[ENTRIES] __attribute__((aligned(4096)));

/* Strings of 32 bits go through segments with a base, a limit and rights. */
static void test_segments(void)
{
	static u8 area[32] __attribute__((aligned(32)));
	xen_pfn_t frame = va_mfn(gdt);

	/* 16 bytes at area */
	gdt[AREA] = DESC_BASE((ulong)area) | DESC_LIMIT(15u) | DESC_B | DESC_P |
		    DESC_DPL(1) | DESC_S | DESC_RW | DESC_A;
	gdt[AREA_READ_ONLY] = gdt[AREA] & ~DESC_RW;
	CHECK(make_ro(gdt), 0);
	CHECK(HC2(set_gdt, &frame, ENTRIES), 0);
	CHECK(set_iopl(1), 0);
#define INS(sel, at, insn)						\
	EXPECT_TRAP("movl %0, %%eax; movl %%eax, %%es; movl %1, %%edi;"	\
		    "movl $0x20, %%edx; cld; " insn, "i" (sel), "i" (at))
	CHECK_TRAP(INS(SELECTOR(AREA, 1), 0, "insb"), NO_TRAP);
	CHECK(area[0], 0xff);
	CHECK_TRAP(INS(SELECTOR(AREA, 1), 12, "insl"), NO_TRAP);
	CHECK(area[15], 0xff);
	CHECK(area[16], 0);
	CHECK_TRAP(INS(SELECTOR(AREA, 1), 13, "insl"), X86_TRAP_GP);
	CHECK_TRAP(INS(SELECTOR(AREA, 1), 16, "insb"), X86_TRAP_GP);
	CHECK_TRAP(INS(SELECTOR(AREA_READ_ONLY, 1), 0, "insb"), X86_TRAP_GP);
	CHECK_TRAP(INS(FLAT_KERNEL_DS, -2, "insl"), X86_TRAP_GP);
	CHECK_TRAP(INS(0, 0, "insb"), X86_TRAP_GP);
	__asm__ volatile("movl %0, %%es" :: "r" (FLAT_KERNEL_DS));
	CHECK(set_iopl(0), 0);
	CHECK(HC2(set_gdt, &frame, 0), 0);
	CHECK(make_rw(gdt), 0);
}

void test_main(void)
{
	test_ports();
	test_speaker();
	test_iopl();
	test_bitmap();
	test_instructions();
	test_cr4();
	if (WIDTH == 32)
		test_segments();
	test_control();
	test_cpuid();
	test_msr();
	test_debug_registers();
}
