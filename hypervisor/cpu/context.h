/* SPDX-License-Identifier: GPL-2.0-only */
/* A vCPU's state in and out of the processor. */
#ifndef KRYPTON_CONTEXT_H
#define KRYPTON_CONTEXT_H

#include "types.h"

void context_save(struct vcpu *v);
void context_load(struct vcpu *v);
/* After a change by the vCPU itself, while it runs. */
void context_load_ldt(const struct vcpu *v);
void context_load_debug(const struct vcpu *v);
/* x87 and SSE state of a vCPU that does not run. */
void context_reset_fpu(struct vcpu *v);
void context_set_fpu(struct vcpu *v, const void *image);
void context_load_tsd(const struct vcpu *v);
void context_load_tsc_aux(const struct vcpu *v);
/* XCR0 of the vCPU that runs; 0 turns XSAVE off. */
void context_set_xcr0(struct vcpu *v, u64 xcr0);
/* Whether the guest wants #NM. */
void context_set_ts(struct vcpu *v, int set);
/* Leave a CPU's boot path for its first guest. */
void enter_guest_first(void) __attribute__((noreturn));

#endif
