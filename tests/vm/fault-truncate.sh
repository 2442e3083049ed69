# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a file is not made shorter when it cannot be found out which
# blocks it would lose: they would be back with the next extension.
# modes: mpagex dropin
# full-modes: mpagex dropin mpage bh
# blocks: 1024 4096

dm_bad 0 0 | dm_make
check mkfs.demofs -q -F -b "$BS" /dev/mapper/bad 64m
check mount_demofs /dev/mapper/bad
expect_log "demofs \\(dm-[0-9]+\\): "
size=$((100 * BS))
check fsop "open a $MNT/file rw,creat" "pwrite a 0 $size 1" "fsync a"
check umount "$MNT"
drop_caches
dm_bad "$(sectors "$(block_of file IND)")" $((BS / 512)) | dm_become
drop_caches
check mount_demofs /dev/mapper/bad
names EIO truncate file $((20 * BS))
names EIO truncate file $((20 * BS + 7))
names EIO truncate file $((12 * BS - 100))
names $size stat file size
dm_bad 0 0 | dm_become
# Nor has what was to be the last block lost anything.
check fsop "open a $MNT/file rw" "pread a 0 $size 1" "ftruncate a $((20 * BS))" \
	"ftruncate a $size" "pread a 0 $((20 * BS)) 1" \
	"pread a $((20 * BS)) $((80 * BS)) 0"
check umount "$MNT"
check e2fsck -fn "$DEV"
