/* SPDX-License-Identifier: GPL-2.0-only */
/* Forms of a 64-bit domain: see values.h. */
#ifndef FORM_H
#define FORM_H

#define CONTEXT_CALLBACKS(entry)					\
	.event_callback_eip = (entry), .failsafe_callback_eip = (entry), \
	.syscall_callback_eip = (entry),

#define CALLBACK(selector, entry)	((void)(selector), (entry))

#define ALIAS		(1ul << 39)	/* the same pages once more */
#define SLOT_LINEAR	509u	/* of the roots: they refer to themselves */

/* Returns to a stub in user mode, which sets *was_user, or anywhere else. */
void fuzz_iret(const ulong frame[9], const void *stub, u8 *was_user);
extern const void *const fuzz_stubs[], *const fuzz_stubs_end[];
extern u8 fuzz_user[];
extern ulong fuzz_register;	/* RDI of the return */

#endif
