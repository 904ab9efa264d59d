/* SPDX-License-Identifier: GPL-2.0-only */
/* XPTI: guests that run on tables without the hypervisor's memory. */
#ifndef KRYPTON_XPTI_H
#define KRYPTON_XPTI_H

struct vcpu;

/* What stays mapped of a vCPU, beside its descriptors: entry/xpti.S uses it. */
struct xpti_page {
	u64 full, thin;			/* CR3, since the last exit */
	u64 frame;			/* where an entry from the guest lands */
	u64 compat_sp, long_sp;		/* where SYSCALL puts RSP for a moment */
	u8 unused[0xa00 - 5 * sizeof(u64)];
	/* Stacks, which end at the next member: for one frame each */
	u8 exit[0x100];
	u8 entry[0x100];
	u8 ist[4][0x100];
};
_Static_assert(sizeof(struct xpti_page) == PAGE_SIZE, "one page");

/* TSS.ist has the usual ones first: #DB, NMI, and one for #DF and #MC. */
#define XPTI_FIRST_IST	4

/* A vCPU's part; the page lock. */
struct vcpu_xpti {
	u64 at;				/* of its page; 0: not with XPTI */
	struct xpti_page *page;
	u64 *l3, *l2;			/* to its descriptors alone */
};

/* Where a processor enters the hypervisor. */
struct entry_points {
	const void *idt;
	void (*sysenter)(void), (*syscall)(void), (*syscall_compat)(void);
};

/* Take the value of option xpti; false: a bad one. */
bool xpti_set_option(const char *value);
/* By EBX of CPUID's leaf 0, and the MSR; where that is missing, 0. */
bool xpti_is_faulty(u32 vendor, u64 capabilities);
/* For such a processor; the log hears of it. */
void xpti_decide(bool faulty);
/* Whether Dom0, or other domains, have XPTI if they are 64-bit. */
bool xpti_enabled(bool privileged);

/* With memory there: look at the processor, decide, make what all share. */
void xpti_init(void);
/*
 * Before the vCPU has a GDT or a root: give it what XPTI needs, if it is to have
 * it; -ENOMEM. The page lock is held.
 */
int xpti_prepare(struct vcpu *v);

void xpti_set_entries(const struct entry_points *usual,
		      const struct entry_points *with_xpti);
/* This processor, with interrupts off: enter by the vCPU's page; as usual. */
void xpti_load(struct vcpu *v);
void xpti_unload(void) __attribute__((no_caller_saved_registers));
/* The vCPU that is loaded is about to run: the address of its page. */
u64 xpti_ready(struct vcpu *v);

#endif
