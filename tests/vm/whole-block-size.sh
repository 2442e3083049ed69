# SPDX-License-Identifier: GPL-2.0-only
# This test proves that the whole path takes blocks of 512 bytes to a page, reading,
# writing and mapping parts of them, and that it refuses a file with smaller or
# larger ones with EINVAL and a line in the log, as sb_set_blocksize() does.
# modes: -
# blocks: -

insmod /t/ko/mpagexprobe.ko whole=1 || fail "insmod"
probe=/sys/module/mpagexprobe/parameters
file=$MNT/file
nofsck

for size in 512 1024 2048 4096; do
	echo $size >$probe/blocksize
	check fsop "open a $DEV rw" "pwrite a 0 1M 1" "fsync a"
	check mount -t mpagexprobe "$DEV" "$MNT"
	at=$((65536 + 3 * size))
	# Parts of a block, whole ones that begin in the middle of a page.
	check fsop "open a $file rw" "pwrite a $((at + 1)) $((size - 2)) 2" \
		"pwrite a $((at + 5 * size)) 40000 3" "pread a 0 $((at + 1)) 1" \
		"pread a $((at + 1)) $((size - 2)) 2" \
		"pread a $((at + size - 1)) $((4 * size + 1)) 1" \
		"pread a $((at + 5 * size)) 40000 3" "fsync a" \
		"map m a 512K 64K rw" "store m 530000 700 4" "msync m"
	check umount "$MNT"
	drop_caches
	check fsop "open a $DEV r" "pread a 0 $((at + 1)) 1" \
		"pread a $((at + 1)) $((size - 2)) 2" \
		"pread a $((at + size - 1)) $((4 * size + 1)) 1" \
		"pread a $((at + 5 * size)) 40000 3" "pread a 512K 5712 1" \
		"pread a 530000 700 4" "pread a 530700 400000 1"
	check mount -t mpagexprobe "$DEV" "$MNT"
	check fsop "open a $file rw" "pread a 512K 5712 1" "pread a 530000 700 4"

	# Only the blocks that a write touches move, if the page is not there.
	drop_caches
	trace_start block_bio_queue
	check fsop "open a $file rw" "pwrite a 768K $size 5" "fsync a"
	trace_stop
	same "W 1536 $((size / 512)) " "$(bios | tr '\n' ' ')" "I/O for one block"
	check umount "$MNT"
done

for size in 256 8192 65536; do
	echo $size >$probe/blocksize
	mount -t mpagexprobe "$DEV" "$MNT" 2>/dev/null &&
		fail "mounted with blocks of $size"
done
echo 4096 >$probe/blocksize
for bits in 8 13 16 21; do
	echo $bits >$probe/blkbits
	check mount -t mpagexprobe "$DEV" "$MNT"
	check fsop "open a $file r = EINVAL"
	check umount "$MNT"
done
same 1 "$(dmesg | grep -c 'mpagex: .*blocks of 2^8 bytes')" "lines in the log"
check rmmod mpagexprobe
