// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/domctl.h iomem_permission, ioport_permission, irq_permission;
 * xen/physdev.h map_pirq): a domain reaches just those frames, ports and
 * interrupts of devices that the privileged one gave it, which gives only what
 * it has itself; nothing else lets it reach more, and its end gives all back. Who
 * has device memory may map its own uncached, and flush the caches (Xen's
 * cache_flush_permitted()).
 * An interrupt has more than one domain only if all of them agree. A machine
 * without IOMMU gives no whole device, unless it is asked to. Classes:
 * permissions of interrupts (XSA-46), their cleaning up (237, 356).
 *
 * The other domain, made here, works a list of calls that we write for it.
 *
 * Test: devices
 * Test: devices-64 -w 64
 */
#include "domu.h"

#define LIST	(DOMU_CODE + 1)		/* its page with the list */
#define VA	(DOMU_PAGES << 12)	/* a free entry of its level-1 table */
#define ROM	0xf0u			/* frames of the BIOS */
#define GSI	12u			/* of a mouse that nobody moves */
#define STATUS	0x64u			/* port of the keyboard's state */
#define OP_IN	0xfffffffeu		/* a port's byte */
#define OP_LOAD	0xfffffffdu		/* a word of memory */
#define ARGUMENT	0x800u		/* of a call, in the page LIST */
#define CODE_BYTES	0x200u		/* of work(), at most */
#define NO_RESULT	0x5a5a		/* what no call gives */
#define NO_DOMAIN	0x1234u
#define NO_PIRQ		100000u
#define APIC		0xfee00u	/* a frame of the local APIC */
#define UART		0x3f8u		/* the hypervisor's port */
#define NO_RIGHT	0xff		/* what a port gives then */
#define op	domctl_op

PAGE_BUFFER(place);
PAGE_BUFFER(rom);

struct call {
	u32 nr;
	ulong a, b, c, d;
	volatile int result;
};

/* The page LIST: what the other domain is asked for, and the answer. */
struct job {
	volatile u32 todo;		/* it sets this to 0 */
	struct call call;
};
static struct job *const job = (struct job *)place;
static struct domu u;

static u8 in(u32 port)
{
	u8 byte;

	__asm__ volatile("in %%dx, %0" : "=a" (byte) : "d" (port));
	return byte;
}

/* What it runs: waits for a call, and makes it. */
static void __attribute__((noinline, noreturn)) work(void)
{
	struct job *j = (void *)(LIST << 12);
	const struct call *c = &j->call;

	for (;;) {
		while (!j->todo)
			raw_hypercall(__HYPERVISOR_sched_op, SCHEDOP_yield, 0,
				      0, 0, 0);
		if (c->nr == OP_IN)
			j->call.result = in(c->a);
		else if (c->nr == OP_LOAD)
			j->call.result = *(volatile int *)c->a;
		else
			j->call.result = (int)raw_hypercall(c->nr, c->a, c->b,
							    c->c, c->d, 0);
		j->todo = 0;
	}
}

/* What the other domain got for one call. */
static int its(struct call c)
{
	u32 i;

	job->call = c;
	job->call.result = NO_RESULT;
	job->todo = 1;
	for (i = 0; i < 1000000 && job->todo; i++)
		HC2(sched_op, SCHEDOP_yield, 0);
	return job->call.result;
}

static void *argument(const void *from, u32 size)
{
	memcpy(place + ARGUMENT, from, size);
	return (void *)((LIST << 12) + ARGUMENT);
}

#define ITS(name, cmd, ...) ({						\
	__VA_ARGS__;							\
	its((struct call){ .nr = __HYPERVISOR_##name, .a = cmd,		\
			   .b = (ulong)argument(&arg, sizeof(arg)) });	\
})

static int its_map_as(u32 frame, u64 flags)
{
	const u64 entry = (u64)frame << 12 | flags;

	if (WIDTH == 64)
		return its((struct call){
			.nr = __HYPERVISOR_update_va_mapping, .a = VA,
			.b = (ulong)entry, .c = UVMF_INVLPG,
		});
	return its((struct call){
		.nr = __HYPERVISOR_update_va_mapping, .a = VA,
		.b = (ulong)entry, .c = (ulong)(entry >> 32), .d = UVMF_INVLPG,
	});
}

static int its_map(u32 frame)
{
	return its_map_as(frame, PTE_RO);
}

static int its_mmuext(u32 cmd)
{
	const struct mmuext_op arg = { .cmd = cmd };

	return its((struct call){
		.nr = __HYPERVISOR_mmuext_op, .b = 1, .d = DOMID_SELF,
		.a = (ulong)argument(&arg, sizeof(arg)),
	});
}

static int its_bind(u32 pirq, u32 flags, u32 *port)
{
	int rc = ITS(event_channel_op, EVTCHNOP_bind_pirq,
		     struct evtchn_bind_pirq arg = { .pirq = pirq,
						     .flags = flags });

	if (!rc)
		memcpy(port, place + ARGUMENT +
		       offsetof(struct evtchn_bind_pirq, port), sizeof(*port));
	return rc;
}

static int its_close(u32 port)
{
	return ITS(event_channel_op, EVTCHNOP_close,
		   struct evtchn_close arg = { .port = port });
}

static int its_in(u32 port)
{
	return its((struct call){ .nr = OP_IN, .a = port });
}

static long give_frames(u64 first, u64 n, bool allow)
{
	op.u.iomem_permission.first_mfn = first;
	op.u.iomem_permission.nr_mfns = n;
	op.u.iomem_permission.allow_access = allow;
	return domu_ctl(&u, XEN_DOMCTL_iomem_permission);
}

static long give_ports(u32 first, u32 n, bool allow)
{
	op.u.ioport_permission.first_port = first;
	op.u.ioport_permission.nr_ports = n;
	op.u.ioport_permission.allow_access = allow;
	return domu_ctl(&u, XEN_DOMCTL_ioport_permission);
}

static long give_pirq(u32 pirq, bool allow)
{
	op.u.irq_permission.pirq = (u8)pirq;
	op.u.irq_permission.allow_access = allow;
	return domu_ctl(&u, XEN_DOMCTL_irq_permission);
}

static long map_pirq(u32 domid)
{
	struct physdev_map_pirq m = { .domid = (domid_t)domid, .index = GSI,
				      .type = MAP_PIRQ_TYPE_GSI, .pirq = GSI };

	return HC2(physdev_op, PHYSDEVOP_map_pirq, &m);
}

static long unmap_pirq(u32 domid)
{
	struct physdev_unmap_pirq m = { .domid = (domid_t)domid, .pirq = GSI };

	return HC2(physdev_op, PHYSDEVOP_unmap_pirq, &m);
}

static long bind_pirq(u32 flags, u32 *port)
{
	struct evtchn_bind_pirq b = { .pirq = GSI, .flags = flags };
	long rc = HC2(event_channel_op, EVTCHNOP_bind_pirq, &b);

	*port = b.port;
	return rc;
}

/* A domain that was given nothing, and what it tries. */
static void test_nothing(void)
{
	u32 port;

	CHECK(its_map(ROM), -XEN_EPERM);
	CHECK(its_map(APIC), -XEN_EPERM);
	CHECK(its_bind(GSI, 0, &port), -XEN_EPERM);
	CHECK(its_bind(NO_PIRQ, 0, &port), -XEN_EINVAL);
	CHECK(ITS(physdev_op, PHYSDEVOP_map_pirq, struct physdev_map_pirq arg =
		  { .domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_GSI,
		    .index = GSI, .pirq = GSI }), -XEN_EPERM);
	CHECK(ITS(physdev_op, PHYSDEVOP_setup_gsi,
		  struct physdev_setup_gsi arg = { .gsi = GSI }), -XEN_EPERM);
	CHECK(ITS(physdev_op, PHYSDEVOP_set_iopl,
		  struct physdev_set_iopl arg = { .iopl = 1 }), 0);
	CHECK(its_in(STATUS), NO_RIGHT);
	memset(&op, 0, sizeof(op));
	op.cmd = XEN_DOMCTL_iomem_permission;
	op.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	op.domain = (domid_t)u.id;
	op.u.iomem_permission.first_mfn = ROM;
	op.u.iomem_permission.nr_mfns = op.u.iomem_permission.allow_access = 1;
	argument(&op, sizeof(op));
	CHECK(its((struct call){ .nr = __HYPERVISOR_domctl,
				 .a = (LIST << 12) + ARGUMENT }), -XEN_EPERM);
	CHECK(its_map(ROM), -XEN_EPERM);
}

/* How its memory is cached it may say while it has frames of a device. */
static void test_caches(void)
{
	const u32 own = u.frames[DOMU_PAGES - 2];
	u32 round;
	bool has;

	for (round = 0; round < 3; round++) {
		has = round == 1;
		CHECK(give_frames(ROM, 1, has), 0);
		CHECK(its_map_as(own, PTE_RWP | PTE_PCD), has ? 0 : -XEN_EINVAL);
		CHECK(its_map_as(own, PTE_RO | PTE_PWT), has ? 0 : -XEN_EINVAL);
		CHECK(its_mmuext(MMUEXT_FLUSH_CACHE), has ? 0 : -XEN_EACCES);
		CHECK(its_mmuext(MMUEXT_FLUSH_CACHE_GLOBAL),
		      has ? 0 : -XEN_EINVAL);
		CHECK(its_map_as(own, PTE_RO), 0);
	}
}

static void test_frames(void)
{
	static const struct {
		u32 frame;
		int map;
	} after[] = {
		{ ROM, 0 }, { ROM + 1, 0 }, { ROM + 2, -XEN_EPERM },
		{ ROM + 3, -XEN_EPERM }, { ROM + 4, 0 }, { ROM + 7, 0 },
		{ ROM + 8, -XEN_EPERM }, { ROM - 1, -XEN_EPERM },
	};
	u32 i;

	CHECK(give_frames(ROM, 0, true), -XEN_EINVAL);
	CHECK(give_frames(ROM, ~0ull, true), -XEN_EINVAL);
	CHECK(give_frames(APIC, 1, true), -XEN_EPERM);
	CHECK(give_frames(APIC - 0xe00, 0x1000, true), -XEN_EPERM);
	CHECK(give_frames(1ull << 40, 1, true), -XEN_EPERM);
	CHECK(give_frames(ROM, 8, true), 0);
	CHECK(give_frames(ROM + 2, 2, false), 0);
	for (i = 0; i < ARRAY_SIZE(after); i++)
		CHECK(its_map(after[i].frame), after[i].map);
	/* RAM is no device, whoever gives it. */
	CHECK(give_frames(va_mfn(rom), 1, true), 0);
	CHECK(its_map(va_mfn(rom)) < 0, 1);
	CHECK(set_pte_va(rom, (u64)ROM << 12 | PTE_RO, UVMF_INVLPG), 0);
	CHECK(its_map(ROM), 0);
	CHECK(its((struct call){ .nr = OP_LOAD, .a = VA }), *(int *)rom);
	/* What is mapped stays so; it cannot be mapped again. */
	CHECK(give_frames(ROM, 8, false), 0);
	CHECK(its((struct call){ .nr = OP_LOAD, .a = VA }), *(int *)rom);
	CHECK(its_map(ROM + 1), -XEN_EPERM);
}

static void test_ports(void)
{
	struct physdev_set_iopl iopl = { .iopl = 1 };

	CHECK(HC2(physdev_op, PHYSDEVOP_set_iopl, &iopl), 0);
	CHECK(give_ports(STATUS, 0, true), -XEN_EINVAL);
	CHECK(give_ports(0x10000 - 6, 7, true), -XEN_EINVAL);
	CHECK(give_ports(UART, 8, true), -XEN_EPERM);
	CHECK(give_ports(STATUS, 1, true), 0);
	CHECK(in(STATUS) != NO_RIGHT, 1);
	CHECK(its_in(STATUS), in(STATUS));
	CHECK(its_in(STATUS - 4), NO_RIGHT);
	CHECK(give_ports(STATUS, 1, false), 0);
	CHECK(its_in(STATUS), NO_RIGHT);
}

static void test_pirq(void)
{
	u32 port, ours;

	CHECK(map_pirq(NO_DOMAIN), -XEN_ESRCH);
	CHECK(unmap_pirq(u.id), -XEN_EINVAL);
	CHECK(map_pirq(DOMID_SELF), 0);
	CHECK(map_pirq(u.id), 0);
	CHECK(give_pirq(GSI, false), 0);
	CHECK(its_bind(GSI, 0, &port), -XEN_EPERM);
	CHECK(give_pirq(GSI, true), 0);
	CHECK(its_bind(GSI, 0, &port), 0);
	CHECK(its_bind(GSI, 0, &port), -XEN_EEXIST);
	/* Both have to want to share. */
	CHECK(bind_pirq(BIND_PIRQ__WILL_SHARE, &ours), -XEN_EBUSY);
	CHECK(its_close(port), 0);
	CHECK(its_bind(GSI, BIND_PIRQ__WILL_SHARE, &port), 0);
	CHECK(bind_pirq(0, &ours), -XEN_EBUSY);
	CHECK(bind_pirq(BIND_PIRQ__WILL_SHARE, &ours), 0);
	CHECK(close_port(ours), 0);
	/* Taken away while it is bound, and left to the end of the domain. */
	CHECK(unmap_pirq(u.id), 0);
	CHECK(its_close(port), 0);
	CHECK(its_bind(GSI, 0, &port), -XEN_EPERM);
	CHECK(map_pirq(u.id), 0);
	CHECK(its_bind(GSI, 0, &port), 0);
	CHECK(bind_pirq(0, &ours), -XEN_EBUSY);
}

static long assign(u32 cmd, u32 domid)
{
	struct domu to = { .id = domid };

	memset(&op, 0, sizeof(op));
	op.u.assign_device.dev = XEN_DOMCTL_DEV_PCI;
	op.u.assign_device.u.pci.machine_sbdf = 1 << 3;	/* 0:1.0 */
	return domu_ctl(&to, cmd);
}

static void test_assign(void)
{
	static const u32 cmds[] = {
		XEN_DOMCTL_assign_device, XEN_DOMCTL_deassign_device,
		XEN_DOMCTL_test_assign_device,
	};
	xen_sysctl_t s = { .cmd = XEN_SYSCTL_physinfo,
			   .interface_version = XEN_SYSCTL_INTERFACE_VERSION };
	struct domu new = { .id = 0 };
	u32 i;

	CHECK(HC1(sysctl, &s), 0);
	CHECK(s.u.physinfo.capabilities & XEN_SYSCTL_PHYSCAP_directio, 0);
	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		CHECK(assign(cmds[i], u.id), -XEN_EOPNOTSUPP);
	CHECK(assign(XEN_DOMCTL_assign_device, DOMID_IO), -XEN_EOPNOTSUPP);
	memset(&op, 0, sizeof(op));
	op.u.createdomain.max_vcpus = 1;
	op.u.createdomain.grant_opts = 1;
	op.u.createdomain.flags = XEN_DOMCTL_CDF_iommu;
	CHECK(domu_ctl(&new, XEN_DOMCTL_createdomain), -XEN_EINVAL);
}

static void test_end(void)
{
	u32 ours;

	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&u), 1);
	CHECK(bind_pirq(0, &ours), 0);
	CHECK(close_port(ours), 0);
}

static void one_life(long gsi)
{
	domu_make(&u, place, (const u8 *)work, CODE_BYTES);
	CHECK(give_pirq(GSI, true), gsi);
	CHECK(domu_map(&u, place, u.frames[LIST], PTE_RWP), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), 0);
	test_nothing();
	test_caches();
	test_frames();
	test_ports();
	test_pirq();
	test_assign();
	test_end();
}

void test_main(void)
{
	u32 before;

	one_life(-XEN_EPERM);		/* not mapped by us yet */
	before = settled_pages();
	one_life(0);
	CHECK(settled_pages(), before);
}
