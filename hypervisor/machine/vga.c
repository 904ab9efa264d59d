// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text screen, for messages before Dom0 takes it over. On a machine without
 * one, writes have no effect.
 */
#include "machine/log.h"
#include "machine/paging.h"
#include "machine/vga.h"

#define VGA_MEMORY	0xb8000
#define COLUMNS		80
#define ROWS		25
#define WHITE		0x0700

static u32 column, row;
static bool stopped;

static void put(char c)
{
	u16 *screen = phys_to_virt(paddr(VGA_MEMORY));
	u32 i;

	if (stopped)
		return;
	if (c != '\n')
		screen[row * COLUMNS + column++] = (u16)(WHITE | (u8)c);
	if (c != '\n' && column < COLUMNS)
		return;
	column = 0;
	if (++row < ROWS)
		return;
	row = ROWS - 1;
	memcpy(screen, screen + COLUMNS, row * COLUMNS * 2);
	for (i = 0; i < COLUMNS; i++)
		screen[row * COLUMNS + i] = WHITE | ' ';
}

void vga_init(void)
{
	static const struct log_sink sink = { .put = put };

	log_add_sink(&sink);
}

void vga_stop(void)
{
	stopped = true;
}
