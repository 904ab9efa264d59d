/* SPDX-License-Identifier: GPL-2.0-only */
/* Debug keys, from the serial line or a sysctl. */
#ifndef KRYPTON_KEYS_H
#define KRYPTON_KEYS_H

/* Do what a debug key asks for. Any context but an NMI's. */
void keys_handle(char key);
/* A character from the serial line: true if the hypervisor took it. */
bool keys_input(char c);

#endif
