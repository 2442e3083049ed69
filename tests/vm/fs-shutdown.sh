# SPDX-License-Identifier: GPL-2.0-only
# This test proves that what fsync promised survives a shutdown that drops all the
# rest, after which nothing works but unmount.
# modes: mpagex dropin
# blocks: 1024 4096

fresh
check umount "$MNT"
dm_bad 0 0 | dm_make
check mount_demofs /dev/mapper/bad
mkdir "$MNT/dir"
sync
check fsop "open a $MNT/dir/kept rw,creat" "pwrite a 0 500000 6" "fsync a" \
	"open d $MNT/dir r,dir" "fsync d" \
	"pwrite a 500000 300000 7" \
	"open b $MNT/dir/lost rw,creat" "pwrite b 0 300000 7" \
	"shutdown a 2" \
	"pwrite a 0 10 7 = EIO" "fsync a = EIO" \
	"open c $MNT/dir/new rw,creat = EIO"
names EIO mkdir other
names EIO unlink dir/kept
crash
repair
check mount_demofs /dev/mapper/bad
check fsop "open a $MNT/dir/kept r" "pread a 0 500000 6"

# The gentle kind: all is written out first.
check fsop "open a $MNT/dir/gentle rw,creat" "pwrite a 0 500000 8" \
	"shutdown a 0" "pwrite a 0 10 7 = EIO"
crash
check mount_demofs /dev/mapper/bad
check fsop "open a $MNT/dir/gentle r" "pread a 0 500000 8"
check umount "$MNT"
