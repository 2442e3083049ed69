# SPDX-License-Identifier: GPL-2.0-only
# This test proves that when an error has made a file system read-only, or somebody by
# force, what was written before is on the disk for whoever calls syncfs; and that from
# then on nothing is written, not even when a file without a name is closed.
# modes: mpagex dropin
# full-modes: mpagex dropin mpage bh
# blocks: 1024

dm_bad 0 0 | dm_make
expect_log 'demofs \(dm-[0-9]+\): '
bad=/dev/mapper/bad

check mkfs.demofs -q -F -b "$BS" $bad 8m
check mount_demofs $bad
touch "$MNT/broken" "$MNT/file"
check umount "$MNT"
debugfs -w -R "set_inode_field /broken mode 0" $bad >/dev/null 2>&1
drop_caches
export OPTS=errors=remount-ro
check mount_demofs $bad
check fsop "open a $MNT/file rw" "pwrite a 0 1M 6"
! cat "$MNT/broken" 2>/dev/null || fail "a file without a type can be read"
within 20 mounted ro || fail "errors=remount-ro has not struck"
check fsop "open a $MNT r,dir" "syncfs a"
crash
repair
check mount_demofs $bad
check fsop "open a $MNT/file r" "pread a 0 1M 6"
check umount "$MNT"

# writes: how many, and how many sectors.
writes()
{
	awk -v name="dm-$((0x$(stat -L -c %T $bad)))" \
		'$3 == name { print $8, $10 }' /proc/diskstats
}

# The worker ends a deleted file after 5 seconds.
export OPTS=
check mkfs.demofs -q -F -b "$BS" $bad 8m
check mount_demofs $bad
check fsop "open a $MNT/file rw,creat" "pwrite a 0 1M 6" "fsync a"
exec 7<"$MNT/file"
rm "$MNT/file"
sync
echo u >/proc/sysrq-trigger
within 10 mounted ro || fail "not read-only by force"
sleep 1
before=$(writes)
exec 7<&-
sleep 8
same "$before" "$(writes)" "writes, and sectors"
# What has been writable is as it should be, in memory: it can be so again.
check mount -o remount,rw "$MNT"
check fsop "open a $MNT/other rw,creat" "pwrite a 0 1M 7" "fsync a"
check umount "$MNT"
drop_caches
! dumpe2fs -h "$DEV" 2>/dev/null | grep -q '^Filesystem state: *clean$' ||
	fail "clean, with a file without a name"
repair

# That the superblock could not be written once is no crash.
export OPTS=ro
check mount_demofs $bad
dm_bad 2 2 | dm_become
mount -o remount,rw "$MNT" 2>/dev/null && fail "writable, and the disk does not know"
dm_bad 0 0 | dm_become
check mount -o remount,rw "$MNT"
check fsop "open a $MNT/other rw" "pwrite a 0 1M 8" "fsync a"
check umount "$MNT"
drop_caches
check e2fsck -fn "$DEV"
