// SPDX-License-Identifier: GPL-2.0-only
/* platform_op (xen/platform.h): command, version, then what it needs. */
#include "conf.h"

#define V	XENPF_INTERFACE_VERSION
#define PF(op, note, ...) \
	{ CALL(platform_op, #op, note, ARG), WORDS(op, V, __VA_ARGS__) }
#define PFM(op, note, ...) \
	{ CALL(platform_op, #op, note, ARG), WORDS(op, V, __VA_ARGS__), \
	  .flags = R_MASK_ALL }

static const struct row rows[] = {
	{ CALL(platform_op, "platform_op", "bad address", BAD) },
	{ CALL(platform_op, "platform_op", "wrong version", ARG),
	  WORDS(XENPF_get_cpuinfo, 1) },
	{ CALL(platform_op, "platform_op", "version 0", ARG),
	  WORDS(XENPF_get_cpuinfo, 0) },
	PF(XENPF_settime32, NULL, 1000000000, 0, 0, 0),
	PF(XENPF_settime64, NULL, 1000000000, 0, 0, 0, 0, 0),
	PF(XENPF_settime64, "mbz", 1000000000, 0, 0, 1, 0, 0),
	PF(XENPF_settime64, "too many ns", 1000000000, 0, 0xffffffff, 0, 0, 0),
	PF(XENPF_add_memtype, NULL, 0xa0000, 1, 0, 0),
	PF(XENPF_del_memtype, NULL, 0, 99),
	PF(XENPF_read_memtype, "register 0", 0),
	PF(XENPF_read_memtype, "register 99", 99),
	PF(XENPF_microcode_update, "bad data", BAD, 4096),
	PF(XENPF_microcode_update, "nothing", AT(40), 0),
	PF(XENPF_platform_quirk, "no such", 99),
	PF(XENPF_efi_runtime_call, "get_time", 1),
	PF(XENPF_efi_runtime_call, "unknown", 99),
	PF(XENPF_firmware_info, "disk 100", XEN_FW_DISK_INFO, 100),
	PF(XENPF_firmware_info, "MBR signature 100",
	   XEN_FW_DISK_MBR_SIGNATURE, 100),
	PF(XENPF_firmware_info, "EDID", XEN_FW_VBEDDC_INFO, 0, 0, AT(40)),
	PF(XENPF_firmware_info, "EDID 1", XEN_FW_VBEDDC_INFO, 1, 0, AT(40)),
	PF(XENPF_firmware_info, "EFI version", XEN_FW_EFI_INFO, 0),
	PF(XENPF_firmware_info, "keyboard", XEN_FW_KBD_SHIFT_FLAGS, 0),
	PF(XENPF_firmware_info, "keyboard 1", XEN_FW_KBD_SHIFT_FLAGS, 1),
	PF(XENPF_firmware_info, "unknown", 99, 0),
	PF(XENPF_enter_acpi_sleep, "S9", 0, 9, 0),
	PF(XENPF_enter_acpi_sleep, "unknown flag", 0, 9, 8),
	PF(XENPF_enter_acpi_sleep, "S0", 0, 0, 0),
	PF(XENPF_change_freq, "flags", 1, 0, 0, 0),
	PF(XENPF_change_freq, "no such processor", 0, 4095, 1000, 0),
	PFM(XENPF_getidletime, NULL, AT(40), 1, AT(42)),
	PF(XENPF_getidletime, "bad bitmap", BAD, 1, AT(42)),
	PF(XENPF_set_processor_pminfo, "unknown type", 0, 99),
	PF(XENPF_set_processor_pminfo, "no power states", 0, XEN_PM_CX, 0),
	PF(XENPF_set_processor_pminfo, "PDC, bad address", 0, XEN_PM_PDC, BAD),
	PF(XENPF_get_cpuinfo, "0", 0, 0),
	PF(XENPF_get_cpuinfo, "9", 9, 0),
	PFM(XENPF_get_cpu_version, "0", 0, 0),
	PF(XENPF_get_cpu_version, "9", 9, 0),
	PF(XENPF_cpu_online, "0", 0),
	PF(XENPF_cpu_online, "4095", 4095),
	PF(XENPF_cpu_offline, "0", 0),
	PF(XENPF_cpu_offline, "4095", 4095),
	PF(XENPF_cpu_hotadd, "no such", 0xffffffff, 0xffffffff, 0),
	PF(XENPF_mem_hotadd, "none", 0, 0, 0, 0, 0, 0),
	PF(XENPF_core_parking, "get", XEN_CORE_PARKING_GET, 0),
	PF(XENPF_core_parking, "unknown", 99, 0),
	PF(XENPF_resource_op, "none", 0, 0, AT(40)),
	PF(XENPF_resource_op, "a register", 1, 0, AT(40)),
	PF(XENPF_resource_op, "no such processor", 1, 4095, AT(40)),
	PFM(XENPF_get_symbol, "the first", 0, 0, 0),
	PF(34, "unknown", 0),
	PF(64, "unknown", 0),
	PF(0xffffffff, "unknown", 0),
};

void conf_platform(void)
{
	RUN(rows);
}
