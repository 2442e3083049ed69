# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a block of data that cannot be read fails its own page and
# no other, and is read again once the disk has it.
# modes: mpagex dropin
# blocks: 1024 4096

fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 400K 1" "fsync a"
block=$((200 * 1024 / BS))
bad=$(sectors "$(block_of file $block)")
check umount "$MNT"
drop_caches
dm_bad "$bad" $((BS / 512)) | dm_make
check mount_demofs /dev/mapper/bad
check fsop "open a $MNT/file r" "pread a 0 400K 1 = 204800" \
	"pread a 200K 1 1 = EIO" "pread a 204K 196K 1" "pread a 0 200K 1" \
	"map m a 0 400K ro" "load m 200K 1 1 = SIGBUS" "load m 204K 1K 1"
dm_bad 0 0 | dm_become
check fsop "open a $MNT/file r" "pread a 0 400K 1"
check umount "$MNT"
