/* SPDX-License-Identifier: GPL-2.0-only */
/* Which domains must not share their tables with the hypervisor. */
#ifndef KRYPTON_XPTI_H
#define KRYPTON_XPTI_H

#include "types.h"

struct domain;

/* Take the value of option xpti; false: a bad one. */
bool xpti_set_option(const char *value);
/* After the options: look at the processor, decide, and tell the log. */
void xpti_init(void);
/* Its parts: EBX of CPUID's leaf 0, and the MSR; without that, 0. */
bool xpti_is_faulty(u32 vendor, u64 capabilities);
void xpti_decide(bool faulty);
/* Whether no 64-bit DomU may run, and whether this domain may not. */
bool xpti_refuses_domus(void);
bool xpti_refuses(const struct domain *d);

#endif
