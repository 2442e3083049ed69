# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a file in very many pieces can be cut off without an
# allocation for each of them, and that all of them are free afterwards.
# modes: mpagex dropin
# full-modes: mpagex dropin mpage bh
# blocks: 1024
# timeout: 120

# objects: how many small allocations there are, of the size of a run to be freed.
objects()
{
	awk '$1 == "kmalloc-32" { print $2 }' /proc/slabinfo
}

slow_demofs 1000
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
sync
free=$(nameop statfs "$MNT" bfree)
# Every other block, and then those between: each block has another behind it.
cat >"$TMP/jobs" <<END
[global]
filename=$MNT/file
rw=write:1k
bs=1k
size=40m
io_size=20m
ioengine=psync
fallocate=none
[even]
[odd]
stonewall
offset=1k
size=40959k
END
check fio --output="$TMP/fio" "$TMP/jobs"
sync
runs=$(layout file | grep -c '^[0-9]')
[ "$runs" -gt 20000 ] || fail "only $runs pieces"
before=$(objects)
check truncate -s 5000k "$MNT/file"
grown=$(($(objects) - before))
[ $grown -lt 5000 ] || fail "$grown allocations for $runs pieces"
check rm "$MNT/file"
sync
same "$free" "$(nameop statfs "$MNT" bfree)" "free blocks"
same 0 "$(dmesg | grep -c 'demofs.*error')" "errors"
check umount "$MNT"
check e2fsck -fn "$DEV"
