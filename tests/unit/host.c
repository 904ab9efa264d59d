// SPDX-License-Identifier: GPL-2.0-only
/* What the tested sources need of the rest of the hypervisor. */
#include <stdio.h>
#include <stdlib.h>
#include "boot/boot.h"
#include "cpu/context.h"
#include "cpu/descriptors.h"
#include "cpu/vcpu.h"
#include "errno.h"
#include "event/evtchn.h"
#include "guest/guest.h"
#include "host.h"
#include "lib/lib.h"
#include "device/irq.h"
#include "machine/paging.h"
#include "machine/smp.h"
#include "memory/early.h"
#include "memory/maps.h"
#include "mmu/ptype.h"
#include "mmu/roots.h"
#include "mmu/tables.h"
#include "sched/sched.h"

u64 direct_base;
u64 boot_l4[512];
u64 ap_max_cpus = MAX_CPUS;
struct domain *dom0;
struct vcpu *host_current;
volatile bool host_irqs_off;
u32 host_flushes;
u32 host_cpus = 1;
int host_locks;
bool host_preempt;
struct domain *host_busy;
void (*host_between)(void);
bool (*host_wanted)(void);
void (*host_flushed)(u32 cpus);
void (*host_page_flushed)(void *page);
void (*host_flush_due)(void);
jmp_buf *host_panic;
char host_panic_text[128];
char host_log[4096];
void (*host_unlocked)(void);

#define HOST_BYTES	(16u << 20)
#define WINDOW_PAGES	32u	/* of a vCPU's descriptor tables */

static u8 *memory;
static u64 flushed[32];
static u64 early_next;
static u64 desc_entries[HOST_DOMAINS * HOST_VCPUS * WINDOW_PAGES];

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(host_panic_text, sizeof(host_panic_text), fmt, ap);
	va_end(ap);
	if (host_panic)
		longjmp(*host_panic, 1);
	fputs(host_panic_text, stderr);
	abort();
}

void log_at(enum log_level level, const char *fmt, ...)
{
	size_t n = strlen(host_log);
	va_list ap;

	(void)level;
	va_start(ap, fmt);
	vsnprintf(host_log + n, sizeof(host_log) - n, fmt, ap);
	va_end(ap);
	n = strlen(host_log);
	snprintf(host_log + n, sizeof(host_log) - n, "\n");
}

void spin_init(struct spinlock *l, enum lock_level level)
{
	*l = (struct spinlock){ .level = level };
}

void spin_lock(struct spinlock *l)
{
	if (host_between && !host_locks)
		host_between();
	while (l->owner && host_turn)
		host_turn();
	host_locks++;		/* first: race.c looks at it */
	if (l->owner++)
		panic("lock taken twice");
}

void spin_unlock(struct spinlock *l)
{
	if (--l->owner)
		panic("lock given twice");
	if (!--host_locks && host_unlocked)
		host_unlocked();
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

/* As in machine/smp.c; a CPU is a bit of the mask. */
void smp_flush(cpus_t set)
{
	u32 cpus = (u32)set.word[0], i;

	host_flushes++;
	for (i = 0; i < 32; i++)
		if (cpus >> i & 1)
			flushed[i] = host_flushes;
	if (host_flushed)
		host_flushed(cpus);
}

void cache_flush_page(const void *page)
{
	if (host_page_flushed)
		host_page_flushed((void *)page);
}

void smp_flush_always(void)
{
	smp_flush(smp_all());
}

volatile u32 smp_slow;

bool smp_stopping(void)
{
	return false;
}

void panic_begin(void)
{
}

void panic_show_cpus(const struct regs *mine)
{
	(void)mine;
}

void smp_flush_interrupt(void)
{
}

u64 smp_next_flush(void)
{
	if (host_flush_due)
		host_flush_due();
	return host_flushes + 1;
}

void smp_flush_since(cpus_t cpus, u64 request)
{
	u32 i, late = 0;

	for (i = 0; i < 32; i++)
		if (cpus_has(&cpus, i) && flushed[i] < request)
			late |= 1u << i;
	if (late)
		smp_flush((cpus_t){ { late } });
}

void domain_stop(struct domain *stopped)
{
	(void)stopped;
}

bool domain_stopped(const struct domain *stopped)
{
	return stopped != host_busy;
}

cpus_t smp_all(void)
{
	return (cpus_t){ { host_cpus } };
}

void domain_hold(struct domain *held)
{
	__atomic_fetch_add(&held->refs, 1, __ATOMIC_SEQ_CST);
}

void domain_put(struct domain *held)
{
	if (!__atomic_fetch_sub(&held->refs, 1, __ATOMIC_SEQ_CST))
		panic("one reference too many given back");
}

u64 spin_lock_pair_irqsave(struct spinlock *a, struct spinlock *b)
{
	spin_lock(a);
	if (b != a)
		spin_lock(b);
	return 0;
}

void spin_unlock_pair_irqrestore(struct spinlock *a, struct spinlock *b,
				 u64 flags)
{
	(void)flags;
	if (b != a)
		spin_unlock(b);
	spin_unlock(a);
}

bool sched_preempt_needed(void)
{
	return host_wanted ? host_wanted() : host_preempt && rand() % 3 == 0;
}

void sched_kick(struct vcpu *v)
{
	(void)v;
}

void sched_wake(struct vcpu *v)
{
	(void)v;
}

void context_load_ldt(const struct vcpu *v)
{
	(void)v;
}

u64 *paging_entry(u64 va)
{
	return &desc_entries[va >> PAGE_SHIFT];
}

/*
 * Guest memory is the host's, by its real address; or, if a test says so, only
 * some bytes that it has put somewhere in the guest's address space.
 */
static struct {
	u64 start, size;
	u8 *bytes;
} window;

u64 host_guest_end;
struct cpu_block host_block;
u64 host_fs_base, host_gs_base;

void host_window(u64 start, u8 *bytes, u64 size)
{
	window.start = start;
	window.bytes = bytes;
	window.size = size;
}

static void *guest_memory(gva_t at, u64 n)
{
	if (!window.size)
		return (void *)at.a;
	if (at.a < window.start || n > window.size ||
	    at.a - window.start > window.size - n)
		return NULL;
	return window.bytes + (at.a - window.start);
}

int guest_read(void *dst, gva_t src, u64 n)
{
	const void *from = guest_memory(src, n);

	if (!from)
		return -EFAULT;
	memcpy(dst, from, n);
	return 0;
}

int guest_write(gva_t dst, const void *src, u64 n)
{
	void *to = guest_memory(dst, n);

	if (!to)
		return -EFAULT;
	memcpy(to, src, n);
	return 0;
}

bool guest_range_ok(gva_t at, u64 n)
{
	return n <= host_guest_end && at.a <= host_guest_end - n;
}

int irq_bind_guest(u32 vector, struct domain *d, u32 pirq, bool share)
{
	(void)vector;
	(void)d;
	(void)pirq;
	(void)share;
	return 0;
}

void irq_unbind_guest(u32 vector, const struct domain *d, u32 pirq)
{
	(void)vector;
	(void)d;
	(void)pirq;
}

/* The unit tests have the real one. */
__attribute__((weak)) void irq_move(u32 irq, u32 cpu)
{
	(void)irq;
	(void)cpu;
}

static struct domain domains[HOST_DOMAINS];

void domain_for_each(void (*fn)(struct domain *d))
{
	u32 i;

	for (i = 0; i < HOST_DOMAINS; i++)
		if (domains[i].width)
			fn(&domains[i]);
}

struct domain *domain_get_any(u32 domid)
{
	u32 i;

	if (domid == DOMID_SELF)
		domid = host_current->d->id;
	for (i = 0; i < HOST_DOMAINS; i++)
		if (domains[i].width && domains[i].id == domid) {
			domain_hold(&domains[i]);
			return &domains[i];
		}
	return NULL;
}

struct domain *domain_get(u32 domid)
{
	struct domain *d = domain_get_any(domid);

	if (d && d->life.is_dying) {
		domain_put(d);
		return NULL;
	}
	return d;
}

bool domain_exists(u32 domid)
{
	DOMAIN_REF(d) = domain_get_any(domid);

	return d;
}

int domain_target(u32 domid, struct domain **d)
{
	*d = domain_get(domid);
	if (!*d)
		return -ESRCH;
	if (domain_may(host_current->d, *d))
		return 0;
	domain_put(*d);
	*d = NULL;
	return -EPERM;
}

const struct host_machine *host_machine;

paddr_t early_alloc_filled(u64 size, u64 align, int byte)
{
	if (host_machine)
		return host_machine->early_alloc(size, align, byte);
	early_next = ROUND_UP(early_next, align);
	early_next += size;
	if (early_next > HOST_BYTES)
		panic("host memory");
	memset(memory + early_next - size, byte, size);
	return paddr(early_next - size);
}

/* As in memory/maps.c, without tables: each array is one large page. */
void maps_back(u64 va, mfn_t first)
{
	if (host_machine) {
		host_machine->back(va, first);
	} else if (va == (u64)frame_table) {
		frame_table = mfn_to_virt(first);
	} else if (va == (u64)frame_m2p) {
		frame_m2p = mfn_to_virt(first);
	} else {
		assert_int_equal(va, (u64)frame_m2p64);
		frame_m2p64 = mfn_to_virt(first);
		boot_l4[L4_M2P_SLOT] = make_pte(first, PTE_P | PTE_US | PTE_A);
	}
}

mfn_t maps_repeat(mfn_t page)
{
	return host_machine ? host_machine->repeat(page) : INVALID_MFN;
}

void maps_back_repeated(u64 va, mfn_t table)
{
	host_machine->back_repeated(va, table);
}

mfn_t maps_backed_by(u64 va)
{
	return host_machine ? host_machine->backed_by(va) :
	       virt_to_mfn((void *)va);
}

u32 paging_address_bits(void)
{
	return 46;
}

void host_reset(void)
{
	/* Code and data of ring 1, and of ring 3 */
	static u64 flat[512] = {
		[3] = 0x00cfbb000000ffff, [4] = 0x00cfb3000000ffff,
		[5] = 0x00cffb000000ffff, [6] = 0x00cff3000000ffff,
	};

	if (!memory)
		memory = aligned_alloc(2u << 20, HOST_BYTES);
	memset(memory, 0, HOST_BYTES);
	memset(domains, 0, sizeof(domains));
	direct_base = (u64)memory;
	early_next = (u64)HOST_FRAMES << PAGE_SHIFT;
	boot_info = (struct boot_info){ 0 };
	boot_info.e820[0] = (struct e820_entry){
		0, (u64)HOST_FRAMES << PAGE_SHIFT, E820_RAM };
	boot_info.e820_count = 1;
	host_flushes = 0;
	memset(flushed, 0, sizeof(flushed));
	host_locks = 0;
	host_preempt = false;
	host_turn = host_between = NULL;
	host_wanted = NULL;
	host_flushed = NULL;
	host_page_flushed = NULL;
	host_flush_due = NULL;
	host_busy = NULL;
	host_unlocked = NULL;
	host_window(0, NULL, 0);
	host_guest_end = BIT(47);
	host_cpu.id = 0;
	host_cpu.gdt_page[0] = flat;
	this_block()->guest.sp = ~0ull;	/* a crash shows no stack */
	host_log[0] = 0;
	memset(desc_entries, 0, sizeof(desc_entries));
	memset(boot_l4, 0, sizeof(boot_l4));
	descriptors_init();
}

/* What its longs hold are addresses of the host, so that they are as wide. */
const struct width width32 = {
	.long_size = 8, .long_mask = ~0u, .kernel_ring = 1, .hole_last = ~0ull,
	.root_type = TYPE_L3, .cr3_upper = 0xfff,
	.max_ports = 1024, .sel_bits = 32,
	.pending_offset = 2048, .mask_offset = 2176, .sel_offset = 4,
	.cr2_offset = 8,
	.hypercall = { "", "", "" },
};

/* The guest's part of the address space has the host's in it. */
const struct width width64 = {
	.long_size = 8, .is_long = true, .long_mask = ~0ull,
	.kernel_ring = 3, .hole_last = 0xffff87ffffffffff, .root_type = TYPE_L4,
	.page_added = PTE_US,
	.max_ports = 4096, .sel_bits = 64,
	.pending_offset = 2048, .mask_offset = 2560, .sel_offset = 8,
	.cr2_offset = 16,
	.hypercall = { "", "", "" },
};

static void make_vcpu(struct domain *d, struct vcpu *v, u32 nr, u32 id)
{
	static u64 tables[HOST_DOMAINS][HOST_VCPUS][2][512]
		__attribute__((aligned(PAGE_SIZE)));
	static struct vcpu_trap traps[HOST_DOMAINS][HOST_VCPUS][256];
	u64 (*t)[512] = tables[nr][id];

	memset(t, 0, sizeof(tables[nr][id]));
	memset(traps[nr][id], 0, sizeof(traps[nr][id]));
	memcpy(t[0] + L4_HV_SLOT, boot_l4 + L4_HV_SLOT,
	       (L4_HV_END - L4_HV_SLOT) * sizeof(u64));
	*v = (struct vcpu){
		.d = d, .id = id, .shared.info = d->shared + id * 64,
		.roots.kernel.table = INVALID_MFN, .roots.user.table = INVALID_MFN,
		.roots.kernel.own = t[0], .roots.l3 = (void *)t[1],
		.desc.area = (nr * HOST_VCPUS + id) * WINDOW_PAGES * PAGE_SIZE,
		.entry.traps = traps[nr][id],
	};
	t[0][L4_GUEST_SLOT] = make_pte(virt_to_mfn(v->roots.l3), ROOT_RIGHTS);
	d->vcpu[id] = v;
}

struct domain *host_make(u32 nr, u32 vcpus, u32 pages, u32 *first)
{
	static struct vcpu vcpu[HOST_DOMAINS][HOST_VCPUS];
	static struct pirq pirqs[HOST_DOMAINS][MAX_PIRQS];
	static u8 shared[HOST_DOMAINS][4096];
	struct domain *d = &domains[nr];
	u32 i;
	mfn_t m;

	memset(shared[nr], 0, sizeof(shared[nr]));
	memset(pirqs[nr], 0, sizeof(pirqs[nr]));
	*d = (struct domain){
		.id = 3 + nr, .width = &width32, .tables.address_end = ~0ull,
		.tables.m2p_start = 0xf5800000,
		.mem.max_pages = pages, .max_vcpus = vcpus, .shared = shared[nr],
		.dev.pirqs = pirqs[nr], .dev.pirq_count = MAX_PIRQS, .tables.dirty_cpus = { { 1 } }, .refs = 1,
	};
	spin_init(&d->mem.lock, LOCK_OWNED);
	spin_init(&d->tables.lock, LOCK_PAGES);
	spin_init(&d->events.lock, LOCK_EVENTS);
	for (i = 0; i < vcpus; i++)
		make_vcpu(d, &vcpu[nr][i], nr, i);
	*first = 0;
	for (i = 0; i < pages; i++) {
		m = frame_alloc(0, 0);
		if (!page_reserve(d, 1, true))
			panic("reserve");
		page_assign(d, m, 0);
		if (!*first || m.n < *first)
			*first = (u32)m.n;
	}
	return d;
}

struct domain *host_domain(u32 pages, u32 *first)
{
	struct domain *d = host_make(0, 1, pages, first);

	domains[1] = (struct domain){ 0 };
	host_current = d->vcpu[0];
	return d;
}

struct domain *host_other(u32 pages, u32 *first)
{
	return host_make(1, 1, pages, first);
}

u64 host_two(u32 pages, struct domain **d, u32 *d_first, struct domain **o,
	     u32 *o_first)
{
	u64 free;
	mfn_t m;

	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	*d = host_domain(pages, d_first);
	(*d)->privileged = true;
	free = frames_free();
	*o = host_other(pages, o_first);
	m = virt_to_mfn(frames_new(PAGE_SIZE));
	(*o)->shared_frame = m;
	page_share(*o, m);
	return free;
}
