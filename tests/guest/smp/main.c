// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/vcpu.h): a vCPU is initialised once, comes up with the context it
 * was given, and can be taken down and up; a context that would break
 * isolation is refused; IPIs between vCPUs arrive; a flush of all vCPUs has
 * happened when the call returns.
 *
 * Test: smp -c 2
 * Test: smp-shared -c 1 -v 2
 * Test: smp-64 -w 64 -c 2
 */
#include "guest.h"

static vcpu_guest_context_t ctx;
static u8 stack1[8192] __attribute__((aligned(4096)));
static volatile u32 alive, stop;
static volatile u32 poke;

PAGE_BUFFER(shot);

static volatile u32 leaf1_ebx, apic_base;

/* Its APIC has the number 0 as well, but is not the boot processor's. */
static void read_apic(void)
{
	u32 eax = 1, ecx = 0, edx;

	__asm__ volatile(XEN_CPUID : "+a" (eax), "=b" (leaf1_ebx), "+c" (ecx),
			 "=d" (edx));
	__asm__ volatile("rdmsr" : "=a" (apic_base), "=d" (edx)
			 : "c" (MSR_APIC_BASE));
}

static void secondary(void)
{
	read_apic();
	alive = 1;
	for (;;) {
		poke++;
		if (stop)
			HC3(vcpu_op, VCPUOP_down, 1, 0);
	}
}

static long vcpu(u32 cmd, u32 id, void *arg)
{
	return HC3(vcpu_op, cmd, id, arg);
}

static void test_refused(void)
{
	CHECK(vcpu(VCPUOP_is_up, 1, 0), 0);
	CHECK(vcpu(VCPUOP_is_up, 31, 0), -XEN_ENOENT);
	CHECK(vcpu(VCPUOP_is_up, 0x7fffffff, 0), -XEN_ENOENT);
	CHECK(vcpu(VCPUOP_up, 1, 0), -XEN_EINVAL);
	vcpu_context(&ctx, secondary, stack1 + sizeof(stack1));
	ctx.ctrlreg[3] = xen_pfn_to_cr3(va_mfn(shot));
	CHECK(vcpu(VCPUOP_initialise, 1, &ctx) < 0, 1);
	vcpu_context(&ctx, secondary, stack1 + sizeof(stack1));
	ctx.gdt_ents = FIRST_RESERVED_GDT_ENTRY + 1;
	CHECK(vcpu(VCPUOP_initialise, 1, &ctx) < 0, 1);
	CHECK(vcpu(VCPUOP_initialise, 1, (void *)HYPERVISOR_PAGE), -XEN_EFAULT);
	CHECK(vcpu(VCPUOP_initialise, 0, &ctx), -XEN_EEXIST);
}

static void test_up_and_down(void)
{
	u32 before, i;

	vcpu_context(&ctx, secondary, stack1 + sizeof(stack1));
	CHECK(vcpu(VCPUOP_initialise, 1, &ctx), 0);
	CHECK(vcpu(VCPUOP_initialise, 1, &ctx), -XEN_EEXIST);
	CHECK(vcpu(VCPUOP_up, 1, 0), 0);
	CHECK(vcpu_wait(&alive, 1), 1);
	CHECK(vcpu(VCPUOP_is_up, 1, 0), 1);
	CHECK(leaf1_ebx >> 24, 0);
	CHECK(apic_base, APIC_DEFAULT_BASE | APIC_BASE_ENABLE);
	for (i = 0; i < 40; i++)
		CHECK(mmuext(MMUEXT_TLB_FLUSH_ALL, 0, 0), 0);
	before = poke;
	CHECK(vcpu_wait_change(&poke, before), 1);
	stop = 1;
	for (i = 0; i < 1000000 && vcpu(VCPUOP_is_up, 1, 0); i++)
		HC2(sched_op, SCHEDOP_yield, 0);
	CHECK(vcpu(VCPUOP_is_up, 1, 0), 0);
	stop = 0;
	before = poke;
	CHECK(vcpu(VCPUOP_up, 1, 0), 0);
	CHECK(vcpu_wait_change(&poke, before), 1);
}

/* Tables change under a vCPU that uses them: flushes must be complete. */
static void test_shootdown(void)
{
	u32 i;

	for (i = 0; i < 50; i++) {
		CHECK(make_ro(shot), 0);
		CHECK(mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(shot), 0), 0);
		CHECK(mmuext(MMUEXT_UNPIN_TABLE, va_mfn(shot), 0), 0);
		CHECK(make_rw(shot), 0);
	}
}

void test_main(void)
{
	test_refused();
	test_up_and_down();
	test_shootdown();
}
