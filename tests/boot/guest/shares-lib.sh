# SPDX-License-Identifier: GPL-2.0
# Measure how $number busy DomUs of one vCPU each, m1 and so on, share the processors.
# Source this after dom0-lib.sh.

seconds=12

# used: print "NAME SECONDS" of processor time for each of them
used() {
	xl list | awk '$1 ~ /^m[0-9]+$/ { print $1, $NF }'
}

# shares: print "NAME SECONDS" that each used in some seconds. The file span has the
# times of its begin and end, because xl takes time as well.
shares() {
	cut -d' ' -f1 /proc/uptime >$ktest_tmp/span
	used >$ktest_tmp/before
	sleep $seconds
	cut -d' ' -f1 /proc/uptime >>$ktest_tmp/span
	used >$ktest_tmp/after
	awk 'NR == FNR { was[$1] = $2; next } { print $1, $2 - was[$1] }' \
		$ktest_tmp/before $ktest_tmp/after | tee $ktest_tmp/shares
}

fair() { # all within 10 % of their mean
	domu m3 20 "($steal_time; sleep $((seconds - 2)); $steal_time) </dev/null \
		>/tmp/steal 2>&1 &" || return 1
	shares
	awk -v number=$number '
		{ used[$1] = $2; sum += $2 }
		END {
			mean = sum / NR
			for (name in used) {
				off = used[name] / mean - 1
				if (off > 0.1 || off < -0.1) {
					print name " is off by " off * 100 " %"
					bad = 1
				}
			}
			exit bad || NR != number
		}' $ktest_tmp/shares
}

percent() { # NAME: what it used of that time
	awk -v name=$1 'NF == 1 { all = $1 - from; from = $1 }
		$1 == name { printf "%.1f\n", 100 * $2 / all }' \
		$ktest_tmp/span $ktest_tmp/shares
}

steal() { # what one did not get in the same time, to 10 % of it
	local used
	used=$(percent m3)
	used=${used%.*}
	echo "Dom0 says that it used $used %"
	domu m3 20 'cat /tmp/steal' >$ktest_tmp/steal
	stolen $ktest_tmp/steal $((90 - used)) $((110 - used))
}

weights() { # one of twice the weight gets twice as much, to 10 %
	xl sched-credit2 -d m1 -w 512 || return 1
	sleep 2
	shares
	xl sched-credit2 -d m1 -w 256
	awk '$1 == "m1" { one = $2; next } { sum += $2; n++ }
		END {
			ratio = one / (sum / n)
			print "m1 gets " ratio " times as much as the others"
			exit !(ratio > 1.8 && ratio < 2.2)
		}' $ktest_tmp/shares
}

caps() { # one that may have a tenth of a processor gets that, to 10 %
	xl sched-credit2 -d m2 -c 10 || return 1
	sleep 2
	shares
	xl sched-credit2 -d m2 -c 0
	percent m2 | awk '{
		print "m2 gets " $1 " % of a processor"
		exit !($1 > 9 && $1 < 11)
	}'
}
