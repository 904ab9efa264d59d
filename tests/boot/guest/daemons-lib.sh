# SPDX-License-Identifier: GPL-2.0
# A domain that takes all it can of xenstored and of xenconsoled, which have to
# serve the others meanwhile. Sourced after dom0-lib.sh.

rss() { # DAEMON: its memory, in KiB
	awk '/^VmRSS/ { print $2 }' "/proc/$(cat /run/xen/$1.pid)/status"
}

# grew DAEMON KIB MOST: since it had so much
grew() {
	local now
	now=$(rss $1)
	echo "$1: $2 KiB, then $now"
	[ $((now - $2)) -le $3 ] || { echo "$1 grew without bounds"; return 1; }
}

# xenstore_full HOSTILE OTHER: it is refused more than a domain may have; a write
# and a read takes the others 10 s at most while it goes on, however busy the
# machine under it is
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
		{ echo "it did not go on so long"; return 1; }
	domu $hostile 10 'kill $(pidof hostile-xenstore)'
	return $result
}

reader() { # NAME: the process that shows its console
	ps -o pid,args | awk -v id="$(xl domid $1)" \
		'$2 ~ /xenconsole$/ && $3 == id { print $1 }'
}

# console_flooded HOSTILE OTHER: nobody reads what it writes. Its log grows by a
# ring of 2 KiB for each of 150 events a second at most, and xenconsoled keeps
# 1 MiB; the other's console answers.
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
	# when its time to write is over
	sleep 5
	domu_attach $hostile
	domu_says $hostile 30 'so does it' 'echo so does it' || result=1
	return $result
}
