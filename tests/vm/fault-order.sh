# SPDX-License-Identifier: GPL-2.0-only
# This test proves that metadata which could not be written, and is tried again, is not
# written before its time if it has changed since: a file that is moved has one of its
# names on the disk.
# modes: mpagex dropin
# full-modes: mpagex dropin mpage bh
# blocks: 4096

dm_bad 0 0 | dm_make
check mkfs.demofs -q -F -b "$BS" /dev/mapper/bad 64m
check mount_demofs /dev/mapper/bad
expect_log "demofs \\(dm-[0-9]+\\): "
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
check mkdir "$MNT/from" "$MNT/to"
names 0 mknod from/file reg
check sync -f "$MNT"
from=$(dir_sector /from)
to=$(dir_sector /to)
names 0 mknod from/new reg
dm_bad "$from" $((BS / 512)) | dm_become
check fsop "open a $MNT r,dir" "syncfs a = EIO"
dm_bad 0 0 | dm_become

check mv "$MNT/from/file" "$MNT/to/file"
trace_start block_rq_issue
order_of_writes
flushed_between "$to" "$from" "moved"
check umount "$MNT"
