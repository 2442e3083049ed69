# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a directory, an inode or a bitmap that cannot be read is an
# error for what needs it and for nothing else.
# modes: mpagex dropin
# blocks: 4096

fresh
mkdir "$MNT/dir"
check fsop "open a $MNT/dir/file rw,creat" "pwrite a 0 10K 1"
check fsop "open a $MNT/file rw,creat" "pwrite a 0 10K 1"
check umount "$MNT"
drop_caches
dm_bad "$(sectors "$(block_of dir 0)")" 8 | dm_make
drop_caches
check mount_demofs /dev/mapper/bad
names EIO stat dir/file size
expect "getdents64: EIO" dirscan "$MNT/dir"
names EIO mknod dir/new reg
names EIO rmdir dir
names 10240 stat file size
check fsop "open a $MNT/file rw" "pread a 0 10K 1" "pwrite a 0 20K 2" "fsync a"
dm_bad 0 0 | dm_become
names 10240 stat dir/file size
check umount "$MNT"

# The block bitmap of the only group there is to allocate from.
check mkfs.demofs -q -F -b 4096 /dev/mapper/bad 64m
check mount_demofs /dev/mapper/bad
check fsop "open a $MNT/file rw,creat" "pwrite a 0 10K 1"
check umount "$MNT"
bitmap=$(dumpe2fs "$DEV" 2>/dev/null |
	sed -n 's/^ *Block bitmap at \([0-9]*\).*/\1/p' | head -n 1)
drop_caches
dm_bad "$(sectors "$bitmap")" 8 | dm_become
check mount_demofs /dev/mapper/bad
check fsop "open a $MNT/file rw" "pread a 0 10K 1" "pwrite a 100K 10 1 = EIO" \
	"pwrite a 0 4K 2" "fsync a"
dm_bad 0 0 | dm_become
check fsop "open a $MNT/file rw" "pwrite a 100K 10 1" "fsync a"
check umount "$MNT"
