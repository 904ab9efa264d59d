// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupt controllers: the local APIC is where the processor says (SDM volume 3,
 * "IA32_APIC_BASE"), and an IO-APIC is where one answers.
 */
#include "device/ioapic.h"
#include "device/irq.h"
#include "host.h"
#include "machine/acpi.h"
#include "machine/paging.h"

static u64 mapped;
static u8 page[4096];

static u64 test_rdmsr(u32 msr)
{
	assert_int_equal(msr, MSR_APIC_BASE);
	return 0x1fee40900;
}

static volatile void *test_ioremap(paddr_t p, u64 size)
{
	(void)size;
	mapped = p.a;
	return page;
}

#define rdmsr		test_rdmsr
#define wrmsr(msr, v)	((void)(msr), (void)(v))
#define paging_ioremap	test_ioremap
#define apic_eoi	own_apic_eoi
#define apic_init_cpu	own_apic_init_cpu
#define apic_reaches	own_apic_reaches
#define apic_send_ipi	own_apic_send_ipi
#define apic_timer_set	own_apic_timer_set
#define apic_timer_read	own_apic_timer_read
#include "machine/apic.c"

static bool test_model(u32 leaf, u32 r[4])
{
	host_model(leaf, r);
	if (leaf == 1)
		r[2] = 0;			/* no x2APIC mode */
	return true;
}

static void test_address(void **state)
{
	(void)state;
	host_vendor = "GenuineIntel";
	host_cpuid = test_model;
	apic_map();
	assert_int_equal(mapped, 0x1fee40000);
	host_cpuid = NULL;
}

/* An address at which no IO-APIC answers, so that all bits read as set, has no pin. */
static void test_no_ioapic(void **state)
{
	(void)state;
	acpi.ioapics = 1;
	acpi.ioapic[0] = (struct acpi_ioapic){ 0, HOST_IOAPIC, 16 };
	host_ioapic[4] = 23 << 16;		/* 24 pins */
	ioapic_init();
	assert_true(ioapic_has(39));
	assert_false(ioapic_has(40));
	host_ioapic[4] = ~0u;
	ioapic_init();
	assert_false(ioapic_has(16));
	assert_int_equal(irq_gsi_count(), 16);
	host_ioapic[4] = 0;
	acpi.ioapics = 0;
}

EXPORT_TESTS(apic, cmocka_unit_test(test_address), cmocka_unit_test(test_no_ioapic));
