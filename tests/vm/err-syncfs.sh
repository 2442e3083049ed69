# SPDX-License-Identifier: GPL-2.0-only
# This test proves that syncfs reports an error of writing back once to each open
# file system, and metadata's errors reach fsync.
# modes: mpagex dropin
# blocks: 4096

check mkfs.demofs -q -F -b "$BS" "$DEV" 160m
dm_bad 0 0 | dm_make
check mount_demofs /dev/mapper/bad
check fsop "open a $MNT/file rw,creat" "pwrite a 0 1M 1" "fsync a"
first=$(sectors "$(fsop "open a $MNT/file r" "fibmap a 100 = ?")")
dm_bad "$first" 80 | dm_become
check fsop "open a $MNT/file rw" "open r $MNT r,dir" "open s $MNT r,dir" \
	"pwrite a 400K 4K 2" "syncfs r = EIO" "syncfs r" "syncfs s = EIO" \
	"syncfs s"

# A new pointer block that cannot be written is not read back from the disk, which
# would forget what is in it: each fsync tries again, and all of it is there when the
# disk is well again.
check fsop "open a $MNT/new rw,creat" "pwrite a 0 48K 1" "fsync a"
after=$(fsop "open a $MNT/new r" "fibmap a 11 = ?")
dm_bad "$(sectors $((after + 1)))" 8 | dm_become
check fsop "open a $MNT/new rw" "pwrite a 48K 100K 1" "fsync a = EIO" \
	"fsync a = EIO"
dm_bad 0 0 | dm_become
check fsop "open a $MNT/new rw" "pread a 0 148K 1" "pwrite a 148K 1 1" "fsync a"
remount_cold /dev/mapper/bad
check fsop "open a $MNT/new r" "pread a 0 149K 1 = 151553"
check umount "$MNT"
