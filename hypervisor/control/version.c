// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen_version (xen/version.h): the answers of Xen 4.17, on which guests and
 * tools depend; "extra version" and compile information are Krypton's.
 */
#include <xen/features.h>
#include <xen/version.h>
#include "domain/domain.h"
#include "hypercalls.h"
#include "machine/boot.h"

#define VERSION	(4u << 16 | 17)

static const char extra_version[16] = "-krypton";
static const char capabilities[1024] = "xen-3.0-x86_64 xen-3.0-x86_32p ";
static const char changeset[64] = "none";
extern const u8 build_id_note[], build_id_end[];	/* krypton.lds */
static const char denied[] = "<denied>";

_Static_assert(BOOT_CMDLINE_SIZE == sizeof(xen_commandline_t), "public ABI");

static long compile_info(gva_t to)
{
	xen_compile_info_t info = { .compile_by = "krypton" };

	str_copy(info.compiler, "gcc " __VERSION__, sizeof(info.compiler));
	return guest_write(to, &info, sizeof(info));
}

static long get_features(const struct domain *d, gva_t to)
{
	struct xen_feature_info info;

	if (guest_read(&info, to, sizeof(info)))
		return -EFAULT;
	if (info.submap_idx)
		return -EINVAL;
	info.submap = 1u << XENFEAT_mmu_pt_update_preserve_ad |
		      1u << XENFEAT_highmem_assist |
		      1u << XENFEAT_gnttab_map_avail_bits |
		      1u << XENFEAT_memory_op_vnode_supported |
		      1u << XENFEAT_direct_mapped;
	if (d->policy.vm_assist & BIT(VMASST_TYPE_pae_extended_cr3))
		info.submap |= 1u << XENFEAT_pae_pgdir_above_4gb;
	if (d->privileged)
		info.submap |= 1u << XENFEAT_dom0;
	return guest_write(to, &info, sizeof(info));
}

/* The ID follows the header of the linker's note, which ends with "GNU". */
static long get_build_id(const struct domain *d, gva_t to)
{
	const u8 *id = build_id_note + 16;
	u32 size = (u32)(build_id_end - id), room;

	if (!d->privileged)
		return -EPERM;
	if (!to.a)
		return size;
	if (guest_read(&room, to, sizeof(room)))
		return -EFAULT;
	if (room < size)
		return room ? -ENOBUFS : -EINVAL;
	return guest_write(gva(to.a + sizeof(room)), id, size) ? -EFAULT :
	       (long)size;
}

long do_xen_version(u64 a[])
{
	const struct domain *d = current_domain();
	gva_t to = gva(a[1]);

	switch ((u32)a[0]) {
	case XENVER_version:
		return VERSION;
	case XENVER_extraversion:
		return guest_write(to, extra_version, sizeof(extra_version));
	case XENVER_compile_info:
		return compile_info(to);
	case XENVER_commandline:
		return d->privileged ?
		       guest_write(to, boot_info.cmdline, BOOT_CMDLINE_SIZE) :
		       guest_write(to, denied, sizeof(denied));
	case XENVER_capabilities:
		return guest_write(to, capabilities, sizeof(capabilities));
	case XENVER_changeset:
		return guest_write(to, changeset, sizeof(changeset));
	case XENVER_platform_parameters:
		return guest_put_longs(to, &d->tables.m2p_start, 1);
	case XENVER_get_features:
		return get_features(d, to);
	case XENVER_pagesize:
		return to.a ? -EINVAL : (long)PAGE_SIZE;
	case XENVER_guest_handle:
		return guest_write(to, d->handle, sizeof(d->handle));
	case XENVER_build_id:
		return get_build_id(d, to);
	default:
		return -ENOSYS;
	}
}
