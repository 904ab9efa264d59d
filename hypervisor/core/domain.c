// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domains: making them, and what happens when one ends. Only the first domain
 * exists so far, so its end is the machine's: a power-off, a reset, or, if it
 * broke a rule, a reset with the reason in the log.
 */
#include <xen/sched.h>
#include "boot.h"
#include "domain.h"
#include "evtchn.h"
#include "lib.h"
#include "paging.h"
#include "sched.h"
#include "traps.h"
#include "vcpu.h"

struct domain *dom0;

static u32 next_desc_area;

static void *alloc_pages_for(size_t size)
{
	u32 order = 0;
	mfn_t m;

	while (PAGE_SIZE << order < size)
		order++;
	m = frame_alloc_hv(order);
	return mfn_eq(m, INVALID_MFN) ? NULL : mfn_to_virt(m);
}

/* A hypervisor page that the guest may map and write. */
static void share_page(struct domain *d, mfn_t m)
{
	*mfn_frame(m) = (struct frame){
		.owner = d, .refs = 1, .kind = FRAME_GUEST,
		.type = TYPE_WRITABLE, .type_count = 1, .flags = FRAME_XENHEAP,
	};
}

/* start_info of a 32-bit guest has 32 bits for its machine address. */
static void *alloc_shared(void)
{
	mfn_t m = frame_alloc(0, 1ull << (32 - PAGE_SHIFT));

	if (mfn_eq(m, INVALID_MFN))
		return NULL;
	return memset(mfn_to_virt(m), 0, PAGE_SIZE);
}

struct domain *domain_create(u32 id, const struct abi *abi, u32 max_vcpus)
{
	struct domain *d = alloc_pages_for(sizeof(*d));

	if (!d)
		return NULL;
	d->id = id;
	d->abi = abi;
	d->max_vcpus = max_vcpus;
	d->m2p_start = M2P_DEFAULT_START;
	spin_init(&d->page_lock, LOCK_PAGES);
	spin_init(&d->event_lock, LOCK_EVENTS);
	d->shared = alloc_shared();
	d->pirqs = alloc_pages_for(MAX_PIRQS * sizeof(*d->pirqs));
	d->ioports = alloc_pages_for(65536 / 8);
	if (!d->shared || !d->pirqs || !d->ioports)
		return NULL;
	d->shared_frame = virt_to_mfn(d->shared);
	share_page(d, d->shared_frame);
	memset(d->ioports, 0xff, 65536 / 8);
	return d;
}

/* All GDT pages start as the processor wants them: absent, faulting. */
static bool make_desc_area(struct vcpu *v)
{
	u32 i;

	v->desc_area = DESC_BASE + next_desc_area++ * 32 * PAGE_SIZE;
	for (i = 0; i < 32; i++)
		if (!paging_entry(v->desc_area + i * PAGE_SIZE))
			return false;
	return true;
}

struct vcpu *vcpu_create(struct domain *d, u32 id)
{
	struct vcpu *v = alloc_pages_for(sizeof(*v));

	if (!v)
		return NULL;
	v->d = d;
	v->id = id;
	v->cpu = id % cpu_count;
	v->table = INVALID_MFN;
	v->root = paging_new_root();
	if (!v->root || !make_desc_area(v))
		return NULL;
	v->info = d->shared + id * 64;
	vcpu_set_upcall_mask(v, true);
	v->dr[6] = 0xffff0ff0;
	v->dr[7] = 0x400;
	v->runstate.state = RUNSTATE_offline;
	v->runstate.state_entry_time = time_now();
	v->fpu[0] = 0x7f;			/* FCW 037f, MXCSR 1f80 */
	v->fpu[1] = 0x03;
	v->fpu[24] = 0x80;
	v->fpu[25] = 0x1f;
	vcpu_init_timers(v);
	d->vcpu[id] = v;
	return v;
}

struct domain *domain_find_self(u32 domid)
{
	struct domain *d = current_domain();

	return domid == DOMID_SELF || domid == d->id ? d : NULL;
}

static void stop_all(struct domain *d)
{
	u32 i;

	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i])
			sched_stop(d->vcpu[i]);
}

static void end_machine(u32 reason)
{
	if (reason == SHUTDOWN_poweroff)
		machine_power_off();
	if (boot_option("noreboot"))
		machine_stop();
	machine_reboot();
}

void domain_shutdown(struct domain *d, u32 reason)
{
	static const char *const names[] = {
		"power-off", "reboot", "suspend", "crash", "watchdog"
	};

	d->shut_down = true;
	d->shutdown_code = reason;
	log_info("domain %u: shutdown, reason %u (%s)", d->id, reason,
		 reason < ARRAY_SIZE(names) ? names[reason] : "?");
	stop_all(d);
	if (d == dom0)
		end_machine(reason);
}

void domain_crash(struct domain *d, const char *fmt, ...)
{
	char why[160];
	va_list ap;

	va_start(ap, fmt);
	vformat(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (d->crashed)
		return;
	d->crashed = true;
	log_err("domain %u crashed: %s", d->id, why);
	if (current_vcpu() && current_vcpu()->d == d)
		trap_dump(&this_block()->guest);
	stop_all(d);
	if (d == dom0)
		end_machine(SHUTDOWN_crash);
}
