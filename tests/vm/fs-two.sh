# SPDX-License-Identifier: GPL-2.0-only
# This test proves that two file systems of different block sizes, in different
# modes, work at once and apart from each other.
# modes: -
# blocks: -

other=/tmp/other
mkdir -p $other
check mkfs.demofs -q -F -b 1024 "$DEV" 160m
check mkfs.demofs -q -F -b 4096 "$DEV2" 160m
check mount -t demofs -o io=dropin "$DEV" "$MNT"
check mount -t demofs -o io=bh "$DEV2" $other
(check rndops 1 200 "$MNT/file" 2000000 >"$TMP/sum1") &
first=$!
check rndops 1 200 $other/file 2000000 >"$TMP/sum2"
wait $first
check cmp "$TMP/sum1" "$TMP/sum2"
check cmp "$MNT/file" $other/file
mount | grep "$MNT " | grep -q io=dropin || fail "options of the first"
mount | grep "$other " | grep -q io=bh || fail "options of the second"
names 0 mkdir only
[ -e $other/only ] && fail "a name appeared in the other one"
check umount $other
check e2fsck -fn "$DEV2"
check fsop "open a $MNT/after w,creat" "pwrite a 0 100 1"

# A device is mounted once; a second mount of it shows the same.
check mount -t demofs -o io=dropin "$DEV" $other
check cmp "$MNT/after" $other/after
check umount $other
