# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# lib.sh - what the scripts share: paths, messages, and how to walk the series.
# Source it. It sets $top, $build, $series_base, $series, $patches, $apart and $me.
set -euo pipefail

me=${0##*/}
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILD:-$top/build}
# The kernel version that the series is for; mainline is the newest of them. What is
# built from another version than 6.1 is kept apart: $apart ends the names of its state,
# and $kernels has its kernels.
series_base=${BASE:-6.1}
if [ "$series_base" = mainline ]; then
	series_base=$(cd "$top/patches" && printf '%s\n' * | sort -V | tail -n 1)
fi
series=$top/series patches=$top/patches/6.1 apart='' kernels=$build/kernel
if [ "$series_base" != 6.1 ]; then
	# Its entries are paths, as it shares patches with 6.1
	series=$top/patches/$series_base/series patches=$top/patches
	# shellcheck disable=SC2034 # the sourcing scripts use them
	apart=-$series_base kernels=$build/kernel/$series_base
fi
export LC_ALL=C
# Do not pass the options of this project's make to the kernel's make
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL

# The canonical form of a patch, as "quilt refresh" makes it.
# shellcheck disable=SC2034 # the sourcing scripts use it
canonical=(-p ab --no-timestamps --no-index --diffstat --sort)

# The words of the kernel's make for gcc, by ccache where that is installed.
# shellcheck disable=SC2034 # the sourcing scripts use it
if command -v ccache >/dev/null; then
	kernel_gcc=(CC="$top/scripts/cached-gcc" HOSTCC='ccache gcc')
else
	kernel_gcc=(CC=gcc HOSTCC=gcc)
fi

note() {
	echo "$me: $*" >&2
}

# die CAUSE [REMEDY]: print an error and what to do about it, and exit
die() {
	echo "$me: error: $1" >&2
	[ $# -lt 2 ] || echo "$me: remedy: $2" >&2
	exit 1
}

[ -f "$top/patches/$series_base/BASE" ] ||
	die "there are no patches for BASE=$series_base" \
	    "name one of: $(cd "$top/patches" && echo *)"

# need COMMAND PACKAGE: fail unless COMMAND is installed
need() {
	command -v "$1" >/dev/null ||
		die "$1 is not installed" \
		    "run scripts/install-packages, or apt-get install $2"
}

# lock NAME: keep two runs from building the same thing at once
lock() {
	{ mkdir -p "$build" && : >> "$build/.$1.lock"; } 2>/dev/null ||
		die "cannot write to $build/.$1.lock" \
		    "free space, or give yourself the directory: another user may have made it"
	exec 8> "$build/.$1.lock"
	flock -n 8 || { note "waiting for another $me"; flock 8; }
}

# watched_by FUNCTION: run it in the background, where it reports progress, until
# this script ends
watched_by() {
	"$1" &
	watch=$!
	# Stop the subshell so that it starts no new sleep, then kill its sleep and it
	trap '{ kill -STOP $watch; pkill -P $watch; kill -9 $watch
		wait $watch; } 2>/dev/null || true' EXIT
}

base_field() { # KEY: its value in the base's file BASE
	awk -v k="$1" '$1 == k { print $2 }' "$top/patches/$series_base/BASE"
}

base_symbols() { # its lines "symbol OLD NEW...", if any
	grep '^symbol ' "$top/patches/$series_base/BASE" || true
}

series_patches() { # the entries, in order
	sed -e 's/#.*//' "$series" | awk 'NF { print $1 }'
}

# A hash of the series; it changes when any input of a tree changes
series_hash() {
	{
		series_patches
		series_patches | (cd "$patches" && xargs -r cat)
	} | sha256sum | cut -c1-40
}

touched_by() { # PATCH...: the files that these patches touch
	[ $# -gt 0 ] || return 0
	cat "$@" | diffstat -l -p1 | sort -u
}

series_files() { # the files that the series touches
	local files
	mapfile -t files < <(series_patches | sed "s,^,$patches/,")
	touched_by "${files[@]}"
}

# overlay BASE DIR: copy the files of BASE that the series touches into DIR.
# Applying the series needs no others.
overlay() {
	rm -rf "$2"
	mkdir -p "$2"
	series_files | (cd "$1" && while read -r f; do
		[ ! -e "$f" ] || echo "$f"
	done) | rsync -a --files-from=- "$1/" "$2/"
}

# own_tree BASE BASE-ID WORK: make a copy of BASE in WORK/linux, to change and
# build. If BASE is not the one of the last run, remove what was built in WORK.
own_tree() {
	if [ "$2" != directory ] && [ "$(cat "$3/base" 2>/dev/null)" = "$1 $2" ]
	then
		return
	fi
	note "copying $1"
	rm -rf "${3:?}"/*/ "$3/base"
	mkdir "$3/linux"
	cp -a --reflink=auto "$1/." "$3/linux/"
	echo "$1 $2" > "$3/base"
}

# sync_file FROM TO: make TO equal to FROM, or absent; do not write an equal file
sync_file() {
	if [ ! -e "$1" ]; then
		rm -f "$2"
	elif ! cmp -s "$1" "$2"; then
		mkdir -p "$(dirname "$2")"
		rm -f "$2"
		cp --preserve=mode "$1" "$2"
	fi
}

# quilt_in DIR ARG...: run quilt on the series in DIR, without the user's settings
quilt_in() {
	local dir=$1
	shift
	(cd "$dir" && QUILT_PATCHES=$patches QUILT_SERIES=$series \
		quilt --quiltrc=- "$@")
}

config_field() { # NAME KEY: the value of a fragment's "# KEY: value" line
	sed -n "s/^# $2: //p" "$top/configs/$1.config"
}

config_fragments() { # NAME: its fragments, included ones first
	local i
	[ -f "$top/configs/$1.config" ] || die "there is no configs/$1.config" \
		"name one of: $(cd "$top/configs" && echo -- *.config |
			sed 's/^-- //; s/\.config//g')"
	for i in $(config_field "$1" include); do
		config_fragments "$i"
	done
	echo "$top/configs/$1.config"
}

kernel_version() { # TREE: its version, as 6.1.192
	awk '$2 == "=" && /^(VERSION|PATCHLEVEL|SUBLEVEL)/ { v[$1] = $3 }
	     END { print v["VERSION"] "." v["PATCHLEVEL"] "." v["SUBLEVEL"] }' \
		"$1/Makefile"
}
