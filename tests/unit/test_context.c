// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcpu_guest_context of guests of both widths (xen/arch-x86/xen.h): each member
 * is taken from where the public header has it, what would break isolation is
 * changed or refused, and what is given back is what was taken. Whoever sees that
 * a vCPU is initialised sees all of its state.
 */
#include <xen/foreign/x86_32.h>
#include <xen/foreign/x86_64.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/context.h"
#include "cpu/descriptors.h"
#include "cpu/vcpu.h"
#include "errno.h"
#include "guest/width.h"
#include "host.h"
#include "lib/lib.h"
#include "mmu/ptype.h"

#define AT	0x1000ull

static struct vcpu_guest_context_x86_32 c;
static struct vcpu *v;

void vcpu_reset_debugregs(struct vcpu *of, const u64 value[8])
{
	memcpy(of->proc.dr, value, sizeof(of->proc.dr));
}

struct vcpu_trap vcpu_entry_point(const struct vcpu *of, u32 cs, u64 ip,
				  u32 flags)
{
	return (struct vcpu_trap){
		.ip = ip, .cs = of->d->width->long_size == 8 ? (u16)cs | 3 :
		selector_ring1(cs), .flags = (u8)flags
	};
}

void vcpu_set_callback(struct vcpu *of, u32 kind, u32 cs, u64 ip, bool mask)
{
	of->entry.callback[kind] = (struct vcpu_trap){
		.ip = ip, .cs = selector_ring1(cs),
		.flags = mask ? TRAP_MASKS : 0
	};
}

/* Random, but as a vCPU has it that was initialised before. */
static void make_context(void)
{
	u32 i;

	for (i = 0; i < sizeof(c); i++)
		((u8 *)&c)[i] = (u8)rand();
	c.ctrlreg[3] = (u32)width_mfn_to_cr3(v->d->width, v->roots.kernel.table);
	c.gdt_ents = c.ldt_ents = c.ldt_base = 0;
}

static void setup(void)
{
	static const struct width narrow = {
		.long_size = 4, .long_mask = ~0u, .kernel_ring = 1, .hole_last = ~0ull,
		.cr3_upper = 0xfff, .context = context32, .assists = ~0u,
		.root_type = TYPE_WRITABLE,
	};
	u32 first;

	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(1), HOST_FRAMES - 1);
	host_domain(1, &first);
	v = host_other(1, &first)->vcpu[0];
	v->d->width = &narrow;
	v->roots.kernel.table = mfn(first);
	v->proc.initialised = true;
	make_context();
	host_window(AT, (u8 *)&c, sizeof(c));
}

/* All XMM registers, behind 160 bytes */
#define XMM_AT		160
#define XMM_SIZE	256

static void check_fpu(bool given)
{
	static const u8 none[XMM_SIZE];

	assert_memory_equal(&v->proc.fpu.fxsave[XMM_AT],
			    given ? (u8 *)&c.fpu_ctxt + XMM_AT : none, XMM_SIZE);
}

#define REG(theirs, ours) assert_int_equal(v->proc.regs.ours, c.user_regs.theirs)

static void test_set(void **state)
{
	const struct trap_info_x86_32 *t;
	u32 k, i;

	(void)state;
	for (k = 0; k < 200; k++) {
		setup();
		assert_int_equal(vcpu_context_set(v, gva(AT)), 0);
		REG(eax, ax);
		REG(ebx, bx);
		REG(ecx, cx);
		REG(edx, dx);
		REG(esi, si);
		REG(edi, di);
		REG(ebp, bp);
		REG(esp, sp);
		REG(eip, ip);
		assert_int_equal(v->proc.regs.flags, (c.user_regs.eflags &
						 FLAGS_GUEST) | FLAGS_IF | 2);
		assert_int_equal(v->entry.iopl, c.user_regs.eflags >> 12 & 3);
		assert_int_equal(v->proc.regs.cs & ~3, c.user_regs.cs & ~3);
		assert_int_equal(v->proc.regs.ss,
				 selector_ring1(c.user_regs.ss));
		assert_true(v->proc.regs.cs & 3);
		assert_true(v->proc.ds == c.user_regs.ds && v->proc.es == c.user_regs.es);
		assert_true(v->proc.fs == c.user_regs.fs && v->proc.gs == c.user_regs.gs);
		assert_int_equal(v->entry.kernel_ss, selector_ring1(c.kernel_ss));
		assert_int_equal(v->entry.kernel_sp, c.kernel_sp);
		assert_int_equal(v->proc.cr0_ts, !!(c.ctrlreg[0] & CR0_TS));
		check_fpu(c.flags & VGCF_i387_valid);
		for (i = 0, t = c.trap_ctxt; i < 256; i++, t++)
			assert_true(v->entry.traps[i].ip == t->address &&
				    v->entry.traps[i].cs == selector_ring1(t->cs) &&
				    v->entry.traps[i].flags == (t->flags & 7));
		for (i = 0; i < 8; i++)
			assert_int_equal(v->proc.dr[i], c.debugreg[i]);
		assert_int_equal(v->entry.callback[CB_EVENT].ip,
				 c.event_callback_eip);
		assert_int_equal(v->entry.callback[CB_EVENT].cs,
				 selector_ring1(c.event_callback_cs));
		assert_int_equal(v->entry.callback[CB_FAILSAFE].ip,
				 c.failsafe_callback_eip);
		assert_int_equal(v->entry.callback[CB_FAILSAFE].cs,
				 selector_ring1(c.failsafe_callback_cs));
	}
}

/* MXCSR's upper half, its mask and the width of pointers do not come back. */
static void normalize_fpu(u8 *image)
{
	memset(&image[26], 0, 6);
	image[511] = 0;
}

/* What has one value alone, or is the hypervisor's to say. */
static void normalize(void)
{
	struct cpu_user_regs_x86_32 *u = &c.user_regs;
	u32 i;

	normalize_fpu((u8 *)&c.fpu_ctxt);
	u->error_code = u->entry_vector = 0;
	u->saved_upcall_mask = u->_pad0 = 0;
	u->_pad1 = u->_pad2 = u->_pad3 = u->_pad4 = u->_pad5 = 0;
	u->cs |= 1;
	u->ss |= 1;
	u->eflags = (u->eflags & (FLAGS_GUEST | 3 << 12)) | FLAGS_IF | 2;
	for (i = 0; i < 256; i++) {
		c.trap_ctxt[i].vector = (u8)i;
		c.trap_ctxt[i].flags &= 7;
		c.trap_ctxt[i].cs |= 1;
	}
	memset(c.gdt_frames, 0, sizeof(c.gdt_frames));
	c.kernel_ss = (u16)c.kernel_ss | 1;
	c.event_callback_cs = (u16)c.event_callback_cs | 1;
	c.failsafe_callback_cs = (u16)c.failsafe_callback_cs | 1;
	c.flags = (c.flags & VGCF_failsafe_disables_events) | VGCF_online |
		  VGCF_i387_valid | ((u->cs & 3) == 1 ? VGCF_in_kernel : 0);
	memset(c.ctrlreg, 0, 3 * sizeof(c.ctrlreg[0]));
	memset(c.ctrlreg + 4, 0, 4 * sizeof(c.ctrlreg[0]));
	c.ctrlreg[0] = CR0_FIXED;
	c.ctrlreg[4] = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT;
	c.vm_assist = v->d->policy.vm_assist;
}

static void test_get(void **state)
{
	static struct vcpu_guest_context_x86_32 out;
	u32 k;

	(void)state;
	for (k = 0; k < 200; k++) {
		setup();
		normalize();
		assert_int_equal(vcpu_context_set(v, gva(AT)), 0);
		memset(&out, 0x5a, sizeof(out));
		host_window(AT, (u8 *)&out, sizeof(out));
		assert_int_equal(vcpu_context_get(v, gva(AT)), 0);
		assert_memory_equal(&out, &c, sizeof(c));
	}
}

/* Its last byte decides; nothing is changed by what cannot be read. */
static void test_bounds(void **state)
{
	struct vcpu before;

	(void)state;
	setup();
	host_window(AT, (u8 *)&c, sizeof(c) - 1);
	before = *v;
	assert_int_equal(vcpu_context_set(v, gva(AT)), -EFAULT);
	assert_memory_equal(v, &before, sizeof(before));
	assert_int_equal(vcpu_context_get(v, gva(AT)), -EFAULT);
}

/* In its end state, as a whole. */
static struct vcpu_processor end_state;
static struct vcpu_entry end_entry;
static struct vcpu_trap end_traps[256];
static u32 looks, unsafe;

static long initialise(void)
{
	return vcpu_context_set(v, gva(AT));
}

static void look(void)
{
	if (!v->proc.initialised)
		return;
	if (!looks++)
		atomic_or(&v->sched.state, VCPU_UP);
	unsafe += memcmp(&v->proc, &end_state, sizeof(end_state)) ||
		  memcmp(&v->entry, &end_entry, sizeof(end_entry)) ||
		  memcmp(v->entry.traps, end_traps, sizeof(end_traps));
}

/*
 * VCPUOP_up takes no lock: once a vCPU is marked as initialised, it may run on
 * another CPU. So all its state must be there, and be safe; and it stays up, even
 * if its context has no VGCF_online.
 */
static void test_last(void **state)
{
	(void)state;
	setup();
	c.flags = (c.flags | VGCF_i387_valid) & ~VGCF_online;
	v->proc.initialised = false;
	assert_int_equal(initialise(), 0);
	assert_int_equal(v->sched.state & VCPU_UP, 0);
	end_state = v->proc;
	end_entry = v->entry;
	memcpy(end_traps, v->entry.traps, sizeof(end_traps));
	memset(&v->proc, 0, sizeof(v->proc));
	memset(end_entry.traps, 0, sizeof(end_traps));
	v->entry = (struct vcpu_entry){ .traps = end_entry.traps };
	ptype_put_both(v->d, v->roots.kernel.table);
	race_watch(initialise, look);
	assert_true(looks > 0);
	assert_int_equal(unsafe, 0);
	assert_true(v->sched.state & VCPU_UP);
}

static struct vcpu_guest_context_x86_64 c64;

static u64 some_address(void)
{
	u64 at = (u64)rand() << 20 ^ (u64)rand();

	return at & BIT(47) ? at | -BIT(47) : at & (BIT(47) - 1);
}

/* Random, but what must be an address is one. */
static void make_context64(void)
{
	u32 i;

	for (i = 0; i < sizeof(c64); i++)
		((u8 *)&c64)[i] = (u8)rand();
	for (i = 0; i < 256; i++)
		c64.trap_ctxt[i].address = some_address();
	c64.user_regs.rip = some_address();
	c64.user_regs.rsp = some_address();
	c64.kernel_sp = some_address();
	c64.event_callback_eip = some_address();
	c64.failsafe_callback_eip = some_address();
	c64.syscall_callback_eip = some_address();
	c64.fs_base = some_address();
	c64.gs_base_kernel = some_address();
	c64.gs_base_user = some_address();
	c64.ctrlreg[1] = v->roots.user.table.n << 12;
	c64.ctrlreg[3] = v->roots.kernel.table.n << 12;
	c64.gdt_ents = c64.ldt_ents = c64.ldt_base = 0;
}

static void setup64(void)
{
	static const struct width wide = {
		.long_size = 8, .is_long = true, .long_mask = ~0ull, .kernel_ring = 3,
		.root_type = TYPE_L4, .context = context64,
		.hole_last = 0xffff87ffffffffff, .assists = ~0ull,
	};

	setup();
	v->d->width = &wide;
	v->roots.user.table = mfn_add(v->roots.kernel.table, 1);
	make_context64();
	host_window(AT, (u8 *)&c64, sizeof(c64));
}

#define REG64(theirs, ours) \
	assert_int_equal(v->proc.regs.ours, c64.user_regs.theirs)

static void check_gprs64(void)
{
	REG64(rax, ax);
	REG64(rbx, bx);
	REG64(rcx, cx);
	REG64(rdx, dx);
	REG64(rsi, si);
	REG64(rdi, di);
	REG64(rbp, bp);
	REG64(r8, r8);
	REG64(r9, r9);
	REG64(r10, r10);
	REG64(r11, r11);
	REG64(r12, r12);
	REG64(r13, r13);
	REG64(r14, r14);
	REG64(r15, r15);
	REG64(rsp, sp);
	REG64(rip, ip);
}

/* The mode is what the flag says; each mode has its base of GS. */
static void check_mode64(void)
{
	bool user = !(c64.flags & VGCF_in_kernel);

	assert_int_equal(v->proc.in_user, user);
	assert_int_equal(v->proc.fs_base, c64.fs_base);
	assert_int_equal(v->proc.gs_base, user ? c64.gs_base_user :
			 c64.gs_base_kernel);
	assert_int_equal(v->proc.gs_other, user ? c64.gs_base_kernel :
			 c64.gs_base_user);
}

static void check_callback(u32 kind, u64 ip, bool masks)
{
	assert_int_equal(v->entry.callback[kind].ip, ip);
	assert_int_equal(v->entry.callback[kind].flags,
			 masks ? TRAP_MASKS : 0);
}

static void test_set64(void **state)
{
	u32 k, i;

	(void)state;
	for (k = 0; k < 200; k++) {
		setup64();
		assert_int_equal(vcpu_context_set(v, gva(AT)), 0);
		check_gprs64();
		check_mode64();
		assert_int_equal(v->proc.regs.flags,
				 (c64.user_regs.rflags & FLAGS_GUEST) |
				 FLAGS_IF | 2);
		assert_int_equal(v->proc.regs.cs, c64.user_regs.cs | 3);
		assert_int_equal(v->proc.regs.ss, (u16)c64.user_regs.ss | 3);
		assert_int_equal(v->entry.kernel_ss, (u16)c64.kernel_ss | 3);
		assert_int_equal(v->entry.kernel_sp, c64.kernel_sp);
		assert_true(v->proc.ds == (u16)c64.user_regs.ds &&
			    v->proc.es == (u16)c64.user_regs.es &&
			    v->proc.fs == (u16)c64.user_regs.fs &&
			    v->proc.gs == (u16)c64.user_regs.gs);
		for (i = 0; i < 256; i++)
			assert_true(v->entry.traps[i].ip ==
				    c64.trap_ctxt[i].address);
		check_callback(CB_EVENT, c64.event_callback_eip, true);
		check_callback(CB_FAILSAFE, c64.failsafe_callback_eip,
			       c64.flags & VGCF_failsafe_disables_events);
		check_callback(CB_SYSCALL, c64.syscall_callback_eip,
			       c64.flags & VGCF_syscall_disables_events);
	}
}

static void normalize64(void)
{
	struct cpu_user_regs_x86_64 *u = &c64.user_regs;
	u64 root = c64.ctrlreg[3], user = c64.ctrlreg[1];
	u32 i;

	normalize_fpu((u8 *)&c64.fpu_ctxt);
	u->error_code = u->entry_vector = 0;
	u->saved_upcall_mask = 0;
	memset(u->_pad0, 0, sizeof(u->_pad0));
	memset(u->_pad1, 0, sizeof(u->_pad1));
	u->cs |= 3;
	u->ss = (u16)u->ss | 3;
	memset(u->_pad2, 0, sizeof(u->_pad2));
	memset(u->_pad3, 0, sizeof(u->_pad3));
	memset(u->_pad4, 0, sizeof(u->_pad4));
	memset(u->_pad5, 0, sizeof(u->_pad5));
	memset(u->_pad6, 0, sizeof(u->_pad6));
	u->rflags = (u->rflags & (FLAGS_GUEST | 3 << 12)) | FLAGS_IF | 2;
	for (i = 0; i < 256; i++) {
		c64.trap_ctxt[i].vector = (u8)i;
		c64.trap_ctxt[i].flags &= 7;
		memset((u8 *)&c64.trap_ctxt[i] + 4, 0, 4);
		c64.trap_ctxt[i].cs |= 3;
	}
	memset(c64.gdt_frames, 0, sizeof(c64.gdt_frames));
	c64.kernel_ss = (u16)c64.kernel_ss | 3;
	c64.flags = (c64.flags & (VGCF_failsafe_disables_events |
				  VGCF_syscall_disables_events |
				  VGCF_in_kernel)) |
		    VGCF_online | VGCF_i387_valid;
	memset(c64.ctrlreg, 0, sizeof(c64.ctrlreg));
	c64.ctrlreg[0] = CR0_FIXED;
	c64.ctrlreg[1] = user;
	c64.ctrlreg[3] = root;
	c64.ctrlreg[4] = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT;
	c64.vm_assist = v->d->policy.vm_assist;
}

static void test_get64(void **state)
{
	static struct vcpu_guest_context_x86_64 out;
	u32 k;

	(void)state;
	for (k = 0; k < 200; k++) {
		setup64();
		normalize64();
		assert_int_equal(vcpu_context_set(v, gva(AT)), 0);
		memset(&out, 0x5a, sizeof(out));
		host_window(AT, (u8 *)&out, sizeof(out));
		assert_int_equal(vcpu_context_get(v, gva(AT)), 0);
		assert_memory_equal(&out, &c64, sizeof(c64));
	}
}

/* Addresses that the processor would refuse, and a mode without its root. */
static void test_refused64(void **state)
{
	u64 *const addresses[] = {
		&c64.user_regs.rip, &c64.user_regs.rsp, &c64.kernel_sp,
		&c64.event_callback_eip, &c64.failsafe_callback_eip,
		&c64.syscall_callback_eip, &c64.fs_base, &c64.gs_base_kernel,
		&c64.gs_base_user, &c64.trap_ctxt[255].address, &c64.ldt_base,
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		setup64();
		*addresses[i] = BIT(47);
		assert_int_equal(vcpu_context_set(v, gva(AT)), -EINVAL);
		*addresses[i] = 0xffff7ffffffff000;
		assert_int_equal(vcpu_context_set(v, gva(AT)), -EINVAL);
	}
	setup64();
	c64.ldt_base = 0xffff87fffffff000;
	assert_int_equal(vcpu_context_set(v, gva(AT)), -EINVAL);
	c64.ldt_base += PAGE_SIZE;
	assert_int_equal(vcpu_context_set(v, gva(AT)), 0);
	c64.ctrlreg[3] ^= 1;
	assert_int_equal(vcpu_context_set(v, gva(AT)), -EOPNOTSUPP);
	c64.ctrlreg[3] ^= 1;
	c64.ctrlreg[1] = 0;
	assert_int_equal(vcpu_context_set(v, gva(AT)), -EOPNOTSUPP);
	v->roots.user.table = INVALID_MFN;
	c64.flags &= ~(u64)VGCF_in_kernel;
	assert_int_equal(vcpu_context_set(v, gva(AT)), -EOPNOTSUPP);
	v->proc.initialised = false;
	assert_int_equal(vcpu_context_set(v, gva(AT)), -EINVAL);
}

EXPORT_TESTS(context, cmocka_unit_test(test_set), cmocka_unit_test(test_get),
	     cmocka_unit_test(test_bounds), cmocka_unit_test(test_last),
	     cmocka_unit_test(test_set64),
	     cmocka_unit_test(test_get64), cmocka_unit_test(test_refused64));
