/* SPDX-License-Identifier: GPL-2.0-only */
/* The processor's own state. */
#ifndef KRYPTON_PROCESSOR_H
#define KRYPTON_PROCESSOR_H

#include "types.h"

/* Of a vCPU that does not run: each to its value, or to none if refused. */
void pv_reset_debugregs(struct vcpu *v, const u64 value[8]);
/* Bits of VMASST_TYPE_* that exist here. */
u32 pv_known_assists(void);

#endif
