// SPDX-License-Identifier: GPL-2.0-only
/*
 * What privileged instructions of a guest do but for port IO: virtual control
 * and debug registers, some MSRs, CPUID, XCR0. A 32-bit register never gets
 * more than 32 bits.
 */
#include <stdlib.h>
#include <string.h>
#include "cpu/emulate.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "errno.h"
#include "insn.h"
#include "machine/paging.h"
#include "mmu/ptype.h"

static struct vcpu *v;

static struct regs setup(void)
{
	v = insn_setup();
	return insn_regs(1);
}

static u32 read_cr(u32 n)
{
	u8 bytes[3] = { 0x0f, 0x20, (u8)(0xc3 | n << 3) };
	struct regs r = insn_regs(1);

	r.bx = ~0ull;
	insn_done(&r, bytes, 3);
	return (u32)r.bx;
}

static void write_cr(u32 n, u32 value)
{
	u8 bytes[3] = { 0x0f, 0x22, (u8)(0xc3 | n << 3) };
	struct regs r = insn_regs(1);

	r.bx = 0xffffffff00000000 | value;
	insn_done(&r, bytes, 3);
}

/* CR0: what a kernel with paging has; #GP for who wants anything but TS. */
static void test_cr0(void **state)
{
	struct regs r = setup();

	(void)state;
	assert_int_equal(read_cr(0), 0x80050033);
	write_cr(0, 0x80050033 | CR0_TS);
	assert_int_equal(read_cr(0), 0x80050033 | CR0_TS);
	r.bx = CR0_TS;
	insn_refused(&r, "\x0f\x22\xc3", 3);
	r.bx = 0x80050037;
	insn_refused(&r, "\x0f\x22\xc3", 3);
	assert_int_equal(read_cr(0), 0x80050033 | CR0_TS);
	write_cr(0, 0x80050033);
	assert_int_equal(read_cr(0), 0x80050033);
}

/* CLTS clears TS; WBINVD of a domain without devices does nothing. */
static void test_clts(void **state)
{
	struct regs r = setup();

	(void)state;
	v->proc.cr0_ts = true;
	insn_refused(&r, "\x0f\x08", 2);
	insn_done(&r, "\x0f\x09", 2);
	assert_int_equal(host_asked.count, 0);
	assert_true(v->proc.cr0_ts);
	insn_done(&r, "\x0f\x06", 2);
	assert_false(v->proc.cr0_ts);
}

/* CR2 lives in vcpu_info, and nothing beside it changes. */
static void test_cr2(void **state)
{
	static const u8 zero[8];

	(void)state;
	setup();
	write_cr(2, 0xdeadbeef);
	assert_int_equal(read_cr(2), 0xdeadbeef);
	assert_memory_equal(v->shared.info, zero, 8);
	assert_memory_equal(v->shared.info + 12, zero, 8);
	assert_int_equal(*(u32 *)(v->shared.info + 8), 0xdeadbeef);
}

/* CR3 holds a frame number, rotated so that it may have more than 20 bits. */
static void test_cr3(void **state)
{
	static const struct {
		u64 frame;
		u32 cr3;
	} values[] = {
		{ 0x12345, 0x12345000 }, { 0x100000, 1 },
		{ 0xabcdef01, 0xdef01abc }, { 0xffffffff, 0xffffffff },
	};
	u32 i;

	(void)state;
	setup();
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		v->roots.kernel.table = mfn(values[i].frame);
		assert_int_equal(read_cr(3), values[i].cr3);
	}
}

/* Four level-2 tables below a level-3 one: frames of the domain, in order. */
static mfn_t make_root(void)
{
	u32 n = 0, i;
	u64 *root;

	while (frame_table[n].owner != v->d)
		n++;
	root = mfn_to_virt(mfn(n));
	for (i = 0; i < 4; i++)
		root[i] = make_pte(mfn(n + 1 + i), PTE_P);
	for (i = 0; i < 100; i++)	/* an empty level-1 table */
		((u64 *)mfn_to_virt(mfn(n + 1)))[i] = make_pte(mfn(n + 5),
							       PTE_P);
	return mfn(n);
}

/* A write loads a root; one that is none is refused and the old one stays. */
static void test_cr3_write(void **state)
{
	struct regs r = setup();
	mfn_t root = make_root();

	(void)state;
	v->roots.kernel.table = INVALID_MFN;
	r.bx = width_mfn_to_cr3(&width32, mfn(5));
	insn_refused(&r, "\x0f\x22\xdb", 3);
	r.bx = width_mfn_to_cr3(&width32, mfn_add(root, 1u << 20));
	insn_refused(&r, "\x0f\x22\xdb", 3);
	write_cr(3, width_mfn_to_cr3(&width32, root));
	assert_int_equal(v->roots.kernel.table.n, root.n);
	insn_refused(&r, "\x0f\x22\xdb", 3);
	assert_int_equal(host_locks, 0);
}

/* Interrupted in the middle of a table the instruction stays the next one. */
static void test_cr3_preempted(void **state)
{
	struct regs r = setup();
	mfn_t root = make_root();
	u32 tries = 0, stays = 0;

	(void)state;
	srand(5);
	v->roots.kernel.table = INVALID_MFN;
	host_preempt = true;
	r.bx = width_mfn_to_cr3(&width32, root);
	while (!mfn_eq(v->roots.kernel.table, root) && tries++ < 10000) {
		assert_true(insn_any(&r, "\x0f\x22\xdb", 3));
		stays += r.ip != MEMORY_END;
		assert_int_equal(r.ip != MEMORY_END,
				 !mfn_eq(v->roots.kernel.table, root));
	}
	assert_int_equal(v->roots.kernel.table.n, root.n);
	assert_true(stays > 0);
}

/* CR4: two bits are the guest's, and OSXSAVE where there is XSAVE. */
static void test_cr4(void **state)
{
	const u32 fixed = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT;

	(void)state;
	setup();
	assert_int_equal(read_cr(4), fixed | CR4_OSXSAVE);
	write_cr(4, ~(u32)CR4_OSXSAVE);
	assert_int_equal(read_cr(4), fixed | CR4_TSD | CR4_DE);
	v->proc.xcr0 = 7;
	write_cr(4, CR4_OSXSAVE);
	assert_int_equal(read_cr(4), fixed | CR4_OSXSAVE);
	write_cr(4, 0);
	assert_int_equal(v->proc.xcr0, 7);
	host_has_xsave = false;
	write_cr(4, CR4_OSXSAVE);
	assert_int_equal(read_cr(4), fixed);
}

/* There are no others; CR8 would need a 64-bit guest. */
static void test_no_cr(void **state)
{
	struct regs r = setup();
	u32 n;

	(void)state;
	for (n = 0; n < 8; n++) {
		if (n == 0 || (n >= 2 && n <= 4))
			continue;
		insn_refused(&r, (u8[]){ 0x0f, 0x20, (u8)(0xc0 | n << 3) }, 3);
		insn_refused(&r, (u8[]){ 0x0f, 0x22, (u8)(0xc0 | n << 3) }, 3);
	}
}

static u64 *gpr(struct regs *r, u32 n)
{
	u64 *all[] = { &r->ax, &r->cx, &r->dx, &r->bx, &r->sp, &r->bp, &r->si,
		       &r->di };

	return all[n];
}

/* Each general register, and no other, with 32 bits. */
static void test_mov_registers(void **state)
{
	struct regs r, old;
	u32 n;

	(void)state;
	setup();
	v->proc.dr[1] = 0x12345678;
	v->roots.kernel.table = mfn(0x42);
	for (n = 0; n < 8; n++) {
		r = insn_regs(1);
		*gpr(&r, n) = ~0ull;
		old = r;
		insn_done(&r, (u8[]){ 0x0f, 0x20, (u8)(0xd8 | n) }, 3);
		*gpr(&old, n) = 0x42000;
		old.ip = r.ip;
		assert_memory_equal(&r, &old, sizeof(r));
		*gpr(&r, n) = 0xffffffff00000100 + n;
		insn_done(&r, (u8[]){ 0x0f, 0x23, (u8)(0xc8 | n) }, 3);
		assert_int_equal(v->proc.dr[1], 0x100 + n);
	}
}

/* DR0 to DR3, 6 and 7; an address that the rule refuses is #GP. */
static void test_dr(void **state)
{
	static const u8 regs[] = { 0, 1, 2, 3, 6, 7 };
	struct regs r = setup();
	u32 i, n;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		n = regs[i];
		r.bx = 0x1000 + n;
		insn_done(&r, (u8[]){ 0x0f, 0x23, (u8)(0xc3 | n << 3) }, 3);
		assert_int_equal(v->proc.dr[n], 0x1000 + n);
		insn_done(&r, (u8[]){ 0x0f, 0x21, (u8)(0xc1 | n << 3) }, 3);
		assert_int_equal(r.cx, 0x1000 + n);
	}
	r.bx = v->d->tables.m2p_start;
	insn_refused(&r, "\x0f\x23\xc3", 3);
}

/* DR4 and DR5 are DR6 and DR7; with CR4.DE they are invalid opcodes. */
static void test_dr_names(void **state)
{
	struct regs r;
	u8 bytes[3] = { 0x0f };
	u32 i, n;

	(void)state;
	for (i = 0; i < 8; i++) {
		r = setup();
		n = i & 1 ? 5 : 4;
		bytes[1] = i & 2 ? 0x23 : 0x21;
		bytes[2] = (u8)(0xc3 | n << 3);
		v->proc.dr[n + 2] = i & 2 ? 0 : 0x123;
		r.bx = i & 2 ? 0x123 : 0;
		if (i & 4) {
			v->proc.cr4 = CR4_DE;
			insn_stays(&r, bytes, 3);
			assert_int_equal(host_asked.vector, X86_UD);
			assert_int_not_equal(v->proc.dr[n + 2], r.bx);
			continue;
		}
		insn_done(&r, bytes, 3);
		assert_int_equal(v->proc.dr[n + 2], 0x123);
		assert_int_equal(r.bx, 0x123);
	}
}

/* EDX:EAX gets the value, as 32 bits each. */
static void test_rdmsr(void **state)
{
	struct regs r = setup();

	(void)state;
	r.ax = r.dx = ~0ull;
	r.cx = 0xffffffff00000000 | MSR_EFER;
	insn_done(&r, "\x0f\x32", 2);
	assert_int_equal(r.ax, (u32)rdmsr(MSR_EFER) & 0x204801);
	assert_int_equal(r.dx, 0);
	r.cx = 0x1a0;
	insn_done(&r, "\x0f\x32", 2);
	assert_int_equal(r.ax, 0x801920);
	assert_int_equal(r.dx, rdmsr(0x1a0) >> 32);
}

/* One that is not there: #GP, but 0 for a kernel that has no handler yet. */
static void test_rdmsr_unknown(void **state)
{
	struct regs r = setup();

	(void)state;
	r.cx = 0x2000;
	r.ax = r.dx = 1;
	v->entry.traps[X86_GP].ip = 0x1000;
	insn_refused(&r, "\x0f\x32", 2);
	v->entry.traps[X86_GP].ip = 0;
	insn_done(&r, "\x0f\x32", 2);
	assert_int_equal(r.ax | r.dx, 0);
	r.cx = 0x2005;		/* nor does the machine have it */
	insn_refused(&r, "\x0f\x32", 2);
	r.cx = 0x40000001;
	insn_refused(&r, "\x0f\x32", 2);
}

/* A write that changes nothing is allowed, any other one is #GP. */
static void test_wrmsr(void **state)
{
	struct regs r = setup();
	u64 efer = rdmsr(MSR_EFER) & 0x204801;

	(void)state;
	r.cx = MSR_EFER;
	r.ax = 0xffffffff00000000 | (u32)efer;
	r.dx = 0xffffffff00000000 | efer >> 32;
	insn_done(&r, "\x0f\x30", 2);
	r.ax ^= 1;
	insn_refused(&r, "\x0f\x30", 2);
	r.ax ^= 1;
	r.dx ^= 1;
	insn_refused(&r, "\x0f\x30", 2);
	r.cx = 0x10;
	insn_refused(&r, "\x0f\x30", 2);
	r.cx = 0xc0010015;
	insn_done(&r, "\x0f\x30", 2);
	host_is_intel = true;
	insn_refused(&r, "\x0f\x30", 2);
	host_is_intel = false;
}

/* What a vCPU writes it reads again: MCG_STATUS, and TSC_AUX of 32 bits. */
static void test_stored_msrs(void **state)
{
	struct regs r = setup();

	(void)state;
	r.cx = 0x17a;
	r.ax = 0x12345678;
	r.dx = 0x9abcdef0;
	insn_done(&r, "\x0f\x30", 2);
	assert_int_equal(v->proc.msr[GUEST_MCG_STATUS], 0x9abcdef012345678);
	r.cx = MSR_TSC_AUX;
	insn_refused(&r, "\x0f\x30", 2);
	r.dx = 0;
	insn_done(&r, "\x0f\x30", 2);
	r.ax = r.dx = ~0ull;
	insn_done(&r, "\x0f\x32", 2);
	assert_int_equal(r.ax, 0x12345678);
	assert_int_equal(r.dx, 0);
	r.cx = 0;
	insn_done(&r, "\x0f\x01\xf9", 3);
	assert_int_equal(r.cx, 0x12345678);
}

/* Leaf and subleaf are 32 bits of EAX and ECX; four registers are set. */
static void test_cpuid(void **state)
{
	struct regs r = setup();

	(void)state;
	r.ax = 0xffffffff40000001;
	r.cx = 0xffffffff00000002;
	insn_done(&r, "\x0f\xa2", 2);
	assert_int_equal(host_asked.leaf, 0x40000001);
	assert_int_equal(host_asked.sub, 2);
	assert_int_equal(r.ax, 0xa0a0a0a0);
	assert_int_equal(r.bx, 0xb0b0b0b0);
	assert_int_equal(r.cx, CPUID_XSAVE);
	assert_int_equal(r.dx, 0xd0d0d0d0);
}

/* XCR0: x87 always, SSE with AVX, nothing unknown, no other register. */
static void test_xsetbv(void **state)
{
	static const struct {
		u64 ax, dx, cx;
		bool ok;
	} values[] = {
		{ 1, 0, 0, true }, { 3, 0, 0, true }, { 7, 0, 0, true },
		{ 0, 0, 0, false }, { 2, 0, 0, false }, { 6, 0, 0, false },
		{ 5, 0, 0, false }, { 9, 0, 0, false }, { 0x207, 0, 0, false },
		{ 7, 1, 0, false }, { 7, 0x80000000, 0, false },
		{ 7, 0, 1, false }, { 0xffffffff00000003, 0, 0, true },
		{ 3, 0xffffffff00000000, 0xffffffff00000000, true },
	};
	struct regs r;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		r = setup();
		r.ax = values[i].ax;
		r.dx = values[i].dx;
		r.cx = values[i].cx;
		assert_int_equal(insn_any(&r, "\x0f\x01\xd1", 3), values[i].ok);
		assert_int_equal(v->proc.xcr0, values[i].ok ? (u32)r.ax : 1);
	}
}

/* Before the guest has set CR4.OSXSAVE it is an invalid instruction. */
static void test_xsetbv_off(void **state)
{
	struct regs r = setup();

	(void)state;
	r.ax = 1;
	r.cx = r.dx = 0;
	v->proc.cr4 = 0;
	insn_stays(&r, "\x0f\x01\xd1", 3);
	assert_int_equal(host_asked.vector, X86_UD);
	assert_int_equal(host_asked.count, 1);
	assert_int_equal(v->proc.xcr0, 1);
}

EXPORT_TESTS(privileged, cmocka_unit_test(test_cr0),
	     cmocka_unit_test(test_clts), cmocka_unit_test(test_cr2),
	     cmocka_unit_test(test_cr3), cmocka_unit_test(test_cr3_write),
	     cmocka_unit_test(test_cr3_preempted), cmocka_unit_test(test_cr4),
	     cmocka_unit_test(test_no_cr), cmocka_unit_test(test_mov_registers),
	     cmocka_unit_test(test_dr), cmocka_unit_test(test_dr_names),
	     cmocka_unit_test(test_rdmsr), cmocka_unit_test(test_rdmsr_unknown),
	     cmocka_unit_test(test_wrmsr), cmocka_unit_test(test_stored_msrs),
	     cmocka_unit_test(test_cpuid),
	     cmocka_unit_test(test_xsetbv), cmocka_unit_test(test_xsetbv_off));
