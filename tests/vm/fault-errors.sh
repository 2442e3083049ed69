# SPDX-License-Identifier: GPL-2.0-only
# This test proves that errors=continue goes on and errors=remount-ro ends all
# changes when metadata cannot be written, that what was changed before reaches
# a disk that is well again, and that the log is not flooded.
# modes: mpagex
# blocks: 4096
# full-modes: mpagex dropin mpage bh
# full-blocks: 1024 4096

dm_bad 0 0 | dm_make
expect_log 'demofs \(dm-[0-9]+\): error: metadata could not be written'
expect_log 'demofs \(dm-[0-9]+\): inode [0-9]+: cannot write it to block [0-9]+'
for how in continue remount-ro; do
	export OPTS="errors=$how"
	check mkfs.demofs -q -F -b "$BS" /dev/mapper/bad 64m
	check mount_demofs /dev/mapper/bad
	check fsop "open a $MNT/file rw,creat" "pwrite a 0 1M 1" "fsync a"
	check fsop "open a $MNT/other rw,creat" "pwrite a 0 1M 1" "fsync a"
	drop_caches
	bad=$(inode_block /file)
	[ "$bad" ] || fail "where is the inode?"
	exec 8<>"$MNT/other"
	# Only writing shall fail.
	names 1048576 stat other size
	names 1048576 stat file size
	dm_bad "$(sectors "$bad")" $((BS / 512)) | dm_become
	check fsop "open a $MNT/other rw" "pwrite a 0 1M 2" \
		"open b $MNT/file rw" "chmod b 600" "fsync b = EIO"
	case $how in
	continue)
		names 0 mknod new reg
		check fsop "open a $MNT/other rw" "pwrite a 0 64K 2"
		;;
	remount-ro)
		expect_log 'demofs \(dm-[0-9]+\): now read-only'
		names EROFS mknod new reg
		names EROFS unlink other
		names EROFS chmod file 644
		check fsop "open a $MNT/other rw = EROFS" \
			"open b $MNT/other r" "pread b 0 1M 2"
		mount | grep "$MNT " | grep -q '[(,]ro' || fail "still writable"
		# Another option, set later, does not make it writable again.
		names 0 reconfigure . errors remount-ro
		dd if=/dev/zero bs=4k count=1 >&8 2>/dev/null &&
			fail "what was open for writing can be written to"
		;;
	esac
	exec 8>&-
	dm_bad 0 0 | dm_become
	check umount "$MNT"
	drop_caches
	with_errors || fail "the superblock forgot"
	check e2fsck -fn "$DEV"
	check mount_demofs /dev/mapper/bad
	names 100600 stat file mode
	check fsop "open a $MNT/other r" "pread a 0 1M 2"
	check umount "$MNT"
done

# A thousand failures are some lines, and a count of the rest.
export OPTS=errors=continue
check mkfs.demofs -q -F -b "$BS" /dev/mapper/bad 64m
check mount_demofs /dev/mapper/bad
mkdir "$MNT/dir"
check fsop "open a $MNT/dir/file rw,creat" "pwrite a 0 1M 1"
check umount "$MNT"
drop_caches
bad=$(block_of dir 0)
dm_bad "$(sectors "$bad")" $((BS / 512)) | dm_become
check mount_demofs /dev/mapper/bad
dmesg -c >>"$TMP/dmesg"
i=0
while [ $((i += 1)) -le 300 ]; do
	! true >"$MNT/dir/name$i" || fail "a name in a directory that cannot be read"
done 2>/dev/null
dmesg >"$TMP/now"
lines=$(grep -c 'demofs (dm-' "$TMP/now")
[ "$lines" -ge 1 ] || fail "no message"
[ "$lines" -le 60 ] || fail "$lines messages of 300 failures"
grep -q "demofs (dm-[0-9]*): inode [0-9]*: cannot read directory block $bad" \
	"$TMP/now" || fail "a message without device, inode or block"
# The runner wants to see those of before.
while read -r line; do
	echo "$line" >/dev/kmsg
done <"$TMP/dmesg"
dm_bad 0 0 | dm_become
check umount "$MNT"
