# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a file system without a free inode says ENOSPC and gives
# every one of them back.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 4096

fresh -N 64
inodes=$(nameop statfs "$MNT" ffree)
made=0
while [ "$(nameop mknod "$MNT/file$made" reg)" = 0 ]; do
	made=$((made + 1))
done
same "$inodes" $made "files made"
names ENOSPC mknod more reg
names ENOSPC mkdir more
names ENOSPC symlink x more
names 0 statfs . ffree
check umount "$MNT"
check e2fsck -fn "$DEV"
check mount_demofs
rm "$MNT"/file*
names "$inodes" statfs . ffree
