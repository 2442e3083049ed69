# SPDX-License-Identifier: GPL-2.0-only
# This test proves that what goes wrong while a file system is being unmounted is told
# to the next fsck, as it is before: metadata that cannot be written, and blocks that
# cannot be freed.
# modes: mpagex dropin
# full-modes: mpagex dropin mpage bh
# blocks: 4096

expect_log "demofs \\(dm-[0-9]+\\): "
dm_bad 0 0 | dm_make

# with_file: a new file system with a file that is on the disk.
with_file()
{
	check mkfs.demofs -q -F -b "$BS" /dev/mapper/bad 64m
	check mount_demofs /dev/mapper/bad
	check fsop "open a $MNT/file rw,creat" "pwrite a 0 64K 1" "fsync a"
	check sync
	told && fail "there are errors from the start"
}

# told: will fsck be told of errors?
told()
{
	drop_caches	# of $DEV, which lies beneath
	with_errors
}

# umount_bad BLOCK: unmount while this block can neither be read nor written.
umount_bad()
{
	dm_bad "$(sectors "$1")" $((BS / 512)) | dm_become
	check umount "$MNT"
	dm_bad 0 0 | dm_become
}

# Nothing writes but unmounting.
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
with_file
check chmod 600 "$MNT/file"
umount_bad "$(inode_block /file)"
told || fail "an inode could not be written: nobody will know"
repair

with_file
bitmap=$(group_block "Block bitmap")
remount_cold /dev/mapper/bad
check rm "$MNT/file"
umount_bad "$bitmap"
told || fail "blocks could not be freed: nobody will know"
repair
