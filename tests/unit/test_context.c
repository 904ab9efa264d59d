// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcpu_guest_context of a 32-bit guest (xen/arch-x86/xen.h): each member is
 * taken from where the public header has it, what would break isolation is
 * changed, and what is given back is what was taken. Whoever sees that a vCPU
 * is initialised sees all of its state.
 */
#include <xen/foreign/x86_32.h>
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
static bool fpu_set;

void context_reset_fpu(struct vcpu *of)
{
	(void)of;
	fpu_set = false;
}

void context_set_fpu(struct vcpu *of, const void *image)
{
	memcpy(of->proc.fpu, image, sizeof(of->proc.fpu));
	fpu_set = true;
}

void vcpu_reset_debugregs(struct vcpu *of, const u64 value[8])
{
	memcpy(of->proc.dr, value, sizeof(of->proc.dr));
}

void vcpu_set_callback(struct vcpu *of, u32 kind, u32 cs, u64 ip, bool mask)
{
	of->entry.callback[kind] = (struct vcpu_trap){
		ip, selector_ring1(cs), mask ? TRAP_MASKS : 0
	};
}

/* Random, but as a vCPU has it that was initialised before. */
static void make_context(void)
{
	u32 i;

	for (i = 0; i < sizeof(c); i++)
		((u8 *)&c)[i] = (u8)rand();
	c.ctrlreg[3] = (u32)width_mfn_to_cr3(v->d->width, v->roots.table);
	c.gdt_ents = c.ldt_ents = c.ldt_base = 0;
}

static void setup(void)
{
	static const struct width narrow = {
		.long_size = 4, .long_mask = ~0u, .kernel_ring = 1,
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
	v->roots.table = mfn(first);
	v->proc.initialised = true;
	make_context();
	host_window(AT, (u8 *)&c, sizeof(c));
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
		assert_int_equal(fpu_set, c.flags & VGCF_i387_valid);
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

/* What has one value alone, or is the hypervisor's to say. */
static void normalize(void)
{
	struct cpu_user_regs_x86_32 *u = &c.user_regs;
	u32 i;

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
static u32 looks, unsafe;

static long initialise(void)
{
	return vcpu_context_set(v, gva(AT));
}

static void look(void)
{
	if (!v->proc.initialised)
		return;
	looks++;
	unsafe += memcmp(&v->proc, &end_state, sizeof(end_state)) ||
		  memcmp(&v->entry, &end_entry, sizeof(end_entry));
}

/*
 * VCPUOP_up takes no lock: once a vCPU is marked as initialised, it may run on
 * another CPU. So all its state must be there, and be safe.
 */
static void test_last(void **state)
{
	(void)state;
	setup();
	c.flags |= VGCF_i387_valid;
	v->proc.initialised = false;
	assert_int_equal(initialise(), 0);
	end_state = v->proc;
	end_entry = v->entry;
	memset(&v->proc, 0, sizeof(v->proc));
	memset(&v->entry, 0, sizeof(v->entry));
	ptype_put_both(v->d, v->roots.table);
	race_watch(initialise, look);
	assert_true(looks > 0);
	assert_int_equal(unsafe, 0);
}

EXPORT_TESTS(context, cmocka_unit_test(test_set), cmocka_unit_test(test_get),
	     cmocka_unit_test(test_bounds), cmocka_unit_test(test_last));
