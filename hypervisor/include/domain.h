/* SPDX-License-Identifier: GPL-2.0-only */
/* Domains and virtual CPUs. */
#ifndef KRYPTON_DOMAIN_H
#define KRYPTON_DOMAIN_H

#include "abi.h"
#include "cpu.h"
#include "frames.h"
#include "lock.h"
#include "time.h"

#define GDT_FRAMES	14
#define GDT_MAX_ENTRIES	(GDT_FRAMES * 512)
#define LDT_FRAMES	16
#define LDT_MAX_ENTRIES	8192
#define MAX_PIRQS	256
#define PORTS_PER_PAGE	128
#define PORT_PAGES	8

enum vcpu_state_bits {
	VCPU_UP		= 1,	/* not VCPUOP_down, initialised */
	VCPU_BLOCKED	= 2,
	VCPU_POLLING	= 4,
};

struct vcpu_trap {
	u64 ip;
	u16 cs;
	u8 flags;
};

struct vcpu_callback {
	u64 ip;
	u16 cs;
	bool mask_events;
};

enum vcpu_callback_kind {
	CB_EVENT, CB_FAILSAFE, CB_SYSENTER, CB_SYSCALL32, CB_NMI, CB_COUNT
};

struct vcpu {
	struct domain *d;
	u32 id;
	u32 cpu;			/* where it runs */
	volatile u32 state;		/* enum vcpu_state_bits */
	bool initialised;
	bool running;
	struct vcpu *run_next;		/* run queue of its CPU */
	bool queued;
	u64 slice_end;

	/* Loaded in the processor while it runs, saved here else. */
	struct regs regs;
	u16 ds, es, fs, gs;
	u8 fpu[512] __attribute__((aligned(16)));
	bool cr0_ts;
	u64 dr[8];

	/* What the guest has told about itself. */
	struct vcpu_trap traps[256];
	struct vcpu_callback callback[CB_COUNT];
	u16 kernel_ss;
	u64 kernel_sp;
	u32 iopl;
	gva_t io_bitmap;
	u32 io_bitmap_ports;
	u64 cr4;

	/* Address space. */
	u64 *root;			/* hypervisor's L4 */
	mfn_t table;			/* guest's L3 */
	u64 desc_area;			/* GDT and LDT window */
	mfn_t gdt[GDT_FRAMES];
	u32 gdt_entries;
	gva_t ldt_base;
	u32 ldt_entries;
	u32 ldt_mapped;			/* bit per page */
	mfn_t ldt_drop[LDT_FRAMES];	/* unmapped, flush to come */

	/* Shared with the guest. */
	u8 *info;			/* vcpu_info */
	mfn_t info_frame;		/* if it registered its own */
	u32 time_version;
	gva_t runstate_at;
	struct vcpu_runstate_info runstate;

	u32 timer_port, virq_port[24];
	struct timer singleshot, periodic, poll;
	u64 period;
	u32 poll_port;
	bool in_multicall;
};

struct domain {
	u32 id;
	bool privileged;
	bool crashed, shut_down;
	u32 shutdown_code;
	const struct abi *abi;

	struct spinlock page_lock;
	u32 pages;			/* list of owned frames */
	u64 tot_pages, max_pages;
	mfn_t shared_frame;
	u8 *shared;			/* shared_info */
	u64 m2p_start;			/* guest addresses end here */
	u32 vm_assist;
	volatile u32 dirty_cpus;	/* may hold our translations */

	struct vcpu *vcpu[MAX_DOMAIN_VCPUS];
	u32 max_vcpus;

	struct spinlock event_lock;
	struct evtchn *ports[PORT_PAGES];
	struct pirq {
		u32 port;
		u32 vector;		/* 0: none */
		u32 gsi;		/* plus 1; 0: a message */
		bool reserved;
	} *pirqs;
	mfn_t pirq_eoi_frame;
	u8 *pirq_eoi_map;

	u8 *ioports;			/* bit set: denied */
	u32 pci_cf8;
};

extern struct domain *dom0;

static inline struct domain *current_domain(void)
{
	return current_vcpu()->d;
}

struct domain *domain_create(u32 id, const struct abi *abi, u32 max_vcpus);
struct vcpu *vcpu_create(struct domain *d, u32 id);
/* The guest broke a rule that no error code can tell: it stops here. */
void domain_crash(struct domain *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void domain_shutdown(struct domain *d, u32 reason);
/* DOMID_SELF or the caller's own number; NULL for all else. */
struct domain *domain_find_self(u32 domid);

/* Power-off, reset: x86/machine.c */
void machine_enter_sleep(u32 a, u32 b);
void machine_reboot(void) __attribute__((noreturn));
void machine_power_off(void) __attribute__((noreturn));

#endif
