# SPDX-License-Identifier: GPL-2.0-only
# This test proves that readahead on a dead device ends at the first folio that
# fails, instead of trying the same pointer block again for each folio.
# modes: mpagex dropin
# blocks: 4096

check mkfs.demofs -q -F -b "$BS" "$DEV" 160m
dm_bad 0 0 | dm_make
check mount_demofs /dev/mapper/bad
check fsop "open a $MNT/file rw,creat" "pwrite a 0 4M 1" "fsync a"
check umount "$MNT"
layout file >"$TMP/layout"
drop_caches
check mount_demofs /dev/mapper/bad
readahead_kb 1024 /dev/mapper/bad
# The inode and the root directory stay known; the pointers have not been read.
exec 3<"$MNT/file"
dm_bad 0 "$(blockdev --getsz "$DEV")" | dm_become
trace_start block_bio_queue
check fsop "open a /dev/fd/3 r" "pread a 48K 1M 1 = EIO"
trace_stop
bios /dev/mapper/bad | file_io >"$TMP/got"
exec 3<&-
dm_bad 0 0 | dm_become

# One try by readahead, some by the reading of the one folio that is needed.
tries=$(grep -c IND "$TMP/got")
[ "$tries" -ge 1 ] || fail "the pointer block was not even tried"
[ "$tries" -le 4 ] || fail "$tries tries to read one pointer block"
check umount "$MNT"
