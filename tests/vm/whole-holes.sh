# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a large folio may be data and holes in any mix: a write of
# any one block, or of a part of it, into a folio that is all hole takes that
# block only, its neighbours stay zeros and holes, and a folio of alternating
# blocks and holes reads right, warm and cold.
# modes: mpagex
# blocks: 1024 4096

per=16
len=$((per * BS))
blocks="0 1 2 3 5 7 8 12 14 15"
fresh

set --
for block in $blocks; do
	at=$((block * BS))
	part=$((at + BS / 4))
	set -- "$@" "open a $MNT/hole$block rw,creat" "ftruncate a $len" \
		"pread a 0 $len 0" "pwrite a $part $((BS / 2)) 1" \
		"pread a 0 $part 0" "pread a $part $((BS / 2)) 1" \
		"pread a $((part + BS / 2)) $((len - part - BS / 2)) 0" \
		"fsync a" "seek a 0 data = $at" \
		"seek a $at hole = $((at + BS))" "close a" \
		"open a $MNT/part$block rw,creat" "ftruncate a $len" \
		"pread a 0 $len 0" "pwrite a $at $((len - at)) 1" "fsync a" \
		"seek a 0 data = $at" "close a"
done
trace_start mm_filemap_add_to_page_cache
check fsop "$@"
trace_stop
# Where that is single pages, the comb below is large all the same.
same "$(first_order) " "$(new_orders "$MNT/hole5")" "orders of the folios read"

for when in warm cold; do
	set --
	for block in $blocks; do
		at=$((block * BS))
		part=$((at + BS / 4))
		set -- "$@" "open a $MNT/hole$block r" "pread a 0 $part 0" \
			"pread a $part $((BS / 2)) 1" \
			"pread a $((part + BS / 2)) $((len - part - BS / 2)) 0" \
			"close a" "open a $MNT/part$block r" \
			"pread a 0 $at 0" "pread a $at $((len - at)) 1" "close a"
	done
	fsop "$@" || fail "$when"
	[ $when = cold ] || remount_cold
done

# Every second block, in a folio of 2 MiB.
len=$((2 << 20))
check fsop "open a $MNT/comb rw,creat" "ftruncate a $len"
huge "$MNT/comb"
same "9:1 " "$(orders "$MNT/comb")" "the folio of the comb"
comb()
{
	set -- "open a $MNT/comb rw"
	for at in $(seq 0 $((2 * BS)) 262143); do
		set -- "$@" "$op a $at $BS 1"
		[ "$op" = pwrite ] || set -- "$@" "pread a $((at + BS)) $BS 0"
	done
	check fsop "$@" "fsync a"
}

op=pwrite
comb
op=pread
comb
remount_cold
huge "$MNT/comb"
same "9:1 " "$(orders "$MNT/comb")" "the folio of the comb, cold"
comb
check umount "$MNT"
layout comb | awk '$1 ~ /^[0-9]/ { n += $3 } END { print n }' >"$TMP/blocks"
same $((131072 / BS)) "$(cat "$TMP/blocks")" "blocks allocated"
