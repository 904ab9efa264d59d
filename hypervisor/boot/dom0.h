/* SPDX-License-Identifier: GPL-2.0-only */
/* Building the first domain. */
#ifndef KRYPTON_DOM0_H
#define KRYPTON_DOM0_H

#include "types.h"

/* The options dom0_mem and dom0_max_vcpus; false: a bad value. */
bool dom0_set_mem(const char *s);
bool dom0_set_max_vcpus(const char *s);
/* Pages that the domain gets of those available, and may grow to. */
u64 dom0_pages(u64 available, u64 *max);
u32 dom0_vcpus(u32 cpus);
/* Read and unpack the kernel module, while memory is still unshared. */
void dom0_prepare(void);
/* Make the domain and its first vCPU; panics with a reason. */
void dom0_build(void);

#endif
