// SPDX-License-Identifier: GPL-2.0-only
/*
 * The screen shows the log until Dom0 takes it over, and again when the machine
 * stops. The loader has set it up: a VGA in text mode, or a framebuffer of RGB
 * pixels. Reading a framebuffer is slow, so nothing here reads it: memory has a
 * copy of the characters, and only those that change are drawn.
 */
#include "machine/boot.h"
#include "machine/log.h"
#include "machine/paging.h"
#include "machine/screen.h"

#define FONT_HEIGHT	16u
#define FONT_WIDTH	8u
#define FONT_FIRST	32
#define FONT_LAST	126
#define MAX_COLUMNS	256u	/* a larger screen has a free edge */
#define MAX_ROWS	100u
#define MAX_BYTES	4u	/* of a pixel */

#define VGA_MEMORY	0xb8000
#define VGA_COLUMNS	80
#define VGA_ROWS	25
#define VGA_GREY	0x0700

#define PTE_LARGE_PAT	BIT(12)		/* with it: write combining */

static const u8 font[FONT_LAST - FONT_FIRST + 1][FONT_HEIGHT] = {
#include "font_8x16.h"
};

static u64 screen_l3[512] __attribute__((aligned(PAGE_SIZE)));
static u64 screen_l2[512] __attribute__((aligned(PAGE_SIZE)));

static u8 cells[MAX_ROWS][MAX_COLUMNS];
static u32 columns, rows, column, row;
static u8 *pixels;
static u8 grey[MAX_BYTES];		/* a pixel */
static u32 pixel_bytes;
static bool stopped, keep;

static void draw_glyph(u32 r, u32 c, u8 ch)
{
	u8 *to = pixels + (u64)r * FONT_HEIGHT * boot_info.screen.pitch +
		 c * FONT_WIDTH * pixel_bytes;
	const u8 *from = font[ch - FONT_FIRST];
	u8 line[FONT_WIDTH * MAX_BYTES];
	u32 x, y;

	for (y = 0; y < FONT_HEIGHT; y++, to += boot_info.screen.pitch) {
		memset(line, 0, sizeof(line));
		for (x = 0; x < FONT_WIDTH; x++)
			if (from[y] & 0x80 >> x)
				memcpy(line + x * pixel_bytes, grey,
				       pixel_bytes);
		memcpy(to, line, FONT_WIDTH * pixel_bytes);
	}
}

static void set_cell(u32 r, u32 c, u8 ch)
{
	u16 *text = phys_to_virt(paddr(VGA_MEMORY));

	if (cells[r][c] == ch)
		return;
	cells[r][c] = ch;
	if (pixels)
		draw_glyph(r, c, ch);
	else
		text[r * columns + c] = VGA_GREY | ch;
}

static void scroll(void)
{
	u32 r, c;

	for (r = 0; r < rows; r++)
		for (c = 0; c < columns; c++)
			set_cell(r, c, r + 1 < rows ? cells[r + 1][c] : ' ');
}

static void put(char ch)
{
	if (stopped || ch == '\r')
		return;
	if (ch != '\n')
		set_cell(row, column++, ch < FONT_FIRST || ch > FONT_LAST ?
			 '?' : (u8)ch);
	if (ch != '\n' && column < columns)
		return;
	column = 0;
	if (++row < rows)
		return;
	row = rows - 1;
	scroll();
}

/*
 * The device may have any physical address. This runs before the slot's other
 * tables are made.
 */
static void *map_pixels(const struct boot_screen *s)
{
	u64 first = ROUND_DOWN(s->address, LARGE_PAGE), i;

	for (i = 0; i < 512 && first + i * LARGE_PAGE < s->address +
	     (u64)s->pitch * s->height; i++)
		screen_l2[i] = (first + i * LARGE_PAGE) | PTE_LARGE_PAT |
			       PTE_PSE | PTE_HV_DATA;
	screen_l3[SCREEN_BASE >> 30 & 511] = image_to_phys(screen_l2).a |
					     PTE_P | PTE_RW;
	boot_l4[L4_TABLE_SLOT] = image_to_phys(screen_l3).a | PTE_P | PTE_RW;
	return (u8 *)SCREEN_BASE + (s->address - first);
}

static void add_colour(u32 *pixel, u32 at, u32 bits)
{
	*pixel |= ((1u << bits) - 1) * 2 / 3 << at;
}

static bool init_pixels(const struct boot_screen *s)
{
	u32 pixel = 0;

	pixel_bytes = DIV_ROUND_UP(s->bits, 8u);
	if (pixel_bytes < 2 || pixel_bytes > MAX_BYTES ||
	    s->pitch < (u64)s->width * pixel_bytes ||
	    (u64)s->pitch * s->height > 510 * LARGE_PAGE)
		return false;
	add_colour(&pixel, s->red.at & 31, s->red.bits & 15);
	add_colour(&pixel, s->green.at & 31, s->green.bits & 15);
	add_colour(&pixel, s->blue.at & 31, s->blue.bits & 15);
	memcpy(grey, &pixel, sizeof(grey));
	columns = MIN(s->width / FONT_WIDTH, MAX_COLUMNS);
	rows = MIN(s->height / FONT_HEIGHT, MAX_ROWS);
	pixels = map_pixels(s);
	return rows && columns;
}

static void clear(void)
{
	u32 r, c;

	memset(cells, 0, sizeof(cells));	/* whatever is there */
	for (r = 0; r < rows; r++)
		for (c = 0; c < columns; c++)
			set_cell(r, c, ' ');
	row = column = 0;
}

/* The last words of a machine that stops. */
static void resume(void)
{
	if (stopped)
		clear();
	stopped = !rows;
}

void screen_init(void)
{
	static const struct log_sink sink = { .put = put, .poll = resume };
	const struct boot_screen *s = &boot_info.screen;

	if (s->address ? !init_pixels(s) : !!boot_info.efi.map)
		return;
	if (!s->address) {
		columns = VGA_COLUMNS;
		rows = VGA_ROWS;
	}
	clear();
	log_add_sink(&sink);
	if (s->address)
		log_info("screen: %ux%u, %u bits a pixel, at %lx", s->width,
			 s->height, s->bits, s->address);
}

void screen_disable(void)
{
	stopped = true;
	rows = 0;
}

void screen_keep(void)
{
	keep = true;
}

void screen_stop(void)
{
	stopped = !keep || !rows;
}
