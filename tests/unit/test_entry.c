// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames on the guest's stack (Documentation/hypervisor-architecture.md and the
 * head of hypervisor/cpu/bounce.c): what a handler finds, which registers it
 * starts with, and what the iret hypercall takes from there, at both widths.
 */
#include <string.h>
#include <sys/mman.h>
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "guest/width.h"
#include "host.h"
#include "hypercalls.h"
#include "lib/lib.h"

#define STACK_SIZE	4096u
#define FILL		0xeeu
#define HANDLER		0x123000ull	/* of vector 0 */
#define CALLBACK	0x456000ull	/* of callback 0 */
#define IOPL		2u
#define CALLER_FLAGS	(FLAGS_IF | FLAGS_DF | FLAGS_TF | FLAGS_NT | FLAGS_RF | \
			 FLAGS_AC | FLAGS_CF | 2)

/* Of hypervisor/guest/width32.c and width64.c; host.c has others */
extern const struct width real_width32, real_width64;
/* Of hypervisor/cpu/bounce.c; vcpu.c has others */
void own_exception(struct vcpu *v, struct regs *r, u32 vector, s64 error);
void own_page_fault(struct vcpu *v, struct regs *r, u64 address, u32 error);

static struct vcpu *v;
static u8 *stack;		/* below 4 GiB; what is used is its lower half */
static u32 toggles;

void context_toggle(struct vcpu *of)
{
	toggles++;
	of->proc.in_user = !of->proc.in_user;
}

/* What a case is: the guest, where it was, events, what handlers want. */
enum { LONG = 1, KERNEL = 2, MASKED = 4, MASKS = 8, ASSIST = 16, CASES = 32 };

/* The stack's words from sp on, as wide as the guest's */
static u64 word_at(u64 sp, u32 i)
{
	return v->d->width->is_long ? ((u64 *)sp)[i] : ((u32 *)sp)[i];
}

static u64 middle(void)
{
	return (u64)stack + STACK_SIZE / 2;
}

static u64 kernel_stack(void)
{
	return (u64)stack + STACK_SIZE / 4 + 8;
}

static void set_handlers(bool is_long, u8 flags)
{
	const u16 cs = is_long ? SEL_64_CS : SEL_R1_CS;
	u32 i;

	for (i = 0; i < 256; i++)
		v->entry.traps[i] = (struct vcpu_trap){ HANDLER + i, cs, flags, 0 };
	for (i = 0; i < CB_COUNT; i++)
		v->entry.callback[i] =
			(struct vcpu_trap){ CALLBACK + i, cs, flags, 0 };
}

/* The vCPU of a case, and its registers. */
static struct regs begin(u32 c)
{
	const bool is_long = c & LONG, kernel = c & KERNEL;
	u32 first;

	host_reset();
	if (!stack)
		stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	assert_ptr_not_equal(stack, MAP_FAILED);
	memset(stack, FILL, STACK_SIZE);
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	v = host_domain(1, &first)->vcpu[0];
	v->d->width = is_long ? &real_width64 : &real_width32;
	v->d->policy.vm_assist = c & ASSIST ?
		BIT(VMASST_TYPE_architectural_iopl) : 0;
	v->proc.in_user = is_long && !kernel;
	v->entry.kernel_sp = kernel_stack();
	v->entry.kernel_ss = SEL_R1_DS;
	v->entry.iopl = IOPL;
	set_handlers(is_long, c & MASKS ? TRAP_MASKS : 0);
	shared_set_upcall_mask(v, c & MASKED);
	toggles = 0;
	return (struct regs){
		.ax = 0xa0, .cx = 0xc0, .r11 = 0x110, .ip = 0x4444,
		.cs = is_long ? SEL_64_CS : kernel ? SEL_R1_CS : SEL_R3_CS,
		.ss = is_long ? SEL_64_DS : kernel ? SEL_R1_DS : SEL_R3_DS,
		.sp = middle() + 4, .flags = CALLER_FLAGS,
	};
}

/* The frame of the case, with 'n' words below IP; lowest address first. */
static u32 expected_frame(u32 c, const struct regs *old, const u64 *extra,
			  u32 n, u64 frame[])
{
	const bool is_long = c & LONG, kernel = c & KERNEL;
	u32 k = 0, i;

	if (is_long) {
		frame[k++] = old->cx;
		frame[k++] = old->r11;
	}
	for (i = 0; i < n; i++)
		frame[k++] = extra[i];
	frame[k++] = old->ip;
	frame[k++] = (is_long && kernel ? old->cs & ~3u : old->cs) |
		     (c & MASKED ? 1ull << (is_long ? 32 : 16) : 0);
	frame[k++] = (old->flags & ~(u64)FLAGS_IF) |
		     (c & MASKED ? 0 : FLAGS_IF) | (c & ASSIST ? IOPL << 12 : 0);
	if (is_long || !kernel) {
		frame[k++] = old->sp;
		frame[k++] = old->ss;
	}
	return k;
}

static void check(u32 c, const struct regs *old, const struct regs *r,
		  const u64 *extra, u32 n, u64 ip)
{
	const bool is_long = c & LONG, kernel = c & KERNEL;
	u64 frame[16], top = kernel ? old->sp : kernel_stack();
	u32 k = expected_frame(c, old, extra, n, frame), i;

	top = is_long ? (top & ~15ull) - k * 8 : top - k * 4;
	assert_false(v->d->life.crashed);
	assert_int_equal(r->sp, top);
	for (i = 0; i < k; i++)
		assert_int_equal(word_at(top, i), frame[i]);
	assert_int_equal(*(u8 *)(top - 1), FILL);
	assert_int_equal(r->ip, ip);
	assert_int_equal(r->cs, is_long ? SEL_64_CS : SEL_R1_CS);
	assert_int_equal(r->ss, is_long ? SEL_64_DS : SEL_R1_DS);
	assert_int_equal(r->flags & ~(u64)FLAGS_DF, FLAGS_CF | FLAGS_IF | 2 |
			 (is_long ? 0 : FLAGS_AC));
	assert_int_equal(toggles, is_long && !kernel);
	assert_false(v->proc.in_user);
	assert_int_equal(shared_upcall_mask(v), !!(c & (MASKED | MASKS)));
}

static void test_frames(void **state)
{
	const u64 selectors[] = { 0xd5, 0xe5, 0xf5, 0x65 }, error = 0x1234;
	struct regs r, old;
	u64 cr2 = 0;
	u32 c;

	(void)state;
	for (c = 0; c < CASES; c++) {
		old = r = begin(c);
		bounce_event(v, &r);
		check(c, &old, &r, NULL, 0, CALLBACK + CB_EVENT);
		assert_true(r.flags & FLAGS_DF);
		old = r = begin(c);
		own_exception(v, &r, X86_UD, NO_ERROR_CODE);
		check(c, &old, &r, NULL, 0, HANDLER + X86_UD);
		old = r = begin(c);
		own_page_fault(v, &r, 0xcafe0000, (u32)error);
		check(c, &old, &r, &error, 1, HANDLER + X86_PF);
		memcpy(&cr2, v->shared.info + 16, c & LONG ? 8 : 4);
		assert_int_equal(c & LONG ? cr2 : *(u32 *)(v->shared.info +
				 real_width32.cr2_offset), 0xcafe0000);
		old = r = begin(c);
		v->proc.ds = (u16)selectors[0];
		v->proc.es = (u16)selectors[1];
		v->proc.fs = (u16)selectors[2];
		v->proc.gs = (u16)selectors[3];
		bounce_failsafe(v, &r);
		check(c, &old, &r, selectors, 4, CALLBACK + CB_FAILSAFE);
	}
}

/* No handler, or a stack that is no memory of the guest's: the domain ends. */
static void test_no_frame(void **state)
{
	struct regs r, old;
	u32 c;

	(void)state;
	for (c = 0; c < CASES; c++) {
		old = r = begin(c);
		v->entry.traps[X86_UD].cs = 3;
		own_exception(v, &r, X86_UD, NO_ERROR_CODE);
		assert_true(v->d->life.crashed);
		assert_memory_equal(&r, &old, sizeof(r));
		old = r = begin(c);
		v->d->tables.address_end = 0x1000;
		host_window(0x1000, stack, 1);
		own_exception(v, &r, X86_UD, NO_ERROR_CODE);
		assert_true(v->d->life.crashed);
		assert_memory_equal(&r, &old, sizeof(r));
		assert_int_equal(shared_upcall_mask(v), !!(c & MASKED));
		host_window(0, NULL, 0);
	}
}

/* As entry/guest_trap.c calls them. */
static void enter(struct vcpu *v, struct regs *r, u32 c)
{
	if (r->vector == VEC_SYSCALL && c & LONG)
		bounce_syscall(v, r);
	else
		bounce_fast_call(v, r);
}

/* SYSENTER and SYSCALL from user mode. */
static void test_fast_calls(void **state)
{
	static const struct {
		u32 vector, callback, long_callback;
	} calls[] = {
		{ VEC_SYSENTER, CB_SYSENTER, CB_SYSENTER },
		{ VEC_SYSCALL32, CB_SYSCALL32, CB_SYSCALL32 },
		{ VEC_SYSCALL, CB_SYSCALL32, CB_SYSCALL },
	};
	struct regs r, old;
	u32 c, i, kind;
	bool sysenter;

	(void)state;
	for (c = 0; c < 2 * ARRAY_SIZE(calls); c++) {
		i = c / 2;
		kind = c & LONG ? calls[i].long_callback : calls[i].callback;
		sysenter = calls[i].vector == VEC_SYSENTER;
		r = begin(c & LONG);
		r.vector = calls[i].vector;
		/* One flag decides for both callbacks of SYSCALL. */
		if (c & LONG && !sysenter)
			v->entry.callback[CB_SYSCALL].flags = TRAP_MASKS;
		old = r;
		if (c & LONG && kind == CB_SYSCALL32)
			old.cs = SEL_64_CS32;
		enter(v, &r, c);
		check((c & LONG) | (c & LONG && !sysenter ? MASKS : 0), &old, &r,
		      NULL, 0, CALLBACK + kind);
		assert_int_equal(!(r.flags & FLAGS_DF), c & LONG && !sysenter);
		/* Without one: a fault at the instruction, or where SYSENTER came. */
		r = begin(c & LONG);
		r.vector = calls[i].vector;
		v->entry.callback[kind].cs = 0;
		host_asked.vector = 0;
		enter(v, &r, c);
		assert_int_equal(r.ip, HANDLER + (c & LONG && !sysenter ?
						  X86_UD : X86_GP));
		assert_int_equal(word_at(r.sp, c & LONG ?
					 2 + sysenter : 1),
				 sysenter ? 0x4444 : 0x4442);
	}
}

/* A frame of iret at the stack's middle, and registers that point there. */
static struct regs iret_frame(u32 c, const u64 *w, u32 n)
{
	struct regs r = begin(c);
	u32 i;

	r.sp = middle();
	for (i = 0; i < n; i++) {
		if (c & LONG)
			((u64 *)middle())[i] = w[i];
		else
			((u32 *)middle())[i] = (u32)w[i];
	}
	v->entry.nmi_masked = true;
	v->roots.user.table = mfn(300);
	host_asked.count = 0;
	host_block.guest = r;
	do_iret(NULL);
	return host_block.guest;
}

#define FRAME_FLAGS	(FLAGS_IOPL | FLAGS_IF | FLAGS_NT | FLAGS_CF)

static void check_iret(u32 c, const struct regs *r, u64 flags, u16 cs, u16 ss,
		       u64 sp)
{
	assert_false(v->d->life.crashed);
	assert_int_equal(r->ax, 0xaaa);
	assert_int_equal(r->ip, 0x1230);
	assert_int_equal(r->cs, cs);
	assert_int_equal(r->ss, ss);
	assert_int_equal(r->sp, sp);
	assert_int_equal(r->flags, (flags & FLAGS_GUEST) | FLAGS_IF | 2);
	assert_false(r->flags & (FLAGS_IOPL | FLAGS_VM));
	assert_int_equal(v->entry.iopl, c & ASSIST ? flags >> 12 & 3 : IOPL);
	assert_int_equal(shared_upcall_mask(v), !(flags & FLAGS_IF));
	assert_false(v->entry.nmi_masked);
}

/* AX, IP, CS, FLAGS and, to another ring, SP and SS. */
static void test_iret32(void **state)
{
	u64 w[] = { 0xaaa, 0x1230, 0, 0, 0x5550, 0x33 };
	struct regs r;
	u32 c, i;

	(void)state;
	for (c = 0; c < CASES; c++) {
		if (c & LONG)
			continue;
		w[3] = c & MASKS ? FRAME_FLAGS : FRAME_FLAGS & ~FLAGS_IF;
		w[2] = 0x70000 | SEL_R1_CS;
		r = iret_frame(c, w, 4);
		check_iret(c, &r, w[3], SEL_R1_CS, (c & KERNEL) ? SEL_R1_DS :
			   SEL_R3_DS, middle() + 16);
		w[2] = SEL_R3_CS;
		r = iret_frame(c, w, 6);
		check_iret(c, &r, w[3], SEL_R3_CS, 0x33, 0x5550);
		w[2] = SEL_HV_CS;
		iret_frame(c, w, 6);
		assert_true(v->d->life.crashed);
		w[2] = SEL_R3_CS;
		w[3] |= FLAGS_VM;
		r = iret_frame(c, w, 6);
		assert_false(v->d->life.crashed);
		assert_int_equal(host_asked.count, 0);
		assert_int_equal(r.ip, HANDLER + X86_GP);
		assert_int_equal(r.cs, SEL_R1_CS);
		assert_int_equal(r.flags & FLAGS_VM, 0);
		assert_int_equal(r.sp, kernel_stack() - 40);
		assert_int_equal(word_at(r.sp, 0), 0);
		for (i = 1; i < ARRAY_SIZE(w); i++)
			assert_int_equal(word_at(r.sp, i), (u32)w[i]);
	}
}

/* Always RAX, R11, RCX, a word of flags, RIP, CS, RFLAGS, RSP, SS. */
static void test_iret64(void **state)
{
	u64 w[] = { 0xaaa, 0xb11, 0xcc, 0, 0x1230, 0, 0, 0x5550, 0x38 };
	struct regs r;
	bool user, sysret;
	u32 c, i;

	(void)state;
	for (c = 0; c < CASES; c++) {
		for (i = 0; (c & LONG) && i < 4; i++) {
			user = i & 1;
			sysret = i & 2;
			w[3] = sysret ? VGCF_in_syscall : ~(u64)VGCF_in_syscall;
			w[5] = user ? SEL_64_CS : SEL_64_CS & ~3;
			w[6] = FRAME_FLAGS | FLAGS_VM | FLAGS_RF;
			w[6] &= c & MASKS ? ~0ull : ~(u64)FLAGS_IF;
			r = iret_frame(c | KERNEL, w, 9);
			if (sysret)
				w[6] &= ~(u64)FLAGS_RF;
			check_iret(c, &r, w[6], SEL_64_CS,
				   sysret ? SEL_64_DS : 0x3b, 0x5550);
			assert_int_equal(toggles, user);
			assert_int_equal(v->proc.in_user, user);
			assert_int_equal(r.cx, sysret ? 0x1230 : 0xcc);
			assert_int_equal(r.r11, sysret ? r.flags | FLAGS_RF :
						       0xb11);
		}
	}
}

/* To code of 32 bits; to a user mode that has no root; from no memory. */
static void test_iret_ends(void **state)
{
	u64 w[] = { 0xaaa, 0xb11, 0xcc, VGCF_in_syscall, 0x1230, SEL_64_CS32, 2,
		    0x5550, 0x38 };
	struct regs r = iret_frame(LONG | KERNEL, w, 9);
	u32 c;

	(void)state;
	assert_int_equal(r.cs, SEL_64_CS32);
	v->roots.user.table = INVALID_MFN;
	v->proc.in_user = false;
	host_block.guest.sp = middle();
	toggles = 0;
	do_iret(NULL);
	assert_true(v->d->life.crashed);
	assert_int_equal(toggles, 0);
	for (c = 0; c <= LONG; c++) {
		host_block.guest = begin(c | KERNEL);
		v->d->tables.address_end = 0x1000;
		host_window(0x1000, stack, 1);
		do_iret(NULL);
		assert_true(v->d->life.crashed);
		host_window(0, NULL, 0);
	}
}

const struct CMUnitTest entry_tests[] = {
	cmocka_unit_test(test_frames), cmocka_unit_test(test_no_frame),
	cmocka_unit_test(test_fast_calls), cmocka_unit_test(test_iret32),
	cmocka_unit_test(test_iret64), cmocka_unit_test(test_iret_ends),
};
const size_t entry_count_tests = ARRAY_SIZE(entry_tests);
