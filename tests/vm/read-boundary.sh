# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a bio ends at the last block of a boundary mapping and not
# at every page of it, where the data on both sides is adjacent on the disk: the
# pointer block has been moved away, so nothing else could end it there.
# modes: mpagex dropin mpage
# blocks: 1024 4096

read_in_bios()
{
	export OPTS=$1
	check mount_demofs
	trace_start block_bio_queue
	check fsop "open a $MNT/file r" "pread a 0 $((28 * BS)) 1"
	trace_stop
	bios | file_io | tr '\n' ' '
	check umount "$MNT"
	drop_caches
}

fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 $((12 * BS)) 1" "fsync a" \
	"pwrite a $((12 * BS)) $((16 * BS)) 1"
check umount "$MNT"
first=$(block_of file 0)
pointers=$(block_of file IND)

# Let the file be 28 adjacent blocks, its pointer block the last of 29.
if [ "$pointers" = $((first + 12)) ]; then
	awk -v first="$first" 'BEGIN {
		for (i = 0; i < 16; i++) {
			n = first + 12 + i
			for (byte = 0; byte < 4; byte++) {
				printf "\\0%03o", n % 256
				n = int(n / 256)
			}
		}
	}' >"$TMP/pointers"
	dd if="$DEV" of="$TMP/data" bs="$BS" skip=$((first + 13)) count=16 \
		2>/dev/null
	dd if="$TMP/data" of="$DEV" bs="$BS" seek=$((first + 12)) \
		conv=notrunc 2>/dev/null
	dd if=/dev/zero of="$DEV" bs="$BS" seek=$((first + 28)) count=1 \
		conv=notrunc 2>/dev/null
	damage $(((first + 28) * BS)) "$(cat "$TMP/pointers")"
	debugfs -w -R "set_inode_field /file block[IND] $((first + 28))" "$DEV" \
		2>/dev/null
else
	skip "the pointer block is not between the data"
fi
layout file >"$TMP/layout"
same "0 $first 12 IND $((first + 28)) 1 12 $((first + 12)) 16 " \
	"$(tr '\n' ' ' <"$TMP/layout")" "layout"
drop_caches
same "R 0+12 R IND+1 R 12+16 " "$(read_in_bios boundary)" "with boundary"
same "R IND+1 R 0+28 " "$(read_in_bios noboundary)" "without"
