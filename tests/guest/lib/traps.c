// SPDX-License-Identifier: GPL-2.0-only
/* Trap table and dispatch of a test guest. */
#include "guest.h"
#include "stubs.h"

volatile u32 trapped_vector, trapped_error;
u32 recover_eip;
trap_handler event_handler, failsafe_handler, other_handler;

static trap_handler handlers[256];
static trap_info_t table[257];	/* the last one ends it */

void set_trap_handler(u32 vector, trap_handler fn)
{
	handlers[vector] = fn;
}

void trap_c(struct trap_frame *f);
void trap_c(struct trap_frame *f)
{
	trap_handler fn = f->vector == ENTRY_EVENT ? event_handler :
			  f->vector == ENTRY_FAILSAFE ? failsafe_handler :
			  handlers[f->vector];

	if (!fn)
		fn = other_handler;
	if (fn) {
		fn(f);
		return;
	}
	if (recover_eip) {
		trapped_vector = (u32)f->vector;
		trapped_error = (u32)f->error;
		f->eip = recover_eip;
		recover_eip = 0;
		return;
	}
	print("trap %s error %lx at %x:%lx cr2 %lx\n", trap_name(f->vector),
	      f->error, (u16)f->cs, f->eip,
	      shared ? shared->vcpu_info[0].arch.cr2 : 0);
	guest_exit("ERROR");
}

static void set_callback(u16 type, void (*fn)(void))
{
	struct callback_register cb = {
		.type = type, .address = callback_at((ulong)fn),
	};

	CHECK(HC2(callback_op, CALLBACKOP_register, &cb), 0);
}

trap_info_t trap_entry(u32 vector, u32 flags)
{
	return (trap_info_t){
		.vector = (u8)vector, .flags = (u8)flags, .cs = FLAT_KERNEL_CS,
		.address = trap_entries[vector],
	};
}

/* A user may raise int3 and int $0x80. */
void traps_init(void)
{
	u32 i;

	for (i = 0; i < 256; i++)
		table[i] = trap_entry(i, i == X86_TRAP_BP || i == 0x80 ? 3 : 0);
	CHECK(HC1(set_trap_table, table), 0);
	set_callback(CALLBACKTYPE_event, event_entry);
	set_callback(CALLBACKTYPE_failsafe, failsafe_entry);
}
