/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys for who looks into the machine, by serial line or sysctl. */
#ifndef KRYPTON_KEYS_H
#define KRYPTON_KEYS_H

void keys_handle(char key);
/* A character of the serial line: true if it was for us. */
bool keys_input(char c);

#endif
