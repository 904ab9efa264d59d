/* SPDX-License-Identifier: GPL-2.0-only */
/* The text screen. */
#ifndef KRYPTON_VGA_H
#define KRYPTON_VGA_H

/* It becomes a sink of the log. */
void vga_init(void);
/* The screen is another's from now on. */
void vga_stop(void);

#endif
