# SPDX-License-Identifier: GPL-2.0-only
# This test proves that write(2), stores to a mapping and direct I/O to neighbouring
# pages of one file, in one folio, lose nothing of each other: in turns, and at the
# same time. Stores and direct I/O at the same time keep a folio's distance: what
# is dirty cannot be taken out of the cache, and the kernel says EIO then.
# modes: mpagex
# blocks: 1024 4096

fresh
readahead_kb 4096
for ways in wmd ddm wwd; do
	check mixed "$MNT/turns$ways" 768K 2 4096 $ways turns
done
check mixed "$MNT/part" 384K 2 "$BS" wmd turns
for ways in wm wd mw wwd; do
	check mixed "$MNT/pages$ways" 2M 3 4096 $ways
done
check mixed "$MNT/bits" 512K 3 512 wm
check mixed "$MNT/folios" 12M 2 2M wmd
# The same in folios that have been read.
remount_cold
huge "$MNT/folios"
check mixed "$MNT/folios" 12M 2 4096 wm
check mixed "$MNT/folios" 12M 2 2M mdw
remount_cold
readahead_kb 128
check fsop "open a $MNT/folios r" "pread a 0 12M 2" "open b $MNT/turnswmd r" \
	"pread b 0 768K 2" "open c $MNT/pageswd r" "pread c 0 2M 3"
