// SPDX-License-Identifier: GPL-2.0-only
/* Small domains made by a test guest: see domu.h. */
#include "domu.h"

xen_domctl_t domctl_op;
u32 domu_vcpus = DOMU_VCPUS, domu_misc_flags;

long domu_ctl(const struct domu *u, u32 cmd)
{
	domctl_op.cmd = cmd;
	domctl_op.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	domctl_op.domain = (domid_t)u->id;
	return HC1(domctl, &domctl_op);
}

bool domu_gone(const struct domu *u)
{
	u32 i;

	for (i = 0; i < 1000000; i++) {
		if (domu_ctl(u, XEN_DOMCTL_getdomaininfo) == -XEN_ESRCH)
			return true;
		HC2(sched_op, SCHEDOP_yield, 0);
	}
	return false;
}

u32 free_pages(void)
{
	xen_sysctl_t s = { .cmd = XEN_SYSCTL_physinfo,
			   .interface_version = XEN_SYSCTL_INTERFACE_VERSION };

	CHECK(HC1(sysctl, &s), 0);
	return (u32)s.u.physinfo.free_pages;
}

void press_key(char key)
{
	xen_sysctl_t s = { .cmd = XEN_SYSCTL_debug_keys,
			   .interface_version = XEN_SYSCTL_INTERFACE_VERSION };

	s.u.debug_keys.nr_keys = 1;
	set_xen_guest_handle(s.u.debug_keys.keys, &key);
	CHECK(HC1(sysctl, &s), 0);
}

u32 settled_pages(void)
{
	u32 last, now = free_pages();

	do {
		last = now;
		sleep_ms(1000);
		now = free_pages();
	} while (now != last);
	return now;
}

long domu_create(struct domu *u)
{
	long rc;

	memset(&domctl_op, 0, sizeof(domctl_op));
	domctl_op.u.createdomain.max_vcpus = domu_vcpus;
	domctl_op.u.createdomain.max_evtchn_port = 63;
	domctl_op.u.createdomain.max_grant_frames = 4;
	domctl_op.u.createdomain.max_maptrack_frames = 4;
	domctl_op.u.createdomain.grant_opts = 1;
	domctl_op.u.createdomain.handle[3] = 42;
	domctl_op.u.createdomain.arch.misc_flags = domu_misc_flags;
	u->id = 0;
	rc = domu_ctl(u, XEN_DOMCTL_createdomain);
	u->id = domctl_op.domain;
	return rc;
}

long domu_populate(struct domu *u, u32 n, u32 first)
{
	struct xen_memory_reservation r = {
		.nr_extents = n, .domid = (domid_t)u->id,
	};
	u32 i;

	for (i = 0; i < n; i++)
		u->frames[first + i] = first + i;
	set_xen_guest_handle(r.extent_start, &u->frames[first]);
	return HC2(memory_op, XENMEM_populate_physmap, &r);
}

long domu_map(const struct domu *u, void *at, u64 mfn, u64 flags)
{
	mmu_update_t m = { .ptr = va_maddr(pte_of(at)),
			   .val = mfn << 12 | flags };
	long rc = HC4(mmu_update, &m, 1, 0, u->id);

	mmuext(MMUEXT_INVLPG_LOCAL, (ulong)at, 0);
	return rc;
}

long domu_pin(const struct domu *u, u32 cmd, u32 mfn)
{
	struct mmuext_op m = { .cmd = cmd };

	m.arg1.mfn = mfn;
	return HC4(mmuext_op, &m, 1, 0, u->id);
}

long domu_set_context(const struct domu *u, vcpu_guest_context_t *ctx)
{
	domctl_op.u.vcpucontext.vcpu = 0;
	set_xen_guest_handle(domctl_op.u.vcpucontext.ctxt, ctx);
	return domu_ctl(u, XEN_DOMCTL_setvcpucontext);
}

/* Write one entry of a page of the domain's. */
static void put(const struct domu *u, void *by, u32 page, u32 index, u64 value)
{
	CHECK(domu_map(u, by, u->frames[page], PTE_RWP), 0);
	((u64 *)by)[index] = value;
}

/* How the tables above level 1 refer to each other. */
static const struct {
	u32 page, index, to;
	u64 flags;
} links[] = { DOMU_LINKS };

void domu_fill(const struct domu *u, void *by, const u8 *code, u32 size)
{
	u32 i;

	/* What a domain gets is not always empty. */
	for (i = 0; i < DOMU_PAGES; i++) {
		CHECK(domu_map(u, by, u->frames[i], PTE_RWP), 0);
		memset(by, 0, PAGE_SIZE);
	}
	for (i = 0; i < ARRAY_SIZE(links); i++)
		put(u, by, links[i].page, links[i].index,
		    (u64)u->frames[links[i].to] << 12 | links[i].flags);
	for (i = 0; i < DOMU_PAGES; i++)
		put(u, by, DOMU_L1, i, (u64)u->frames[i] << 12 |
		    (i <= DOMU_L1 ? PTE_RO : PTE_RWP));
	for (i = 0; i < size; i += PAGE_SIZE) {
		CHECK(domu_map(u, by, u->frames[DOMU_CODE + i / PAGE_SIZE],
			       PTE_RWP), 0);
		memcpy(by, code + i, size - i < PAGE_SIZE ? size - i :
		       PAGE_SIZE);
	}
}

void domu_set_vcpus(const struct domu *u, u32 n, u32 stacks, u32 size)
{
	static vcpu_guest_context_t ctx;
	u32 i;

	for (i = 0; i < n; i++) {
		domu_context(u, &ctx);
		ctx.user_regs.eax = ctx.user_regs.edi = i;
		ctx.user_regs.esp = stacks + (i + 1) * size;
		domctl_op.u.vcpucontext.vcpu = i;
		set_xen_guest_handle(domctl_op.u.vcpucontext.ctxt, &ctx);
		CHECK(domu_ctl(u, XEN_DOMCTL_setvcpucontext), 0);
	}
}

void domu_let_user(const struct domu *u, void *by)
{
	u64 *entries = by;
	u32 i;

	CHECK(domu_map(u, by, u->frames[1], PTE_RWP), 0);
	*entries |= PTE_US;
	CHECK(domu_map(u, by, u->frames[DOMU_L1], PTE_RWP), 0);
	for (i = DOMU_L1 + 1; i < DOMU_PAGES; i++)
		entries[i] |= PTE_US;
}

void domu_context(const struct domu *u, vcpu_guest_context_t *ctx)
{
	memset(ctx, 0, sizeof(*ctx));
	ctx->flags = VGCF_in_kernel | VGCF_online;
	ctx->user_regs.cs = FLAT_KERNEL_CS;
	ctx->user_regs.ss = ctx->kernel_ss = FLAT_KERNEL_SS;
	ctx->user_regs.ds = ctx->user_regs.es = FLAT_KERNEL_DS;
	ctx->user_regs.eip = DOMU_CODE << 12;
	ctx->user_regs.esp = ctx->kernel_sp = DOMU_PAGES << 12;
	ctx->user_regs.eflags = X86_EFLAGS_IF | X86_EFLAGS_FIXED;
	ctx->ctrlreg[3] = xen_pfn_to_cr3(u->frames[0]);
}

void domu_empty(struct domu *u)
{
	CHECK(domu_create(u), 0);
	domctl_op.u.max_vcpus.max = domu_vcpus;
	CHECK(domu_ctl(u, XEN_DOMCTL_max_vcpus), 0);
	domctl_op.u.address_size.size = WIDTH;
	CHECK(domu_ctl(u, XEN_DOMCTL_set_address_size), 0);
	domctl_op.u.max_mem.max_memkb = DOMU_PAGES * 4;
	CHECK(domu_ctl(u, XEN_DOMCTL_max_mem), 0);
	CHECK(domu_populate(u, DOMU_PAGES, 0), DOMU_PAGES);
}

void domu_make(struct domu *u, void *by, const u8 *code, u32 size)
{
	static vcpu_guest_context_t ctx;

	domu_empty(u);
	domu_fill(u, by, code, size);
	CHECK(domu_pin(u, PIN_ROOT, u->frames[0]), 0);
	CHECK(set_pte_va(by, 0, UVMF_INVLPG), 0);
	domu_context(u, &ctx);
	CHECK(domu_set_context(u, &ctx), 0);
}
