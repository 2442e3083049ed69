# SPDX-License-Identifier: GPL-2.0-only
# This test proves that directories count their children's links, refuse to go
# while they are not empty, and give their blocks back.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 4096

fresh
free=$(nameop statfs "$MNT" bfree)
names 3 stat . nlink
names 0 mkdir dir
names EEXIST mkdir dir
names 4 stat . nlink
names 0 mkdir dir/sub
names 3 stat dir nlink
names 2 stat dir/sub nlink
names ENOTEMPTY rmdir dir
names 0 mknod dir/file reg
names ENOTDIR rmdir dir/file
names 0 rmdir dir/sub
names ENOTEMPTY rmdir dir
names 0 unlink dir/file
names 2 stat dir nlink
names EINVAL rmdir dir/.
names ENOTEMPTY rmdir dir/..

# A directory that is somebody's current one goes, and stays empty.
(
	cd "$MNT/dir" || exit 1
	nameop rmdir "$MNT/dir" >/dev/null || exit 1
	[ "$(nameop mknod file reg)" = ENOENT ] || exit 1
	[ "$(nameop mkdir sub)" = ENOENT ]
) || fail "a removed directory took a new name"
names 3 stat . nlink
names ENOENT rmdir dir
names "$free" statfs . bfree

path=.
for level in $(seq 1 40); do
	path=$path/$level
	names 0 mkdir "$path"
done
remount_cold
names 2 stat "$path" nlink
check rm -r "$MNT/1"
names "$free" statfs . bfree
