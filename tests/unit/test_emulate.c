// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decoder of privileged instructions: which bytes are one, how long it is,
 * and that nothing happens for those that are none. What each one does is in
 * test_ports.c and test_privileged.c.
 */
#include <stdlib.h>
#include <string.h>
#include "cpu/emulate.h"
#include "entry/traps.h"
#include "insn.h"
#include "machine/paging.h"

#define LONGEST	15u

/* All that is emulated, with an ECX that it accepts. */
static const struct {
	u8 bytes[3], n;
	u32 cx;
} known[] = {
	{ { 0xe4, 0x10 }, 2, 0 },		/* in imm8, al; eax */
	{ { 0xe5, 0x10 }, 2, 0 },
	{ { 0xe6, 0x10 }, 2, 0 },		/* out al, imm8; eax */
	{ { 0xe7, 0x10 }, 2, 0 },
	{ { 0xec }, 1, 0 },			/* in dx, al; eax */
	{ { 0xed }, 1, 0 },
	{ { 0xee }, 1, 0 },			/* out al, dx; eax */
	{ { 0xef }, 1, 0 },
	{ { 0xfa }, 1, 0 },			/* cli */
	{ { 0xfb }, 1, 0 },			/* sti */
	{ { 0x6c }, 1, 0 },			/* insb, insl */
	{ { 0x6d }, 1, 0 },
	{ { 0x6e }, 1, 0 },			/* outsb, outsl */
	{ { 0x6f }, 1, 0 },
	{ { 0x0f, 0x01, 0xd1 }, 3, 0 },		/* xsetbv */
	{ { 0x0f, 0x01, 0xf9 }, 3, 0 },		/* rdtscp */
	{ { 0x0f, 0x06 }, 2, 0 },		/* clts */
	{ { 0x0f, 0x09 }, 2, 0 },		/* wbinvd */
	{ { 0x0f, 0x20, 0xc1 }, 3, 0 },		/* mov cr0, ecx */
	{ { 0x0f, 0x21, 0xc1 }, 3, 0 },		/* mov dr0, ecx */
	{ { 0x0f, 0x22, 0xc1 }, 3, 0x80050033 },	/* mov ecx, cr0 */
	{ { 0x0f, 0x23, 0xc1 }, 3, 0 },		/* mov ecx, dr0 */
	{ { 0x0f, 0x30 }, 2, 0x179 },		/* wrmsr */
	{ { 0x0f, 0x31 }, 2, 0 },		/* rdtsc */
	{ { 0x0f, 0x32 }, 2, 0x179 },		/* rdmsr */
	{ { 0x0f, 0xa2 }, 2, 0 },		/* cpuid */
};

static const u8 prefixes[] = {
	0x66, 0xf2, 0xf3, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65
};

/* The registers that it accepts: XCR0 or CR0 would be 1, the port 0. */
static struct regs regs_for(u32 i, u32 ring)
{
	struct regs r = insn_regs(ring);

	r.ax = 1;
	r.cx = known[i].cx;
	return r;
}

/* The instruction behind so many prefixes, of which the given one is last. */
static u32 with_prefixes(u8 out[], u32 i, u8 prefix, u32 count)
{
	memset(out, 0x3e, count);
	if (count)
		out[count - 1] = prefix;
	memcpy(out + count, known[i].bytes, known[i].n);
	return count + known[i].n;
}

static bool is_known(const u8 *bytes, u32 n)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!memcmp(known[i].bytes, bytes, n))
			return true;
	return false;
}

/* Each ends where its last byte does. */
static void test_length(void **state)
{
	struct regs r;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		insn_setup();
		r = regs_for(i, 1);
		insn_done(&r, known[i].bytes, known[i].n);
	}
}

/*
 * Behind the end of memory, or of a page that is mapped, there is nothing: the
 * processor is to fault there by itself.
 */
static void test_truncated(void **state)
{
	struct regs r;
	u32 i, n;

	(void)state;
	insn_setup();
	for (i = 0; i < ARRAY_SIZE(known); i++)
		for (n = 0; n < known[i].n; n++) {
			r = regs_for(i, 1);
			insn_gone(&r, known[i].bytes, n);
		}
}

/* Code that would be in the hypervisor's part has nothing to fault on. */
static void test_outside(void **state)
{
	struct regs r;
	u32 i, n;

	(void)state;
	insn_setup();
	host_guest_end = MEMORY_END;
	for (i = 0; i < ARRAY_SIZE(known); i++)
		for (n = 0; n < known[i].n; n++) {
			r = regs_for(i, 1);
			insn_refused(&r, known[i].bytes, n);
		}
}

/* Segment, repeat and size prefixes before any of them are a byte each. */
static void test_prefixes(void **state)
{
	u8 bytes[LONGEST];
	struct regs r;
	u32 i, k, n;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(known); i++)
		for (k = 0; k < ARRAY_SIZE(prefixes); k++) {
			insn_setup();
			r = regs_for(i, 1);
			n = with_prefixes(bytes, i, prefixes[k], 1);
			insn_done(&r, bytes, n);
		}
}

/* LOCK: an invalid opcode. Address size: nothing but for a string. */
static void test_lock_and_size(void **state)
{
	u8 bytes[LONGEST];
	struct regs r;
	u32 i, n;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		insn_setup();
		r = regs_for(i, 1);
		n = with_prefixes(bytes, i, 0xf0, 1);
		insn_stays(&r, bytes, n);
		assert_int_equal(host_asked.vector, X86_UD);
		insn_setup();
		r = regs_for(i, 1);
		n = with_prefixes(bytes, i, 0x67, 1);
		if (known[i].bytes[0] < 0x6c || known[i].bytes[0] > 0x6f) {
			insn_done(&r, bytes, n);
			continue;
		}
		/* A string: nothing is mapped so low. A count of 0 needs nothing. */
		host_asked.address = ~0ull;
		insn_stays(&r, bytes, n);
		assert_int_equal(host_asked.address, (u16)r.si);
	}
}

/* TF, or a breakpoint on the port: #DB once the instruction is done. */
static void test_debug(void **state)
{
	static const struct {
		u8 bytes[2];
		u32 n, flags, watched, dr6, left;
	} cases[] = {
		{ { 0xe4, 0x10 }, 2, 0x100, ~0u, 0x4000, 3 },
		{ { 0xe4, 0x10 }, 2, 0, 0x10, 1, 3 },
		{ { 0xe5, 0x10 }, 2, 0, 0x13, 1, 3 },
		{ { 0xe6, 0x10 }, 2, 0x100, 0x10, 0x4001, 3 },
		{ { 0xf3, 0x6c }, 2, 0, 0, 1, 2 },
		{ { 0xf3, 0x6c }, 2, 0x100, ~0u, 0x4000, 2 },
		{ { 0x0f, 0xa2 }, 2, 0x10100, ~0u, 0x4000, CPUID_XSAVE },
	};
	struct regs r;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		insn_setup();
		host_port_watched = cases[i].watched;
		r = insn_regs(1);
		r.flags |= cases[i].flags;
		r.cx = 3;
		assert_true(insn_any(&r, cases[i].bytes, cases[i].n));
		host_port_watched = ~0u;
		assert_int_equal(host_asked.vector, X86_DB);
		assert_int_equal(host_asked.dr6, cases[i].dr6);
		assert_int_equal(r.cx, cases[i].left);
		assert_int_equal(r.flags & 0x10000, 0);
	}
}

/* REX, and nothing behind prefixes: refused. */
static void test_bad_prefixes(void **state)
{
	static const u8 bad[] = { 0x40, 0x48 };
	u8 bytes[LONGEST];
	struct regs r;
	u32 i, k, n;

	(void)state;
	insn_setup();
	for (i = 0; i < ARRAY_SIZE(known); i++)
		for (k = 0; k < ARRAY_SIZE(bad); k++) {
			r = regs_for(i, 1);
			n = with_prefixes(bytes, i, bad[k], 1 + k % 2);
			insn_refused(&r, bytes, n);
		}
	r = insn_regs(1);
	insn_gone(&r, prefixes, sizeof(prefixes));
}

/* An instruction has 15 bytes at most, whatever prefixes are repeated. */
static void test_longest(void **state)
{
	u8 bytes[LONGEST + 1];
	struct regs r;
	u32 i, n;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		insn_setup();
		r = regs_for(i, 1);
		n = with_prefixes(bytes, i, 0x3e, LONGEST - known[i].n);
		insn_done(&r, bytes, n);
		r = regs_for(i, 1);
		n = with_prefixes(bytes, i, 0x3e, LONGEST + 1 - known[i].n);
		insn_refused(&r, bytes, n);
	}
}

/* Every other opcode is refused: HLT, LGDT, LMSW, LTR, RDPMC, SYSEXIT ... */
static void test_unknown(void **state)
{
	u8 bytes[LONGEST] = { 0, 0xc0, 0x90, 0x90 };
	struct regs r = insn_regs(1);
	u32 op;

	(void)state;
	insn_setup();
	for (op = 0; op < 256; op++) {
		bytes[0] = (u8)op;
		if (!is_known(bytes, 1) && op != 0xf0)
			insn_refused(&r, bytes, sizeof(bytes));
	}
	bytes[0] = 0x0f;
	for (op = 0; op < 256; op++) {
		bytes[1] = (u8)op;
		bytes[2] = 0xc0;
		if (!is_known(bytes, 2) || op == 0x01)
			insn_refused(&r, bytes, sizeof(bytes));
	}
}

/* Of the 0F 01 group XSETBV and RDTSCP: not LMSW, INVLPG, SWAPGS, VMCALL ... */
static void test_group7(void **state)
{
	u8 bytes[LONGEST] = { 0x0f, 0x01, 0 };
	struct regs r = insn_regs(1);
	u32 modrm;

	(void)state;
	insn_setup();
	r.ax = 1;
	for (modrm = 0; modrm < 256; modrm++) {
		bytes[2] = (u8)modrm;
		if (modrm != 0xd1 && modrm != 0xf9)
			insn_refused(&r, bytes, sizeof(bytes));
	}
}

/* Moves to and from CR and DR name registers alone, whatever the mode bits. */
static void test_modrm(void **state)
{
	u8 bytes[3] = { 0x0f, 0, 0 };
	struct regs r[2];
	u32 op, modrm;

	(void)state;
	for (op = 0x20; op < 0x24; op++)
		for (modrm = 0; modrm < 0xc0; modrm++) {
			bytes[1] = (u8)op;
			bytes[2] = (u8)modrm;
			insn_setup();
			r[0] = r[1] = insn_regs(1);
			if (!insn_any(&r[0], bytes, sizeof(bytes)))
				continue;
			bytes[2] |= 0xc0;
			insn_setup();
			insn_any(&r[1], bytes, sizeof(bytes));
			assert_memory_equal(&r[0], &r[1], sizeof(r[0]));
		}
}

/* A process may have its IOPL; what needs ring 0 it never gets. */
static void test_user(void **state)
{
	struct regs r;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		insn_setup()->entry.iopl = 3;
		r = regs_for(i, 3);
		if (known[i].bytes[0] == 0x0f)
			insn_refused(&r, known[i].bytes, known[i].n);
		else
			insn_done(&r, known[i].bytes, known[i].n);
	}
}

/* Without it, and without a bitmap of ports, it gets nothing at all. */
static void test_user_without_iopl(void **state)
{
	struct regs r;
	u32 i;

	(void)state;
	insn_setup()->entry.iopl = 2;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		r = regs_for(i, 3);
		insn_refused(&r, known[i].bytes, known[i].n);
	}
}

static const u8 forced[] = { 0x0f, 0x0b, 'x', 'e', 'n', 0x0f, 0xa2 };

/* ud2; .ascii "xen"; cpuid: seven bytes, for every ring. */
static void test_forced(void **state)
{
	struct regs r;
	u32 ring;

	(void)state;
	for (ring = 1; ring <= 3; ring += 2) {
		insn_setup();
		insn_after_ud();
		r = insn_regs(ring);
		r.ax = 0x40000000;
		r.cx = 5;
		insn_done(&r, forced, sizeof(forced));
		assert_int_equal(host_asked.leaf, 0x40000000);
		assert_int_equal(host_asked.sub, 5);
		assert_int_equal(r.bx, 0xb0b0b0b0);
	}
}

/* With any other byte in any place, a prefix, or cut off, it is #UD. */
static void test_not_forced(void **state)
{
	struct regs r = insn_regs(1);
	u8 bytes[8];
	u32 i, n;

	(void)state;
	insn_setup();
	insn_after_ud();
	for (i = 0; i < sizeof(forced); i++) {
		memcpy(bytes, forced, sizeof(forced));
		bytes[i] ^= 0x20;
		insn_refused(&r, bytes, sizeof(forced));
	}
	for (n = 0; n < sizeof(forced); n++)
		insn_refused(&r, forced, n);
	bytes[0] = 0x66;
	memcpy(bytes + 1, forced, sizeof(forced));
	insn_refused(&r, bytes, sizeof(bytes));
}

static u64 code_at(u32 base)
{
	return CODE32 | (u64)(base & 0xffffff) << 16 | (u64)(base >> 24) << 56;
}

/* Whether a CLI is found at this offset from the segment's base. */
static bool found(u16 sel, u64 ip)
{
	struct regs r = insn_regs(1);
	bool ok;

	insn_memory[MEMORY_SIZE - 1] = 0xfa;
	r.cs = sel;
	r.ip = ip;
	ok = emulate_privileged(host_current, &r) && r.ip != ip;
	assert_int_equal(r.ip, ip + ok);
	return ok;
}

/* EIP counts from the base that the GDT gives, around 4 GiB if need be. */
static void test_gdt(void **state)
{
	static const u32 bases[] = {
		0, 0x1000, MEMORY_END - 1, 0x80000000, 0xff000000
	};
	u32 i, ip;
	u16 sel;

	(void)state;
	insn_setup();
	for (i = 0; i < ARRAY_SIZE(bases); i++) {
		sel = insn_segment(code_at(bases[i]));
		ip = MEMORY_END - 1 - bases[i];
		assert_true(found(sel, ip));
		assert_false(found(sel, ip + 1));
		assert_false(found(sel, ip - 1));
	}
}

/* One beyond the GDT's end, or not present, is no segment. */
static void test_gdt_refused(void **state)
{
	struct vcpu *v = insn_setup();
	u16 sel = insn_segment(CODE32);

	(void)state;
	assert_true(found(sel, MEMORY_END - 1));
	v->desc.gdt_entries = 7;
	assert_false(found(sel, MEMORY_END - 1));
	sel = insn_segment(CODE32 & ~BIT(47));
	assert_false(found(sel, MEMORY_END - 1));
}

/* Its last byte must lie in the segment; the limit counts bytes or pages. */
static void test_limit(void **state)
{
	static const u64 page = BIT(55);
	u16 sel;

	(void)state;
	insn_setup();
	sel = insn_segment(CODE16(MEMORY_END - 1));
	assert_true(found(sel, MEMORY_END - 1));
	sel = insn_segment(CODE16(MEMORY_END - 2));
	assert_false(found(sel, MEMORY_END - 1));
	sel = insn_segment(CODE16(MEMORY_END / PAGE_SIZE - 1) | page);
	assert_true(found(sel, MEMORY_END - 1));
	sel = insn_segment(CODE16(MEMORY_END / PAGE_SIZE - 2) | page);
	assert_false(found(sel, MEMORY_END - 1));
}

/* The flat segments that the ABI hands out reach all that is the guest's. */
static void test_flat(void **state)
{
	(void)state;
	insn_setup();
	host_window(0xf5000000, insn_memory, MEMORY_SIZE);
	assert_true(found(0xe019, 0xf5000000 + MEMORY_SIZE - 1));
}

/* The second page of a GDT is another frame. */
static void test_gdt_pages(void **state)
{
	struct vcpu *v = insn_setup();
	u64 *gdt = mfn_to_virt(v->desc.gdt[1] = mfn(400));

	(void)state;
	v->desc.gdt[0] = mfn(401);
	v->desc.gdt_entries = 514;
	gdt[1] = code_at(0x1000);
	assert_true(found(513 * 8 + 1, MEMORY_END - 1 - 0x1000));
}

/* The LDT is guest memory: beyond its end, or unreadable, there is none. */
static void test_ldt(void **state)
{
	struct vcpu *v = insn_setup();
	u64 *ldt = (u64 *)insn_memory;
	u16 sel = 3 * 8 + 4 + 1;

	(void)state;
	ldt[3] = code_at(0x2000);
	v->desc.ldt_base = gva(MEMORY_START);
	v->desc.ldt_entries = 4;
	assert_true(found(sel, MEMORY_END - 1 - 0x2000));
	v->desc.ldt_entries = 3;
	assert_false(found(sel, MEMORY_END - 1 - 0x2000));
	v->desc.ldt_entries = 4;
	v->desc.ldt_base = gva(MEMORY_END - 3 * 8 - 7);
	assert_false(found(sel, MEMORY_END - 1 - 0x2000));
	/* That index of the GDT would be the hypervisor's flat segment. */
	v->desc.ldt_base = gva(MEMORY_START);
	assert_true(found(0xe019, MEMORY_END - 1));
	assert_false(found(0xe019 | 4, MEMORY_END - 1));
}

/* Something like an instruction: half of them begin as one that is known. */
static u32 make_random(u8 *bytes)
{
	u32 i, n = 1 + (u32)rand() % 17, k = (u32)rand() % ARRAY_SIZE(known);

	for (i = 0; i < n; i++)
		bytes[i] = (u8)rand();
	i = (u32)rand() % 4;
	if (n > i + 3 && rand() & 1) {
		memset(bytes, prefixes[(u32)rand() % sizeof(prefixes)], i);
		memcpy(bytes + i, known[k].bytes, known[k].n);
	}
	return n;
}

static struct regs random_regs(void)
{
	struct regs r = insn_regs(rand() % 4 ? 1 : 3);

	r.ax = (u32)rand() >> rand() % 32;
	r.cx = (u32)rand() >> rand() % 32;
	r.dx = (u32)rand() >> rand() % 32;
	r.bx = (u32)rand();
	r.si = r.di = MEMORY_START - 64 + (u32)rand() % (MEMORY_SIZE + 128);
	r.flags = (u32)rand();
	return r;
}

/*
 * Any bytes in any ring: what is refused changes nothing, nothing outside of
 * guest memory is touched, and EIP stays or moves by 15 bytes at most.
 */
static void test_random(void **state)
{
	u32 k, n, moved, done = 0;
	u8 bytes[20];
	struct regs r;

	(void)state;
	srand(51);
	for (k = 0; k < 20000; k++) {
		if (k % 64 == 0)
			insn_setup()->entry.iopl = (u32)rand() % 4;
		n = make_random(bytes);
		r = random_regs();
		if (!insn_any(&r, bytes, n))
			continue;
		moved = (u32)r.ip - (MEMORY_END - n);
		assert_in_range(moved, 0, MIN(n, LONGEST));
		done++;
	}
	assert_in_range(done, 2000, 18000);
}

EXPORT_TESTS(emulate, cmocka_unit_test(test_length),
	     cmocka_unit_test(test_truncated), cmocka_unit_test(test_outside),
	     cmocka_unit_test(test_prefixes),
	     cmocka_unit_test(test_bad_prefixes),
	     cmocka_unit_test(test_longest), cmocka_unit_test(test_unknown),
	     cmocka_unit_test(test_group7), cmocka_unit_test(test_modrm),
	     cmocka_unit_test(test_user),
	     cmocka_unit_test(test_user_without_iopl),
	     cmocka_unit_test(test_lock_and_size),
	     cmocka_unit_test(test_debug),
	     cmocka_unit_test(test_forced), cmocka_unit_test(test_not_forced),
	     cmocka_unit_test(test_gdt), cmocka_unit_test(test_gdt_refused),
	     cmocka_unit_test(test_limit), cmocka_unit_test(test_flat),
	     cmocka_unit_test(test_gdt_pages), cmocka_unit_test(test_ldt),
	     cmocka_unit_test(test_random));
