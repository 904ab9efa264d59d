/* SPDX-License-Identifier: GPL-2.0-only */
/* Handlers that a guest registers. */
#ifndef KRYPTON_CALLBACKS_H
#define KRYPTON_CALLBACKS_H

#include "types.h"

/* One of enum vcpu_callback_kind; a code selector of ring 0 is ring 1's. */
void vcpu_set_callback(struct vcpu *v, u32 kind, u32 cs, u64 ip, bool mask);

#endif
