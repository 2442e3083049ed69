# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a block number off the disk, in an inode or in an indirect
# block, is an error with a message, for readers and writers, and that only
# what it maps is lost.
# modes: mpagex dropin
# full-modes: mpagex dropin mpage bh
# blocks: 4096

bad=$(bad_pointer)

fresh
for name in direct indirect inside; do
	check fsop "open a $MNT/$name rw,creat" "pwrite a 0 1M 1"
done
check umount "$MNT"
expect_log 'demofs \(.*error: inode'
debugfs -w -R "set_inode_field /direct block[3] 0x7ffffff0" "$DEV" 2>/dev/null
debugfs -w -R "set_inode_field /indirect block[IND] 0x7ffffff0" "$DEV" \
	2>/dev/null
# The pointer to block 112 of the file; 0 and 1 are on the disk, but not data.
damage $(($(block_of inside IND) * BS + 400)) '\0377\0377\0377\0176'
check mount_demofs
check fsop "open a $MNT/direct rw" "pread a 0 12K 1" "pread a 12K 4K 1 = $bad" \
	"pread a 16K 1000K 1" "pwrite a 12400 10 2 = EUCLEAN"
check fsop "open a $MNT/indirect rw" "pread a 0 48K 1" \
	"pread a 48K 4K 1 = $bad" "pread a 200K 4K 1 = $bad" \
	"pwrite a 48K 10 2 = EUCLEAN" "pwrite a 2M 10 2 = EUCLEAN"
check fsop "open a $MNT/inside rw" "pread a 0 448K 1" \
	"pread a 448K 4K 1 = $bad" "pread a 452K 572K 1"

# Truncating over it frees what can be freed and never the wrong block.
nameop truncate "$MNT/direct" 0 >/dev/null
nameop truncate "$MNT/inside" 0 >/dev/null
rm -f "$MNT/indirect"
check fsop "open a $MNT/new rw,creat" "pwrite a 0 1M 2"
check umount "$MNT"
e2fsck -fy "$DEV" >"$TMP/fsck" 2>&1
[ $? -le 1 ] || fail "e2fsck cannot repair"
check mount_demofs
check fsop "open a $MNT/new r" "pread a 0 1M 2"

# Tables of pointers that lead to themselves: petabytes, if all were counted, as
# e2fsck does.
nofsck
fresh
check fsop "open a $MNT/loop rw,creat" "pwrite a 0 4K 1" "pwrite a 8G 4K 1"
check umount "$MNT"
top=$(block_of loop TIND)
printf '%b' "$(printf '\\0%03o' $((top & 255)) $((top >> 8 & 255)) \
	$((top >> 16 & 255)) $((top >> 24 & 255)))" >"$TMP/pointer"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	cat "$TMP/pointer" "$TMP/pointer" >"$TMP/more"
	mv "$TMP/more" "$TMP/pointer"
done
dd if="$TMP/pointer" of="$DEV" bs=4k seek="$top" conv=notrunc 2>/dev/null
check mount_demofs
check timeout 10 fsop "open a $MNT/loop r" "seek a 6G hole = EUCLEAN"
# Emptying it ends as well.
check timeout 10 nameop truncate "$MNT/loop" 0 >/dev/null
