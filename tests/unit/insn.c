// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include "cpu/emulate.h"
#include "insn.h"
#include "machine/paging.h"

#define FRAMES	8u
#define GDT	400u
#define TABLES	300u	/* first frame of three levels of tables */

u8 *insn_memory;

static bool (*emulate)(struct vcpu *v, struct regs *r);

static struct state {
	struct regs r;
	struct vcpu v;
	struct domain d;
	struct host_port port;
	u32 asked;
	u8 memory[MEMORY_SIZE];
} before, after;

void insn_map(u32 page, u64 flags)
{
	u64 *l1 = mfn_to_virt(mfn(TABLES + 2));

	l1[(MEMORY_START >> PAGE_SHIFT) + page] =
		make_pte(mfn(TABLES + 3 + page), flags);
}

static void make_tables(void)
{
	u32 i;

	*(u64 *)mfn_to_virt(mfn(TABLES)) =
		make_pte(mfn(TABLES + 1), ROOT_RIGHTS);
	*(u64 *)mfn_to_virt(mfn(TABLES + 1)) =
		make_pte(mfn(TABLES + 2), PTE_P | PTE_RW | PTE_US);
	for (i = 0; i < MEMORY_SIZE / PAGE_SIZE; i++)
		insn_map(i, PTE_P | PTE_RW | PTE_US);
	host_current->roots.kernel.table = mfn(TABLES);
}

struct vcpu *insn_setup(void)
{
	u32 first;

	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	host_domain(FRAMES, &first);
	free(insn_memory);
	insn_memory = calloc(1, MEMORY_SIZE);
	host_window(MEMORY_START, insn_memory, MEMORY_SIZE);
	host_port = (struct host_port){ 0 };
	host_asked = (struct host_asked){ 0 };
	host_has_xsave = true;
	make_tables();
	host_current->entry.iopl = 1;
	host_current->proc.xcr0 = 1;
	host_current->proc.cr4 = CR4_OSXSAVE;
	emulate = emulate_privileged;
	return host_current;
}

struct regs insn_regs(u32 ring)
{
	return (struct regs){
		.cs = ring == 1 ? 0xe019 : 0xe02b,
		.ss = ring == 1 ? 0xe021 : 0xe033,
		.si = MEMORY_START, .di = MEMORY_START,
	};
}

u16 insn_segment(u64 descriptor)
{
	u64 *gdt = mfn_to_virt(mfn(GDT));

	host_current->desc.gdt[0] = mfn(GDT);
	host_current->desc.gdt_entries = 8;
	gdt[7] = descriptor;
	return 7 * 8 + 1;
}

void insn_after_ud(void)
{
	emulate = emulate_forced;
}

static void save(struct state *s, const struct regs *r)
{
	memset(s, 0, sizeof(*s));
	memcpy(&s->r, r, sizeof(*r));
	memcpy(&s->v, host_current, sizeof(s->v));
	memcpy(&s->d, host_current->d, sizeof(s->d));
	s->d.tables.validated = 0;	/* of one hold of the page lock */
	s->port = host_port;
	s->asked = host_asked.count;
	memcpy(s->memory, insn_memory, MEMORY_SIZE);
}

bool insn_any(struct regs *r, const void *bytes, u32 n)
{
	bool done;

	memset(insn_memory + MEMORY_SIZE - 32, 0xcc, 32);
	memcpy(insn_memory + MEMORY_SIZE - n, bytes, n);
	r->ip = MEMORY_END - n;
	save(&before, r);
	done = emulate(host_current, r);
	save(&after, r);
	if (!done)
		assert_memory_equal(&before, &after, sizeof(before));
	return done;
}

void insn_done(struct regs *r, const void *bytes, u32 n)
{
	assert_true(insn_any(r, bytes, n));
	assert_int_equal(r->ip, MEMORY_END);
}

void insn_stays(struct regs *r, const void *bytes, u32 n)
{
	assert_true(insn_any(r, bytes, n));
	assert_int_equal(r->ip, MEMORY_END - n);
}

void insn_gone(struct regs *r, const void *bytes, u32 n)
{
	insn_stays(r, bytes, n);
	assert_memory_equal(&before, &after, sizeof(before));
}

void insn_refused(struct regs *r, const void *bytes, u32 n)
{
	assert_false(insn_any(r, bytes, n));
}
