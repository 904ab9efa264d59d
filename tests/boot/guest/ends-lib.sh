# SPDX-License-Identifier: GPL-2.0
# Devices with a driver at one end and a program at the other. The program's nodes are
# where the drivers of its own kernel do not look. Source this after dom0-lib.sh; the
# DomU's number is $id, its name $name.

back=/local/domain/0/programs	# for Dom0's programs; a DomU has its own programs/

# nodes DIRECTORY OWNER READER [NODE=VALUE ...]: write the nodes in this order
nodes() {
	local dir=$1 owner=$2 reader=$3 pair list=
	shift 3
	for pair; do
		list="$list $dir/${pair%%=*} ${pair#*=}"
	done
	xenstore-write $dir "" && xenstore-chmod $dir n$owner r$reader || return 1
	# shellcheck disable=SC2086 # words
	xenstore-write $list
}

# driver_back: the back end is the driver; driver_front: the front end is. The driver's
# nodes come last, and its state last of all.
driver_back() { # TYPE NUMBER NODES
	local end=/local/domain/0/backend/$1/$id/$2
	local other=/local/domain/$id/programs/$1/$2
	nodes $other $id 0 backend=$end backend-id=0 state=1 &&
		nodes $end 0 $id frontend=$other frontend-id=$id online=1 \
			$3 state=1
}

driver_front() { # TYPE NUMBER NODES
	local end=/local/domain/$id/device/$1/$2
	nodes $back/$1/$2 0 $id frontend=$end frontend-id=$id online=1 state=1 &&
		nodes $end $id 0 backend=$back/$1/$2 backend-id=0 $3 state=1
}

# log_has FILE PATTERN...: check that it has each of them
log_has() {
	local file=$1 pattern result=0
	shift
	for pattern; do
		grep -m 1 -E "$pattern" $file && continue
		echo "the kernel does not say: $pattern"
		result=1
	done
	return $result
}

dom0_says() {
	dmesg >$ktest_tmp/dmesg
	log_has $ktest_tmp/dmesg "$@"
}

domu_says_all() {
	domu $name 30 dmesg >$ktest_tmp/dmesg
	log_has $ktest_tmp/dmesg "$@"
}
