# SPDX-License-Identifier: GPL-2.0-only
# This test proves that stores to a hole through a mapping of huge pages reach the
# disk, all of them: after a first one has made a large folio writable, and after
# loads have had huge pages mapped that the stores split. And that they leave the
# disk full, or the process with SIGBUS, not a file with less in it.
# modes: mpagex
# blocks: 1024 4096

for first in store load; do
	fresh
	check fsop "open a $MNT/file rw,creat" "ftruncate a 8M"
	check torn $first "$MNT/file" 8388608
	sync
	remount_cold
	same 8388608 "$(tr -dc s <"$MNT/file" | wc -c)" "bytes stored, after a $first"
	check umount "$MNT"
done

check mkfs.demofs -q -F -b "$BS" "$DEV" 6m
check mount_demofs
for first in store load; do
	check fsop "open a $MNT/file rw,creat" "ftruncate a 8M"
	torn $first "$MNT/file" 8388608
	same 135 $? "status of a store to a full disk, after a $first: 128 + SIGBUS"
	check rm "$MNT/file"
	sync
done
