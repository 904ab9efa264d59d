# SPDX-License-Identifier: GPL-2.0
# Log commands with their output and exit codes, for tests/boot/commands.py to compare.
# Source this after lib.sh.

count=0

# told NAME COMMAND ...: run it, and log its output between two lines with NAME. The
# kernel's notices, such as of a network card that goes, must not come amid a line.
told() {
	local what=$1 level result
	shift
	echo "KTEST: command $what begins: $*"
	timeout 240 "$@" </dev/null >$ktest_tmp/told 2>&1
	result=$?
	level=$(cut -f 1 /proc/sys/kernel/printk)
	echo 5 >/proc/sys/kernel/printk
	# awk ends a last line that has no end
	awk '{ print "# " $0 }' $ktest_tmp/told | tail -n 60
	echo "$level" >/proc/sys/kernel/printk
	echo "KTEST: command $what result=$result"
	count=$((count + 1))
}
