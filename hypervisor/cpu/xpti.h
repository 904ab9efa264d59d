/* SPDX-License-Identifier: GPL-2.0-only */
/* XPTI: guests run on page tables that do not map the hypervisor's memory. */
#ifndef KRYPTON_XPTI_H
#define KRYPTON_XPTI_H

/*
 * The page of a vCPU that its thin roots map, beside its descriptors.
 * entry/xpti.S uses it.
 */
struct xpti_page {
	u64 full, thin;			/* values of CR3; thin 0: not in use */
	u64 frame;			/* address of the guest's frame */
	u64 compat_sp, long_sp;		/* SYSCALL stores RSP here briefly */
	u8 unused[0xa00 - 5 * sizeof(u64)];
	/* Stacks for one frame each; each ends where the next one begins. */
	u8 exit[0x100];
	u8 entry[0x100];
	u8 ist[4][0x100];
};
_Static_assert(sizeof(struct xpti_page) == PAGE_SIZE, "one page");

/* Behind the usual entries of TSS.ist: #DB, NMI, and one for #DF and #MC. */
#define XPTI_FIRST_IST	4

/* A vCPU's part, guarded by the page lock. */
struct vcpu_xpti {
	u64 at;			/* address of its page; 0: without XPTI */
	struct xpti_page *page;	/* the same page, in the direct map */
	u64 *l3, *l2;		/* lead only to its descriptor window */
};

/* The entry points that a processor uses. */
struct entry_points {
	const void *idt;
	void (*sysenter)(void), (*syscall)(void), (*syscall_compat)(void);
};

/* Set option xpti. False: the value is malformed. */
bool xpti_set_option(const char *value);
/*
 * Whether a processor has the Meltdown fault: 'vendor' is EBX of CPUID's leaf
 * 0, 'capabilities' is the MSR ARCH_CAPABILITIES, or 0 if it is missing.
 */
bool xpti_is_faulty(u32 vendor, u64 capabilities);
/* Decide for this processor who has XPTI, and log it. Once, at boot. */
void xpti_decide(bool faulty);
/* Whether Dom0 ('privileged') or other domains have XPTI if they are 64-bit. */
bool xpti_enabled(bool privileged);

/*
 * Decide, and make the tables that all thin roots share. At boot, with memory.
 */
void xpti_init(void);
/*
 * Give the vCPU the tables and the page that XPTI needs, if its domain has XPTI.
 * Call this before the vCPU has a GDT or a root, with the page lock held. 0 or
 * -ENOMEM.
 */
int xpti_prepare(struct vcpu *v);

/* Name the usual entry points and those with XPTI. At boot. */
void xpti_set_entries(const struct entry_points both[2]);
/*
 * Make this CPU use the entry points of XPTI with the vCPU's page; or the usual
 * ones. Called with interrupts off.
 */
void xpti_load(struct vcpu *v);
void xpti_unload(void) __attribute__((no_caller_saved_registers));
/*
 * Store the roots of the vCPU, which this CPU is about to enter, in its page.
 * Returns the page's address.
 */
u64 xpti_ready(struct vcpu *v);

#endif
