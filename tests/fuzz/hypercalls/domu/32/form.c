// SPDX-License-Identifier: GPL-2.0-only
/* What a 32-bit domain does in its own way: see values.h. */
#include "values.h"

ulong some_word(struct source *s)
{
	return draw(s);
}

bool guests_address(ulong at)
{
	return at < 0xf5800000;
}

ulong odd_address(struct source *s)
{
	static const u32 odd[] = {
		0, 0xf5800000, 0xf5800ff8, 0xf57ffffc, 0xfc000000, 0xfffff000,
		0xfffffff8, 0xffffffff, 0x80000000, DOMU_PAGES << 12,
		PAGE_READONLY << 12, PAGE_ABSENT << 12, 0x5000,
		(PAGE_ABSENT << 12) - 8,
	};

	return PICK(s, odd) + (one_in(s, 4) ? below(s, 64) : 0);
}

u32 some_root(struct call *c)
{
	return one_in(c->s, 2) ? CONTROL->frames[0] : some_frame(c);
}

/* Slot 0 leads to the pages, slot 3 of the root to the hypervisor's. */
u32 safe_slot(struct source *s)
{
	return 1 + below(s, 2);
}

bool upper_entry(struct call *c, mmu_update_t *u)
{
	(void)c;
	(void)u;
	return false;
}

void set_va_mapping(struct call *c, ulong at, u64 entry, ulong flags,
		    ulong domid)
{
	set(c, __HYPERVISOR_update_va_mapping, at, (u32)entry,
	    (u32)(entry >> 32), flags);
	c->a[4] = domid;
}

void set_descriptor(struct call *c, u64 at, u64 descriptor)
{
	set(c, __HYPERVISOR_update_descriptor, (u32)at, (u32)(at >> 32),
	    (u32)descriptor, (u32)(descriptor >> 32));
}

void set_timer(struct call *c, u64 at)
{
	set(c, __HYPERVISOR_set_timer_op, (u32)at, (u32)(at >> 32), 0, 0);
}

void set_callbacks(struct call *c, ulong event, ulong failsafe)
{
	set(c, __HYPERVISOR_set_callbacks, some_selector(c), event,
	    some_selector(c), failsafe);
}

/* It has no such call. */
void set_segment(struct call *c)
{
	set(c, __HYPERVISOR_set_segment_base, below(c->s, 16), draw(c->s),
	    draw(c->s), draw(c->s));
}

void write_entry(struct source *s, u64 *to, u64 entry)
{
	volatile u32 *half = (u32 *)to;

	if (one_in(s, 2)) {
		half[0] = (u32)entry;
		half[1] = (u32)(entry >> 32);
	} else {
		__asm__ volatile("lock cmpxchg8b %0" : "+m" (*to)
				 : "a" (half[0]), "d" (half[1]),
				 "b" ((u32)entry), "c" ((u32)(entry >> 32))
				 : "memory", "cc");
	}
}

void own_instruction(struct source *s)
{
	static const u16 selectors[] = { FLAT_USER_DS, FLAT_KERNEL_DS, 0, 7 };

	__asm__ volatile("movl %0, %%gs" :: "r" ((u32)PICK(s, selectors)));
}

void one_iret(struct source *s)
{
	struct call c = { .s = s };
	ulong frame[6] = {
		draw(s), (ulong)fuzz_entry + s->id * 16, FLAT_KERNEL_CS,
		draw(s) & 0x10ed7, FUZZ_STACK(s->id), FLAT_KERNEL_SS,
	};

	if (one_in(s, 4)) {
		frame[2] = FLAT_USER_CS;
		frame[5] = FLAT_USER_DS;
	}
	if (one_in(s, 512))
		frame[1 + below(s, 5)] = one_in(s, 2) ? draw(s) :
					 some_selector(&c);
	counted(s->id, __HYPERVISOR_iret, false);
	counted(s->id, __HYPERVISOR_iret, true);
	fuzz_iret(frame);
}

void own_story(struct source *s)
{
	(void)s;
}

/* User mode enters the same loop; its first hypercall is an exception. */
void one_user(struct source *s)
{
	one_iret(s);
}

void repair_own(u32 vcpu)
{
	repair_call(__HYPERVISOR_set_callbacks, FLAT_KERNEL_CS,
		    FUZZ_ENTRY(vcpu), FLAT_KERNEL_CS, FUZZ_ENTRY(vcpu));
}
