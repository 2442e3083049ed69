# SPDX-License-Identifier: GPL-2.0-only
# This test proves that what a process stores behind the end of a file, in the
# page that it maps, never gets to the disk nor back into the file, at the
# first write-out and at each later one.
# modes: mpagex dropin bh

fresh
size=$((BS + BS / 2 + 3))
end=$(((size + 4095) / 4096 * 4096))
check fsop "open a $MNT/file rw,creat" "pwrite a 0 $size 1" "fsync a" \
	"map m a 0 $end rw" "store m 0 $end 2" "msync m" \
	"store m 0 $end 3" "fsync a" "store m 0 $end 4" "fsync a"
at=$(fsop "open a $MNT/file r" "fibmap a 1 = ?")
check umount "$MNT"

# The disk itself, not through any cache: zeros behind the end in the block.
dd if="$DEV" bs="$BS" skip="$at" count=1 2>/dev/null >"$TMP/block"
check fsop "open a $TMP/block r" "pread a $((size - BS)) $((2 * BS - size)) 0"
layout file | awk '$1 ~ /^[0-9]/ { n += $3 } END { print n }' >"$TMP/blocks"
same 2 "$(cat "$TMP/blocks")" "blocks allocated"

# Dirty behind the end and then made longer: by truncate, by a write far off.
for how in "ftruncate a 100000" "pwrite a 99999 1 9" "pwrite a $end 1 9" \
		"ftruncate a $((size + 1))"; do
	check mkfs.demofs -q -F -b "$BS" "$DEV" 160m
	check mount_demofs
	check fsop "open a $MNT/file rw,creat" "pwrite a 0 $size 1" \
		"map m a 0 $end rw" "store m $size $((end - size)) 2" "$how"
	check fsop "open a $MNT/file rw" "pread a 0 $size 1" \
		"pread a $size 1 0"
	[ "$how" = "ftruncate a $((size + 1))" ] ||
		check fsop "open a $MNT/file r" "pread a $size $((end - size)) 0"
	remount_cold
	check fsop "open a $MNT/file rw" "ftruncate a $end" \
		"pread a 0 $size 1" "pread a $size $((end - size)) 0"
	check umount "$MNT"
done
