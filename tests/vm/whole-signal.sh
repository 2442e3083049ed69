# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a signal that is handled does not shorten a write, and that
# one that kills ends a write of 1 GiB soon, with a count that is true: so much is
# in the file and on the disk, and nothing behind it.
# modes: mpagex
# blocks: 4096

check mkfs.demofs -q -F -b "$BS" "$DEV" 700m
check mount_demofs
free=$(nameop statfs "$MNT" bfree)
expect $((48 << 20)) iovop flood "$MNT/ticks" 48M ticks
same 0 "$(tr -d w <"$MNT/ticks" | wc -c)" "bytes that are wrong"
rm "$MNT/ticks"

trace_start sys_exit_writev
iovop flood "$MNT/killed" 1G >/dev/null &
pid=$!
until [ "$(stat -c %s "$MNT/killed" 2>/dev/null || echo 0)" -gt $((8 << 20)) ]; do
	:
done
kill -9 $pid
wait $pid
trace_stop
size=$(stat -c %s "$MNT/killed")
count=$(sed -n "s/.*-$pid .*sys_writev -> \(.*\)/\1/p" "$TMP/trace" | tail -n 1)
[ "$size" -lt $((500 << 20)) ] || fail "the signal has not ended the write"
same "$size" "$((count))" "what the write returned"
blocks=$(((size + BS - 1) / BS))
remount_cold
same "$size" "$(tr -dc w <"$MNT/killed" | wc -c)" "bytes written"
check umount "$MNT"
layout killed | awk '$1 ~ /^[0-9]/ { n += $3 } END { print n }' >"$TMP/blocks"
same $blocks "$(cat "$TMP/blocks")" "blocks allocated"
check mount_demofs
rm "$MNT/killed"
names "$free" statfs . bfree
