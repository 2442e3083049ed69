# SPDX-License-Identifier: GPL-2.0-only
# This test proves that the superblock says "not clean" while a file system is
# mounted writable, "clean" after, and keeps a count and a time of mounts.
# modes: dropin
# blocks: 4096

super()
{
	dumpe2fs -h "$DEV" 2>/dev/null | sed -n "s/^$1: *//p"
}

fresh
same "not clean" "$(super 'Filesystem state')" "state while mounted"
check umount "$MNT"
same clean "$(super 'Filesystem state')" "state after unmount"
same 1 "$(super 'Mount count')" "mounts"
check mount_demofs
check umount "$MNT"
same 2 "$(super 'Mount count')" "mounts"
super 'Last mount time' | grep -q n/a && fail "no time of the last mount"

# One that was not unmounted stays "not clean" through the next mount.
check mount_demofs
check fsop "open a $MNT/file rw,creat" "fsync a" "shutdown a 2"
check umount "$MNT"
same "not clean" "$(super 'Filesystem state')" "state after a crash"
expect_log 'demofs.*(fsck|not clean|unclean)'
check mount_demofs
check umount "$MNT"
same "not clean" "$(super 'Filesystem state')" "state after a crash and a mount"
e2fsck -fy "$DEV" >"$TMP/fsck" 2>&1
[ $? -le 1 ] || fail "e2fsck cannot repair"
