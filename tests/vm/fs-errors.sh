# SPDX-License-Identifier: GPL-2.0-only
# This test proves that errors=continue goes on and errors=remount-ro stops all
# changes when the disk contradicts itself, and that the superblock remembers.
# modes: mpagex dropin
# full-modes: mpagex dropin mpage bh
# blocks: 4096

bad=$(bad_pointer)

for how in continue remount-ro; do
	export OPTS="errors=$how"
	fresh
	check fsop "open a $MNT/file rw,creat" "pwrite a 0 1M 1"
	check fsop "open a $MNT/other rw,creat" "pwrite a 0 10K 1"
	check umount "$MNT"
	debugfs -w -R "set_inode_field /file block[IND] 0x7ffffff0" "$DEV" \
		2>/dev/null
	check mount_demofs
	mount | grep "$MNT " | grep -q "errors=$how" || fail "mount options"
	expect_log "demofs \\(${DEV##*/}\\): error: inode [0-9]+: block 2147483632 "
	late=EROFS
	[ $how = remount-ro ] || late=4096
	check fsop "open b $MNT/other rw" "pread b 0 10K 1" \
		"open a $MNT/file r" "pread a 0 48K 1" "pread a 48K 4K 1 = $bad" \
		"pread b 0 10K 1" "pwrite b 0 4K 1 = $late"
	case $how in
	continue)
		names 0 mknod new reg
		mounted rw || fail "not writable"
		;;
	remount-ro)
		expect_log 'demofs \(.*read-only'
		names EROFS mknod new reg
		names EROFS unlink other
		within 10 mounted ro || fail "still writable"
		;;
	esac
	check umount "$MNT"
	with_errors || fail "the superblock forgot"
	expect_log 'demofs \(.*(fsck|errors)'
	check mount_demofs
	check umount "$MNT"
done
nofsck
