/* SPDX-License-Identifier: GPL-2.0-only */
/* The screen: text of a VGA, or a framebuffer that the loader set up. */
#ifndef KRYPTON_SCREEN_H
#define KRYPTON_SCREEN_H

/* Find it, clear it, and register it as a sink of the log. */
void screen_init(void);
/* Options console= and vga=: no text at all, or on while Dom0 runs as well. */
void screen_disable(void);
void screen_keep(void);
/* Stop writing, unless it is to be kept: Dom0 uses the screen from now on. */
void screen_stop(void);

#endif
