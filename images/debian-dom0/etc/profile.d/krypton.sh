# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Shells on the console know the terminal. The first one waits for the end of the start-up,
# and then does what the kernel's command line asks for.

if [ "$(tty)" = /dev/hvc0 ]; then
	. /lib/krypton/boot.sh
	if [ ! -e /run/greeted ]; then
		: >/run/greeted
		systemctl is-system-running --wait >/dev/null
		boot_share
		boot_choice
	fi
	boot_terminal
fi
