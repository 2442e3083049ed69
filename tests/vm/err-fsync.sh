# SPDX-License-Identifier: GPL-2.0-only
# This test proves that an error of writing back reaches fsync once for each open
# file, and fsync then succeeds when the disk does again.
# blocks: 4096

check mkfs.demofs -q -F -b "$BS" "$DEV" 160m
dm_bad 0 0 | dm_make
check mount_demofs /dev/mapper/bad
check fsop "open a $MNT/file rw,creat" "pwrite a 0 1M 1" "fsync a"
check fsop "open a $MNT/other rw,creat" "pwrite a 0 64K 1" "fsync a"
first=$(sectors "$(fsop "open a $MNT/file r" "fibmap a 100 = ?")")
dm_bad "$first" 800 | dm_become

check fsop "open a $MNT/file rw" "open b $MNT/file rw" \
	"open c $MNT/other rw" "pwrite c 0 64K 3" \
	"pwrite a 0 1M 2" "fsync a = EIO" "fsync a" "fsync b = EIO" "fsync b" \
	"fsync c" "open d $MNT/file r" "fsync d"

# Written back by the kernel: whoever had the file open hears of it.
check fsop "open a $MNT/file rw" "open b $MNT/file rw" "pwrite a 400K 64K 3" \
	"flush a 0 1M = ?" "syncfs b = ?" "fdatasync a = EIO" "fsync a" \
	"fsync b = EIO" >/dev/null

dm_bad 0 0 | dm_become
check fsop "open a $MNT/file rw" "pwrite a 0 1M 4" "fsync a"
remount_cold /dev/mapper/bad
check fsop "open a $MNT/file r" "pread a 0 1M 4" \
	"open b $MNT/other r" "pread b 0 64K 3"
check umount "$MNT"
