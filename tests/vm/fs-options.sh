# SPDX-License-Identifier: GPL-2.0-only
# This test proves that mount options are checked, shown, and changed by a remount
# only where they can be.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 4096

check mkfs.demofs -q -F -b 4096 "$DEV" 160m
names EINVAL mount "$DEV" "$MNT" demofs io=nothing
names EINVAL mount "$DEV" "$MNT" demofs nonsense
names EINVAL mount "$DEV" "$MNT" demofs errors=maybe
names EINVAL mount "$DEV" "$MNT" demofs boundary=3
for io in dropin mpage bh; do
	for boundary in boundary noboundary; do
		names 0 mount "$DEV" "$MNT" demofs "io=$io,$boundary"
		grep "^$DEV $MNT demofs" /proc/mounts |
			grep -q "io=$io,$boundary," || fail "shown options"
		check umount "$MNT"
	done
done
names 0 mount "$DEV" "$MNT" demofs io=dropin
check fsop "open a $MNT/file rw,creat" "pwrite a 0 10K 1"
names 0 mount none "$MNT" demofs errors=remount-ro remount
grep "^$DEV $MNT demofs" /proc/mounts | grep -q "io=dropin,.*errors=remount-ro" ||
	fail "options after a remount"
names EINVAL mount none "$MNT" demofs io=nothing remount
check fsop "open a $MNT/file r" "pread a 0 10K 1"
