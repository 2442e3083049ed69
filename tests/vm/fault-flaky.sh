# SPDX-License-Identifier: GPL-2.0-only
# This test proves that on a disk that fails everything half of the time, what fsync
# has said to be there is; that what failed can be done again; and that the file system
# is whole as soon as it could be synced.
# modes: mpagex dropin
# blocks: 1024 4096
# timeout: 120

dm_bad 0 0 | dm_make
modprobe -q dm-flakey || skip "no dm-flakey in this kernel"
check mkfs.demofs -q -F -b "$BS" /dev/mapper/bad 160m
check mount_demofs /dev/mapper/bad
expect_log 'demofs \(dm-[0-9]+\): '
echo "0 $(blockdev --getsz "$DEV") flakey $DEV 0 $SLOWNESS $SLOWNESS" | dm_become

# saved N: a file, and its name.
saved()
{
	fsop "open a $MNT/new rw,creat,trunc" "pwrite a 0 50000 $1" "fsync a" &&
	mv "$MNT/new" "$MNT/$1" &&
	fsop "open a $MNT r,dir" "fsync a"
}

n=0 now=0 end=1
while [ "$now" -lt "$end" ]; do
	n=$((n + 1))
	saved $n 2>/dev/null && echo $n >>"$TMP/saved"
	now=$(cut -d. -f1 /proc/uptime)
	[ "$end" -gt 1 ] || end=$((now + 12 * SLOWNESS))
done
count=$(wc -l <"$TMP/saved")
[ "$count" -lt $n ] || fail "nothing has failed"
[ "$count" -gt 5 ] || fail "only $count of $n could be saved"

dm_bad 0 0 | dm_become
fsop "open a $MNT r,dir" "syncfs a" >/dev/null 2>&1
check fsop "open a $MNT r,dir" "syncfs a"
check umount "$MNT"
drop_caches
check e2fsck -fn "$DEV"
check mount_demofs /dev/mapper/bad
while read -r n; do
	check fsop "open a $MNT/$n r" "pread a 0 50000 $n"
done <"$TMP/saved"
check umount "$MNT"
