# SPDX-License-Identifier: GPL-2.0-only
# This test proves how often get_block is asked: once for a write, once for a
# writeback, whatever the number of folios, and once more for each array of
# pointers that the blocks are spread over; never for what is known.
# modes: mpagex
# blocks: 1024 4096

# Nothing is to be written before it is asked for, however long this takes.
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
fresh
file=$MNT/file
count_calls demofs_get_block >/dev/null

# arrays FIRST_BYTE BYTES: arrays of pointers that these blocks take.
arrays()
{
	awk -v first=$(($1 / BS)) -v end=$((($1 + $2 + BS - 1) / BS)) \
		-v per=$((BS / 4)) 'BEGIN {
			n = 1
			for (b = first + 1; b < end; b++)
				n += b >= 12 && (b - 12) % per == 0
			print n
		}'
}

# asked WANT WHAT OPERATION...: on the file
asked()
{
	want=$1
	what=$2
	shift 2
	same "$want" "$(count_calls demofs_get_block fsop "open a $file rw,creat" \
		"$@")" "calls of get_block for $what"
}

asked "$(arrays 0 1048576)" "a write of 1 MiB" "pwrite a 0 1M 1"
asked 0 "a read of what was written" "pread a 0 1M 1"
asked "$(arrays 1048576 1048576)" "another behind it" "pwrite a 1M 1M 1"
asked "$(arrays 0 2097152)" "writeback" "fsync a"
asked 0 "fsync without anything to write" "fsync a"
asked "$(arrays 524288 1048576)" "overwriting" "pwrite a 512K 1M 2"
asked "$(arrays 524288 1048576)" "writing that back" "fsync a"
asked "$(arrays 1000000 100000)" "overwriting parts of blocks" \
	"pwrite a 1000000 100000 3"
asked "$(arrays 1000000 100000)" "writing that back too" "fsync a"
# A block that is there, and those that are not.
asked 1 "the next block" "pwrite a 2M $BS 1"
asked 1 "half a block more" "pwrite a $(((2 << 20) + BS)) $((BS / 2)) 1"
asked 2 "the other half, and more" \
	"pwrite a $(((2 << 20) + BS + BS / 2)) $((2 * BS)) 1"

# Four pages a fault; that they are dirty by then needs no more asking.
check fsop "open a $file rw" "fsync a"
asked 4 "four faults" "map m a 64K 64K rw" "store m 64K 16K 4" "store m 64K 16K 5"

# Dirty folios that lie apart, in one array of pointers.
check fsop "open a $file rw" "pwrite a 0 8M 1" "fsync a"
at=$(((12 + BS / 4) * BS))
set --
for n in 0 1 2 3 4 5 6 7 8 9; do
	set -- "$@" "pwrite a $((at + n * 20480)) 16K 6"
done
asked 10 "ten writes in an array" "$@"
asked 1 "writing them back" "flush a 0 8M"

# Holes: once for each folio, which is locked meanwhile.
file=$MNT/hole
at=$((64 * BS))
check fsop "open a $file rw,creat" "ftruncate a 8M"
asked 1 "a write into a hole in one folio" "pwrite a $at $((16 * BS)) 1"
asked 1 "a write over it" "pwrite a $at $((16 * BS)) 2"
asked 1 "writing it back" "fsync a"
remount_cold
check fsop "open a $MNT/file r" "pread a 0 64K 1" \
	"open b $file r" "pread b 0 $at 0" "pread b $at $((16 * BS)) 2" \
	"pread b $((80 * BS)) 4M 0"
