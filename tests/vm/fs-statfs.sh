# SPDX-License-Identifier: GPL-2.0-only
# This test proves that statfs agrees with dumpe2fs, before and after files are
# made, in a file system with reserved blocks.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 1024 4096

agrees()
{
	sync
	dumpe2fs -h "$DEV" >"$TMP/super" 2>/dev/null
	count=$(sed -n "s/^$1: *//p" "$TMP/super")
	names $((count - ${3:-0})) statfs . "$2"
}

fresh -m 5
for step in 1 2; do
	agrees "Block size" bsize
	agrees "Inode count" files
	agrees "Free inodes" ffree
	agrees "Free blocks" bfree
	agrees "Free blocks" bavail \
		"$(sed -n 's/^Reserved block count: *//p' "$TMP/super")"
	names 61267 statfs . type
	total=$(sed -n 's/^Block count: *//p' "$TMP/super")
	overhead=$((total - $(nameop statfs "$MNT" blocks)))
	[ $overhead -ge 0 ] || fail "more blocks than there are"
	[ $overhead -lt $((total / 5)) ] || fail "$overhead blocks too few"
	mkdir "$MNT/dir$step"
	check fsop "open a $MNT/file$step rw,creat" "pwrite a 0 1M 1"
done
before="$(nameop statfs "$MNT" bfree) $(nameop statfs "$MNT" ffree)"
remount_cold
same "$before" "$(nameop statfs "$MNT" bfree) \
$(nameop statfs "$MNT" ffree)" "free blocks and inodes after a mount"
