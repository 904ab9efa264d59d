# SPDX-License-Identifier: GPL-2.0
# Functions that the start-up of Dom0 and DomU share; busybox sh sources this.

export PATH=/usr/sbin:/usr/bin:/sbin:/bin

# boot_drivers: load the modules that the initramfs lists, if it has a list
boot_drivers() {
	local name list
	list=/lib/modules/$(uname -r)/load
	[ -e "$list" ] || return 0
	for name in $(cat "$list"); do
		modprobe "$name" || echo "boot: cannot load the module $name"
	done
}

# boot_mounts: mount the file systems of any Linux
boot_mounts() {
	mount -t proc proc /proc
	mount -t sysfs sysfs /sys
	grep -q ' /dev devtmpfs ' /proc/mounts || mount -t devtmpfs devtmpfs /dev
	mkdir -p /dev/pts /dev/shm
	# Xen's scripts lock through /dev/stdin
	ln -sf /proc/self/fd /dev/fd
	ln -sf fd/0 /dev/stdin
	ln -sf fd/1 /dev/stdout
	ln -sf fd/2 /dev/stderr
	mount -t devpts devpts /dev/pts
	mount -t tmpfs tmpfs /dev/shm
	mount -t tmpfs tmpfs /run
	mount -t tmpfs -o size=80% tmpfs /tmp
	boot_drivers
	# only a kernel with Xen has the mount point of xenfs, /proc/xen
	if [ -d /proc/xen ]; then
		mount -t xenfs xenfs /proc/xen 2>/dev/null
	fi
	return 0
}

# boot_word NAME [DEFAULT]: print the value of NAME=value on the command line
boot_word() {
	local word
	for word in $(cat /proc/cmdline); do
		case $word in
		"$1="*) echo "${word#*=}"; return 0 ;;
		esac
	done
	echo "${2:-}"
}

# boot_terminal: set the terminal's type and size from krypton.terminal=TYPE,ROWS,COLUMNS,
# because a serial line does not report them
boot_terminal() {
	local word size
	word=$(boot_word krypton.terminal)
	size=${word#*,}
	case $size in
	[1-9]*,[1-9]*) stty rows "${size%,*}" columns "${size#*,}" ;;
	esac
	export TERM="${word%%,*}"
}

# boot_tests WORD: run /tests/NAME for each NAME of NAME+NAME..., report the end of the
# last one, and power the machine off. The tests get the command line's KTEST_NAME=value,
# which systemd keeps to itself.
boot_tests() {
	local name word
	for word in $(cat /proc/cmdline); do
		case $word in KTEST_*=*) export "${word?}" ;; esac
	done
	for name in $(echo "$1" | tr + ' '); do
		if [ -x "/tests/$name" ]; then
			echo "KTEST: begin $name"
			"/tests/$name" </dev/null 2>&1
			echo "KTEST: end $name $?"
		else
			echo "KTEST: case $name: FAIL no such test in this image"
		fi
	done
	sync
	echo "KTEST: done"
	sleep 1
	poweroff -f
}

# boot_share: mount the disk of krypton.share= on /share
boot_share() {
	local share
	share=$(boot_word krypton.share)
	[ -n "$share" ] || return 0
	mkdir -p /share
	mount -t ext4 "/dev/$share" /share
}

# boot_choice: do what the kernel's command line asks for: the tests or the tour that
# krypton.test= names, and then power off; or with krypton.demo=1 start the DomUs
boot_choice() {
	local tests name
	tests=$(boot_word krypton.test)
	if [ -n "$tests" ]; then
		boot_tests "$tests"
		exit 0
	fi
	[ -n "$(boot_word krypton.demo)" ] && [ -d /proc/xen ] || return 0
	for name in demo demo64; do
		echo "Starting the DomU \"$name\" (xl create /etc/xen/$name.cfg)"
		xl create /etc/xen/$name.cfg ||
			echo "$name did not start: read xl dmesg and /var/log/xen"
	done
	xl list
}
