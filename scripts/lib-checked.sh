# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# lib-checked.sh - remember which checks of the series passed for its present
# state, so that "make test" does not repeat them. To be sourced after lib.sh.
#
# patches/6.1/CHECKED has a line for each: the check, and a hash of all that goes
# into its result: the base, what the patches change (not their changelogs), the
# compiler, and the files that the check names. After any change of these the
# check is done again. "make test-long" ignores the record.

checked_record=patches/6.1/CHECKED
checked_here=$build/checked	# what was done in this clone

# checked_key CHECK BASE-ID FILE...: its line
checked_key() {
	local check=$1 id=$2 patch
	shift 2
	echo "$check $({
		echo "$id"
		gcc -dumpfullversion
		for patch in $(series_patches); do
			sed -n '/^--- /,$p' "$patches/$patch"
		done
		cat "$@"
	} | sha256sum | cut -c1-40)"
}

checked_known() { # KEY: it was done
	grep -qsxF "$1" "$top/$checked_record" "$checked_here"
}

checked_done() { # KEY
	checked_known "$1" || echo "$1" >> "$checked_here"
}

# checked_write KEY...: into the record, those of them that were done, in place of
# the lines for the same checks
checked_write() {
	local key old
	old=$(cat "$top/$checked_record" 2>/dev/null || true)
	for key; do
		checked_known "$key" || die "not done: ${key% *}" "run it first"
		old=$(grep -v "^${key% *} " <<< "$old" || true)
		old=$(printf '%s\n%s' "$old" "$key")
	done
	{
		echo "# Done for this state of the series: see scripts/lib-checked.sh"
		grep -v '^#' <<< "$old" | awk NF | sort
	} > "$top/$checked_record"
	cat "$top/$checked_record"
}
