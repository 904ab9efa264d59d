/* SPDX-License-Identifier: GPL-2.0-only */
/* Building the first domain. */
#ifndef KRYPTON_DOM0_H
#define KRYPTON_DOM0_H

/* Read and unpack the kernel module, while memory is still unshared. */
void dom0_prepare(void);
/* Make the domain and its first vCPU; panics with a reason. */
void dom0_build(void);

#endif
