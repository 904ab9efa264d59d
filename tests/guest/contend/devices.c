// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of devices: mapped, bound and unmapped once; configuration cycles
 * of a vCPU and of the hypervisor do not mix. The machine has a device with an
 * MSI-X table in its BAR 1 at 0:4.0.
 */
#include "contend.h"

#define DEVFN		(4u << 3)
#define BAR1		0x14u
#define HOST_BRIDGE	0x12378086u
#define GSI		12u		/* of a mouse that nobody moves */

static u32 table, pirq, port;

static u32 config_read(u32 devfn, u32 reg)
{
	u32 v;

	__asm__ volatile("outl %0, %%dx"
			 :: "a" (1u << 31 | devfn << 8 | reg), "d" (0xcf8));
	__asm__ volatile("inl %%dx, %0" : "=a" (v) : "d" (0xcfc));
	return v;
}

static long free_pirq(u32 round, u32 me)
{
	struct physdev_get_free_pirq f = { .type = MAP_PIRQ_TYPE_MSI };
	long rc = HC2(physdev_op, PHYSDEVOP_get_free_pirq, &f);

	(void)round;
	(void)me;
	return rc ? rc : (long)f.pirq;
}

static long map_pirq(struct physdev_map_pirq m)
{
	long rc = HC2(physdev_op, PHYSDEVOP_map_pirq, &m);

	if (!rc)
		pirq = (u32)m.pirq;
	return rc;
}

static long map_message(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return map_pirq((struct physdev_map_pirq){
		.domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_MSI, .index = -1,
		.pirq = (int)pirq, .devfn = (int)DEVFN, .table_base = table,
	});
}

static long unmap_pirq(u32 round, u32 me)
{
	struct physdev_unmap_pirq u = { .domid = DOMID_SELF,
					.pirq = (int)pirq };

	(void)round;
	(void)me;
	return HC2(physdev_op, PHYSDEVOP_unmap_pirq, &u);
}

static long bind_pirq(u32 round, u32 me)
{
	struct evtchn_bind_pirq b = { .pirq = pirq };
	long rc = HC2(event_channel_op, EVTCHNOP_bind_pirq, &b);

	(void)round;
	(void)me;
	if (!rc)
		port = b.port;
	return rc;
}

static void any_pirq(u32 round)
{
	(void)round;
	pirq = ~0u;
}

/* The first free one, which both then name. */
static void one_pirq(u32 round)
{
	any_pirq(round);
	CHECK(map_message(round, 0), 0);
	CHECK(unmap_pirq(round, 0), 0);
}

static void message(u32 round)
{
	any_pirq(round);
	CHECK(map_message(round, 0), 0);
}

static void gsi(u32 round)
{
	(void)round;
	CHECK(map_pirq((struct physdev_map_pirq){
		.domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_GSI, .index = GSI,
		.pirq = GSI }), 0);
}

/* There was one mapping, though both were told of success. */
static void unmapped_once(u32 round, u32 winner)
{
	(void)winner;
	CHECK(unmap_pirq(round, 0), 0);
	CHECK(unmap_pirq(round, 0), -XEN_EINVAL);
}

static void unbound(u32 round, u32 winner)
{
	(void)round;
	(void)winner;
	CHECK(close_port(port), 0);
}

/* What is bound and then unmapped leaves a port, which can be closed. */
static void unmapped_perhaps_bound(u32 round, u32 winner)
{
	(void)round;
	(void)winner;
	CHECK(result[1], 0);
	if (!result[0])
		CHECK(close_port(port), 0);
}

static void allow_ports(void)
{
	struct physdev_set_iopl iopl = { .iopl = 1 };

	CHECK(HC2(physdev_op, PHYSDEVOP_set_iopl, &iopl), 0);
}

static long read_config(u32 round, u32 me)
{
	u32 v;

	(void)round;
	if (me)
		allow_ports();
	v = config_read(0, 0);
	return v == HOST_BRIDGE ? 0 : (long)v;
}

static long map_unmap(u32 round, u32 me)
{
	long rc = map_message(round, me);

	return rc ? rc : unmap_pirq(round, me);
}

void setup_devices(void)
{
	struct physdev_pci_device_add add = { .devfn = DEVFN };

	allow_ports();
	CHECK(HC2(physdev_op, PHYSDEVOP_pci_device_add, &add), 0);
	table = config_read(DEVFN, BAR1) & ~15u;
	CHECK(table != 0, 1);
}

const struct contest device_contests[] = {
	{ "get a free pirq", "do_physdev_op", SAME(free_pirq), DISTINCT,
	  .limit = 60 },
	{ "map a message", "do_physdev_op", SAME(map_message), SUCCESS,
	  .before = one_pirq, .after = unmapped_once },
	{ "unmap a message", "do_physdev_op", SAME(unmap_pirq), -XEN_EINVAL,
	  .before = message },
	{ "bind a pirq", "do_event_channel_op", SAME(bind_pirq), -XEN_EEXIST,
	  .before = gsi, .after = unbound },
	{ "bind, unmap a pirq", "do_event_channel_op",
	  { bind_pirq, unmap_pirq }, ANY,
	  .before = message, .after = unmapped_perhaps_bound },
	{ "read, map a message", "ioport_read", { read_config, map_unmap },
	  SUCCESS, .before = any_pirq },
	{ "map, read", "do_physdev_op", { map_unmap, read_config }, SUCCESS,
	  .before = any_pirq },
	{ .name = NULL }
};
