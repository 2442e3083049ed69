# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a writeback which has been kept waiting in front of a folio,
# while the blocks of those behind it were truncated and replaced by others, writes
# to where the file is now.
# modes: mpagex dropin
# blocks: 1024 4096

file=$MNT/file
check mkfs.demofs -q -F -b "$BS" "$DEV" 160m
dm_bad 0 0 | dm_make
check mount_demofs /dev/mapper/bad
# Nothing is to be written before it is asked for.
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
size=$((200 * BS))
check fsop "open a $file rw,creat" "pwrite a 0 $size 1" "fsync a" \
	"advise a dontneed"

# Some blocks are slow to write, slower than all that is done meanwhile.
ms=$((2000 + 2000 * SLOWNESS))
drop_caches
first=$((16 * BS))
behind=$((20 * BS))
slow=$(($(block_of file 16) * BS / 512))
modprobe -q dm-delay || skip "no dm-delay in this kernel"
dm_bad "$slow" $((4 * BS / 512)) |
	sed "s|error|delay $DEV $slow 0 $DEV $slow $ms|" | dm_become

# While they are being written they become dirty again, and FIBMAP, which writes all
# that is dirty by then, waits with the first one locked.
check fsop "open a $file rw" "pwrite a $first $((4 * BS)) 2" \
	"flush a $first $((4 * BS))" "pwrite a $first $((4 * BS)) 3"
fsop "open a $file rw" "fibmap a 0 = ?" >/dev/null &
mapped=$!
usleep 300000

# A flush that begins before them waits, too. What is behind them are many folios,
# one for each page since they are written backwards: the kernel looks for dirty
# ones a few at a time, and looks again when these have had their turn.
set -- "open a $file rw" "pwrite a $((12 * BS)) $((4 * BS)) 3"
for at in $(seq $((size - 4096)) -4096 $behind); do
	set -- "$@" "pwrite a $at 4K 3"
done
check fsop "$@"
fsop "open a $file rw" "flush a 0 $size" &
flushed=$!
usleep 300000
check fsop "open a $file rw" "ftruncate a $behind" \
	"pwrite a $behind $((size - behind)) 4"
check kill -0 $mapped
check kill -0 $flushed
wait $mapped || fail "fibmap"
wait $flushed || fail "flush"
sync
remount_cold /dev/mapper/bad
check fsop "open a $file r" "pread a 0 $((12 * BS)) 1" \
	"pread a $((12 * BS)) $((8 * BS)) 3" "pread a $behind $((size - behind)) 4"
check umount "$MNT"
