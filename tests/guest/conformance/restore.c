// SPDX-License-Identifier: GPL-2.0-only
/* What a call may have changed of the kernel's own state, put right. */
#include "conf.h"

static void to_kernel(u16 type, void (*fn)(void))
{
	struct callback_register cb = {
		.type = type, .address = callback_at((ulong)fn),
	};

	HC2(callback_op, CALLBACKOP_register, &cb);
}

/* Events find their bits cleared and stay masked. */
static void on_event(struct trap_frame *f)
{
	shared->vcpu_info[0].evtchn_upcall_pending = 0;
	f->eflags &= ~0x200u;
}

void restore(void)
{
	static trap_info_t table[257];
	u32 i;

	for (i = 0; i < 256; i++)
		table[i] = (trap_info_t){
			.vector = (u8)i, .cs = FLAT_KERNEL_CS,
			.flags = i == 3 || i == 0x80 ? 3 : 0,
			.address = trap_entries[i],
		};
	HC1(set_trap_table, table);
	to_kernel(CALLBACKTYPE_event, event_entry);
	to_kernel(CALLBACKTYPE_failsafe, failsafe_entry);
	event_handler = on_event;
	shared->vcpu_info[0].evtchn_upcall_mask = 1;
	shared->vcpu_info[0].evtchn_upcall_pending = 0;
	for (i = 0; i < PLAY; i++)
		make_rw(play[i]);
}
