# SPDX-License-Identifier: GPL-2.0-only
# This test proves that hard links share one inode, count its names and free it
# with the last of them.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 4096

fresh
free=$(nameop statfs "$MNT" bfree)
inodes=$(nameop statfs "$MNT" ffree)
check fsop "open a $MNT/a rw,creat" "pwrite a 0 100K 5"
names 0 link a b
names 0 mkdir dir
names 0 link b dir/c
names 3 stat a nlink
names EEXIST link a b
names EPERM link dir d
names ENOENT link absent d
same "$(nameop stat "$MNT/a" ino)" "$(nameop stat "$MNT/dir/c" ino)" "inode"
names 0 unlink a
remount_cold
names 2 stat b nlink
check fsop "open a $MNT/dir/c r" "pread a 0 100K 5"
names 0 unlink b
names 1 stat dir/c nlink
names 0 unlink dir/c
names ENOENT unlink dir/c
names EISDIR unlink dir
names 0 rmdir dir
names "$free" statfs . bfree
names "$inodes" statfs . ffree
