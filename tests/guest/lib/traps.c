// SPDX-License-Identifier: GPL-2.0-only
/* Trap table and dispatch of a test guest. */
#include "guest.h"

volatile u32 trapped_vector, trapped_error;
u32 recover_eip;
trap_handler event_handler, failsafe_handler;

static trap_handler handlers[256];
static trap_info_t table[257];

void set_trap_handler(u32 vector, trap_handler fn)
{
	handlers[vector] = fn;
}

void trap_c(struct trap_frame *f);
void trap_c(struct trap_frame *f)
{
	trap_handler fn = f->vector < 256 ? handlers[f->vector] :
			  f->vector == 0x100 ? event_handler : failsafe_handler;

	if (fn) {
		fn(f);
		return;
	}
	if (recover_eip) {
		trapped_vector = f->vector;
		trapped_error = f->error;
		f->eip = recover_eip;
		recover_eip = 0;
		return;
	}
	print("trap %u error %x at %x:%x cr2 %x\n", f->vector, f->error, f->cs,
	      f->eip, shared ? (u32)shared->vcpu_info[0].arch.cr2 : 0);
	guest_exit("ERROR");
}

static void register_callback(u16 type, void (*fn)(void))
{
	struct callback_register cb = { .type = type };

	cb.address.cs = FLAT_KERNEL_CS;
	cb.address.eip = (unsigned long)fn;
	CHECK(HC2(callback_op, CALLBACKOP_register, &cb), 0);
}

void traps_init(void)
{
	u32 i;

	for (i = 0; i < 256; i++)
		table[i] = (trap_info_t){
			.vector = (u8)i, .cs = FLAT_KERNEL_CS,
			.flags = i == 3 || i == 0x80 ? 3 : 0,
			.address = trap_entries[i],
		};
	CHECK(HC1(set_trap_table, table), 0);
	register_callback(CALLBACKTYPE_event, event_entry);
	register_callback(CALLBACKTYPE_failsafe, failsafe_entry);
}
