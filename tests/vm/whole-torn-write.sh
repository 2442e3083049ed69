# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a write whose source goes away in the middle leaves in new
# blocks zeros or what was written, never what the disk held, though the folios
# over the hole were in memory.
# modes: mpagex dropin
# blocks: 1024 4096

mark=OLD-CONTENTS-OF-THE-DISK
yes $mark | head -c 33554432 | dd of="$DEV" bs=64k 2>/dev/null
check mkfs.demofs -q -F -b "$BS" -E nodiscard "$DEV" 32m
check mount_demofs
check fsop "open a $MNT/file rw,creat" "ftruncate a 16M" "pread a 0 16M 0"
check torn write "$MNT/file" 16777216
remount_cold
! grep -q "OLD-\|CONTENTS\|DISK" "$MNT/file" || fail "the disk shows through"
rest=$(tr -d 'w\0' <"$MNT/file" | wc -c)
same 0 "$rest" "bytes that nobody wrote"
