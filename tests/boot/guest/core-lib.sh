# SPDX-License-Identifier: GPL-2.0
# Dump the core of the DomU $name into the file $image, and look into it
# (tests/boot/progs/core.c). Source this after dom0-lib.sh.

# watchdogs 0: the DomU's kernel takes no long pause for a hang; watchdogs 1: it does
watchdogs() {
	domu $name 20 "echo $((1 - $1)) \
		>/sys/module/rcupdate/parameters/rcu_cpu_stall_suppress;
		! test -e /proc/sys/kernel/soft_watchdog ||
		echo $1 >/proc/sys/kernel/soft_watchdog"
}

dump_core() { # of a domain that stands still; each vCPU's tables lead to the kernel
	local bits=32 version address result
	[ $guest_machine = i686 ] || bits=64
	version=$(domu $name 10 'cat /proc/version')
	address=$(domu $name 20 "sed -n 's/ . linux_banner$//p' /proc/kallsyms")
	watchdogs 0 || return 1
	xl pause $name && xl dump-core $name $image && xl unpause $name &&
		core $image $bits "$version" $address
	result=$?
	watchdogs 1
	return $result
}
