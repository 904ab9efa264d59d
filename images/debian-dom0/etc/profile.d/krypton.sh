# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Shells on the console know the terminal. The first one waits for the end of the start-up,
# and then does what the kernel's command line asks for. A DomU of the same system has no
# boot.sh, which comes with the tests (init-bottom/krypton), and its shell is a plain one.

if [ "$(tty)" = /dev/hvc0 ] && [ -e /lib/krypton/boot.sh ]; then
	. /lib/krypton/boot.sh
	if [ ! -e /run/greeted ]; then
		: >/run/greeted
		systemctl is-system-running --wait >/dev/null
		boot_share
		boot_choice
	fi
	boot_terminal
fi
