// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine around the tested sources: processors, their TSC and APIC
 * timers, PIT and HPET that these are measured by, the CMOS clock, other ports.
 */
#include "host.h"
#include "machine/acpi.h"
#include "machine/apic.h"
#include "machine/paging.h"

#define MSR_HYPERV_TSC_HZ	0x40000022
#define PIT_GATE	0x61
#define PIT_CH2		0x42
#define PIT_HZ		1193182u
#define CMOS_INDEX	0x70
#define CMOS_DATA	0x71
#define PCI_ADDRESS	0xcf8
#define PCI_DATA	0xcfc
#define UART		0x3f8
#define UART_HIGH	(UART + 1)	/* of the divisor */
#define UART_FORMAT	(UART + 3)
#define UART_DIVISOR	0x80		/* of the format: the first two ports are its */
#define UART_STATE	(UART + 5)
#define UART_EMPTY	0x20

_Thread_local struct cpu host_cpu;
u32 host_work;
void (*host_turn)(void);
u64 host_tsc;
_Thread_local u64 host_tsc_ahead;
bool host_tsc_fixed, host_tsc_stands, host_no_pit;
u64 host_hyperv_hz;
u32 (*host_pm_timer)(void);
bool (*host_cpuid)(u32 leaf, u32 r[4]);
u32 host_apic_ticks[MAX_CPUS], host_apic_sets;
u8 host_cmos[128];
u64 host_pit_tsc;
u8 host_hpet[0x400];
struct acpi_info acpi;

struct host_port host_port;
u32 host_port_input;

bool host_serial_ready = true;
char host_serial[65536];
u32 host_serial_count, host_serial_looks;
u16 host_serial_divisor = 1;
u8 host_serial_format;
u32 host_pci_latch;
u32 (*host_pci_register)(u32 address);
void (*host_pci_written)(u32 address, u32 value);

static u32 cmos_index;
static u64 pit_started, apic_started;	/* by the TSC */
static u32 pit_high;			/* of a count that was latched */

static void turn(void)
{
	if (host_turn)
		host_turn();
}

u32 host_cpu_count(void)
{
	turn();
	return 2;
}

/* Time goes on only while somebody waits. */
void cpu_relax(void)
{
	if (!host_tsc_stands)
		__atomic_fetch_add(&host_tsc, 1, __ATOMIC_RELAXED);
	turn();
}

u64 rdtsc(void)
{
	turn();
	return __atomic_load_n(&host_tsc, __ATOMIC_RELAXED) + host_tsc_ahead;
}

const char *host_vendor;
u32 host_signature;

bool host_model(u32 leaf, u32 r[4])
{
	memset(r, 0, 4 * sizeof(*r));
	r[0] = leaf == 1 ? host_signature : 1;	/* or the last leaf */
	memcpy(&r[1], host_vendor, 4);
	memcpy(&r[3], host_vendor + 4, 4);
	memcpy(&r[2], host_vendor + 8, 4);
	return true;
}

/* Every register reads as something of its own. */
u64 rdmsr(u32 msr)
{
	return 0x1234567000000000ull + msr;
}

/* Registers whose number ends in 5 do not exist. */
bool rdmsr_safe(u32 msr, u64 *v)
{
	if (msr == MSR_HYPERV_TSC_HZ) {
		*v = host_hyperv_hz;
		return true;
	}
	*v = msr % 16 == 5 ? 0 : rdmsr(msr);
	return msr % 16 != 5;
}

/* The TSC alone keeps a value. */
void wrmsr_safe(u32 msr, u64 v)
{
	if (msr == MSR_TSC && !host_tsc_fixed)
		host_tsc_ahead = v - host_tsc;
}

void apic_timer_set(u32 ticks)
{
	host_apic_ticks[this_cpu()->id] = ticks;
	host_apic_sets++;
	apic_started = host_tsc;
}

u32 apic_timer_read(void)
{
	u32 ticks = host_apic_ticks[this_cpu()->id];

	if (ticks != ~0u)
		return ticks;
	/* It counts, down to 0. */
	return (u32)(~0u - MIN((host_tsc - apic_started) / 16, (u64)~0u));
}

/* A page of host memory, whose frame says where it would be. */
mfn_t host_window_frame;
u8 host_window_page[PAGE_SIZE];

volatile void *paging_window(mfn_t m)
{
	host_window_frame = m;
	return host_window_page;
}

u32 host_ioapic[8];

volatile void *paging_ioremap(paddr_t p, u64 size)
{
	if (p.a == HOST_IOAPIC)
		return host_ioapic;
	assert_int_equal(p.a, acpi.hpet);
	assert_int_equal(size, sizeof(host_hpet));
	return host_hpet;
}

/* The low half first, which takes 10 us, then the high one. */
static u32 pit_read(void)
{
	static bool low;
	u64 count;

	low = !low;
	if (!low)
		return pit_high;
	host_tsc += host_pit_tsc / 100000;
	count = 0xffff - (host_tsc - pit_started) * PIT_HZ / host_pit_tsc;
	pit_high = count >> 8 & 0xff;
	return count & 0xff;
}

static void note_port(u32 port, u32 size, u32 value, bool out)
{
	host_port = (struct host_port){
		host_port.count + 1, port, size, value, out };
}

static bool is_divisor(u16 port)
{
	return (port == UART || port == UART_HIGH) &&
	       host_serial_format & UART_DIVISOR;
}

u32 host_port_read(u16 port, u32 size)
{
	if (is_divisor(port))
		return port == UART ? host_serial_divisor & 0xffu :
		       host_serial_divisor >> 8;
	if (host_pm_timer && port == acpi.pm_timer)
		return host_pm_timer();
	switch (port) {
	case PIT_GATE:
		return host_no_pit ? 0xff : 0;
	case PIT_CH2:
		return pit_read();
	case CMOS_DATA:
		return host_cmos[cmos_index & 127];
	case UART_STATE:
		host_serial_looks++;
		return host_serial_ready ? UART_EMPTY : 0;
	case PCI_DATA:
		if (host_pci_register)
			return host_pci_register(host_pci_latch);
		/* fall through */
	default:
		note_port(port, size, host_port_input, false);
		return host_port_input;
	}
}

/* Between an address and its data another CPU may do something. */
static void pci_write(u16 port, u32 value)
{
	if (port == PCI_ADDRESS) {
		host_pci_latch = value;
		if (!host_locks)
			turn();
	}
	if (port == PCI_DATA && host_pci_written)
		host_pci_written(host_pci_latch, value);
}

void host_port_write(u16 port, u32 size, u32 value)
{
	note_port(port, size, value, true);
	if (port == PIT_CH2)
		pit_started = host_tsc;
	if (port == CMOS_INDEX)
		cmos_index = value;
	if (port == UART_FORMAT)
		host_serial_format = (u8)value;
	if (is_divisor(port))
		host_serial_divisor = port == UART ?
			(u16)((host_serial_divisor & 0xff00) | value) :
			(u16)((host_serial_divisor & 0xff) | value << 8);
	else if (port == UART && host_serial_count < sizeof(host_serial))
		host_serial[host_serial_count++] = (char)value;
	pci_write(port, value);
}
