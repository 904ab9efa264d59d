// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen_version (xen/version.h): what Xen 4.17 answers, since guests and tools
 * look for it; the "extra version" and compile information are our own.
 */
#include <xen/features.h>
#include <xen/version.h>
#include "boot.h"
#include "domain.h"
#include "errno.h"
#include "guest.h"
#include "hypercall.h"
#include "lib.h"

#define VERSION	(4u << 16 | 17)

static const char capabilities[1024] = "xen-3.0-x86_32p ";

_Static_assert(BOOT_CMDLINE_SIZE == sizeof(xen_commandline_t), "public ABI");

static long put(u64 at, const void *from, u64 size)
{
	return guest_write(gva(at), from, size) ? -EFAULT : 0;
}

static long extra_version(u64 arg)
{
	const char text[16] = "-krypton";

	return put(arg, text, sizeof(text));
}

static long compile_info(u64 arg)
{
	xen_compile_info_t info = { .compile_by = "krypton" };

	str_copy(info.compiler, "gcc " __VERSION__, sizeof(info.compiler));
	return put(arg, &info, sizeof(info));
}

static long command_line(u64 arg)
{
	return put(arg, boot_info.cmdline, sizeof(boot_info.cmdline));
}

static long changeset(u64 arg)
{
	const char text[64] = "none";

	return put(arg, text, sizeof(text));
}

static long platform_parameters(const struct domain *d, u64 arg)
{
	return put(arg, &d->m2p_start, d->abi->long_size);
}

static long get_features(const struct domain *d, u64 arg)
{
	struct xen_feature_info info;

	if (guest_read(&info, gva(arg), sizeof(info)))
		return -EFAULT;
	info.submap = 0;
	if (info.submap_idx == 0)
		info.submap = 1u << XENFEAT_mmu_pt_update_preserve_ad |
			      1u << XENFEAT_highmem_assist |
			      1u << XENFEAT_gnttab_map_avail_bits |
			      1u << XENFEAT_pae_pgdir_above_4gb |
			      (d->privileged ? 1u << XENFEAT_dom0 : 0);
	return put(arg, &info, sizeof(info));
}

long version_op(u32 cmd, u64 arg)
{
	const struct domain *d = current_domain();
	const u8 handle[16] = { 0 };

	switch (cmd) {
	case XENVER_version:
		return VERSION;
	case XENVER_extraversion:
		return extra_version(arg);
	case XENVER_compile_info:
		return compile_info(arg);
	case XENVER_commandline:
		return d->privileged ? command_line(arg) : -EPERM;
	case XENVER_capabilities:
		return put(arg, capabilities, sizeof(capabilities));
	case XENVER_changeset:
		return changeset(arg);
	case XENVER_platform_parameters:
		return platform_parameters(d, arg);
	case XENVER_get_features:
		return get_features(d, arg);
	case XENVER_pagesize:
		return PAGE_SIZE;
	case XENVER_guest_handle:
		return put(arg, handle, sizeof(handle));
	default:
		return -ENOSYS;
	}
}
