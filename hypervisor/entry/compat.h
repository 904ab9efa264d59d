/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls in the forms that they had before Xen 3.1; see hypercall_fn. */
#ifndef KRYPTON_COMPAT_H
#define KRYPTON_COMPAT_H

#include "types.h"

long pv_sched_op_compat(u64 a[]);
long pv_event_channel_op_compat(u64 a[]);
long pv_physdev_op_compat(u64 a[]);

#endif
