# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# lib.sh - to be sourced by the tests of the series tools. It makes a separate
# project in $TEST_TMP/project, with the present scripts and a series of two
# patches, and a small kernel tree in $TEST_TMP/linux to which the series applies.
# There planted faults do no harm. Sets $top, $project, $linux.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tmp=${TEST_TMP:?run by scripts/run-tests, or set TEST_TMP to an empty directory}
project=$tmp/project
linux=$tmp/linux
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t
export GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t
unset KERNEL_SRC BUILD MAKEFLAGS MAKEOVERRIDES

# A tree with all that scripts/make-base requires
make_linux() {
	mkdir -p "$linux/arch/x86/xen"
	printf 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 7\n' > "$linux/Makefile"
	touch "$linux/Kbuild" "$linux/Kconfig" "$linux/arch/x86/Kconfig"
	seq 1 40 | sed 's/^/line /' > "$linux/arch/x86/xen/mmu.c"
	seq 1 40 | sed 's/^/other /' > "$linux/untouched.c"
	commit_linux
}

commit_linux() {
	git -C "$linux" init -q -b base 2>/dev/null
	git -C "$linux" add -A
	git -C "$linux" commit -q -m base
}

# commit SUBJECT GROUP: commit the work tree of $linux
commit() {
	git -C "$linux" add -A
	git -C "$linux" commit -q -F - <<-EOF
	$1

	It must be so, for a test.

	Tested: none
	Forwarded: no, it is for a test
	Series-group: $2
	EOF
}

# A project with two patches, the first of which adds a file
make_project() {
	mkdir -p "$project/patches/6.1"
	cp -r "$top/scripts" "$top/configs" "$project/"
	cp "$top/patches/6.1/BASE" "$project/patches/6.1/"
	cat > "$project/series" <<-EOF
	# The policy.

	# == first ==
	# What the first group is for.

	# == second ==
	# What the second group is for.
	EOF
	git -C "$linux" checkout -q -b series
	echo 'new file' > "$linux/arch/x86/xen/new.c"
	commit 'x86/xen: Add a file' first
	sed -i 's/^line 20$/line twenty/' "$linux/arch/x86/xen/mmu.c"
	commit 'x86/xen: Change a line' second
	"$project/scripts/series-export" "$linux" base..series
	git -C "$linux" checkout -q base
}

fail() {
	echo "FAILED: $*"
	exit 1
}

# must_fail TEXT COMMAND...: exits non-zero with one error that contains TEXT,
# and a remedy
must_fail() {
	local text=$1 said
	shift
	if said=$("$@" 2>&1); then
		fail "expected an error with \"$text\", it passed: $*"
	fi
	grep -qF -- "$text" <<< "$said" ||
		fail "expected an error with \"$text\", got: $said"
	[ "$(grep -c ' error: ' <<< "$said")" = 1 ] ||
		fail "expected one error, got: $said"
	grep -q ' remedy: ' <<< "$said" || fail "no remedy in: $said"
	echo "good: $(grep -m1 -F -- "$text" <<< "$said")"
}

# must_say TEXT COMMAND...: exits non-zero, and its output contains TEXT
must_say() {
	local text=$1 said
	shift
	! said=$("$@" 2>&1) || fail "expected \"$text\", it passed: $*"
	grep -qF -- "$text" <<< "$said" || fail "expected \"$text\", got: $said"
	echo "good: $text"
}
