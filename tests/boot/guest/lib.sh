# SPDX-License-Identifier: GPL-2.0
# Functions that the tests inside the guests share; busybox sh sources this.
#
# A result is one line on the console: "KTEST: case NAME: PASS" or
# "KTEST: case NAME: FAIL reason". A case without a line has failed.

ktest_tmp=/tmp/ktest
mkdir -p $ktest_tmp

say() {
	echo "# $*"
}

# check NAME COMMAND ...: the case passes if the command succeeds; otherwise the reason
# is the last line of its output. (Called functions see these local variables.) $CASES
# comes before all names, for tests that run twice in a boot.
check() {
	local check_name=$CASES$1 check_from
	shift
	check_from=$(cut -d' ' -f1 /proc/uptime)
	if ("$@") >$ktest_tmp/output 2>&1; then
		sed 's/^/# /' $ktest_tmp/output
		echo "KTEST: case $check_name: PASS from $check_from to" \
			"$(cut -d' ' -f1 /proc/uptime)"
	else
		sed 's/^/# /' $ktest_tmp/output
		echo "KTEST: case $check_name: FAIL $(tail -n 1 \
			$ktest_tmp/output)"
	fi
}

# wait_for SECONDS COMMAND ...: wait until it succeeds, up to three times as long,
# because the emulating machine may be busy
wait_for() {
	local end=$(($(cut -d. -f1 /proc/uptime) + 3 * $1))
	shift
	until "$@" >/dev/null 2>&1; do
		if [ "$(cut -d. -f1 /proc/uptime)" -ge $end ]; then
			echo "time-out while waiting for: $*"
			return 1
		fi
		usleep 200000
	done
}

# gone COMMAND ...: the opposite of its result
gone() {
	! "$@"
}

same() { # WHAT EXPECTED GOT
	[ "$2" = "$3" ] && return 0
	echo "$1: expected $2, got ${3:-nothing}"
	return 1
}

md5() {
	md5sum "$@" | cut -d' ' -f1
}

# interrupts PATTERN: print the sum of the interrupts on matching lines
interrupts() {
	awk -v pattern="$1" '
		NR == 1 { cpus = NF; next }
		$0 ~ pattern {
			for (i = 2; i <= cpus + 1; i++)
				sum += $i
		}
		END { print sum + 0 }' /proc/interrupts
}

# disk_data DEVICE MIB: write data, sync, empty the cache, and read the data back, first
# raw and then through a file system
disk_data() {
	local dev=$1 mib=$2 sent got
	[ -b "$dev" ] || { echo "there is no $dev"; return 1; }
	dd if=/dev/urandom of=$ktest_tmp/data bs=1M count="$mib" 2>/dev/null
	sent=$(md5 $ktest_tmp/data)
	dd if=$ktest_tmp/data of="$dev" bs=1M conv=fsync 2>/dev/null ||
		{ echo "writing to $dev failed"; return 1; }
	echo 3 >/proc/sys/vm/drop_caches
	got=$(dd if="$dev" bs=1M count="$mib" 2>/dev/null | md5)
	same "data of $dev" "$sent" "$got" || return 1

	mke2fs "$dev" >/dev/null 2>&1 || { echo "mke2fs $dev failed"; return 1; }
	mkdir -p $ktest_tmp/mnt
	mount -t ext4 "$dev" $ktest_tmp/mnt ||
		mount -t ext2 "$dev" $ktest_tmp/mnt || return 1
	cp $ktest_tmp/data $ktest_tmp/mnt/file && sync
	umount $ktest_tmp/mnt || return 1
	echo 3 >/proc/sys/vm/drop_caches
	mount -t ext4 -o ro "$dev" $ktest_tmp/mnt ||
		mount -t ext2 -o ro "$dev" $ktest_tmp/mnt || return 1
	got=$(md5 $ktest_tmp/mnt/file)
	umount $ktest_tmp/mnt
	rm -f $ktest_tmp/data
	same "a file on $dev" "$sent" "$got"
}

# with_interrupts PATTERN LEAST COMMAND ...: the command succeeds and causes at least
# LEAST interrupts
with_interrupts() {
	local pattern=$1 least=$2 before after
	shift 2
	before=$(interrupts "$pattern")
	"$@" || return 1
	after=$(interrupts "$pattern")
	echo "interrupts of $pattern: $before before, $after after"
	[ $((after - before)) -ge "$least" ] && return 0
	echo "too few interrupts of $pattern: $before before, $after after"
	return 1
}

# net_data NETWORK: test a card's traffic: ping, a file, and a stream there and back
net_data() {
	local net=$1 sent got
	wait_for 20 timeout 60 ping -c 1 -W 2 $net.2 || return 1
	timeout 60 ping -c 5 -W 5 -q $net.2 || { echo "ping $net.2 failed"; return 1; }
	rm -f $ktest_tmp/file
	tftp -g -b 1400 -l $ktest_tmp/file -r payload $net.2 ||
		{ echo "TFTP from $net.2 failed"; return 1; }
	same "file by TFTP" "$(grep -o 'krypton.payload=[0-9a-f]*' \
		/proc/cmdline | cut -d= -f2)" "$(md5 $ktest_tmp/file)" || return 1
	dd if=/dev/urandom of=$ktest_tmp/sent bs=1M count=4 2>/dev/null
	sent=$(md5 $ktest_tmp/sent)
	got=$(nc $net.100 7 <$ktest_tmp/sent | md5)
	rm -f $ktest_tmp/sent $ktest_tmp/file
	same "stream through $net.100" "$sent" "$got"
}
