# SPDX-License-Identifier: GPL-2.0-only
# This test proves that SEEK_DATA and SEEK_HOLE find data and holes of every size,
# also while the data is only in memory.
# modes: mpagex dropin
# blocks: 1024 4096

fresh
# Blocks 0-2, 8 and 300-303 hold data; the file ends inside block 400.
check fsop "open a $MNT/file rw,creat" "pwrite a 0 $((3 * BS)) 1" \
	"pwrite a $((8 * BS)) $BS 1" "pwrite a $((300 * BS)) $((4 * BS)) 1" \
	"ftruncate a $((400 * BS + 5))"
look()
{
	check fsop "open a $MNT/file r" \
		"seek a 0 data = 0" "seek a 5 data = 5" \
		"seek a 0 hole = $((3 * BS))" \
		"seek a $((3 * BS)) data = $((8 * BS))" \
		"seek a $((3 * BS + 1)) hole = $((3 * BS + 1))" \
		"seek a $((8 * BS)) hole = $((9 * BS))" \
		"seek a $((9 * BS)) data = $((300 * BS))" \
		"seek a $((300 * BS)) hole = $((304 * BS))" \
		"seek a $((304 * BS)) data = ENXIO" \
		"seek a $((400 * BS + 4)) hole = $((400 * BS + 4))" \
		"seek a $((400 * BS + 5)) hole = ENXIO"
}

check sync
look
remount_cold
look
# A file that ends in data has its hole at the end.
check fsop "open a $MNT/full rw,creat" "pwrite a 0 $((5 * BS + 7)) 1" \
	"fsync a" "seek a 0 hole = $((5 * BS + 7))"
