# SPDX-License-Identifier: GPL-2.0
# Dom0's side of a DomU under test: create it, run commands in it through
# "xl console", destroy it. Source this after lib.sh. $GUEST or krypton.guest= selects the
# DomUs' kernel.

. /lib/krypton/boot.sh

consoles=/var/log/xen/console
images=/var/lib/xen/images

# domu_mac ADDRESS: print a MAC address that belongs to the IP address, so that a
# later domain of the same address is not mistaken for an earlier one
domu_mac() {
	printf '00:16:3e:00:00:%02x\n' "${1##*.}"
}

# kernel_checks: print the kernel checks of this command line, for a DomU's too
kernel_checks() {
	grep -oE '(debug_pagealloc|kfence[^ ]*)=[^ ]*' /proc/cmdline | tr '\n' ' '
}

# guest_is WIDTH: set the DomUs' kernel, their ramdisk, and what "uname -m" says in them:
# one of Debian's kernels for amd64 or a word that begins so, otherwise an i386 kernel,
# which is Dom0's own if that is one, or that of another base (6.12)
guest_is() {
	guest=${1#i386}
	guest_kernel=/boot/bzImage${guest:+-$guest}
	guest_ramdisk=/boot/domu.cpio.gz
	guest_machine=i686
	case $guest in
	amd64*)
		guest_ramdisk=/boot/$guest.cpio.gz
		guest_machine=x86_64
		;;
	esac
}
guest_is "${GUEST:-$(boot_word krypton.guest)}"

# domu_config NAME ADDRESS [LINE ...]: write its xl.cfg; a LINE overrides
domu_config() {
	local name=$1 address=$2 line
	shift 2
	cat >/etc/xen/$name.cfg <<-END
	name = "$name"
	type = "pv"
	kernel = "$guest_kernel"
	ramdisk = "$guest_ramdisk"
	extra = "console=hvc0 loglevel=5 krypton.agent krypton.ip=$address krypton.name=$name $(kernel_checks) $domu_extra"
	memory = 192
	vcpus = 2
	vif = [ "bridge=xenbr0,mac=$(domu_mac $address)" ]
	tsc_mode = "native"
	on_crash = "preserve"
	END
	for line; do
		echo "$line" >>/etc/xen/$name.cfg
	done
	room_for_kernel /etc/xen/$name.cfg
}

# room_for_kernel FILE: add the memory that checks, and a distribution's kernel, use to
# a small domain (not to one that has too little on purpose)
room_for_kernel() {
	local more=0
	[ -z "$(kernel_checks)" ] || more=64
	[ -z "$guest" ] || more=$((more + 128))
	awk -v more=$more '
		$1 == "memory" && $3 > 64 && $3 < 512 { $3 += more }
		{ print }' "$1" >"$1.new" && mv "$1.new" "$1"
}

# add_archive RAMDISK FILE: append FILE's archives. Linux takes one that is not packed
# only at a multiple of four bytes (unpack_to_rootfs() in init/initramfs.c).
add_archive() {
	truncate -s $((($(stat -c %s "$1") + 3) & ~3)) "$1"
	cat "$2" >>"$1"
}

# domu_attach NAME: run "xl console" with input from a pipe that stays open, on a
# terminal made by script: without a terminal, it reads no input
domu_attach() {
	local name=$1
	[ -p $ktest_tmp/$name.in ] || mkfifo $ktest_tmp/$name.in
	script -q -f -c "xl console $name" /dev/null <$ktest_tmp/$name.in \
		>>$ktest_tmp/$name.out 2>&1 &
	[ -s $ktest_tmp/$name.holder ] || {
		sleep 1000000 >$ktest_tmp/$name.in &
		echo $! >$ktest_tmp/$name.holder
	}
}

# domu_ready NAME TIMES: its agent has reported itself TIMES times
domu_ready() {
	[ "$(grep -c '^@0 ends ready' $consoles/guest-$1.log 2>/dev/null)" \
		-ge "$2" ] 2>/dev/null
}

# domu_start NAME: create it and wait until it takes commands
domu_start() {
	local name=$1 times
	times=$(grep -c '^@0 ends ready' $consoles/guest-$name.log 2>/dev/null)
	xl create /etc/xen/$name.cfg || {
		tail -n 20 /var/log/xen/xen-hotplug.log
		echo "xl create $name"
		return 1
	}
	domu_attach $name
	wait_for 90 domu_ready $name $((${times:-0} + 1)) || {
		tail -n 30 $consoles/guest-$name.log
		echo "$name did not come up"
		return 1
	}
}

# domu NAME SECONDS COMMAND: run it there; pass on its output and exit code
domu() {
	local name=$1 limit=$2 id log result end_of_line
	shift 2
	id=$(($(cat $ktest_tmp/id 2>/dev/null || echo 0) + 1))
	echo $id >$ktest_tmp/id
	log=$consoles/guest-$name.log
	# the agent takes one line; a continued line must not end in a quoted blank
	echo "@$id $*" | sed 's/\\$//' | tr '\n\t' '  ' | sed 's/ *$/\n/' \
		>$ktest_tmp/$name.in
	# all of the line: the code is its last word
	end_of_line=$(printf "\r")
	wait_for "$limit" grep -q "^@$id ends .*$end_of_line" $log || {
		echo "$name does not answer: $*"
		return 99
	}
	tr -d '\r' <$log | awk -v id="@$id" '
		$1 == id && $2 == "starts" { on = 1; next }
		$1 == id && $2 == "ends" { exit }
		on && $0 != ""'
	result=$(sed -n "s/^@$id ends \([0-9]*\).*/\1/p" $log | tail -n 1)
	return "${result:-98}"
}

# domu_says NAME SECONDS EXPECTED COMMAND: compare the last line of its output
domu_says() {
	local name=$1 limit=$2 expected=$3 got
	shift 3
	got=$(domu "$name" "$limit" "$*" | tail -n 1)
	same "$name: $*" "$expected" "$got"
}

# domu_events NAME COUNT: check that each event arrives, in either direction
domu_events() {
	local name=$1 count=$2 offer
	domu $name 10 "evstress front $count 64 </dev/null >/tmp/events 2>&1 &" ||
		return 1
	wait_for 10 domu $name 10 'grep -q ^offer /tmp/events' || return 1
	offer=$(domu $name 10 'cat /tmp/events' | sed -n 's/^offer //p')
	evstress back "$(xl domid $name)" $offer || return 1
	wait_for 20 domu $name 10 'grep -v ^offer /tmp/events'
	domu $name 10 'grep "front: .*: all right$" /tmp/events' && return
	domu $name 10 'cat /tmp/events'
	return 1
}

# steal_time is the command that prints the stolen time of a DomU's first processor.
# stolen FILE LEAST MOST: check the stolen part between two such lines, in percent
steal_time='echo $(cut -d" " -f1 /proc/uptime) $(grep "^cpu0 " /proc/stat)'
stolen() {
	cat "$1"
	# uptime in seconds, then cpu0, and steal in 1/100 s as the eighth number
	awk -v least="$2" -v most="$3" '{
			part = ($10 - steal) / ($1 - time)
			time = $1
			steal = $10
		}
		END {
			print part " % of its time was stolen"
			exit !(NR == 2 && part >= least && part <= most)
		}' "$1"
}

domu_listed() {
	xl list "$1" >/dev/null 2>&1
}

# domu_state NAME LETTER: xl list shows the letter in its state
domu_state() {
	xl list "$1" | awk 'NR == 2 { print $5 }' | grep -q "$2"
}

# domu_end NAME: destroy it if it is left, and print its console's log
domu_end() {
	local name=$1
	xl destroy $name >/dev/null 2>&1
	wait_for 20 gone domu_listed $name
	if [ -s $ktest_tmp/$name.holder ]; then
		kill "$(cat $ktest_tmp/$name.holder)" 2>/dev/null
		rm -f $ktest_tmp/$name.holder
	fi
	[ ! -f $consoles/guest-$name.log ] || {
		tr -d '\r' <$consoles/guest-$name.log | sed "s/^/$name| /"
		rm -f $consoles/guest-$name.log
	}
}
