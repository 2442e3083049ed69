# SPDX-License-Identifier: GPL-2.0-only
# This test proves that the kernel may split a large folio into pages, whether it
# is clean, dirty as a whole or in a part, or cut by a truncate: the data stays,
# what was dirty gets to the disk, and nothing else is written.
# modes: mpagex
# blocks: 1024 4096

fresh
file=$MNT/file
check fsop "open a $file rw,creat" "pwrite a 0 4M 1" "fsync a"

again()
{
	remount_cold
	huge "$file"
	same "9:2 " "$(orders "$file")" "folios before the split"
}

written()
{
	trace_start block_bio_queue
	check fsop "open a $file rw" "fdatasync a"
	trace_stop
	layout file >"$TMP/layout"
	bios | file_io | only_data | awk -F+ -v kib=$((BS / 1024)) '
		/^W/ { n += $2 * kib } END { print n + 0 }'
}

again
split "$file"
same "0:1024 " "$(orders "$file")" "folios of a clean file, split"
check fsop "open a $file r" "pread a 0 4M 1"
same 0 "$(written)" "KiB of data written of a clean file"

# Each folio by one write, and within an array of pointers.
check fsop "open a $file rw,trunc" "pwrite a 64K 64K 2" "pwrite a 128K 64K 2" \
	"pwrite a 192K 64K 2"
split "$file"
! orders "$file" | grep -q "4:" || fail "a dirty folio has not been split"
check fsop "open a $file r" "pread a 0 64K 0" "pread a 64K 192K 2"
same 192 "$(written)" "KiB of data written of a dirty file"
remount_cold
check fsop "open a $file r" "pread a 0 64K 0" "pread a 64K 192K 2"
check fsop "open a $file rw" "pwrite a 0 4M 2" "fsync a"

# A folio that is dirty in parts remembers which: it may stay, but not lose them.
again
check fsop "open a $file rw" "pwrite a 1M $BS 3" "pwrite a 3M 8K 3"
split "$file"
check fsop "open a $file r" "pread a 1M $BS 3" "pread a 3M 8K 3"
same $((8 + BS / 1024)) "$(written)" "KiB of data written of two parts"
split "$file"
same "0:1024 " "$(orders "$file")" "folios that are clean again, split"
remount_cold
check fsop "open a $file r" "pread a 0 1M 2" "pread a 1M $BS 3" \
	"pread a $(((1 << 20) + BS)) 1M 2" "pread a 3M 8K 3"

# By a truncate: what stays is right, whether the cut goes through dirty blocks.
for cut in "$BS" 1048576 $(((3 << 20) + BS)) $(((3 << 20) + 5000)); do
	for seed in 4 5; do
		check fsop "open a $file rw,trunc" "pwrite a 0 4M 4" "fsync a"
		again
		before=$((cut - BS))
		[ $seed = 4 ] || check fsop "open a $file rw" \
			"pwrite a $before $((2 * BS)) $seed"
		check fsop "open a $file rw" "ftruncate a $cut" \
			"pread a 0 $before 4" "pread a $before $BS $seed" \
			"ftruncate a 4M" "pread a 0 $before 4" \
			"pread a $before $BS $seed" \
			"pread a $cut $(((4 << 20) - cut)) 0"
		remount_cold
		check fsop "open a $file r" "pread a 0 $before 4" \
			"pread a $before $BS $seed" \
			"pread a $cut $(((4 << 20) - cut)) 0"
	done
done
