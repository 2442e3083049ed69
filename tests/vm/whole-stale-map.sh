# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a writeback that has been kept waiting by the disk, while
# the blocks ahead of it were truncated, given to another file and replaced by
# others, writes to where the file is now.
# modes: mpagex dropin
# blocks: 4096

modprobe -q sd_mod || :
modprobe -q scsi_debug dev_size_mb=32 max_queue=1 delay=0 ||
	skip "no scsi_debug in this kernel"
debug=/sys/bus/pseudo/drivers/scsi_debug
for _ in 1 2 3 4 5 6 7 8 9 10; do
	disk=$(ls $debug/adapter0/host*/target*/*/block 2>/dev/null)
	[ -b "/dev/$disk" ] && [ "$disk" ] && break
	usleep 200000
done
[ "$disk" ] || fail "no disk of scsi_debug"
check mkfs.demofs -q -F -b "$BS" "/dev/$disk" 16m
check mount_demofs "/dev/$disk"

# A file in pages, so that it takes several bios; a MiB that can be had; nothing.
check fsop "open a $MNT/file rw,creat" "pwrite a 0 4M 1" \
	"open b $MNT/spare rw,creat" "pwrite b 0 1100K 1" "fsync a" "fsync b" \
	"advise a dontneed"
dd if=/dev/zero of="$MNT/rest" bs="$BS" 2>/dev/null && fail "not full"
sync
# Backwards, so that nobody takes it for a stream.
set -- "open a $MNT/file rw"
for n in $(seq 4190208 -4096 0); do
	set -- "$@" "pwrite a $n 4K 2"
done
check fsop "$@"

echo 100 >$debug/delay
fsop "open a $MNT/file rw" "flush a 0 4M" &
pid=$!
usleep 500000
check fsop "open a $MNT/file rw" "ftruncate a 3M" \
	"open b $MNT/thief rw,creat" "pwrite b 0 1000K 3" "unlink $MNT/spare" \
	"pwrite a 3M 1M 4"
waiting=1
kill -0 $pid || waiting=
wait $pid
until echo 0 >$debug/delay; do
	usleep 100000
done 2>/dev/null
sync
check umount "$MNT"
drop_caches
check mount_demofs "/dev/$disk"
check fsop "open a $MNT/file r" "pread a 0 3M 2" "pread a 3M 1M 4" \
	"open b $MNT/thief r" "pread b 0 1000K 3"
check umount "$MNT"
check e2fsck -fn "/dev/$disk"
check rmmod scsi_debug
[ "$waiting" ] || skip "the writeback had ended before its blocks were given away"
