// SPDX-License-Identifier: GPL-2.0-only
/* What the tested sources need of the rest of the hypervisor. */
#include <stdio.h>
#include <stdlib.h>
#include "boot.h"
#include "context.h"
#include "early.h"
#include "errno.h"
#include "evtchn.h"
#include "guest.h"
#include "host.h"
#include "irq.h"
#include "ldt.h"
#include "lib.h"
#include "paging.h"
#include "ptype.h"
#include "sched.h"
#include "smp.h"

u64 direct_base;
struct boot_info boot_info;
struct domain *dom0;
struct vcpu *host_current;
u32 host_flushes;
int host_locks;
bool host_preempt;

#define HOST_BYTES	(12u << 20)

static u8 *memory;
static u64 early_next;
static u64 desc_entries[64];

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	abort();
}

void log_at(enum log_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

void spin_init(struct spinlock *l, enum lock_level level)
{
	*l = (struct spinlock){ .level = level };
}

void spin_lock(struct spinlock *l)
{
	if (l->owner++)
		panic("lock taken twice");
	host_locks++;
}

void spin_unlock(struct spinlock *l)
{
	if (--l->owner)
		panic("lock given twice");
	host_locks--;
}

u64 spin_lock_irqsave(struct spinlock *l)
{
	spin_lock(l);
	return 0;
}

void spin_unlock_irqrestore(struct spinlock *l, u64 flags)
{
	(void)flags;
	spin_unlock(l);
}

void smp_flush(u32 cpus)
{
	(void)cpus;
	host_flushes++;
}

bool sched_preempt_needed(void)
{
	return host_preempt && rand() % 3 == 0;
}

void sched_kick(struct vcpu *v)
{
	(void)v;
}

void sched_poll_check(struct vcpu *v, u32 port)
{
	(void)v;
	(void)port;
}

void ldt_unmap_domain(struct domain *d)
{
	(void)d;
}

void context_load_table(struct vcpu *v)
{
	(void)v;
}

u64 *paging_entry(u64 va)
{
	return &desc_entries[va >> PAGE_SHIFT & 63];
}

/* Guest memory is the host's, by its real address. */
int guest_read(void *dst, gva_t src, u64 n)
{
	if (!src.a)
		return -EFAULT;
	memcpy(dst, (void *)src.a, n);
	return 0;
}

int guest_write(gva_t dst, const void *src, u64 n)
{
	if (!dst.a)
		return -EFAULT;
	memcpy((void *)dst.a, src, n);
	return 0;
}

int irq_bind_guest(u32 vector, struct domain *d, u32 pirq)
{
	(void)vector;
	(void)d;
	(void)pirq;
	return 0;
}

void irq_unbind_guest(u32 vector)
{
	(void)vector;
}

struct domain *domain_find_self(u32 domid)
{
	return domid == DOMID_SELF || domid == host_current->d->id ?
	       host_current->d : NULL;
}

bool emulate_segment_base(const struct vcpu *v, u16 sel, u64 *base);
bool emulate_segment_base(const struct vcpu *v, u16 sel, u64 *base)
{
	(void)v;
	(void)sel;
	*base = 0;
	return true;
}

int abi_get_pfn(const struct abi *a, gva_t array, u64 index, u64 *value)
{
	*value = 0;
	return guest_read(value, gva_index(array, index, a->pfn_size),
			  a->pfn_size);
}

paddr_t early_alloc(u64 size, u64 align)
{
	early_next = ROUND_UP(early_next, align);
	early_next += size;
	if (early_next > HOST_BYTES)
		panic("host memory");
	return paddr(early_next - size);
}

void host_reset(void)
{
	free(memory);
	memory = aligned_alloc(2u << 20, HOST_BYTES);
	memset(memory, 0, HOST_BYTES);
	direct_base = (u64)memory;
	early_next = (u64)HOST_FRAMES << PAGE_SHIFT;
	boot_info = (struct boot_info){ 0 };
	boot_info.e820[0] = (struct e820_entry){
		0, (u64)HOST_FRAMES << PAGE_SHIFT, E820_RAM };
	boot_info.e820_count = 1;
	host_flushes = 0;
	host_preempt = false;
	memset(desc_entries, 0, sizeof(desc_entries));
}

static int get_mmuext(gva_t at, struct abi_mmuext *op)
{
	return guest_read(op, at, sizeof(*op));
}

int ldt_set(struct vcpu *v, gva_t base, u64 entries)
{
	(void)v;
	(void)base;
	(void)entries;
	return 0;
}

static const struct abi host_abi = {
	.get_mmuext = get_mmuext, .mmuext_size = sizeof(struct abi_mmuext),
	.pfn_size = 8, .max_ports = 1024, .sel_bits = 32,
	.pending_offset = 2048, .mask_offset = 2176, .sel_offset = 4,
	.sel_size = 4,
};

struct domain *host_domain(u32 pages, u32 *first)
{
	static struct domain d;
	static struct vcpu v;
	static struct pirq pirqs[MAX_PIRQS];
	static u8 shared[4096];
	u32 i;
	mfn_t m;

	memset(shared, 0, sizeof(shared));
	memset(pirqs, 0, sizeof(pirqs));
	d = (struct domain){
		.id = 3, .abi = &host_abi, .m2p_start = 0xf5800000,
		.max_pages = pages, .max_vcpus = 1, .shared = shared,
		.pirqs = pirqs, .dirty_cpus = 1,
	};
	spin_init(&d.page_lock, LOCK_PAGES);
	spin_init(&d.event_lock, LOCK_EVENTS);
	v = (struct vcpu){ .d = &d, .info = shared, .table = INVALID_MFN };
	d.vcpu[0] = &v;
	host_current = &v;
	*first = 0;
	for (i = 0; i < pages; i++) {
		m = frame_alloc(0, 0);
		if (!ptype_assign(&d, m, true))
			panic("assign");
		if (!*first || m.n < *first)
			*first = (u32)m.n;
	}
	return &d;
}
