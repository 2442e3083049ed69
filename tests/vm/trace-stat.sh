# SPDX-License-Identifier: GPL-2.0-only
# This test proves that mpagex-stat says what a mount did between two of its looks, as
# JSON and as a table, and leaves counting switched off if it was.
# modes: mpagex dropin
# blocks: 4096

enable=/sys/kernel/debug/mpagex/enable

# watched FILE [OPTION] CMD...: what mpagex-stat said while CMD ran, in FILE.
watched()
{
	said=$1
	option=$2
	shift 2
	same 0 "$(cat $enable)" "counting, before"
	# shellcheck disable=SC2086 # nothing, or an option
	sh /t/scripts/mpagex-stat $option 2 3 >"$said" &
	within 10 grep -q 1 $enable || fail "mpagex-stat does not begin to count"
	sleep 1
	check "$@"
	wait $! || fail "mpagex-stat failed: $(cat "$said")"
	same 0 "$(cat $enable)" "counting, afterwards"
}

fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 4K 1" "fsync a"
watched "$TMP/json" -j fsop "open a $MNT/file rw" "pwrite a 0 1M 1" \
	"pwrite a 1M 1M 1" "fsync a"
same 2097152 "$(sed -n "s/^{\"device\": \"${DEV##*/}\",.* \"write_bytes\": \([0-9]*\),.*}$/\1/p" \
	"$TMP/json" | awk '{ n += $1 } END { print n }')" "bytes written"

# How long the interval was, two seconds or more on a busy host, is in how many bios
# of that size 2 MiB take.
drop_caches
watched "$TMP/table" '' cat "$MNT/file" >/dev/null
awk -v device="${DEV##*/}" '
NR == 1 && $1 == "device" && $4 == "KiB/bio" { head = 1 }
$1 == device && $2 > 0 && $6 == 0 {
	seconds = 2048 / $4 / $2
	mib += $3 * seconds
}
END { exit !(head && seconds > 1.9 && seconds < 3 && mib > 1.9 && mib < 2.2) }
' "$TMP/table" ||
	fail "the table: $(cat "$TMP/table")"
