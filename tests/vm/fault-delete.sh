# SPDX-License-Identifier: GPL-2.0-only
# This test proves that what a truncation was to give back is not counted as free
# when the file is deleted and its inode cannot be read any more: the file, and all
# that the disk has as its own, is then for fsck to find.
# modes: mpagex
# blocks: 1024

dm_bad 0 0 | dm_make
check mkfs.demofs -q -F -b "$BS" -N 512 /dev/mapper/bad 8m
check mount_demofs /dev/mapper/bad
check fsop "open a $MNT/file rw,creat" "pwrite a 0 64K 1"
sync
at=$(inode_block /file)
free=$(nameop statfs "$MNT" bfree)
exec 8<"$MNT/file"
check blockdev --flushbufs /dev/mapper/bad	# not the open inode
dm_bad "$(sectors "$at")" $((BS / 512)) | dm_become
names 0 truncate file 0
[ "$(nameop statfs "$MNT" bfree)" -gt "$free" ] || fail "nothing was truncated"
names 0 unlink file
exec 8<&-
expect_log "demofs \\(dm-[0-9]+\\): .*inode [0-9]+: cannot be deleted"
expect_log "demofs \\(dm-[0-9]+\\): .*cannot read it from block $at"
same "$free" "$(nameop statfs "$MNT" bfree)" "free blocks"
dm_bad 0 0 | dm_become
check umount "$MNT"
repair
