// SPDX-License-Identifier: GPL-2.0-only
/*
 * int n for each n, from ring 1 and 3, by the entry's DPL; and the exceptions
 * that code raises: their error codes, where they point, the flags and the
 * mask in their frame.
 */
#include "conf.h"

static void set_table(u32 flags)
{
	static trap_info_t table[257];
	u32 i;

	for (i = 0; i < 256; i++)
		table[i] = (trap_info_t){
			.vector = (u8)i, .cs = FLAT_KERNEL_CS,
			.flags = (u8)flags, .address = trap_entries[i],
		};
	CHECK(HC1(set_trap_table, table), 0);
}

static void out_vectors(bool user, u32 flags, u32 first, u32 end,
			const struct came *c)
{
	out_begin(user ? "user" : "kernel");
	out_text(": int n, entries' flags ");
	out_number(flags, 16);
	out_text(", n from ");
	out_number(first, 10);
	out_text(" -> to ");
	out_number(end, 10);
	out_text(c->vector == 1000 ? ": vector n" : ": vector ");
	if (c->vector != 1000)
		out_number(c->vector, 10);
	out_text(" error ");
	if (c->error == 1000)
		out_text("n * 8 + 2");
	else
		out_number(c->error, 16);
	out_text(" at +");
	out_number(c->eip, 10);
	out_end();
}

/* Vectors that give the same are one line. */
static void all_vectors(bool user, u32 flags)
{
	struct came last = { .vector = ~0u }, now;
	u32 v, first = 0;
	u8 code[2] = { 0xcd };

	for (v = 0; v <= 256; v++) {
		code[1] = (u8)v;
		user_eax = 99;
		now = v < 256 ? *(user ? run_user : run_kernel)(code, 2, 2) :
		      (struct came){ 0 };
		/*
		 * QEMU's error code for an IDT entry is n * 16 + 2, by which
		 * reference Xen delivers the vector 2 * n.
		 */
		if (now.vector == (2 * v & 0xff))
			now.vector = v;
		if (now.vector == 13 && now.error == v * 16 + 2)
			now.error = v * 8 + 2;
		/* An interrupt by an instruction pushes no error code. */
		if (now.vector == v && now.error - code_address() < 256) {
			now.eip = now.error - code_address();
			now.error = 0;
		}
		if (now.vector == v && now.error == 0)
			now.vector = 1000;
		if (now.vector == 13 && now.error == v * 8 + 2)
			now.error = 1000;
		if (v && v < 256 && now.vector == last.vector &&
		    now.error == last.error && now.eip == last.eip)
			continue;
		if (v)
			out_vectors(user, flags, first, v - 1, &last);
		last = now;
		first = v;
	}
}

struct fault {
	const char *name;
	u8 n, code[15];
};
#define F(name_, ...) \
	{ name_, sizeof((u8[]){ __VA_ARGS__ }), { __VA_ARGS__ } }
static const struct fault faults[] = {
	F("div by 0", 0x31, 0xc9, 0xf7, 0xf1),
	F("icebp", 0xf1),
	F("int3", 0xcc),
	F("into", 0xb0, 0x7f, 0x04, 1, 0xce),
	F("bound", 0x31, 0xc0, 0x48, 0x62, 0x04, 0x24),
	F("ud2", 0x0f, 0x0b),
	F("read of nothing", 0xa1, 4, 0, 0, 0xa0),
	F("write to nothing", 0xa3, 4, 0, 0, 0xa0),
	F("jump to nothing", 0xb8, 4, 0, 0, 0xa0, 0xff, 0xe0),
	F("read of the hypervisor's", 0xa1, 0, 0xf0, 0xff, 0xff),
	F("write to the hypervisor's", 0xa3, 0, 0xf0, 0xff, 0xff),
	F("jump to the hypervisor's", 0xb8, 0, 0xf0, 0xff, 0xff, 0xff, 0xe0),
	F("read of the kernel's", 0xa1, 0, 0, 0x10, 0),
	F("mov $0xfff8, %fs", 0xb8, 0xf8, 0xff, 0, 0, 0x8e, 0xe0),
	F("mov $0xe008, %fs", 0xb8, 0x08, 0xe0, 0, 0, 0x8e, 0xe0),
	F("mov $4, %fs", 0xb8, 4, 0, 0, 0, 0x8e, 0xe0),
	F("mov $3, %fs; read", 0xb8, 3, 0, 0, 0, 0x8e, 0xe0, 0x64, 0xa1, 0, 0,
	  0, 0),
	F("mov $0, %ss", 0x31, 0xc0, 0x8e, 0xd0),
	F("mov $0xe02b, %ss", 0xb8, 0x2b, 0xe0, 0, 0, 0x8e, 0xd0),
	F("lcall $0xe008:0", 0x9a, 0, 0, 0, 0, 0x08, 0xe0),
	F("lcall $0:0", 0x9a, 0, 0, 0, 0, 0, 0),
	F("iret to 0:0", 0x6a, 2, 0x6a, 0, 0x6a, 0, 0xcf),
	F("iret with NT", 0x68, 2, 0x40, 0, 0, 0x9d, 0xcf),
	F("x87 exception", 0xdb, 0xe3, 0x6a, 0, 0xd9, 0x2c, 0x24, 0x58, 0xd9,
	  0xee, 0xd8, 0xf0, 0x9b),
	F("movaps unaligned", 0x0f, 0x28, 0x44, 0x24, 1),
	F("wrmsr", 0x0f, 0x30),
	F("single step", 0x68, 2, 1, 0, 0, 0x9d, 0x90),
};

static void one_fault(const struct fault *f, bool user, u32 eflags, u32 table)
{
	const struct came *c;

	user_eax = user_ecx = user_edx = 0;
	shared->vcpu_info[0].arch.cr2 = 0;
	c = (user ? run_user : run_kernel)(f->code, f->n, eflags);
	out_begin(user ? "user" : "kernel");
	out_text(table ? ", masking entries: " : ": ");
	out_text(f->name);
	out_text(", flags ");
	out_number(eflags, 16);
	out_text(" -> ");
	out_came(c, f->n);
	out_text(" flags ");
	out_number(c->eflags & ~0x8d5u, 16);
	out_text(" cs ");
	out_number(c->cs, 16);
	out_text(" cr2 ");
	out_number((u32)shared->vcpu_info[0].arch.cr2, 16);
	out_end();
}

void conf_exceptions(void)
{
	u32 f, i;

	for (f = 0; f < 4; f++) {
		set_table(f);
		all_vectors(false, f);
		all_vectors(true, f);
	}
	for (f = 0; f < 8; f += 4) {
		set_table(f | 3);
		for (i = 0; i < ARRAY_SIZE(faults); i++) {
			one_fault(&faults[i], false, 0x002, f);
			one_fault(&faults[i], true, 0x002, f);
			one_fault(&faults[i], false, 0x202, f);
			one_fault(&faults[i], true, 0x202, f);
			/* RF, NT and AC go in, TF by an instruction */
			one_fault(&faults[i], true, 0x50202, f);
		}
	}
	restore();
}
