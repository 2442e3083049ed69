# SPDX-License-Identifier: GPL-2.0-only
# This test proves that the modules cannot be unloaded while a file system is
# mounted, and come and go any number of times when none is.
# modes: -
# blocks: -

[ -e /t/ko/demofs.ko ] || skip "the modules' files are not here"
# Other tests leave theirs, which use mpagex too.
for module in ext2x exfatx vfatx fatx mpagexprobe; do
	rmmod $module 2>/dev/null
done
check mkfs.demofs -q -F "$DEV" 160m
check mount -t demofs "$DEV" "$MNT"
rmmod demofs 2>/dev/null && fail "demofs was unloaded while mounted"
check fsop "open a $MNT/file rw,creat" "pwrite a 0 1M 1"
check umount "$MNT"
rmmod mpagex 2>/dev/null && fail "mpagex was unloaded under demofs"
for turn in 1 2 3 4 5; do
	check rmmod demofs
	check rmmod mpagex
	grep -q demofs /proc/filesystems && fail "demofs is still known"
	check insmod /t/ko/mpagex.ko
	check insmod /t/ko/demofs.ko
	check mount -t demofs "$DEV" "$MNT"
	check fsop "open a $MNT/file rw" "pread a 0 1M 1" \
		"open b $MNT/turn$turn w,creat" "pwrite b 0 10K 1"
	check umount "$MNT"
done
