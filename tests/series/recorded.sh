# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# recorded.sh - to be sourced: run a check of the series, unless
# patches/BASE/CHECKED records it for exactly this state.

# run_or_skip PARTS COMMAND...: run COMMAND and return its exit code; 77 without
# running it if the record has all PARTS
run_or_skip() {
	local parts=$1 out
	shift
	out=$TEST_TMP/output
	"$@" 2>&1 | tee "$out"
	[ "${PIPESTATUS[0]}" = 0 ] || exit 1
	[ "$(grep -c ' before, says ' "$out")" != "$parts" ] || {
		echo "recorded in patches/$BASE/CHECKED for this state; make test-long repeats it"
		exit 77
	}
}
