# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# The symbols of kernel configurations, as lines "SYMBOL value" with n for one that is
# not set. Source lib.sh before.

# symbols FILE ...: the final value of each symbol
symbols() {
	sed -n -e 's/^\(CONFIG_[A-Za-z0-9_]*\)=\(.*\)$/\1 \2/p' \
	       -e 's/^# \(CONFIG_[A-Za-z0-9_]*\) is not set$/\1 n/p' "$@" |
	awk '{ s = $1; sub(/^[^ ]* /, ""); v[s] = $0 }
	     END { for (s in v) print s, v[s] }' | sort
}

# renamed: give the symbols of standard input the names that they have in this base,
# by its lines "symbol OLD NEW...". A symbol may have become several, or none.
renamed() {
	awk -v base="$top/patches/$series_base/BASE" '
		BEGIN { while ((getline < base) > 0)
				if ($1 == "symbol") {
					old = "CONFIG_" $2; $1 = $2 = ""
					new[old] = $0
				} }
		!($1 in new) { print; next }
		{ n = split(new[$1], names, " "); $1 = ""
		  for (i = 1; i <= n; i++) print "CONFIG_" names[i] $0 }'
}

# unmet FILE: say which symbols of standard input have another value in FILE
unmet() {
	local s v got
	while read -r s v; do
		got=$(sed -n "s/^$s=//p" "$1")
		[ "${got:-n}" = "$v" ] || echo "  $s: asked for $v, got ${got:-n}"
	done
}
