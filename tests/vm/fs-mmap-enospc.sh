# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a store into a hole of a mapped file allocates at the
# fault: on a full disk it is a SIGBUS and never data lost later; and that a store to
# a page that was read, and has its blocks, is none.
# modes: mpagex dropin
# blocks: 1024 4096

small 8m
check fsop "open a $MNT/sparse rw,creat" "ftruncate a 1M"
# Pages with blocks, which will be in the same folios as holes.
check fsop "open a $MNT/mixed rw,creat" "ftruncate a 1M" \
	"pwrite a 0 4K 1" "pwrite a 64K 4K 1" "pwrite a 512K 4K 1"
dd if=/dev/zero of="$MNT/filler" bs=64k 2>/dev/null &&
	fail "the disk cannot be filled"
dd if=/dev/zero of="$MNT/filler" bs="$BS" oflag=append conv=notrunc \
	2>/dev/null && fail "the disk cannot be filled"
names 0 statfs . bfree
check fsop "open a $MNT/sparse rw" "map m a 0 1M rw" \
	"load m 0 1M 0" "store m 512K 10 1 = SIGBUS" "load m 0 1M 0" \
	"fsync a" "sectors a = 0"
drop_caches
cat "$MNT/mixed" >/dev/null
check fsop "open a $MNT/mixed rw" "map m a 0 1M rw" "load m 0 4K 1" \
	"load m 64K 4K 1" "load m 512K 4K 1" "store m 0 4K 2" \
	"store m 64K 4K 2" "store m 512K 4K 2" "fsync a"
check rm "$MNT/filler"
check fsop "open a $MNT/sparse rw" "map m a 0 1M rw" \
	"store m 512K 10 1" "load m 512K 10 1" "msync m"
remount_cold
check fsop "open a $MNT/sparse r" "pread a 512K 10 1" "pread a 0 512K 0"
check fsop "open a $MNT/mixed r" "pread a 0 4K 2" "pread a 4K 60K 0" \
	"pread a 64K 4K 2" "pread a 512K 4K 2"
