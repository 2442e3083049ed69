# SPDX-License-Identifier: GPL-2.0-only
# This test proves that the superblock says "not clean" while a file system is
# mounted writable, "clean" after and while it is frozen, but for files without a
# name, and keeps a count and a time of mounts.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
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

# One that was not unmounted can be read, but not written to: its bitmaps may have
# what is in use as free.
check mount_demofs
check fsop "open a $MNT/file rw,creat" "fsync a" "open d $MNT r,dir" "fsync d" \
	"pwrite a 0 1M 1" "fsync a" "shutdown a 2"
check umount "$MNT"
same "not clean" "$(super 'Filesystem state')" "state after a crash"
expect_log 'demofs.*was not unmounted: run fsck.demofs'
drop_caches
mount_demofs 2>/dev/null		# which tries again, read-only
mounted rw && fail "writable after a crash, without fsck"
mounted ro || fail "cannot even be read"
check fsop "open a $MNT/file r" "pread a 0 1M 1"
mount -o remount,rw "$MNT" 2>/dev/null
mounted ro || fail "made writable after a crash, without fsck"
check umount "$MNT"
same "not clean" "$(super 'Filesystem state')" "state after a crash and a mount"
same 3 "$(super 'Mount count')" "mounts"
e2fsck -fy "$DEV" >"$TMP/fsck" 2>&1
[ $? -le 1 ] || fail "e2fsck cannot repair"
drop_caches
check mount_demofs
mounted rw || fail "not writable after fsck"
check fsop "open b $MNT/other rw,creat" "pwrite b 0 2M 2" "fsync b" \
	"open a $MNT/file r" "pread a 0 1M 1"
check umount "$MNT"

# Frozen, it is clean, unless it has what only the last close will free.
fresh
frozen()
{
	check fsfreeze --freeze "$MNT"
	frozen=$(super 'Filesystem state')
	check fsfreeze --unfreeze "$MNT"
	same "$1" "$frozen" "frozen with $2"
	same "not clean" "$(super 'Filesystem state')" "thawed"
}
exec 8>"$MNT/file"
frozen clean "an open file"
rm "$MNT/file"
frozen "not clean" "an open file without a name"
exec 8>&-
frozen clean "nothing open"

# So does a shutdown that freezes it first.
check fsop "open a $MNT/file rw,creat" "unlink $MNT/file" "shutdown a 0"
check umount "$MNT"
same "not clean" "$(super 'Filesystem state')" "shut down with a file without a name"
e2fsck -fy "$DEV" >"$TMP/fsck" 2>&1
[ $? -le 1 ] || fail "e2fsck cannot repair"
