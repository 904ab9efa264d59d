// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/domctl.h, xen/memory.h): the privileged domain makes a domain,
 * limits and fills its memory, maps its pages until they are page tables, sets
 * its first vCPU's state, lets it run, learns of its end by VIRQ_DOM_EXC, and
 * destroys it. A domain that is dead stays as long as somebody maps a page of
 * it and takes no call but those that look at it; after that it is gone and
 * all memory is back. If the tools have subscribed to a port of the domain, they
 * hear of its suspend by that and not by VIRQ_DOM_EXC. Classes: foreign mappings
 * of page tables (XSA-148, 182), references that outlive a domain (255, 384),
 * wrong domains and ranges (212).
 *
 * Test: domctl -c 2
 * Test: domctl-64 -w 64 -c 2
 * Test: fuzz/audit-domctl -c 2 krypton-debug
 * Test: fuzz/limit-domctl -i -o hold_limit=6000,200 krypton-debug
 */
#include "domu.h"

#define PAGES		DOMU_PAGES
#define NO_DOMAIN	0x1234u
#define NO_FRAME	0xffffffu
#define NO_VCPU		7u
#define HANDLE		42	/* domu_create()'s */
#define LIVES		10u
#define op		domctl_op
#define frames		(u.frames)

PAGE_BUFFER(place);
PAGE_BUFFER(place2);

#define ARGUMENT	0x7800		/* in the page of the code */
DEFINE_CODE(code, ASM_HYPERCALL(__HYPERVISOR_sched_op, SCHEDOP_shutdown,
				ARGUMENT) "1: jmp 1b");

static vcpu_guest_context_t ctx;
static struct domu u;
static u32 reason = SHUTDOWN_reboot;

static void test_wrong(void)
{
	u.id = NO_DOMAIN;
	memset(&op, 0, sizeof(op));
	CHECK(domu_ctl(&u, XEN_DOMCTL_pausedomain), -XEN_ESRCH);
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), -XEN_ESRCH);
	CHECK(domu_map(&u, place, va_mfn(place), PTE_RWP), -XEN_ESRCH);
	op.interface_version = 1;
	CHECK(HC1(domctl, &op), -XEN_EACCES);
	CHECK(HC1(domctl, -16ul), -XEN_EFAULT);
	u.id = 0;
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), -XEN_EINVAL);
	memset(&op, 0, sizeof(op));
	CHECK(domu_ctl(&u, XEN_DOMCTL_createdomain), -XEN_EINVAL);
}

/*
 * Nothing is written back for a domain that does not exist, even by operations
 * that otherwise write after an error: the structure may be read-only.
 */
static void test_read_only(void)
{
	static const u32 cmds[] = {
		XEN_DOMCTL_getvcpuinfo, XEN_DOMCTL_getvcpuaffinity,
		XEN_DOMCTL_get_vcpu_msrs, XEN_DOMCTL_set_vcpu_msrs,
	};
	xen_domctl_t *in = (xen_domctl_t *)place;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		*in = (xen_domctl_t){
			.cmd = cmds[i], .domain = NO_DOMAIN,
			.interface_version = XEN_DOMCTL_INTERFACE_VERSION,
		};
		CHECK(set_pte_va(place, va_maddr(place) | PTE_RO, UVMF_INVLPG),
		      0);
		CHECK(HC1(domctl, in), -XEN_ESRCH);
		CHECK(set_pte_va(place, va_maddr(place) | PTE_RWP, UVMF_INVLPG),
		      0);
	}
}

static void test_make(void)
{
	CHECK(domu_create(&u), 0);
	CHECK(u.id > 0 && u.id < DOMID_FIRST_RESERVED, 1);
	op.u.max_vcpus.max = 2;
	CHECK(domu_ctl(&u, XEN_DOMCTL_max_vcpus), -XEN_EINVAL);
	op.u.max_vcpus.max = 1;
	CHECK(domu_ctl(&u, XEN_DOMCTL_max_vcpus), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_get_address_size), 0);
	CHECK(op.u.address_size.size, 64);
	op.u.address_size.size = WIDTH;
	CHECK(domu_ctl(&u, XEN_DOMCTL_set_address_size), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_getdomaininfo), 0);
	CHECK(op.u.getdomaininfo.domain, u.id);
	CHECK(op.u.getdomaininfo.handle[3], HANDLE);
	CHECK(op.u.getdomaininfo.tot_pages, 0);
	CHECK(op.u.getdomaininfo.max_vcpu_id, 0);
	CHECK(op.u.getdomaininfo.flags &
	      (XEN_DOMINF_paused | XEN_DOMINF_dying | XEN_DOMINF_shutdown),
	      XEN_DOMINF_paused);
}

static void test_memory(void)
{
	u32 i;

	/* Nothing above the limit. */
	op.u.max_mem.max_memkb = (PAGES - 4) * 4;
	CHECK(domu_ctl(&u, XEN_DOMCTL_max_mem), 0);
	CHECK(domu_populate(&u, PAGES, 0), PAGES - 4);
	op.u.max_mem.max_memkb = PAGES * 4;
	CHECK(domu_ctl(&u, XEN_DOMCTL_max_mem), 0);
	CHECK(domu_populate(&u, 4, PAGES - 4), 4);
	for (i = 0; i < PAGES; i++)
		CHECK(mfn_to_pfn(frames[i]), i);
	CHECK(domu_ctl(&u, XEN_DOMCTL_getdomaininfo), 0);
	CHECK(op.u.getdomaininfo.tot_pages, PAGES);
	/* Its width is fixed now; a 32-bit one cannot go back at all. */
	op.u.address_size.size = 96 - WIDTH;
	CHECK(domu_ctl(&u, XEN_DOMCTL_set_address_size),
	      WIDTH == 64 ? -XEN_EACCES : -XEN_EINVAL);
}

static void test_mapping(void)
{
	CHECK(domu_map(&u, place, frames[0], PTE_RWP), 0);
	((u32 *)place)[5] = 0x12345678;
	CHECK(domu_map(&u, place2, frames[0], PTE_RO), 0);
	CHECK(((u32 *)place2)[5], 0x12345678);
	((u32 *)place)[5] = 0;
	/* Only what is that domain's, and only as that domain's. */
	CHECK(domu_map(&u, place2, va_mfn(place), PTE_RWP) < 0, 1);
	CHECK(domu_map(&u, place2, NO_FRAME, PTE_RWP) < 0, 1);
	CHECK(set_pte_va(place2, (u64)frames[1] << 12 | PTE_RWP, 0) < 0, 1);
	CHECK(set_pte_va(place2, 0, UVMF_INVLPG), 0);
}

static void test_tables(void)
{
	static const u8 tables[] = DOMU_TABLES;
	u32 i;

	domu_fill(&u, place, code, CODE_SIZE(code));
	*(u32 *)(place + ARGUMENT % PAGE_SIZE) = reason;
	/* A table is not mapped writable, nor becomes one while it is. */
	CHECK(domu_map(&u, place2, frames[DOMU_L1], PTE_RWP), 0);
	CHECK(domu_pin(&u, PIN_ROOT, frames[0]) < 0, 1);
	CHECK(set_pte_va(place2, 0, UVMF_INVLPG), 0);
	CHECK(domu_pin(&u, PIN_ROOT, frames[0]), 0);
	CHECK(domu_pin(&u, PIN_ROOT, frames[0]) < 0, 1);
	op.u.hypercall_init.gmfn = frames[DOMU_L1];
	CHECK(domu_ctl(&u, XEN_DOMCTL_hypercall_init), -XEN_EPERM);
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		CHECK(domu_map(&u, place2, frames[tables[i]], PTE_RWP) < 0, 1);
	CHECK(domu_map(&u, place2, frames[DOMU_L1], PTE_RO), 0);
	CHECK(((u64 *)place2)[8] >> PAGE_SHIFT & 0xffffff, frames[8]);
	CHECK(set_pte_va(place2, 0, UVMF_INVLPG), 0);
}

static u32 is_online(void)
{
	op.u.getvcpuinfo.vcpu = 0;
	CHECK(domu_ctl(&u, XEN_DOMCTL_getvcpuinfo), 0);
	return op.u.getvcpuinfo.online;
}

static void test_context(void)
{
	op.u.vcpucontext.vcpu = 0;
	set_xen_guest_handle(op.u.vcpucontext.ctxt, &ctx);
	CHECK(domu_ctl(&u, XEN_DOMCTL_getvcpucontext), -XEN_ENODATA);
	domu_context(&u, &ctx);
	/* A page that is no table. */
	ctx.ctrlreg[3] = xen_pfn_to_cr3(frames[DOMU_CODE]);
	CHECK(domu_set_context(&u, &ctx) < 0, 1);
	ctx.ctrlreg[3] = xen_pfn_to_cr3(frames[0]);
	ctx.gdt_ents = FIRST_RESERVED_GDT_ENTRY + 1;
	CHECK(domu_set_context(&u, &ctx) < 0, 1);
	ctx.gdt_ents = 0;
	CHECK(domu_set_context(&u, &ctx), 0);
	/* Another root is refused from then on, also if only a low bit differs. */
	ctx.ctrlreg[3] ^= 1;
	CHECK(domu_set_context(&u, &ctx), -XEN_EOPNOTSUPP);
	ctx.ctrlreg[3] ^= 1;
	/* Whether it is up is a part of its state. */
	ctx.flags &= ~VGCF_online;
	CHECK(domu_set_context(&u, &ctx), 0);
	CHECK(is_online(), 0);
	ctx.flags |= VGCF_online;
	CHECK(domu_set_context(&u, &ctx), 0);
	CHECK(is_online(), 1);
	memset(&ctx, 0, sizeof(ctx));
	set_xen_guest_handle(op.u.vcpucontext.ctxt, &ctx);
	CHECK(domu_ctl(&u, XEN_DOMCTL_getvcpucontext), 0);
	CHECK(ctx.user_regs.eip, DOMU_CODE << 12);
	CHECK(ctx.ctrlreg[3], xen_pfn_to_cr3(frames[0]));
	CHECK_SELECTOR((u16)ctx.user_regs.cs, FLAT_KERNEL_CS);
	op.u.vcpucontext.vcpu = NO_VCPU;
	CHECK(domu_ctl(&u, XEN_DOMCTL_getvcpucontext), -XEN_EINVAL);
}

static bool has_flag(u32 flag)
{
	u32 i;

	for (i = 0; i < 1000000; i++) {
		if (domu_ctl(&u, XEN_DOMCTL_getdomaininfo) ||
		    op.u.getdomaininfo.domain != u.id)
			return false;
		if (op.u.getdomaininfo.flags & flag)
			return true;
		HC2(sched_op, SCHEDOP_yield, 0);
	}
	return false;
}

/* The event comes when the last CPU has left the domain. */
static bool told(u32 port)
{
	u32 i;

	for (i = 0; i < 1000000; i++) {
		if (port_pending(port))
			return true;
		HC2(sched_op, SCHEDOP_yield, 0);
	}
	return false;
}

static void test_run(u32 port)
{
	clear_events(0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), 0);
	CHECK(has_flag(XEN_DOMINF_shutdown), 1);
	CHECK(op.u.getdomaininfo.flags >> XEN_DOMINF_shutdownshift & 0xff,
	      reason);
	CHECK(told(port), 1);
}

/* As libxl does where the kernel offers a port for its suspend. */
static void test_suspend(u32 virq)
{
	evtchn_alloc_unbound_t a = { .dom = (domid_t)u.id,
				     .remote_dom = DOMID_SELF };
	evtchn_bind_interdomain_t b = { .remote_dom = (domid_t)u.id };
	evtchn_close_t c;

	CHECK(HC2(event_channel_op, EVTCHNOP_alloc_unbound, &a), 0);
	b.remote_port = a.port;
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_interdomain, &b), 0);
	op.u.subscribe.port = a.port;
	CHECK(domu_ctl(&u, XEN_DOMCTL_subscribe), 0);
	test_run(b.local_port);
	CHECK(port_pending(virq), 0);
	c.port = b.local_port;
	CHECK(HC2(event_channel_op, EVTCHNOP_close, &c), 0);
}

/* With 'place' mapping its code page. */
static void test_destroy(void)
{
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	CHECK(has_flag(XEN_DOMINF_dying), 1);
	CHECK(op.u.getdomaininfo.tot_pages, 1);
	CHECK(place[0], code[0]);
	CHECK(domu_populate(&u, 1, 0), 0);
	CHECK(domu_set_context(&u, &ctx) < 0, 1);
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	CHECK(domu_gone(&u), 1);
	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), -XEN_ESRCH);
}

static void one_life(u32 port)
{
	test_make();
	test_memory();
	test_mapping();
	test_tables();
	test_context();
	if (reason == SHUTDOWN_suspend)
		test_suspend(port);
	else
		test_run(port);
	test_destroy();
}

void test_main(void)
{
	evtchn_bind_virq_t b = { .virq = VIRQ_DOM_EXC };
	u32 before, i;

	CHECK(HC2(event_channel_op, EVTCHNOP_bind_virq, &b), 0);
	test_wrong();
	test_read_only();
	/* What the first one leaves behind is there for all that follow. */
	one_life(b.port);
	before = settled_pages();
	for (i = 0; i < LIVES && !failures; i++)
		one_life(b.port);
	CHECK(settled_pages(), before);
	/* By now the end of the last one was told. */
	reason = SHUTDOWN_suspend;
	one_life(b.port);
	CHECK(settled_pages(), before);
}
