// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports by virtual IOPL, from ring 1 and ring 3: reads of each port that could
 * have something, in all sizes, and of all ports in runs; writes where nothing
 * happens. What changes by itself is not printed.
 */
#include "conf.h"

#define DELAY	0x80		/* a port that nothing is at */

static const u16 ports[] = {
	0x00, 0x20, 0x21, 0x40, 0x42, 0x43, 0x61, 0x64, 0x70, 0x80, 0x92, 0xa0,
	0xa1, 0xed, 0x2f8, 0x3f8, 0x3fd, 0x3da, 0xcf8, 0xcf9, 0xcfa, 0xcfb,
	0xcfc, 0xcfd, 0xcfe, 0xcff, 0xb008, 0xffff,
};

/* Configuration space: its address is the hypervisor's as well, in parts. */
static bool is_config(u32 port)
{
	return port >= 0xcf8 && port <= 0xcff;
}

/* PIT, its gate, the clock, ACPI's timer */
static bool changes(u32 port)
{
	return (port >= 0x40 && port <= 0x43) || (port & 0xfffe) == 0x60 ||
	       port == 0x71 || (port >= 0xb000 && port <= 0xb03f);
}

static bool masked(u32 port, u32 size)
{
	return changes(port) || (port == 0x70 && size) ||
	       (is_config(port) && (port % 4 || size != 2));
}

DEFINE_CODE(inb, "inb %dx, %al");
DEFINE_CODE(inw, "inw %dx, %ax");
DEFINE_CODE(inl, "inl %dx, %eax");
DEFINE_CODE(outb, "outb %al, %dx");

static void one_port(u32 port, bool user, u32 iopl)
{
	static const struct {
		const u8 *code, *end;
	} in[] = {
		{ inb, inb_end }, { inw, inw_end }, { inl, inl_end },
	};
	const struct came *c;
	u32 size, n;

	out_begin(user ? "user, IOPL " : "kernel, IOPL ");
	out_number(iopl, 10);
	out_text(": in from ");
	out_number(port, 16);
	out_text(" ->");
	for (size = 0; size < ARRAY_SIZE(in); size++) {
		n = (u32)(in[size].end - in[size].code);
		user_eax = 0;
		user_edx = port;
		c = (user ? run_in_user : run_in_kernel)(in[size].code, n,
						   X86_EFLAGS_FIXED);
		out_text(" ");
		if (c->vector != SYSTEM_CALL)
			out_came(c, n);
		else if (masked(port, size))
			out_text("~");
		else
			out_number(c->eax, 16);
	}
	out_end();
}

static void one_write(u32 port, bool user, u32 iopl)
{
	const struct came *c;

	user_eax = 0xff;
	user_edx = port;
	c = (user ? run_in_user : run_in_kernel)(outb, CODE_SIZE(outb),
					   X86_EFLAGS_FIXED);
	out_begin(user ? "user, IOPL " : "kernel, IOPL ");
	out_number(iopl, 10);
	out_text(": out to ");
	out_number(port, 16);
	out_text(" -> ");
	out_came(c, CODE_SIZE(outb));
	out_end();
}

static u32 in8(u32 port)
{
	u32 v = 0;

	trapped_vector = (u32)NO_TRAP;
	__asm__ volatile("movl $1f, recover_eip\ninb %%dx, %%al\n1:\n"
			 "movl $0, recover_eip" : "+a" (v) : "d" (port)
			 : "memory");
	return trapped_vector != (u32)NO_TRAP ? 0x1000 + trapped_vector : v & 0xff;
}

/* All ports but those that change, or that a read changes. */
static void all_ports(u32 iopl)
{
	u32 port, first = 0, last = 0, v = 0;

	for (port = 0; port <= 0x10000; port++) {
		if (port < 0x10000 && (changes(port) || is_config(port) ||
				       port < 0x10))
			continue;
		v = port < 0x10000 ? in8(port) : 0x2000;
		if (port && v == last)
			continue;
		if (port && last != 0) {
			out_begin("kernel, IOPL ");
			out_number(iopl, 10);
			out_text(": ports from ");
			out_number(first, 16);
			out_text(" -> to ");
			out_number(port - 1, 16);
			out_text(last >= 0x1000 ? " trap " : " read ");
			out_number(last & 0xfff, last >= 0x1000 ? 10 : 16);
			out_end();
		}
		first = port;
		last = v;
	}
}

static void architectural(u32 iopl)
{
	CHECK(HC2(vm_assist, VMASST_CMD_enable,
		  VMASST_TYPE_architectural_iopl), 0);
	CHECK(set_iopl(iopl), 0);
	one_port(DELAY, false, iopl + 10);
	one_port(DELAY, true, iopl + 10);
	CHECK(HC2(vm_assist, VMASST_CMD_disable,
		  VMASST_TYPE_architectural_iopl), 0);
}

static void bitmap(void)
{
	static u8 bits[8192];
	struct physdev_set_iobitmap m = { .nr_ports = 65536 };

	memset(bits, 0xff, sizeof(bits));
	bits[DELAY / 8] = 0;
	set_xen_guest_handle(m.bitmap, bits);
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iobitmap, &m), 0);
	one_port(DELAY, true, 20);
	one_port(DELAY + 7, true, 20);
	one_port(DELAY + 16, true, 20);
	one_port(DELAY, false, 20);
	m.nr_ports = 0;
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iobitmap, &m), 0);
	one_port(DELAY, true, 21);
}

void conf_ports(void)
{
	u32 iopl, i;

	for (iopl = 0; iopl < 4; iopl++) {
		CHECK(set_iopl(iopl), 0);
		for (i = 0; i < ARRAY_SIZE(ports); i++) {
			one_port(ports[i], false, iopl);
			one_port(ports[i], true, iopl);
		}
		one_write(DELAY, false, iopl);
		one_write(DELAY, true, iopl);
		one_write(0xed, false, iopl);
	}
	CHECK(set_iopl(1), 0);
	all_ports(1);
	for (i = 0; i < 4; i++)
		architectural(i);
	CHECK(set_iopl(0), 0);
	bitmap();
	restore();
}
