# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a folio that a bio cannot carry whole, because its blocks
# are not adjacent, or data follows a hole in it, or it has buffers already, is
# read block by block, and that the rest of the window still goes in large bios.
# modes: dropin mpage
# blocks: 1024 2048

fresh
page=$((4096 / BS))
# Page 5: a hole, then data. Page 9: blocks that another file's lie between.
check fsop "open a $MNT/file rw,creat" "pwrite a 0 20480 1" \
	"pwrite a $((20480 + BS)) $((4096 - BS)) 1" "pwrite a 24576 12288 1" \
	"pwrite a 36864 $BS 1" "fsync a" \
	"open b $MNT/between rw,creat" "pwrite b 0 $BS 1" \
	"pwrite a $((36864 + BS)) $((4096 - BS)) 1" "pwrite a 40960 20480 1" \
	"fsync a"
check umount "$MNT"
layout file >"$TMP/layout"

# Should they have come to lie in one row, part them: exchange two blocks.
low=$(block_of file $((9 * page)))
if [ "$(block_of file $((9 * page + 1)))" = $((low + 1)) ]; then
	other=$(block_of between 0)
	cat >"$TMP/swap" <<END
set_inode_field /between block[0] $low
END
	slot=$((9 * page - 12))
	[ $slot -ge 0 ] || skip "block $((9 * page)) is a direct one"
	dd if="$DEV" of="$TMP/block" bs="$BS" skip="$low" count=1 2>/dev/null
	dd if="$TMP/block" of="$DEV" bs="$BS" seek="$other" conv=notrunc \
		2>/dev/null
	check debugfs -w -f "$TMP/swap" "$DEV"
	damage $(($(block_of file IND) * BS + slot * 4)) \
		"$(printf '\\0%03o' $((other & 255)) $((other >> 8 & 255)) \
			$((other >> 16 & 255)) 0)"
	layout file >"$TMP/layout"
fi
drop_caches
check mount_demofs
trace_start block_bio_queue
check fsop "open a $MNT/file r" "advise a random" \
	"pread a 0 20480 1" "pread a 20480 $BS 0" \
	"pread a $((20480 + BS)) $((61440 - 20480 - BS)) 1"
trace_stop

# After the whole window has been read at once:
remount_cold
readahead_kb 1024
trace_start block_bio_queue
check fsop "open a $MNT/file r" "advise a willneed" \
	"pread a $((20480 + BS)) $((61440 - 20480 - BS)) 1"
trace_stop
readahead_kb 128
bios | file_io | only_data | sed 's/^R //' >"$TMP/got"
# Block by block in pages 5 and 9, a page or more at a time elsewhere.
awk -F + -v page=$page '
	{
		at = int($1 / page)
		odd = at == 5 || at == 9
		if (odd && $2 != 1)
			print $0 " is too long"
		if (!odd && $2 % page && $1 + $2 != 12 && $1 != 12)
			print $0 " is too short"
		n += $2
	}
	END { if (n != 15 * page - 1) print n " blocks" }' "$TMP/got" >"$TMP/wrong"
same "" "$(cat "$TMP/wrong")" "bios $(tr '\n' ' ' <"$TMP/got")"
[ "$(wc -l <"$TMP/got")" -le $((2 * page + 6)) ] ||
	fail "the rest of the window is not in large bios"

# A page with buffers, one block of it written: the others must come in.
remount_cold
check fsop "open a $MNT/file rw" "pwrite a $((8192 + BS)) $BS 7" \
	"pread a 0 8192 1" "pread a 8192 $BS 1" "pread a $((8192 + BS)) $BS 7" \
	"pread a $((8192 + 2 * BS)) $((4096 - 2 * BS)) 1 = $((4096 - 2 * BS))" \
	"pread a 12288 8192 1"
