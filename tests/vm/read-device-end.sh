# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a file's data in the device's very last block is read and
# written, and that nothing behind the end of the device is touched, also
# where the device is not a whole number of blocks long.
# modes: mpagex dropin mpage
# blocks: 1024 4096

modprobe -q dm-mod || :
for odd in 0 1; do
	[ $odd = 0 ] || [ "$BS" -gt 512 ] || continue
	blocks=$((4 * 1024 * 1024 / BS))
	echo "0 $((blocks * BS / 512 + odd)) linear $DEV 0" | dm_make
	check mkfs.demofs -q -F -b "$BS" -m 0 /dev/mapper/bad
	check mount_demofs /dev/mapper/bad
	check fsop "open a $MNT/big rw,creat" "pwrite a 0 64M 3 = ?" \
		>"$TMP/size"
	size=$(cat "$TMP/size")
	# What is left is too little for a pointer block and data.
	while [ "$(nameop statfs "$MNT" bfree)" != 0 ]; do
		check fsop "open a $MNT/rest rw,creat,append" "append a $BS 6"
	done
	check umount "$MNT"
	debugfs -R "testb $((blocks - 1))" /dev/mapper/bad 2>/dev/null |
		grep -q 'marked in use' || fail "the last block is not in use"
	drop_caches
	check mount_demofs /dev/mapper/bad
	trace_start block_bio_queue
	[ ! -e "$MNT/rest" ] || check fsop "open a $MNT/rest r" \
		"pread a 0 $BS 6"
	check fsop "open a $MNT/big rw" "pread a 0 $size 3" \
		"map m a 0 $((size / 4096 * 4096)) rw" "store m 0 100 4" \
		"pwrite a $((size / BS * BS - BS)) $BS 5" "fsync a"
	trace_stop
	bios /dev/mapper/bad | awk -v end=$((blocks * BS / 512)) '
		$2 + $3 > end { print }' >"$TMP/beyond"
	same "" "$(cat "$TMP/beyond")" "I/O behind the last block"
	check umount "$MNT"
	check e2fsck -fn /dev/mapper/bad
	check dmsetup --noudevsync remove bad
done
nofsck
