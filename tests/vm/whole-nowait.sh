# SPDX-License-Identifier: GPL-2.0-only
# This test proves that reads and writes that must not wait (RWF_NOWAIT) do what
# can be done in memory and nothing else: EAGAIN, or less than was asked for, comes
# of data or pointers that are on the disk only, of holes, of the end of the file,
# of a disk that is still writing, of a lock that is held and of too much dirty
# memory. Who does not use the whole path is told EOPNOTSUPP. And io_uring, which
# tries so first, loses nothing.
# modes: mpagex dropin
# blocks: 1024 4096
# timeout: 240

file=$MNT/file
if [ "$IO" = dropin ]; then
	fresh
	check fsop "open a $file rw,creat" "pwrite a 0 64K 1"
	expect EOPNOTSUPP iovop read "$file" 0 64K 1 nowait
	expect EOPNOTSUPP iovop write "$file" 0 64K 1 nowait
	exit 0
fi

# done_now WANT OFF LEN SEED: such a write. A second may begin just before it, and
# setting the time then may wait: then again.
done_now()
{
	for _ in 1 2 3 4 5 6; do
		got=$(iovop write "$file" "$2" "$3" "$4" nowait touch)
		[ "$got" = EAGAIN ] || break
	done
	same "$1" "$got" "write of $3 at $2"
}

# hundredths of a second since boot
hundredths()
{
	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}"
}

# refused ARGUMENTS: iovop says EAGAIN soon, and the disk hears nothing of it.
refused()
{
	stat "$2" >/dev/null
	sync
	trace_start block_bio_queue
	expect EAGAIN iovop "$@" nowait touch
	trace_stop
	same "" "$(bios)" "I/O for $*"
}

fresh
check fsop "open a $file rw,creat" "pwrite a 0 1M 1" "ftruncate a 2M" \
	"pwrite a 2M 700 1" "fsync a"
expect 65536 iovop read "$file" 0 64K 1 nowait
done_now 65536 100K 64K 2
done_now "$BS" 300K "$BS" 2
done_now 1000 400100 1000 2
check fsop "open a $file r" "pread a 0 100K 1" "pread a 100K 64K 2" \
	"pread a 300K $BS 2" "pread a 400100 1000 2" "pread a 401100 64K 1"
# In the last block, and no further.
done_now 300 $((2097152 + 700)) 300 2
same $((2097152 + 1000)) "$(stat -c %s "$file")" "size"
done_now $((BS - 1000)) $((2097152 + 1000)) 8K 2
refused write "$file" $((2097152 + BS)) 4K 2
refused write "$file" 4M 4K 2
# Up to the hole, in memory though it is.
check fsop "open a $file r" "pread a 1M 64K 0"
done_now 4096 1020K 8K 2
refused write "$file" 1M 4K 2
refused write "$file" 0 4K 2 dsync
refused write "$file" 0 4K 2 direct
refused read "$file" 0 4K 1 direct
check fsop "open a $file r" "pread a 1M 64K 0" "pread a 2M 700 1" \
	"pread a $((2097152 + 700)) 300 2"

# In memory, and where it is on the disk is not known any more.
sync
check blockdev --flushbufs "$DEV"
done_now "$BS" 0 "$BS" 3
sync
check blockdev --flushbufs "$DEV"
refused write "$file" 900K 4K 3
check fsop "open a $file rw" "pwrite a 900K 4K 3"
done_now 4096 900K 4K 3

remount_cold
refused read "$file" 0 4K 3
refused write "$file" 0 "$BS" 3
check fsop "open a $file r" "advise a random" "pread a 0 $BS 3"
refused read "$file" 512K 4K 1
refused write "$file" 512K 4K 3
expect "$BS" iovop read "$file" 0 "$BS" 3 nowait
done_now "$BS" 0 "$BS" 4
remount_cold
check fsop "open a $file r" "pread a 0 $BS 4" "pread a $BS 90K 1" \
	"pread a 100K 64K 2" "pread a 900K 4K 3" "pread a 1020K 4K 2" \
	"pread a 1M 1M 0"

fio_verify <<END
ioengine=io_uring
iodepth=8
rw=randwrite
[buffered]
bs=3000
size=1500000
[direct]
direct=1
bs=8k
size=2m
END

# Whoever writes a lot has the lock, or too much dirty memory, or the disk.
check umount "$MNT"
slow_demofs 0
check fsop "open a $file rw,creat" "pwrite a 0 64K 1" "open b $MNT/other rw,creat" \
	"pwrite b 0 64K 1" "fsync b"
check fsop "open a $file rw" "fsync a"
done_now 4096 0 4K 2
hold_disk
check fsop "open a $file rw" "flush a 0 64K"
expect EAGAIN iovop write "$file" 0 4K 2 nowait
expect 4096 iovop read "$file" 0 4K 2 nowait
release_disk
sync
hold_disk
limit_dirty 4
trap 'unlimit_dirty; release_disk' EXIT
iovop flood "$file" 24M >"$TMP/wrote" &
usleep 1000000
start=$(hundredths)
for _ in 1 2 3 4 5 6 7 8; do
	expect EAGAIN iovop write "$file" 0 4K 2 nowait
done
took=$((($(hundredths) - start) * 10))
kill -0 $! || fail "written while the disk answers nothing"
[ $took -lt $((4000 * SLOWNESS)) ] || fail "not to wait took $took ms"
unlimit_dirty
release_disk
wait
same $((24 << 20)) "$(cat "$TMP/wrote")" "bytes written"
check umount "$MNT"
