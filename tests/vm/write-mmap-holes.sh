# SPDX-License-Identifier: GPL-2.0-only
# This test proves that what is stored through a mapping into holes, in pages that
# have been read before and in some that have not, is written, whole pages of
# blocks at a time. With folios of one page nothing else is allocated; of a large
# one that is stored to all may be, because newer kernels let all of it be
# written to after one fault.
# modes: mpagex dropin bh
# blocks: 1024 4096

pages=$((1 + 1 + 4 + 14))

# store_and_read READAHEAD_KB: prints how many blocks the file has got.
store_and_read()
{
	fresh
	readahead_kb "$1"
	check fsop "open a $MNT/file rw,creat" "ftruncate a 1M" \
		"pread a 0 512K 0" "map m a 0 1M rw" "store m 100 1 1" \
		"store m 81920 4096 1" "store m 200000 9000 1" \
		"store m 700000 50000 1" "load m 0 100 0" "msync m" "fsync a"
	check umount "$MNT"
	drop_caches
	check mount_demofs
	check fsop "open a $MNT/file r" "pread a 0 100 0" "pread a 100 1 1" \
		"pread a 101 81819 0" "pread a 81920 4096 1" \
		"pread a 86016 113984 0" "pread a 200000 9000 1" \
		"pread a 209000 491000 0" "pread a 700000 50000 1" \
		"pread a 750000 298576 0"
	check umount "$MNT"
	layout file | awk '$1 ~ /^[0-9]/ { n += $3 } END { print n }'
}

got=$(store_and_read 0)
same $((pages * 4096 / BS)) "$got" "blocks allocated"
got=$(store_and_read 128)
[ "$got" -ge $((pages * 4096 / BS)) ] || fail "only $got blocks allocated"
