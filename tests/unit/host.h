/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine that the unit tests run on: some frames of host memory. */
#ifndef UNIT_HOST_H
#define UNIT_HOST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "domain/domain.h"

#define HOST_FRAMES	1024u
#define HOST_DOMAINS	3u
#define HOST_VCPUS	2u	/* of each, at most */

/*
 * A larger machine, whose sections and mappings are to be seen; NULL: one of
 * HOST_FRAMES, each array of which is one large page.
 */
struct host_machine {
	paddr_t (*early_alloc)(u64 size, u64 align, int byte);
	void (*back)(u64 va, mfn_t first);
	mfn_t (*repeat)(mfn_t page);
	void (*back_repeated)(u64 va, mfn_t table);
	mfn_t (*backed_by)(u64 va);
};
extern const struct host_machine *host_machine;

extern u32 host_flushes;
extern int host_locks;
extern bool host_preempt;
extern u32 host_cpus;		/* that exist: what a flush of all is for */
/* Whose vCPU another one interrupts: it does not stop before it is done. */
extern struct domain *host_busy;

/* What else may happen, until a reset; NULL: nothing. */
/* Somebody who holds no lock is about to take one. */
extern void (*host_between)(void);
/* In place of host_preempt: whether something else has to run. */
extern bool (*host_wanted)(void);
extern void (*host_flushed)(u32 cpus);
/* The caches let go of a page: now it reads as memory has it. */
extern void (*host_page_flushed)(void *page);
/* A table has lost its type, or a frame its owner. */
extern void (*host_flush_due)(void);

/* Where the next panic goes, and what it says; NULL: it ends the tests. */
extern jmp_buf *host_panic;
extern char host_panic_text[128];
/* What was logged since the last reset, as far as there is room. */
extern char host_log[4096];

/* Fresh memory and an empty allocator. */
void host_reset(void);
/* Domain number nr, with the id 3 + nr. */
struct domain *host_make(u32 nr, u32 vcpus, u32 pages, u32 *first);
/* Number 0, with one vCPU and so many frames, from 'first' on. */
struct domain *host_domain(u32 pages, u32 *first);
/* Number 1; it is not the one that makes hypercalls. */
struct domain *host_other(u32 pages, u32 *first);
/* Both, alone in fresh memory, each with so many frames: the first may map those
 * of the other, which shares one more with the hypervisor. Returns how many were
 * free before the other was made. */
u64 host_two(u32 pages, struct domain **d, u32 *d_first, struct domain **o,
	     u32 *o_first);

/* Let guest memory be these bytes at this address alone, until a reset. */
void host_window(u64 start, u8 *bytes, u64 size);
/* Where the guest's part of the address space ends, whatever is mapped. */
extern u64 host_guest_end;

/* Waiting, reading the TSC and counting CPUs let another CPU run by this. */
extern void (*host_turn)(void);
/* Called when the last lock is given up. */
extern void (*host_unlocked)(void);
/*
 * race.c: what 'one' says, with 'other' after so many of its instructions
 * that hold no lock. If it has fewer, race_other is left, and did not run.
 */
long race(long (*one)(void), void (*other)(void), u32 steps);
extern void (*volatile race_other)(void);
/* The rest of the other's work, once interrupts are on again. */
extern void (*volatile race_after_flush)(void);
/* 'other' looks after each instruction of 'one', whatever locks that holds. */
void race_watch(long (*one)(void), void (*other)(void));
extern u64 host_tsc;
/* By how much a thread's TSC is ahead of that; whether writes change it. */
extern _Thread_local u64 host_tsc_ahead;
extern bool host_tsc_fixed, host_tsc_stands;
extern u32 host_apic_ticks[MAX_CPUS];	/* as programmed; 0: stopped */
extern u32 host_apic_sets;		/* how many times */
extern u8 host_cmos[128];
/* What the TSC counts in a second of the PIT; the APIC timer: a 16th of it. */
extern u64 host_pit_tsc;
extern bool host_no_pit;
extern u64 host_hyperv_hz;		/* the TSC's, in an MSR of Hyper-V's */
/* What acpi.pm_timer reads as; NULL: there is none. */
extern u32 (*host_pm_timer)(void);
/* Registers of an HPET; acpi.hpet says whether there is one. */
extern u8 host_hpet[0x400];
#define HOST_IOAPIC	0xfec00000u	/* where paging_ioremap() finds host_ioapic */
extern u32 host_ioapic[8];

/* The last access to a port that is no device of the above, and how many. */
extern struct host_port {
	u32 count, port, size, value;
	bool out;
} host_port;
extern u32 host_port_input;		/* what such ports read as */

/* The serial line: whether it takes characters, and those that it took. */
extern bool host_serial_ready;
extern char host_serial[65536];
/* Its divisor, and the format: what LCR has. */
extern u16 host_serial_divisor;
extern u8 host_serial_format;
extern u32 host_serial_count, host_serial_looks;	/* at its state */

/*
 * PCI: the address that was written last, what its register reads as (NULL: as
 * any other port), and what is told of a write.
 */
extern u32 host_pci_latch;
extern u32 (*host_pci_register)(u32 address);
extern void (*host_pci_written)(u32 address, u32 value);
/* What paging_window() mapped last, and what stands for it. */
extern mfn_t host_window_frame;
extern u8 host_window_page[];

/* What the virtual processor was asked for: tests/unit/vcpu.c. */
extern struct host_asked {
	u32 count;			/* of all that follows */
	u32 vector;			/* bounced to */
	u64 address;			/* of a page fault */
	u32 error;
	u32 leaf, sub;			/* of CPUID */
	u32 dr6;			/* bits of a #DB */
} host_asked;
extern bool host_has_xsave, host_is_intel;
extern u32 host_port_watched;		/* has a breakpoint */

extern const struct CMUnitTest frames_tests[], ptype_tests[], image_tests[],
	descriptor_tests[], format_tests[], evtchn_tests[], ptwrite_tests[],
	grants_tests[], fifo_tests[], foreign_tests[], unpack_tests[],
	cpus_tests[], time_tests[], timer_tests[], timer_race_tests[], emulate_tests[],
	decode_tests[],
	privileged_tests[], port_tests[], layout_tests[], devices_tests[],
	debug_tests[], race_tests[], pci_tests[], option_tests[], log_tests[],
	firmware_tests[], efi_tests[],
	vcpu_race_tests[], queue_race_tests[], dom0_tests[], context_tests[], roots_tests[],
	random64_tests[], tables64_tests[], entry_tests[],
	holds64_tests[], machines_tests[], fpu_image_tests[], exit_tests[],
	start_tests[], idle_tests[], mce_tests[], apic_tests[], errata_tests[],
	multiboot_tests[], vcpu_timer_tests[];
extern const size_t cpus_count_tests, frames_count_tests, ptype_count_tests,
	image_count_tests,
	descriptor_count_tests, format_count_tests, evtchn_count_tests,
	ptwrite_count_tests, grants_count_tests, fifo_count_tests,
	foreign_count_tests, unpack_count_tests, time_count_tests,
	timer_count_tests, timer_race_count_tests, emulate_count_tests,
	decode_count_tests,
	privileged_count_tests, port_count_tests, layout_count_tests,
	devices_count_tests, debug_count_tests, race_count_tests,
	pci_count_tests, option_count_tests, log_count_tests,
	firmware_count_tests, efi_count_tests,
	vcpu_race_count_tests, queue_race_count_tests, dom0_count_tests,
	context_count_tests, roots_count_tests, random64_count_tests,
	tables64_count_tests, holds64_count_tests, entry_count_tests,
	machines_count_tests, fpu_image_count_tests, exit_count_tests,
	start_count_tests, idle_count_tests, mce_count_tests, apic_count_tests,
	errata_count_tests, multiboot_count_tests,
	vcpu_timer_count_tests;

#define EXPORT_TESTS(name, ...)						\
	const struct CMUnitTest name##_tests[] = { __VA_ARGS__ };	\
	const size_t name##_count_tests = ARRAY_SIZE(name##_tests)

#endif
