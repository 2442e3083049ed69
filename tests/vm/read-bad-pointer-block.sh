# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a pointer block that cannot be read fails the blocks that
# it maps and no other: not those before it in the same window, nor those
# mapped by another one, and that nothing of the failure stays.
# blocks: 1024

fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 800K 1" "fsync a"
layout file >"$TMP/layout"
check umount "$MNT"
bad=$(sectors "$(block_of file IND)")
dm_bad 0 0 | dm_make
check mount_demofs /dev/mapper/bad
names 819200 stat file size
dm_bad "$bad" 2 | dm_become

# 0 to 11 by pointers in the inode, to 267 by the bad block, the rest by DIND's.
check fsop "open a $MNT/file r" "pread a 0 64K 1 = 12288" \
	"pread a 0 12K 1" "pread a 12K 1K 1 = EIO" "pread a 200K 1K 1 = EIO" \
	"pread a 267K 1 1 = EIO" "pread a 268K 532K 1" "pread a 0 12K 1"
check fsop "open a $MNT/file r" "map m a 0 800K ro" "load m 0 12K 1" \
	"load m 20K 1 1 = SIGBUS" "load m 300K 400K 1"
dm_bad 0 0 | dm_become
check fsop "open a $MNT/file r" "pread a 0 800K 1"
check umount "$MNT"
