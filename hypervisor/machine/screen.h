/* SPDX-License-Identifier: GPL-2.0-only */
/* The screen: text of a VGA, or a framebuffer that the loader set up. */
#ifndef KRYPTON_SCREEN_H
#define KRYPTON_SCREEN_H

/* Find it, clear it, and register it as a sink of the log. */
void screen_init(void);
/* For the options console= and vga=: show nothing; go on while Dom0 runs. */
void screen_disable(void);
void screen_keep(void);
/*
 * Dom0 has the screen from now on: stop writing, unless screen_keep() forbids
 * it.
 */
void screen_stop(void);

#endif
