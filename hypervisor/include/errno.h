/* SPDX-License-Identifier: GPL-2.0-only */
/* Error numbers of the public ABI (xen/errno.h), under their usual names. */
#ifndef KRYPTON_ERRNO_H
#define KRYPTON_ERRNO_H

#define XEN_ERRNO(name, value) name = value,
enum errno_value {
#include <xen/errno.h>
};

/*
 * Not an error: the operation stopped half-way to let other work run and has
 * to be called again. Never reaches a guest.
 */
#define ERESTART	85

#endif
