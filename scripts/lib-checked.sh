# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# lib-checked.sh - record which checks of the series passed for its present
# state, so that "make test" does not repeat them. Source it after lib.sh.
#
# patches/BASE/CHECKED has a line for each check: its name, and a hash of all its
# inputs: the base, what the patches change (not their changelogs), the compiler,
# and the files that the check names. When any of these changes, the check runs
# again. "make test-long" ignores the record.

checked_record=patches/$series_base/CHECKED
checked_here=$build/checked$apart	# the checks that passed in this clone

# checked_key CHECK BASE-ID FILE...: print its line
checked_key() {
	local check=$1 id=$2 patch
	shift 2
	echo "$check $({
		echo "$id"
		base_symbols
		gcc -dumpfullversion
		for patch in $(series_patches); do
			sed -n '/^--- /,$p' "$patches/$patch"
		done
		cat "$@"
	} | sha256sum | cut -c1-40)"
}

checked_known() { # KEY: succeed if this check has passed
	grep -qsxF "$1" "$top/$checked_record" "$checked_here"
}

checked_done() { # KEY: record that it has passed here
	checked_known "$1" || echo "$1" >> "$checked_here"
}

# checked_write KEY...: write these passed checks into the record, in place of the
# lines of the same checks
checked_write() {
	local key old
	old=$(cat "$top/$checked_record" 2>/dev/null || true)
	for key; do
		checked_known "$key" || die "${key% *} has not passed for this state of the series" \
			"run the check without --record first"
		old=$(grep -v "^${key% *} " <<< "$old" || true)
		old=$(printf '%s\n%s' "$old" "$key")
	done
	{
		echo "# Passed for this state of the series: see scripts/lib-checked.sh"
		grep -v '^#' <<< "$old" | awk NF | sort
	} > "$top/$checked_record"
	cat "$top/$checked_record"
}
