// SPDX-License-Identifier: GPL-2.0-only
/*
 * platform_op (xen/platform.h): operations of the privileged domain on firmware
 * and power. The structure has 136 bytes for every guest.
 * control/platform_efi.c has the operations whose layout depends on the guest's
 * width.
 */
#include <xen/platform.h>
#include "control/ctl.h"
#include "hypercalls.h"
#include "machine/machine.h"

#define BODY_OFFSET	8

_Static_assert(sizeof(struct xen_platform_op) == 136, "public ABI");
_Static_assert(offsetof(struct xen_platform_op, u) == BODY_OFFSET,
	       "public ABI");

static long firmware_info(const struct xen_platform_op *op, u64 arg)
{
	u8 flags = 0;

	switch (op->u.firmware_info.type) {
	case XEN_FW_KBD_SHIFT_FLAGS:
		if (op->u.firmware_info.index)
			return -ESRCH;
		/* the union follows type and index in both layouts */
		return guest_write(gva(arg + BODY_OFFSET + 8), &flags, 1);
	case XEN_FW_DISK_INFO ... XEN_FW_VBEDDC_INFO:
		return -ESRCH;
	case XEN_FW_EFI_INFO:
		return platform_efi_info(op->u.firmware_info.index,
					 &op->u.firmware_info.u,
					 arg + BODY_OFFSET + 8);
	default:
		return -EINVAL;
	}
}

static long cpu_info(struct xen_platform_op *op, u64 arg)
{
	struct xenpf_pcpuinfo *info = &op->u.pcpu_info;
	u32 cpu = info->xen_cpuid;

	info->max_present = cpu_count - 1;
	info->flags = XEN_PCPU_FLAGS_INVALID;
	if (cpu < cpu_count) {
		info->flags = XEN_PCPU_FLAGS_ONLINE;
		info->apic_id = cpu_blocks[cpu]->cpu.apic_id;
		info->acpi_id = cpu;
	}
	return guest_write(gva(arg), op, sizeof(*op));
}

static long set_time(u64 seconds, u32 ns, u64 system_time)
{
	wallclock_base = seconds * NS_PER_SEC + ns - system_time;
	domain_for_each(vcpu_update_wallclock);
	return 0;
}

static long enter_sleep(const struct xenpf_enter_acpi_sleep *s)
{
	if (s->sleep_state < 1 || s->sleep_state > 5 ||
	    (s->flags & ~XENPF_ACPI_SLEEP_EXTENDED))
		return -EINVAL;
	if (s->flags & XENPF_ACPI_SLEEP_EXTENDED)
		return -EOPNOTSUPP;
	if (s->sleep_state != 5) {
		log_info("sleep state S%u is refused: Krypton cannot resume",
			 s->sleep_state);
		return -EOPNOTSUPP;
	}
	log_info("domain 0 powers the machine off");
	machine_enter_sleep(s->val_a | 1u << 13, s->val_b | 1u << 13);
	return 0;
}

long do_platform_op(u64 a[])
{
	struct xen_platform_op op;
	u64 arg = a[0];
	long rc = ctl_begin(arg, &op, sizeof(op), XENPF_INTERFACE_VERSION);

	if (rc)
		return rc;
	switch (op.cmd) {
	case XENPF_firmware_info:
		return firmware_info(&op, arg);
	case XENPF_efi_runtime_call:
		return platform_efi_call(&op.u, arg + BODY_OFFSET);
	case XENPF_get_cpuinfo:
		return cpu_info(&op, arg);
	case XENPF_settime32:
		return set_time(op.u.settime32.secs, op.u.settime32.nsecs,
				op.u.settime32.system_time);
	case XENPF_settime64:
		return op.u.settime64.mbz ? -EINVAL :
		       set_time(op.u.settime64.secs, op.u.settime64.nsecs,
				op.u.settime64.system_time);
	case XENPF_enter_acpi_sleep:
		return enter_sleep(&op.u.enter_acpi_sleep);
	case XENPF_set_processor_pminfo:
		return op.u.set_pminfo.type <= XEN_PM_PDC ? 0 : -EINVAL;
	default:
		return -ENOSYS;
	}
}
