// SPDX-License-Identifier: GPL-2.0-only
/*
 * Port IO of a guest: by its IOPL or its bitmap, then by the domain's rights;
 * in and out with 1, 2 or 4 bytes of EAX, ins and outs with memory that who
 * asks may reach.
 */
#include <string.h>
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "insn.h"
#include "machine/paging.h"

#define AX	0xccddeeffu
#define INPUT	0x11223344u
#define PORT	0x2f8u

static struct vcpu *v;
static u8 denied[8192];			/* bit per port */

/* The domain may use every port. */
static struct regs setup(void)
{
	struct regs r = insn_regs(1);

	v = insn_setup();
	memset(denied, 0, sizeof(denied));
	v->d->dev.ioports = denied;
	host_port_input = INPUT;
	r.ax = AX;
	r.dx = 0xffff0000 | PORT;
	return r;
}

static u32 low_bytes(u32 value, u32 size)
{
	return value & (u32)((1ull << size * 8) - 1);
}

static void expect_port(u32 count, u32 size, u32 value, bool out)
{
	assert_int_equal(host_port.count, count);
	assert_int_equal(host_port.port, PORT);
	assert_int_equal(host_port.size, size);
	assert_int_equal(low_bytes(host_port.value, size), value);
	assert_int_equal(host_port.out, out);
}

/* The port is DX or a byte; 1, 2 or 4 bytes of EAX take part. */
static const struct {
	const char *bytes;
	u32 n, size, ax, value;
	bool out;
} transfers[] = {
	{ "\xec", 1, 1, 0xccddee44, 0x44, false },
	{ "\xed", 1, 4, INPUT, INPUT, false },
	{ "\x66\xed", 2, 2, 0xccdd3344, 0x3344, false },
	{ "\x66\xec", 2, 1, 0xccddee44, 0x44, false },
	{ "\x66\x66\xed", 3, 2, 0xccdd3344, 0x3344, false },
	{ "\xee", 1, 1, AX, 0xff, true },
	{ "\xef", 1, 4, AX, AX, true },
	{ "\x66\xef", 2, 2, AX, 0xeeff, true },
	{ "\x66\xee", 2, 1, AX, 0xff, true },
};

/*
 * IN changes as many bytes of EAX as it reads, OUT writes as many as it has;
 * RAX has no upper half after an IN.
 */
static void test_in_out(void **state)
{
	const u64 upper = 0xffffffff00000000;
	struct regs r;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(transfers); i++) {
		r = setup();
		r.ax |= upper;
		insn_done(&r, transfers[i].bytes, transfers[i].n);
		/* Four bytes of input are a write of the whole register. */
		assert_int_equal(r.ax, transfers[i].ax |
				 (transfers[i].size < 4 || transfers[i].out ?
				  upper : 0));
		expect_port(1, transfers[i].size, transfers[i].value,
			    transfers[i].out);
	}
}

/* In 16-bit code the prefix asks for 4 bytes, and no prefix for 2. */
static void test_16bit(void **state)
{
	struct regs r = setup();

	(void)state;
	r.cs = insn_segment(CODE16(0xfffff));
	insn_done(&r, "\xed", 1);
	expect_port(1, 2, INPUT & 0xffff, false);
	assert_int_equal(r.ax, 0xccdd3344);
	insn_done(&r, "\x66\xed", 2);
	expect_port(2, 4, INPUT, false);
	insn_done(&r, "\x66\x66\xed", 3);
	expect_port(3, 4, INPUT, false);
	insn_done(&r, "\xec", 1);
	expect_port(4, 1, INPUT & 0xff, false);
	/* Strings have addresses and counts of 16 bits. */
	insn_stays(&r, "\x6c", 1);
	assert_int_equal(host_asked.address, (u16)r.di);
	r.cx = 0x50001;
	insn_stays(&r, "\xf3\x6f", 2);
	assert_int_equal(host_asked.address, (u16)r.si);
	r.cx = 0x50000;
	insn_done(&r, "\xf3\x6f", 2);
	assert_int_equal(r.cx, 0x50000);
}

/* in and out with the port in the instruction: DX means nothing. */
static void test_immediate_port(void **state)
{
	static const char *const bytes[] = {
		"\xe4\xfe", "\xe5\xfe", "\xe6\xfe", "\xe7\xfe"
	};
	struct regs r;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bytes); i++) {
		r = setup();
		insn_done(&r, bytes[i], 2);
		assert_int_equal(host_port.port, 0xfe);
		assert_int_equal(host_port.size, i & 1 ? 4 : 1);
		assert_int_equal(host_port.out, i >= 2);
	}
}

static const struct {
	const char *one, *rep;
	u32 n, size;
} strings[] = {
	{ "\x6c", "\xf3\x6c", 1, 1 }, { "\x6d", "\xf2\x6d", 1, 4 },
	{ "\x66\x6d", "\xf3\x66\x6d", 2, 2 },
	{ "\x6e", "\xf2\x6e", 1, 1 }, { "\x6f", "\xf3\x6f", 1, 4 },
	{ "\x66\x6f", "\x66\xf3\x6f", 2, 2 },
};

static bool is_out(u32 i)
{
	return i >= 3;
}

static u64 *index_of(struct regs *r, u32 i)
{
	return is_out(i) ? &r->si : &r->di;
}

/* One element and its index; ECX counts only with a prefix. */
static void test_string_one(void **state)
{
	struct regs r, old;
	u32 i, value, want;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(strings); i++) {
		r = setup();
		want = low_bytes(INPUT, strings[i].size);
		if (is_out(i))
			memcpy(insn_memory, &want, 4);
		r.cx = 9;
		old = r;
		insn_done(&r, strings[i].one, strings[i].n);
		memcpy(&value, insn_memory, 4);
		assert_int_equal(value, want);
		expect_port(1, strings[i].size, want, is_out(i));
		*index_of(&old, i) += strings[i].size;
		old.ip = r.ip;
		assert_memory_equal(&r, &old, sizeof(r));
	}
}

/* Repeated: up or down in memory, nothing when ECX is 0. */
static void test_string_repeated(void **state)
{
	struct regs r;
	u32 i, down, count;

	(void)state;
	for (i = 0; i < 4 * ARRAY_SIZE(strings); i++) {
		r = setup();
		down = i & 1;
		count = i & 2 ? 5 : 0;
		r.flags = down ? BIT(10) : 0;
		r.cx = count;
		r.si = r.di = MEMORY_START + 64;
		insn_done(&r, strings[i / 4].rep, strings[i / 4].n + 1);
		count *= strings[i / 4].size;
		assert_int_equal(*index_of(&r, i / 4), MEMORY_START + 64 +
				 (down ? -count : count));
		assert_int_equal(r.cx, 0);
		assert_int_equal(host_port.count, count / strings[i / 4].size);
	}
}

/* The bytes of memory in their order, and no others. */
static void test_string_memory(void **state)
{
	struct regs r = setup();
	u32 i;

	(void)state;
	r.cx = 3;
	r.di = MEMORY_START + 100;
	host_port_input = 0x5a;
	insn_done(&r, "\xf3\x6c", 2);
	for (i = 0; i < 200; i++)
		assert_int_equal(insn_memory[i],
				 i >= 100 && i < 103 ? 0x5a : 0);
	insn_memory[102] = 0x77;
	r.si = MEMORY_START + 100;
	r.cx = 3;
	insn_done(&r, "\xf3\x6e", 2);
	expect_port(6, 1, 0x77, true);
}

/* 512 at a time: until the last the instruction stays the next one. */
static void test_string_long(void **state)
{
	struct regs r = setup();

	(void)state;
	r.cx = 1200;
	insn_stays(&r, "\xf3\x6e", 2);
	assert_int_equal(r.cx, 1200 - 512);
	assert_int_equal(r.si, MEMORY_START + 512);
	insn_stays(&r, "\xf3\x6e", 2);
	insn_done(&r, "\xf3\x6e", 2);
	assert_int_equal(r.cx, 0);
	assert_int_equal(r.si, MEMORY_START + 1200);
	assert_int_equal(host_port.count, 1200);
	r.cx = 512;
	insn_done(&r, "\xf3\x6e", 2);
	r.cx = 513;
	insn_stays(&r, "\xf3\x6e", 2);
	assert_int_equal(r.cx, 1);
}

#define ALL	(PTE_P | PTE_RW | PTE_US)
#define LAST	(MEMORY_START + 0xffc)	/* four bytes of the first page */

static void expect_fault(u32 at, u32 error)
{
	assert_int_equal(host_asked.vector, X86_PF);
	assert_int_equal(host_asked.address, at);
	assert_int_equal(host_asked.error, error);
}

/* ins and outs need what any access to memory from their ring does. */
static const struct {
	u32 ring, in_error, out_error;
	u64 flags;
} rights[] = {
	{ 3, 0, 0, ALL },
	{ 3, PF_USER | PF_WRITE | PF_PRESENT, 0, PTE_P | PTE_US },
	{ 3, PF_USER | PF_WRITE | PF_PRESENT, PF_USER | PF_PRESENT,
	  PTE_P | PTE_RW },
	{ 3, PF_USER | PF_WRITE, PF_USER, PTE_RW | PTE_US },
	{ 1, 0, 0, PTE_P | PTE_RW },
	{ 1, PF_WRITE | PF_PRESENT, 0, PTE_P },
};

/* A page fault comes before the port is touched, and changes nothing. */
static void check_rights(u32 i, const char *insn, u32 error)
{
	struct regs r = setup(), old;

	insn_map(0, rights[i].flags);
	v->entry.iopl = 3;
	r.cs = insn_regs(rights[i].ring).cs;
	r.si = r.di = LAST;
	if (!error) {
		insn_done(&r, insn, 1);
		assert_int_equal(host_port.count, 1);
		return;
	}
	old = r;
	insn_stays(&r, insn, 1);
	expect_fault(LAST, error);
	assert_int_equal(host_port.count, 0);
	old.ip = r.ip;
	assert_memory_equal(&r, &old, sizeof(r));
}

/*
 * INS and OUTS reach memory only with the rights of the ring that asks; what is
 * missing is the page fault of that access.
 */
static void test_string_rights(void **state)
{
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rights); i++) {
		check_rights(i, "\x6d", rights[i].in_error);
		check_rights(i, "\x6f", rights[i].out_error);
	}
}

/* What came before the fault is done; the faulting element comes again. */
static void test_string_fault_later(void **state)
{
	struct regs r = setup();

	(void)state;
	insn_map(1, 0);
	r.si = LAST - 4;
	r.cx = 9;
	insn_stays(&r, "\xf3\x6f", 2);
	assert_int_equal(r.cx, 7);
	assert_int_equal(r.si, LAST + 4);
	assert_int_equal(host_asked.count, 0);
	insn_stays(&r, "\xf3\x6f", 2);
	expect_fault(LAST + 4, 0);
	assert_int_equal(r.cx, 7);
	assert_int_equal(host_port.count, 2);
}

/* Of an element across two pages the one that is missing faults. */
static void test_string_across(void **state)
{
	struct regs r = setup();

	(void)state;
	r.di = LAST + 1;
	insn_done(&r, "\x6d", 1);
	r.di = LAST + 1;
	insn_map(1, PTE_P);
	insn_stays(&r, "\x6d", 1);
	expect_fault(LAST + 4, PF_WRITE | PF_PRESENT);
	insn_map(0, 0);
	insn_stays(&r, "\x6d", 1);
	expect_fault(LAST + 1, PF_WRITE);
	assert_int_equal(host_port.count, 1);
}

/* Beyond what is the guest's, whatever its tables say: #GP. */
static void test_string_outside(void **state)
{
	struct regs r = setup();

	(void)state;
	insn_map(2, ALL);
	host_guest_end = MEMORY_END;
	r.si = MEMORY_END;
	r.cx = 5;
	insn_refused(&r, "\x6e", 1);
	insn_refused(&r, "\xf3\x6e", 2);
}

/* IOPL 1 serves the kernel, 3 a process too; port IO and CLI, STI alike. */
static void test_iopl(void **state)
{
	static const char *const bytes[] = {
		"\xec", "\xee", "\x6c", "\x6f", "\xfa", "\xfb"
	};
	struct regs r, old;
	u32 i, iopl, ring;

	(void)state;
	for (i = 0; i < 8 * ARRAY_SIZE(bytes); i++) {
		r = setup();
		v->entry.iopl = iopl = i & 3;
		ring = i & 4 ? 3 : 1;
		r.cs = insn_regs(ring).cs;
		old = r;
		if (iopl < ring) {
			insn_refused(&r, bytes[i / 8], 1);
			continue;
		}
		insn_done(&r, bytes[i / 8], 1);
		assert_int_equal(r.flags, old.flags);
	}
}

/* Without IOPL all bits of an access must be clear, within the bitmap. */
static void test_bitmap(void **state)
{
	static const struct {
		u32 port, ports;
		bool byte, word, dword;
	} bitmap[] = {		/* denied are 0x10, 0x1b, 0x22 */
		{ 0x0f, 0x40, true, false, false },
		{ 0x10, 0x40, false, false, false },
		{ 0x11, 0x40, true, true, true },
		{ 0x18, 0x40, true, true, false },
		{ 0x1c, 0x40, true, true, true },
		{ 0x1e, 0x40, true, true, true },
		{ 0x1f, 0x40, true, true, false },
		{ 0x3c, 0x40, true, true, true },
		{ 0x3d, 0x40, true, true, false },
		{ 0x3f, 0x40, true, false, false },
		{ 0x40, 0x40, false, false, false },
		{ 0x11, 0, false, false, false },
	};
	struct regs r;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bitmap); i++) {
		setup();
		v->entry.iopl = 0;
		v->entry.io_bitmap = gva(MEMORY_START);
		v->entry.io_bitmap_ports = bitmap[i].ports;
		insn_memory[2] = BIT(0);
		insn_memory[3] = BIT(3);
		insn_memory[4] = BIT(2);
		r = insn_regs(3);
		r.dx = bitmap[i].port;
		assert_int_equal(insn_any(&r, "\xec", 1), bitmap[i].byte);
		assert_int_equal(insn_any(&r, "\x66\xef", 2), bitmap[i].word);
		assert_int_equal(insn_any(&r, "\xed", 1), bitmap[i].dword);
		insn_refused(&r, "\xfa", 1);
	}
}

/* A bitmap that cannot be read gives no right. */
static void test_bitmap_unreadable(void **state)
{
	struct regs r = setup();

	(void)state;
	v->entry.iopl = 0;
	v->entry.io_bitmap_ports = 65536;
	v->entry.io_bitmap = gva(MEMORY_START - PORT / 8 - 1);
	insn_refused(&r, "\xec", 1);
	v->entry.io_bitmap = gva(MEMORY_START - PORT / 8);
	insn_done(&r, "\xec", 1);
}

/*
 * What the domain may not touch reads as ones and swallows what is written; an
 * access that is allowed in part is done by halves and bytes, as on Xen.
 */
static void test_domain_rights(void **state)
{
	static const struct {
		u32 value, accesses;
	} part[] = {
		{ 0x334444ff, 2 }, { 0x3344ff44, 2 }, { 0x44ff3344, 2 },
		{ 0xff443344, 2 }, { 0xffffffff, 0 }, { 0xff443344, 2 },
	};
	struct regs r;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(part); i++) {
		r = setup();
		if (i < 4)
			denied[(PORT + i) / 8] = (u8)BIT((PORT + i) % 8);
		else if (i == 4)
			v->d->dev.ioports = NULL;
		else
			r.dx = 0xfffd;
		insn_done(&r, "\xed", 1);
		assert_int_equal(r.ax, part[i].value);
		insn_done(&r, "\xef", 1);
		assert_int_equal(host_port.count, 2 * part[i].accesses);
		r.ax = AX;
		insn_done(&r, "\xec", 1);
		assert_int_equal(r.ax, i && i != 4 ? 0xccddee44 : 0xccddeeff);
	}
}

/* The address of PCI's configuration space is the domain's own. */
static void test_pci(void **state)
{
	struct regs r = setup();

	(void)state;
	r.dx = 0xcf8;
	insn_done(&r, "\xef", 1);
	r.ax = 0;
	insn_done(&r, "\xed", 1);
	assert_int_equal(r.ax, AX);
	r.dx = 0xcfc;
	insn_done(&r, "\xed", 1);
	assert_int_equal(r.ax, ~0u);
	insn_done(&r, "\xef", 1);
	assert_int_equal(host_port.count, 0);
	v->d->privileged = true;
	insn_done(&r, "\xed", 1);
	assert_int_equal(r.ax, INPUT);
	assert_int_equal(host_port.count, 2);
	assert_int_equal(host_port.port, 0xcfc);
}

EXPORT_TESTS(port, cmocka_unit_test(test_in_out), cmocka_unit_test(test_16bit),
	     cmocka_unit_test(test_immediate_port),
	     cmocka_unit_test(test_string_one),
	     cmocka_unit_test(test_string_repeated),
	     cmocka_unit_test(test_string_memory),
	     cmocka_unit_test(test_string_long),
	     cmocka_unit_test(test_string_rights),
	     cmocka_unit_test(test_string_fault_later),
	     cmocka_unit_test(test_string_across),
	     cmocka_unit_test(test_string_outside), cmocka_unit_test(test_iopl),
	     cmocka_unit_test(test_bitmap),
	     cmocka_unit_test(test_bitmap_unreadable),
	     cmocka_unit_test(test_domain_rights), cmocka_unit_test(test_pci));
