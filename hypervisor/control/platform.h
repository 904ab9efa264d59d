/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of platform_op. */
#ifndef KRYPTON_PLATFORM_H
#define KRYPTON_PLATFORM_H

/*
 * XEN_FW_EFI_INFO and XENPF_efi_runtime_call: the structure as the guest gave
 * it, and its address. Return what the hypercall does.
 */
long platform_efi_info(u32 index, const void *in, u64 arg);
long platform_efi_call(const void *body, u64 arg);

#endif
