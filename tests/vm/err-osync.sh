# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a synchronous write and msync report the disk's error.
# modes: mpagex dropin bh
# blocks: 4096

check mkfs.demofs -q -F -b "$BS" "$DEV" 160m
dm_bad 0 0 | dm_make
check mount_demofs /dev/mapper/bad
check fsop "open a $MNT/file rw,creat" "pwrite a 0 1M 1" "fsync a"
first=$(sectors "$(fsop "open a $MNT/file r" "fibmap a 100 = ?")")
dm_bad "$first" 80 | dm_become
check fsop "open a $MNT/file rw,sync" "pwrite a 400K 4K 2 = EIO" \
	"pwrite a 0 4K 2"
check fsop "open a $MNT/file rw" "map m a 0 1M rw" "store m 404K 1 2" \
	"msync m = EIO" "msync m"
check fsop "open a $MNT/file rw,direct" "pwrite a 408K 4K 2 = EIO" \
	"pread a 408K 4K 2 = EIO"
dm_bad 0 0 | dm_become
check umount "$MNT"
