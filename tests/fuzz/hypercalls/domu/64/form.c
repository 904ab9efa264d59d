// SPDX-License-Identifier: GPL-2.0-only
/* What a 64-bit domain does in its own way: see values.h. */
#include "values.h"

#define LOW_END		0x800000000000ul	/* the first address that is not */
#define HIGH_START	0xffff800000000000ul	/* the first that is again */
#define M2P_END		0xffff804000000000ul
#define HV_IMAGE	0xffff828000100000ul	/* Krypton's */
#define HV_MEMORY	0xffff830000000000ul
#define GUEST_START	0xffff880000000000ul	/* after the hypervisor's */
/* Where a root that refers to itself shows tables of each level */
#define LINEAR_L1	(~0ul << 48 | (ulong)SLOT_LINEAR << 39)
#define LINEAR_L2	(LINEAR_L1 | (ulong)SLOT_LINEAR << 30)
#define LINEAR_L3	(LINEAR_L2 | (ulong)SLOT_LINEAR << 21)
#define LINEAR_L4	(LINEAR_L3 | (ulong)SLOT_LINEAR << 12)

ulong fuzz_register;

bool guests_address(ulong at)
{
	return at < LOW_END || at >= GUEST_START;
}

/* In slots of the hypervisor's: its image, its map of all memory, and others. */
static ulong hypervisor_address(struct source *s)
{
	switch (below(s, 4)) {
	case 0:
		return HIGH_START + ((ulong)below(s, 16) << 39) +
		       (draw(s) & 0x1ffff8);
	case 1:
		return HV_MEMORY + (draw(s) & 0xffffff8);
	default:
		return HV_IMAGE + (draw(s) & 0x7fff8);
	}
}

ulong odd_address(struct source *s)
{
	static const ulong odd[] = {
		0, LOW_END - 4096, LOW_END - 8, LOW_END, 1ul << 62,
		HIGH_START - 1, HIGH_START, HIGH_START + (0x1000 << 3),
		M2P_END - 8, M2P_END, M2P_END + 0x100000, GUEST_START - 8,
		GUEST_START - 4096, GUEST_START, LINEAR_L1, LINEAR_L2,
		LINEAR_L3, LINEAR_L4, LINEAR_L1 + 48 * 8, LINEAR_L4 + 256 * 8,
		ALIAS, ALIAS + (PAGE_PLAY << 12), ALIAS + 0x5000,
		0xfffffffffffff000, 0xfffffffffffffff8, ~0ul, 0xffffffff,
		0x100000000, DOMU_PAGES << 12, PAGE_READONLY << 12,
		PAGE_ABSENT << 12, 0x5000, (PAGE_ABSENT << 12) - 8,
	};

	if (one_in(s, 4))
		return hypervisor_address(s);
	return PICK(s, odd) + (one_in(s, 4) ? below(s, 64) : 0);
}

ulong some_word(struct source *s)
{
	switch (below(s, 4)) {
	case 0:
		return (ulong)draw(s) << 32 | draw(s);
	case 1:
		return odd_address(s);
	case 2:
		return below(s, 2) ? GUEST_START | draw(s) : draw(s);
	default:
		return FUZZ_ENTRY(s->id);
	}
}

/* Any page without contents is a good one, and the end of what runs. */
u32 some_root(struct call *c)
{
	if (one_in(c->s, 64))
		return some_frame(c);
	return one_in(c->s, 8) ? odd_frame(c) :
	       CONTROL->frames[one_in(c->s, 2) ? PAGE_USER_ROOT : 0];
}

/* Slot 0 leads to the pages. */
u32 safe_slot(struct source *s)
{
	static const u16 slots[] = {
		1, 1, 2, 2, 255, 256, 257, 258, 262, 271, 272, 510, 511,
		SLOT_LINEAR, SLOT_LINEAR,
	};

	return PICK(s, slots);
}

/*
 * An entry of a table above level 1 that refers to the table below, or to one of
 * the same level, which may not be writable.
 */
bool upper_entry(struct call *c, mmu_update_t *u)
{
	static const u8 table[] = { 0, 0, 3, 1, 4, 2 };
	static const u8 below_it[] = { 1, 4, 1, 2, 2, 5 };
	u32 i = below(c->s, ARRAY_SIZE(table)), to;
	u64 flags = one_in(c->s, 2) ? PTE_P | PTE_US | PTE_A : PTE_RWP | PTE_US;

	if (!one_in(c->s, 6))
		return false;
	to = one_in(c->s, 2) ? below_it[i] : one_in(c->s, 2) ? table[i] :
	     one_in(c->s, 2) ? PICK(c->s, table) : some_page(c);
	u->ptr = (u64)CONTROL->frames[table[i]] << 12 | safe_slot(c->s) * 8;
	u->val = (u64)CONTROL->frames[to] << 12 | flags;
	if (one_in(c->s, 4))
		u->val = 0;
	return true;
}

void set_va_mapping(struct call *c, ulong at, u64 entry, ulong flags,
		    ulong domid)
{
	set(c, __HYPERVISOR_update_va_mapping, at, entry, flags, domid);
}

void set_descriptor(struct call *c, u64 at, u64 descriptor)
{
	if (one_in(c->s, 4))
		descriptor ^= DESC_L | DESC_B;
	set(c, __HYPERVISOR_update_descriptor, at, descriptor, 0, 0);
}

void set_timer(struct call *c, u64 at)
{
	set(c, __HYPERVISOR_set_timer_op, at, 0, 0, 0);
}

void set_callbacks(struct call *c, ulong event, ulong failsafe)
{
	set(c, __HYPERVISOR_set_callbacks, event, failsafe, some_word(c->s), 0);
}

void set_segment(struct call *c)
{
	u32 which = one_in(c->s, 16) ? draw(c->s) : below(c->s, 5);

	set(c, __HYPERVISOR_set_segment_base, which,
	    which == SEGBASE_GS_USER_SEL ? some_selector(c) : some_word(c->s),
	    0, 0);
}

void write_entry(struct source *s, u64 *to, u64 entry)
{
	u64 old = *to;

	switch (below(s, 6)) {
	case 0:
		*(volatile u32 *)to = (u32)entry;
		break;
	case 1:
		__asm__ volatile("lock cmpxchgq %2, %0" : "+m" (*to), "+a" (old)
				 : "r" (entry) : "memory", "cc");
		break;
	case 2:
		__asm__ volatile("xchgq %1, %0" : "+m" (*to), "+r" (entry)
				 :: "memory");
		break;
	case 3:
		__asm__ volatile("lock btrq $1, %0" : "+m" (*to)
				 :: "memory", "cc");
		break;
	default:
		*(volatile u64 *)to = entry;
	}
}

/* An MSR of a segment's base, with a value of any kind. */
static void write_base(struct source *s)
{
	ulong v = some_word(s);

	__asm__ volatile("wrmsr" :: "a" ((u32)v), "d" ((u32)(v >> 32)),
			 "c" (MSR_FS_BASE + below(s, 4)));
}

void own_instruction(struct source *s)
{
	ulong v = some_word(s);
	u32 low = 0, high = 0;

	switch (below(s, 10)) {
	case 0:
		__asm__ volatile("wrfsbase %0; wrgsbase %0" :: "r" (v));
		break;
	case 1:
		__asm__ volatile("xgetbv; xsetbv" : "+a" (low), "+d" (high)
				 : "c" (0));
		break;
	case 2:
		__asm__ volatile("xsetbv" :: "a" (draw(s) & 0xff), "d" (0),
				 "c" (below(s, 2)));
		break;
	case 3:
		__asm__ volatile("ud2; .ascii \"xen\"; cpuid" : "+a" (v)
				 :: "rbx", "rcx", "rdx");
		break;
	case 4:
		__asm__ volatile("int $0x80");
		break;
	case 5:
		__asm__ volatile("swapgs");
		break;
	case 6:
		__asm__ volatile("rdmsr" : "=a" (low), "=d" (high)
				 : "c" (MSR_FS_BASE + below(s, 4)));
		break;
	case 7:
		__asm__ volatile("movq %0, %%db7; movq %1, %%db0; movq %%db6, %0"
				 :: "r" (v & 0x3ff), "r" (some_watch(s)));
		break;
	default:
		write_base(s);
	}
}

/* To the kernel or to user mode, mostly with what either one needs. */
static void go(struct source *s, bool user)
{
	struct call c = { .s = s };
	u32 stubs = (u32)(fuzz_stubs_end - fuzz_stubs);
	ulong frame[9] = {
		some_word(s), some_word(s), some_word(s),
		one_in(s, 2) ? 0x100 : 0,	/* VGCF_in_syscall */
		user ? (ulong)fuzz_user : (ulong)fuzz_entry + s->id * 16,
		user ? FLAT_USER_CS : FLAT_KERNEL_CS & ~3,
		draw(s) & 0x10ed7, FUZZ_STACK(s->id), FLAT_USER_SS,
	};

	if (user)
		frame[6] = draw(s) & (one_in(s, 4) ? 0x10ed5 : 0x10cd5);
	if (one_in(s, 128))
		frame[3 + below(s, 6)] = one_in(s, 2) ? some_word(s) :
					 some_selector(&c);
	fuzz_register = one_in(s, 2) ? odd_address(s) : some_address(&c);
	fuzz_iret(frame, fuzz_stubs[below(s, stubs)], &s->was_user);
}

void one_iret(struct source *s)
{
	counted(s->id, __HYPERVISOR_iret, false);
	counted(s->id, __HYPERVISOR_iret, true);
	go(s, false);
}

static void use_user_root(void)
{
	struct mmuext_op op = { .cmd = MMUEXT_NEW_USER_BASEPTR };

	op.arg1.mfn = CONTROL->frames[PAGE_USER_ROOT];
	repair_call(__HYPERVISOR_mmuext_op, (ulong)&op, 1, 0, DOMID_SELF);
}

/*
 * One more root, of a page to play with: it maps what runs, and has linear
 * entries and others in any slots, those of the hypervisor among them.
 */
void own_story(struct source *s)
{
	struct call c = { .s = s };
	u32 page = PAGE_PLAY + below(s, DOMU_PAGES - PAGE_PLAY), i;
	u64 *table = (u64 *)(ulong)(page << 12);
	struct mmuext_op op[2] = {
		{ .cmd = MMUEXT_PIN_L4_TABLE },
		{ .cmd = one_in(s, 2) ? MMUEXT_NEW_BASEPTR :
			 MMUEXT_NEW_USER_BASEPTR },
	};

	repair_page(page, PTE_RWP);
	memset(table, 0, PAGE_SIZE);
	table[0] = (u64)CONTROL->frames[1] << 12 | PTE_RWP | PTE_US;
	for (i = below(s, 4); i; i--)
		table[safe_slot(s)] = one_in(s, 4) ? some_entry(&c) :
			(u64)CONTROL->frames[one_in(s, 2) ? page : one_in(s, 2) ?
			PAGE_USER_ROOT : some_page(&c)] << 12 | PTE_RO | PTE_US;
	repair_page(page, PTE_RO);
	op[0].arg1.mfn = op[1].arg1.mfn = CONTROL->frames[page];
	repair_call(__HYPERVISOR_mmuext_op, (ulong)op, 1 + below(s, 2), 0,
		    DOMID_SELF);
}

/* Without a root of its own, user mode would be the domain's end. */
void one_user(struct source *s)
{
	if (!one_in(s, 64))
		use_user_root();
	counted(s->id, FUZZ_USER, false);
	go(s, true);
}

void repair_own(u32 vcpu)
{
	struct callback_register r = { .address = FUZZ_ENTRY(vcpu) };
	static const u8 types[] = { CALLBACKTYPE_sysenter,
				    CALLBACKTYPE_syscall32 };
	u32 i;

	repair_call(__HYPERVISOR_set_callbacks, FUZZ_ENTRY(vcpu),
		    FUZZ_ENTRY(vcpu), FUZZ_ENTRY(vcpu), 0);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		r.type = types[i];
		repair_call(__HYPERVISOR_callback_op, CALLBACKOP_register,
			    (ulong)&r, 0, 0);
	}
}
