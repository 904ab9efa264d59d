// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the first domain learns of the firmware in its own memory: the ACPI root
 * pointer, and the screen (xen.h, dom0_vga_console_info). A 64-bit kernel asks
 * for EFI's tables by platform_op; Linux has no EFI in 32-bit domains, and
 * finds the root pointer only by the BIOS's ways. EFI machines have none of
 * these, so the domain's first page gets the one that needs no ROM: the word at
 * 40Eh leads to an extended BIOS data area with a copy of the pointer.
 */
#include <xen/xen.h>
#include "boot/dom0.h"
#include "lib/lib.h"
#include "machine/acpi.h"
#include "machine/boot.h"
#include "machine/paging.h"

#define BDA_VIDEO_MODE	0x449
#define BDA_COLUMNS	0x44a
#define BDA_LAST_ROW	0x484
#define BDA_FONT_HEIGHT	0x485
#define BDA_EBDA	0x40e	/* its segment */
#define EBDA		0x600u	/* where the domain gets one */
#define TEXT_80X25	3
#define LFB_UNIT	16	/* bits: sizes count in 64 KiB */
#define NO_VGA		BIT(1)	/* in gbl_caps */
#define MODE_GRAPHICS	0x9b	/* a colour graphics mode with an LFB */

void dom0_put_rsdp(u8 *first_page)
{
	u16 segment = EBDA >> 4;

	if (!boot_info.efi.map || !boot_info.rsdp)
		return;
	memcpy(first_page + BDA_EBDA, &segment, sizeof(segment));
	memcpy(first_page + EBDA, phys_to_virt(paddr(boot_info.rsdp)),
	       ACPI_RSDP_SIZE);
}

static u32 text_info(struct dom0_vga_console_info *c)
{
	const u8 *low = phys_to_virt(paddr(0));

	if (boot_info.efi.map || low[BDA_VIDEO_MODE] != TEXT_80X25)
		return 0;
	c->video_type = XEN_VGATYPE_TEXT_MODE_3;
	c->u.text_mode_3.font_height = low[BDA_FONT_HEIGHT];
	c->u.text_mode_3.cursor_y = low[BDA_LAST_ROW];
	c->u.text_mode_3.rows = low[BDA_LAST_ROW] + 1u;
	c->u.text_mode_3.columns = low[BDA_COLUMNS];
	return offsetof(struct dom0_vga_console_info, u) +
	       sizeof(c->u.text_mode_3);
}

/*
 * Linux serves XEN_VGATYPE_EFI_LFB only where it has EFI: a 32-bit kernel gets
 * the VESA type, with the same fields.
 */
u32 dom0_console_info(struct dom0_vga_console_info *c, bool has_efi)
{
	const struct boot_screen *s = &boot_info.screen;
	u64 size = (u64)s->pitch * s->height;

	memset(c, 0, sizeof(*c));
	if (!s->address)
		return text_info(c);
	c->video_type = has_efi ? XEN_VGATYPE_EFI_LFB : XEN_VGATYPE_VESA_LFB;
	c->u.vesa_lfb = (typeof(c->u.vesa_lfb)){
		.width = (u16)s->width, .height = (u16)s->height,
		.bytes_per_line = (u16)s->pitch, .bits_per_pixel = s->bits,
		.lfb_base = (u32)s->address,
		.ext_lfb_base = (u32)(s->address >> 32),
		.lfb_size = (u32)DIV_ROUND_UP(size, 1ull << LFB_UNIT),
		.red_pos = s->red.at, .red_size = s->red.bits,
		.green_pos = s->green.at, .green_size = s->green.bits,
		.blue_pos = s->blue.at, .blue_size = s->blue.bits,
		.gbl_caps = NO_VGA, .mode_attrs = MODE_GRAPHICS,
	};
	return sizeof(*c);
}
