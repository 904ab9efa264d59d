/* SPDX-License-Identifier: GPL-2.0-only */
/* The text screen. */
#ifndef KRYPTON_VGA_H
#define KRYPTON_VGA_H

/* Register the screen as a sink of the log. */
void vga_init(void);
/* Stop writing: Dom0 uses the screen from now on. */
void vga_stop(void);

#endif
