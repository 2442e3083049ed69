# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a bitmap that calls everything free, metadata too, is an
# error with a message and never makes demofs hand out what is in use.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 4096

bitmap()
{
	dumpe2fs "$DEV" 2>/dev/null |
		sed -n "s/^ *$1 bitmap at \([0-9]*\).*/\1/p" | head -n 1
}

small 8m
check fsop "open a $MNT/file rw,creat" "pwrite a 0 1M 1"
check umount "$MNT"
# All of group 0, the only one, free: superblock, descriptors, bitmaps and inodes with it.
dd if=/dev/zero of="$DEV" bs=4k seek="$(bitmap Block)" count=1 conv=notrunc \
	2>/dev/null
check mount_demofs
expect_log 'demofs \(.*error: group 0: bitmap'
check fsop "open a $MNT/more rw,creat" "pwrite a 0 16M 2 = ENOSPC" "size a = 0" \
	"sectors a = 0"
sync
check umount "$MNT"
check mount_demofs
check fsop "open a $MNT/file r" "pread a 0 1M 1"
# Freeing what the bitmap calls free is noticed too.
rm -f "$MNT/file"
check umount "$MNT"
check debugfs -R "stat /" "$DEV"

# One inode free that is not, and that nobody has looked at.
fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 10K 1"
ino=$(nameop stat "$MNT/file" ino)
check umount "$MNT"
debugfs -w -R "freei <$ino>" "$DEV" 2>/dev/null
check mount_demofs
expect_log "demofs \\(.*error: inode $ino: marked as free"
same EUCLEAN "$(nameop mknod "$MNT/new" reg)" "mknod"
check nameop mknod "$MNT/newer" reg >/dev/null
check fsop "open a $MNT/file r" "pread a 0 10K 1"
check umount "$MNT"

# All inodes free, the reserved ones with them.
fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 10K 1"
check umount "$MNT"
dd if=/dev/zero of="$DEV" bs=4k seek="$(bitmap Inode)" count=1 conv=notrunc \
	2>/dev/null
check mount_demofs
expect_log 'demofs \(.*error: group 0: .*inode bitmap'
nameop mknod "$MNT/new" reg >"$TMP/got" 2>&1
check fsop "open a $MNT/file r" "pread a 0 10K 1"
[ "$(nameop stat "$MNT/file" ino)" != \
	"$(nameop stat "$MNT/new" ino 2>/dev/null)" ] ||
	fail "an inode in use was given away"
nofsck
