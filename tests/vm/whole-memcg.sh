# SPDX-License-Identifier: GPL-2.0-only
# This test proves that in a control group of 64 MiB of memory 1 GiB can be written
# and read back: nobody is killed, the group stays below its limit, and the data
# is right.
# modes: mpagex
# blocks: 4096

make_group 64M
# The kernel's count of a group's dirty pages lags by seconds; a writer that fills
# the group in less gets killed, on XFS too. The count of all is exact.
limit_dirty 16

check mkfs.demofs -q -F -b "$BS" "$DEV" 700m
check mount_demofs
(
	echo 0 >"$groups/small/cgroup.procs"
	expect 536870912 iovop flood "$MNT/file" 512M
	expect 536870912 iovop flood "$MNT/file" 512M
	for at in 0 255 511; do
		same 1048576 "$(dd if="$MNT/file" bs=1M skip=$at count=1 \
			2>/dev/null | tr -dc w | wc -c)" "right bytes in MiB $at"
	done
	check cat "$MNT/file" >/dev/null
	check fsop "open a $MNT/file rw" "pwrite a 0 80M 1" \
		"pwrite a 100000001 9999999 1" "pread a 0 80M 1"
) || fail "in the group"
cp "$groups/small/memory.events" "$TMP/events"
peak=$(cat "$groups/small/memory.peak" 2>/dev/null || echo 0)
drop_groups
for event in oom oom_kill; do
	same 0 "$(sed -n "s/^$event //p" "$TMP/events")" "events: $event"
done
[ "$(sed -n 's/^max //p' "$TMP/events")" -gt 0 ] || fail "the limit was not met"
[ "$peak" -le $((64 << 20)) ] || fail "the group had $peak bytes"
remount_cold
check fsop "open a $MNT/file r" "pread a 0 80M 1" \
	"pread a 100000001 9999999 1"
