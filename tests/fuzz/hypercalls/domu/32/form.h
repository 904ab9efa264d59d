/* SPDX-License-Identifier: GPL-2.0-only */
/* Forms of a 32-bit domain: see values.h. */
#ifndef FORM_H
#define FORM_H

#define CONTEXT_CALLBACKS(entry)					\
	.event_callback_cs = FLAT_KERNEL_CS,				\
	.failsafe_callback_cs = FLAT_KERNEL_CS,				\
	.event_callback_eip = (entry), .failsafe_callback_eip = (entry),

#define ALIAS		0ul		/* there is none */
#define CALLBACK(selector, entry)	{ (selector), (entry) }

void fuzz_iret(const ulong frame[6]);

#endif
