# SPDX-License-Identifier: GPL-2.0-only
# This test proves that every system call survives the failure of any allocation
# that is made for it in or below demofs and mpagex: it says so or succeeds, loses
# nothing, and the disk is clean. tests/prog/nthfault.c has the calls and what each
# must leave.
# blocks: 1024
# timeout: 600
[ -e /proc/self/fail-nth ] || skip "no fault injection in this kernel"

# Where our functions are: loaded one after the other, in one place.
awk '$1 == "demofs" || $1 == "mpagex" { print $6, $2 }' /proc/modules | sort \
	>"$TMP/modules"
read -r start _ <"$TMP/modules"
read -r last size <<-END
	$(tail -n 1 "$TMP/modules")
END

# Fail every kind of allocation, those that may sleep too.
for kind in failslab fail_page_alloc; do
	echo 0 >/sys/kernel/debug/$kind/verbose
	echo N >/sys/kernel/debug/$kind/ignore-gfp-wait
	echo "$start" >/sys/kernel/debug/$kind/require-start
	printf '%#x\n' $((last + size)) >/sys/kernel/debug/$kind/require-end
done
echo N >/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem
echo 0 >/sys/kernel/debug/fail_page_alloc/min-order

check mkfs.demofs -q -F -b "$BS" "$DEV" 16m
nthfault "$DEV" "$MNT" "io=$IO" >"$TMP/said"
result=$?
cat "$TMP/said"
[ $result = 0 ] || fail "see the log"
awk '/allocations failed/ { n++; failed += $2; calls += $6 }
	END { print "# of", n, "operations", failed, "allocations failed, and", calls, "calls" }' \
	"$TMP/said" >&3
