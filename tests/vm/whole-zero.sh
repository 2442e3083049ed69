# SPDX-License-Identifier: GPL-2.0-only
# This test proves that mpagex_zero_range() makes exactly its bytes zeros, on a cold
# file and on a dirty one, leaves holes and the bytes behind the file's end alone,
# reads only blocks that it covers in part, writes only those that it touches, and
# asks for each run once. By a filesystem made for that, which has the call.
# modes: -
# blocks: -

insmod /t/ko/mpagexprobe.ko whole=1 blocksize=1024 || fail "insmod"
probe=/sys/module/mpagexprobe/parameters
file=$MNT/file
nofsck

# The file is the device: its last page has three blocks.
modprobe -q loop || :
truncate -s 1023K "$TMP/disk"
check losetup /dev/loop0 "$TMP/disk"
disk=/dev/loop0

# again ANSWER: a cold mount, of a disk full of a pattern.
again()
{
	! grep -q " $MNT " /proc/mounts || check umount "$MNT"
	echo "$1" >$probe/answer
	check fsop "open a $disk rw" "pwrite a 0 1023K 1" "fsync a"
	drop_caches
	check mount -t mpagexprobe $disk "$MNT"
	echo 0 >$probe/calls
}

# zeros AT LEN PATH: in a PATH full of the pattern otherwise.
zeros()
{
	check fsop "open a $3 r" "pread a 0 $1 1" "pread a $1 $2 0" \
		"pread a $(($1 + $2)) $((1023 * 1024 - $1 - $2)) 1"
}

# In a block, over an edge, whole blocks with and without ends, many folios.
for range in "5 1" "1024 1024" "2000 100" "100 5000" "4096 4096" "3072 9216" \
	     "70001 800000" "0 1047551"; do
	# shellcheck disable=SC2086 # two numbers
	set -- $range
	again run
	check fsop "open a $file rw" "zero a $1 $2" "fsync a"
	zeros "$1" "$2" "$file"
	check umount "$MNT"
	zeros "$1" "$2" $disk
	again run
	check fsop "open a $file rw" "pread a 0 1023K 1" "pwrite a 0 1023K 1" \
		"zero a $1 $2"
	zeros "$1" "$2" "$file"
done

# Up to the end and beyond: the size stays.
again run
check fsop "open a $file rw" "zero a 1000K 1M" "size a = 1047552" "zero a 2M 1K"
zeros 1024000 23552 "$file"
check fsop "open a $file rw" "zero a 9223372036854775000 807"

# One question for all of it, and no block read but those at the ends.
again run
trace_start block_bio_queue
check fsop "open a $file rw" "zero a 10000 600000" "fsync a"
trace_stop
same 2 "$(cat $probe/calls)" "calls of get_block: one to zero, one to write back"
same "R 18 2 R 1190 2 " "$(bios $disk | grep ^R | tr '\n' ' ')" "reads"
same 1174 "$(bios $disk | awk '/^W/ { n += $3 } END { print n }')" "sectors written"

# Nor that one twice.
again run
trace_start block_bio_queue
check fsop "open a $file rw" "zero a 2100 20" "fsync a"
trace_stop
same "R 4 2 W 4 2 " "$(bios $disk | tr '\n' ' ')" "I/O for a part of a block"

# Every fourth block is a hole.
again gaps
check fsop "open a $file rw" "zero a 1500 10000" "fsync a"
check umount "$MNT"
check fsop "open a $disk r" "pread a 0 1500 1" "pread a 1500 1572 0" \
	"pread a 3K 1K 1" "pread a 4K 3K 0" "pread a 7K 1K 1" "pread a 8K 3K 0" \
	"pread a 11K 1012K 1"
check losetup -d /dev/loop0
check rmmod mpagexprobe
