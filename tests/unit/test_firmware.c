// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hypervisor takes from firmware and loader, and gives to Dom0: EFI's
 * memory map in E820's form (ACPI 6.4, table 15.4), the screen and the ACPI root
 * pointer (xen.h), and the serial lines in Xen's form (xen-command-line.pandoc).
 */
#include <stdio.h>
#include <string.h>
#include <xen/xen.h>
#include "boot/boot.h"
#include "boot/dom0.h"
#include "host.h"
#include "machine/acpi.h"
#include "machine/efi.h"
#include "machine/screen.h"
#include "machine/serial.h"

#define STEP	48u		/* more than a descriptor has, as is usual */
#define EFI_MEMORY_UC	1u	/* it cannot be cached */
#define MAP	0x3000u		/* where in the machine's memory */

static bool disabled, kept;

bool efi_set_option(const char *s)
{
	return *s;
}

void screen_disable(void)
{
	disabled = true;
}

void screen_keep(void)
{
	kept = true;
}

/* Each part follows the one before it; neighbours of one type are one entry. */
static void test_efi_map(void **state)
{
	static const struct {
		u32 type, pages;
		u64 attributes;
		u32 e820;
	} parts[] = {
		{ EFI_CONVENTIONAL, 16, EFI_MEMORY_WB, 1 },
		{ EFI_LOADER_CODE, 1, EFI_MEMORY_WB, 1 },
		{ EFI_LOADER_DATA, 1, EFI_MEMORY_WB, 1 },
		{ EFI_BOOT_CODE, 1, EFI_MEMORY_WB, 1 },
		{ EFI_BOOT_DATA, 1, EFI_MEMORY_WB, 1 },
		{ EFI_RUNTIME_CODE, 2, EFI_MEMORY_WB | EFI_MEMORY_RUNTIME, 2 },
		{ EFI_RUNTIME_DATA, 2, EFI_MEMORY_WB | EFI_MEMORY_RUNTIME, 2 },
		{ EFI_BOOT_DATA, 1, EFI_MEMORY_WB | EFI_MEMORY_RUNTIME, 2 },
		{ EFI_CONVENTIONAL, 1, EFI_MEMORY_WB | EFI_MEMORY_SP, 2 },
		{ EFI_CONVENTIONAL, 3, EFI_MEMORY_UC, 5 },
		{ EFI_UNUSABLE, 1, EFI_MEMORY_WB, 5 },
		{ EFI_ACPI_RECLAIM, 1, EFI_MEMORY_WB, 3 },
		{ EFI_ACPI_NVS, 1, EFI_MEMORY_WB, 4 },
		{ EFI_CONVENTIONAL, 0, EFI_MEMORY_WB, 4 },
		{ EFI_MMIO, 1, EFI_MEMORY_UC, 2 },
		{ 14, 1, EFI_MEMORY_WB, 2 }, { EFI_RESERVED, 1, 0, 2 },
		{ EFI_CONVENTIONAL, 5, EFI_MEMORY_WB, 1 },
	};
	static const struct e820_entry expected[] = {
		{ 0, 20 << 12, 1 }, { 20 << 12, 6 << 12, 2 },
		{ 26 << 12, 4 << 12, 5 }, { 30 << 12, 1 << 12, 3 },
		{ 31 << 12, 1 << 12, 4 }, { 32 << 12, 3 << 12, 2 },
		{ 35 << 12, 5 << 12, 1 },
	};
	struct efi_descriptor d = { 0 };
	u64 at = 0;
	u32 i;

	(void)state;
	host_reset();
	for (i = 0; i < ARRAY_SIZE(parts); i++, at += d.pages << 12) {
		d.type = parts[i].type;
		d.phys = at;
		d.pages = parts[i].pages;
		d.attributes = parts[i].attributes;
		memcpy(phys_to_virt(paddr(MAP + i * STEP)), &d, sizeof(d));
	}
	boot_info.efi = (struct boot_efi){
		.map = MAP, .map_step = STEP,
		.map_size = STEP * (u32)ARRAY_SIZE(parts),
	};
	efi_map_use();
	assert_int_equal(boot_info.e820_count, ARRAY_SIZE(expected));
	for (i = 0; i < ARRAY_SIZE(expected); i++)
		if (memcmp(&boot_info.e820[i], &expected[i],
			   sizeof(expected[i])))
			fail_msg("entry %u: %lx, %lx, type %u", i,
				 boot_info.e820[i].addr, boot_info.e820[i].size,
				 boot_info.e820[i].type);
	memset(&boot_info.efi, 0, sizeof(boot_info.efi));
}

/* A framebuffer's type depends on whether the kernel has EFI. */
static void test_screen(void **state)
{
	static const struct boot_screen screen = {
		.address = 0x4080000000, .pitch = 5120, .width = 1280,
		.height = 800, .bits = 32, .red = { 16, 8 }, .green = { 8, 8 },
		.blue = { 0, 8 },
	};
	struct dom0_vga_console_info c;

	(void)state;
	host_reset();
	boot_info.screen = screen;
	assert_int_equal(dom0_console_info(&c, true), sizeof(c));
	assert_int_equal(c.video_type, XEN_VGATYPE_EFI_LFB);
	assert_int_equal(c.u.vesa_lfb.width, 1280);
	assert_int_equal(c.u.vesa_lfb.height, 800);
	assert_int_equal(c.u.vesa_lfb.bytes_per_line, 5120);
	assert_int_equal(c.u.vesa_lfb.bits_per_pixel, 32);
	assert_int_equal(c.u.vesa_lfb.lfb_base, 0x80000000);
	assert_int_equal(c.u.vesa_lfb.ext_lfb_base, 0x40);
	assert_int_equal(c.u.vesa_lfb.lfb_size, 63);	/* of 62.5 */
	assert_int_equal(c.u.vesa_lfb.red_pos, 16);
	assert_int_equal(c.u.vesa_lfb.green_size, 8);
	assert_int_equal(c.u.vesa_lfb.gbl_caps, 2);
	assert_int_equal(dom0_console_info(&c, false), sizeof(c));
	assert_int_equal(c.video_type, XEN_VGATYPE_VESA_LFB);
	boot_info.screen.address = 0;
	boot_info.efi.map = MAP;
	assert_int_equal(dom0_console_info(&c, true), 0);
	boot_info.efi.map = 0;
}

/* An extended BIOS data area, whose segment is at 40Eh, begins with it. */
static void test_rsdp(void **state)
{
	static const char rsdp[ACPI_RSDP_SIZE] = "RSD PTR and 28 bytes";
	u8 page[PAGE_SIZE] = { 0 };
	u32 ebda;

	(void)state;
	host_reset();
	memcpy(phys_to_virt(paddr(MAP)), rsdp, sizeof(rsdp));
	boot_info.rsdp = MAP;
	dom0_put_rsdp(page);
	assert_int_equal(page[0x40e] | page[0x40f], 0);	/* BIOS has its own */
	boot_info.efi.map = MAP;
	dom0_put_rsdp(page);
	ebda = (page[0x40e] | page[0x40f] << 8) * 16u;
	assert_true(ebda > 0x400 && ebda < sizeof(page) - sizeof(rsdp));
	assert_memory_equal(page + ebda, rsdp, sizeof(rsdp));
	boot_info.rsdp = boot_info.efi.map = 0;
}

static void options(const char *line)
{
	host_reset();
	snprintf(boot_info.cmdline, sizeof(boot_info.cmdline), "%s", line);
	options_init();
	console_apply();
}

/* A card at 2:0.0, and Intel's AMT at 0:22.3. */
static u32 read_card(u32 address)
{
	u32 ports = (address & ~0xffu) == 0x80020000 ? 0xd001 :
		    (address & ~0xffu) == 0x8000b300 ? 0xe001 : 0;

	return (address & 0xff) == 8 ? 0x07000200 : ports;
}

/*
 * What its option does not name is as on a PC; a bad value changes nothing. What
 * Krypton does not implement is such a value.
 */
static void test_serial(void **state)
{
	static const struct {
		const char *line;
		struct serial_line expected;
	} good[] = {
		{ "", { 0x3f8, 4, 115200, 115200, 3 } },
		{ "com1=9600", { 0x3f8, 4, 115200, 9600, 3 } },
		{ "com1=auto,7e2", { 0x3f8, 4, 115200, 0, 0x1e } },
		{ "com1=115200/1843200,8n1,0xe000,0",
		  { 0xe000, 0, 1843200, 115200, 3 } },
		{ "com1=38400,,0x2e8", { 0x2e8, 4, 115200, 38400, 3 } },
		{ "com1=115200,8n1,io-base=0x3e8,irq=10",
		  { 0x3e8, 10, 115200, 115200, 3 } },
		{ "com1=115200,8n1,0x3f8,4 console=com2,vga com2=19200,8o1",
		  { 0x2f8, 3, 115200, 19200, 0x0b } },
		{ "console=com1H,vga", { 0x3f8, 4, 115200, 115200, 3 } },
		{ "console=vga", { 0, 0, 0, 0, 0 } },
		{ "com1=9600,8n1,pci", { 0xd000, 0, 115200, 9600, 3 } },
		{ "com1=9600,dev=pci", { 0xd000, 0, 115200, 9600, 3 } },
		{ "com2=9600,7e1,amt,0 console=com2",
		  { 0xe000, 0, 115200, 9600, 0x1a } },
		{ "com1=9600,8n1,pci,msi", { 0xd000, 0, 115200, 9600, 3 } },
		{ "com1=9600,8n1,0xd000,17", { 0xd000, 0, 115200, 9600, 3 } },
		{ "com1=9600,8n1,0x3e8,15", { 0x3e8, 15, 115200, 9600, 3 } },
		{ "com1=9600,8n1,irq=260", { 0x3f8, 0, 115200, 9600, 3 } },
		{ "com1=9600,data-bits=7,parity=e,stop-bits=2",
		  { 0x3f8, 4, 115200, 9600, 0x1e } },
		{ "com1=stop-bits=1,parity=o,data-bits=5,baud=9600",
		  { 0x3f8, 4, 115200, 9600, 0x08 } },
		{ "com1=9600,6s2,parity=m", { 0x3f8, 4, 115200, 9600, 0x2d } },
		{ "com1=9600,8n2,parity=,io-base=0x3e8",
		  { 0x3e8, 4, 115200, 9600, 0x07 } },
		/* Of two options, the last one counts alone. */
		{ "com1=9600/1843200,7e2,0x2e8,5 com1=19200",
		  { 0x3f8, 4, 115200, 19200, 3 } },
	};
	static const char *const bad[] = {
		"com1=0", "com1=x", "com1=115200,9n1", "com1=115200,8n3",
		"com1=115200,8n1,pcie", "com1=115200,8n1,0x10000",
		"com1=115200,8n1,pci,msix", "com1=115200,8n1,pci,0,00:05.0",
		"com1=115200,8n1,0x3f8,x", "com1=115200,8n1,0x3f8,4,5",
		"com1=115200,8n1,irq=-1", "com1=230400", "com1=1;2",
		"com1=115200,reg-width=4", "com1=115200,data-bits=9",
		"com1=115200,data-bits=4", "com1=115200,data-bits=8n1",
		"com1=115200,parity=x", "com1=115200,parity=even",
		"com1=115200,stop-bits=3", "com1=115200,stop-bits=0",
		"com1=115200,8", "com1=115200,8n", "com1=115200,8,1",
		"com1=115200,clock-hz=1", "com1=115200,port=00:05.0",
		"com1=115200,bridge=00:05.0", "com1=115200,reg-shift=2",
		"console=com3", "console=com1,dbgp",
		"console=", "vga=text-80x50", "vga=gfx-1024x768x32",
		"vga=currently", "vga=current,", "vga=current,keeps",
	};
	u32 i;

	(void)state;
	host_pci_register = read_card;
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		options("console=com1,vga com1=115200,8n1,0x3f8,4");
		disabled = false;
		options(good[i].line);
		if (memcmp(serial_line(), &good[i].expected,
			   sizeof(good[i].expected)) || host_log[0])
			fail_msg("%s: port %x irq %u %u/%u format %x; %s",
				 good[i].line, serial_line()->port,
				 serial_line()->irq, serial_line()->baud,
				 serial_line()->base, serial_line()->format,
				 host_log);
	}
	options("console=com1,vga com1=115200,8n1,0x3f8,4");
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		options(bad[i]);
		if (!strstr(host_log, "bad value"))
			fail_msg("%s is accepted", bad[i]);
		assert_memory_equal(serial_line(), &good[0].expected,
				    sizeof(good[0].expected));
	}
	host_pci_register = NULL;
}

static void test_console(void **state)
{
	static const struct {
		const char *line;
		bool disabled, kept;
	} rows[] = {
		{ "console=com1,vga", false, false }, { "console=com1", true, false },
		{ "console=none", true, false },
		{ "console=vga vga=keep", false, true },
		{ "console=vga vga=current,keep", false, true },
		{ "console=vga vga=current", false, false },
		{ "console=vga vga=text-80x25,keep", false, true },
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		disabled = kept = false;
		options(rows[i].line);
		if (disabled != rows[i].disabled || kept != rows[i].kept)
			fail_msg("%s: %d, %d", rows[i].line, disabled, kept);
	}
	options("console=com1,vga");
}

EXPORT_TESTS(firmware, cmocka_unit_test(test_efi_map),
	     cmocka_unit_test(test_screen), cmocka_unit_test(test_rsdp),
	     cmocka_unit_test(test_serial), cmocka_unit_test(test_console));
