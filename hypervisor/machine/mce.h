/* SPDX-License-Identifier: GPL-2.0-only */
/* Machine checks. */
#ifndef KRYPTON_MCE_H
#define KRYPTON_MCE_H

/* Make this CPU report its errors, and look for corrected ones from now on. */
void mce_init_cpu(void);
/* #MC, in any context. Returns only if nothing is lost. */
void mce_trap(void);

#endif
