# SPDX-License-Identifier: GPL-2.0
# Let a domain take all it can from xenstored and xenconsoled, which must serve the
# other domains meanwhile. Source this after dom0-lib.sh.

rss() { # DAEMON: its memory, in KiB
	awk '/^VmRSS/ { print $2 }' "/proc/$(cat /run/xen/$1.pid)/status"
}

# grew DAEMON KIB MOST: fail if its memory grew by more than MOST since it was KIB
grew() {
	local now
	now=$(rss $1)
	echo "$1: $2 KiB, then $now"
	[ $((now - $2)) -le $3 ] || { echo "$1 grew without bounds"; return 1; }
}

# xenstore_full HOSTILE OTHER: xenstored refuses the hostile domain more than its
# quota. A write and a read of the others takes at most 10 s meanwhile, however busy
# the host is.
xenstore_full() {
	local hostile=$1 other=$2 memory result=0
	memory=$(rss xenstored)
	domu $hostile 10 'hostile-xenstore fill data 300 </dev/null \
		>/tmp/fill 2>&1 &' || return 1
	wait_for 60 domu $hostile 10 'grep -E "limited|LIMITS" /tmp/fill'
	domu_says $hostile 10 'xenstore: limited' 'cat /tmp/fill' || result=1
	hostile-xenstore use data 100 10000 || result=1
	xenstore-rm data
	domu $other 60 'hostile-xenstore use data 100 10000' || result=1
	grew xenstored $memory 8192 || result=1
	domu $hostile 10 'cat /tmp/fill; pidof hostile-xenstore' ||
		{ echo "hostile-xenstore ended too early"; return 1; }
	domu $hostile 10 'kill $(pidof hostile-xenstore)'
	return $result
}

reader() { # NAME: the pid of the xenconsole that reads its console
	ps -o pid,args | awk -v id="$(xl domid $1)" \
		'$2 ~ /xenconsole$/ && $3 == id { print $1 }'
}

# console_flooded HOSTILE OTHER: the hostile domain writes to its console, which
# nobody reads. Its log grows by at most 150 rings of 2 KiB a second, xenconsoled
# keeps 1 MiB, and the other's console answers.
console_flooded() {
	local hostile=$1 other=$2 log=$consoles/guest-$1.log
	local memory size from took result=0
	memory=$(rss xenconsoled)
	size=$(stat -c %s $log)
	domu $hostile 10 '(sleep 2; timeout 12 yes "words that nobody reads" \
		>/dev/console) </dev/null 2>&1 &' || return 1
	from=$(cut -d. -f1 /proc/uptime)
	kill "$(reader $hostile)" || return 1
	sleep 10
	domu_says $other 10 'it answers' 'echo it answers' || result=1
	took=$(($(cut -d. -f1 /proc/uptime) - from))
	size=$(($(stat -c %s $log) - size))
	echo "in $took s the log grew by $size bytes"
	[ $size -ge 50000 ] && [ $size -le $((took * 150 * 2048)) ] || result=1
	grew xenconsoled $memory 2048 || result=1
	# wait until it has stopped writing
	sleep 5
	domu_attach $hostile
	domu_says $hostile 30 'so does it' 'echo so does it' || result=1
	return $result
}
