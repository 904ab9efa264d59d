// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contexts with which vCPUs start, as their width lays them out: Dom0, which
 * may be of the other one, adds the root.
 */
#include "values.h"

#define CONTEXT(v) {							\
	.flags = VGCF_in_kernel | VGCF_online,				\
	.user_regs = {							\
		.eip = FUZZ_ENTRY(v), .cs = FLAT_KERNEL_CS,		\
		.eflags = X86_EFLAGS_IF | X86_EFLAGS_FIXED,		\
		.esp = FUZZ_STACK(v), .ss = FLAT_KERNEL_SS,		\
		.ds = FLAT_KERNEL_DS, .es = FLAT_KERNEL_DS,		\
	},								\
	.trap_ctxt = { [0 ... 255] = {					\
		.flags = TRAP_MASKS_EVENTS, .cs = FLAT_KERNEL_CS,	\
		.address = FUZZ_ENTRY(v),				\
	} },								\
	.kernel_ss = FLAT_KERNEL_SS, .kernel_sp = FUZZ_STACK(v),	\
	CONTEXT_CALLBACKS(FUZZ_ENTRY(v))				\
}

struct image {
	struct image_header header;
	vcpu_guest_context_t context[DOMU_VCPUS];
};

const struct image fuzz_image __attribute__((section(".header"))) = {
	.header = {
		.width = WIDTH,
		.context = FUZZ_HEADER + offsetof(struct image, context),
		.size = sizeof(vcpu_guest_context_t),
		.root = offsetof(vcpu_guest_context_t, ctrlreg[3]),
		.spared = offsetof(vcpu_guest_context_t, user_regs.eip),
	},
	.context = { CONTEXT(0), CONTEXT(1) },
};
