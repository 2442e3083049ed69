# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a block that cannot be read makes its own bytes unreadable
# and no others of its folio, whichever block of a folio it is, and that when the
# disk can read it again only that block is read.
# modes: mpagex
# blocks: 1024 4096

check mkfs.demofs -q -F -b "$BS" "$DEV" 160m
dm_bad 0 0 | dm_make
check mount_demofs /dev/mapper/bad
check fsop "open a $MNT/file rw,creat" "pwrite a 0 32K 1" "fsync a" \
	"open b $MNT/big rw,creat" "pwrite b 0 8M 1" "fsync b"

break_block()
{
	check fsop "open a $1 rw" "advise a dontneed"
	dm_bad "$(sectors "$(fsop "open a $1 r" "fibmap a $2 = ?")")" \
		$((BS / 512)) | dm_become
}

# bad_block FILE BLOCK SIZE: all that this test says of one block.
bad_block()
{
	at=$(($2 * BS))
	first=$at
	[ $at != 0 ] || first=EIO
	break_block "$1" "$2"
	check fsop "open a $1 r" "pread a 0 $3 1 = $first" \
		"pread a $at 1 1 = EIO" "pread a $((at + BS - 1)) 1 1 = EIO" \
		"pread a 0 $at 1" "pread a $((at + BS)) 1 1" \
		"pread a $((at + BS)) $(($3 - at - BS)) 1"
	rm -f "$TMP/spliced"
	check fsop "open a $1 r" "open b $TMP/spliced rw,creat" \
		"splice b a 0 $at" "splice b a $at 1 = EIO" \
		"splice b a $((at + BS)) $(($3 - at - BS))" \
		"pread b 0 $at 1" "pread b $((at + BS)) 1 1" \
		"pread b $((at + BS)) $(($3 - at - BS)) 1"
	dm_bad 0 0 | dm_become
	trace_start block_bio_queue
	check fsop "open a $1 r" "pread a 0 $3 1"
	trace_stop
	again=$(bios /dev/mapper/bad |
		awk '$1 == "R" { n += $3 } END { print n + 0 }')
	same $((BS / 512)) "$again" "sectors read again for block $2 of $1"
}

# Every block of 16 KiB, which is a folio but on 7.3.
trace_start mm_filemap_add_to_page_cache
check fsop "open a $MNT/file rw" "advise a dontneed" "pread a 0 32K 1"
trace_stop
same "$(first_order) " "$(new_orders "$MNT/file")" "orders of the file's folios"
block=0
while [ $block -lt $((16384 / BS)) ]; do
	bad_block "$MNT/file" $block 32768
	block=$((block + 1))
done

# A process that maps the file misses the page, and no other.
break_block "$MNT/file" $((8192 / BS))
check fsop "open a $MNT/file r" "map m a 0 32K ro" "load m 8K 1 1 = SIGBUS" \
	"load m 12K 20K 1" "load m 0 8K 1" "load m 8K 1 1 = SIGBUS"
dm_bad 0 0 | dm_become
check fsop "open a $MNT/file r" "map m a 0 32K ro" "load m 0 32K 1"

# Nor more of them while another page of the folio is dirty.
break_block "$MNT/file" $((8192 / BS))
check fsop "open a $MNT/file rw" "pread a 0 32K 1 = 8192" "pwrite a 4K 4K 1" \
	"map m a 0 32K ro" "load m 0 4K 1" "load m 12K 20K 1" \
	"load m 8K 1 1 = SIGBUS"
dm_bad 0 0 | dm_become

# The first, last and an inner block of the largest folio, of 256 KiB but on 7.3.
readahead_kb 4096 /dev/mapper/bad
trace_start mm_filemap_add_to_page_cache
check fsop "open a $MNT/big rw" "advise a dontneed" "pread a 0 8M 1"
trace_stop
orders=$(new_orders "$MNT/big")
orders=${orders% }
order=${orders##* }
[ "$order" -ge 4 ] || fail "no large folio among $orders"
size=$((4096 << order))
start=$(sed -n "s/.* ofs=\([0-9]*\) order=$order$/\1/p" "$TMP/trace" | head -n 1)
for byte in 0 $((size / 2)) $((size - BS)); do
	bad_block "$MNT/big" $(((start + byte) / BS)) 8388608
done
check umount "$MNT"
