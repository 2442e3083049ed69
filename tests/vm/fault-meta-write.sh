# SPDX-License-Identifier: GPL-2.0-only
# This test proves that metadata that cannot be written, of each kind, stays in
# memory, is written by a later sync or unmount if the disk is well again, and
# marks the file system for fsck; and that a call that promised it says EIO.
# modes: mpagex
# blocks: 1024
# full-modes: mpagex dropin mpage bh
# full-blocks: 1024 4096
# full-timeout: 600

# First block behind what an indirect block of the file's first levels maps.
dind=$((12 + BS / 4))
tind=$((dind + (BS / 4) * (BS / 4)))

# A file system with a file that has blocks of every kind.
make_files()
{
	check mkfs.demofs -q -F -b "$BS" -N 512 /dev/mapper/bad 24m
	check mount_demofs /dev/mapper/bad
	mkdir "$MNT/dir"
	nameop symlink "$(printf '%0200d' 0)" "$MNT/dir/link" >/dev/null
	for i in $(seq 1 $((BS / 40))); do
		: >"$MNT/dir/a-name-of-some-length-$i"
	done
	check fsop "open a $MNT/file rw,creat" "pwrite a 0 $BS 1" \
		"pwrite a $((12 * BS)) $BS 1" "pwrite a $((dind * BS)) $BS 1" \
		"pwrite a $((tind * BS)) $BS 1" "fsync a"
	check umount "$MNT"
}

# changes: something new in each kind of metadata.
changes()
{
	names 0 mknod dir/new reg
	names 0 mknod new reg
	names 0 chmod file 0600
	check fsop "open a $MNT/file rw" "pwrite a $((11 * BS)) $BS 2" \
		"pwrite a $((13 * BS)) $BS 2" \
		"pwrite a $(((dind + 1) * BS)) $BS 2" \
		"pwrite a $(((dind + BS / 4) * BS)) $BS 2" \
		"pwrite a $(((tind + 1) * BS)) $BS 2" \
		"pwrite a $(((tind + (BS / 4) * (BS / 4)) * BS)) $BS 2"
}

changed()
{
	names 100600 stat file mode
	names 0 stat dir/new size
	check fsop "open a $MNT/file r" "pread a 0 $BS 1" \
		"pread a $((11 * BS)) $BS 2" "pread a $((12 * BS)) $BS 1" \
		"pread a $((13 * BS)) $BS 2" \
		"pread a $((dind * BS)) $BS 1" \
		"pread a $(((dind + 1) * BS)) $BS 2" \
		"pread a $(((dind + BS / 4) * BS)) $BS 2" \
		"pread a $((tind * BS)) $BS 1" \
		"pread a $(((tind + 1) * BS)) $BS 2" \
		"pread a $(((tind + (BS / 4) * (BS / 4)) * BS)) $BS 2"
}

# bad KIND BLOCK [FSYNC]: it cannot be written while things change. FSYNC is what
# an fsync of the file then comes to.
bad()
{
	echo "# $1, block $2"
	check mount_demofs /dev/mapper/bad
	# All of it in memory, for writes alone to fail.
	names 100644 stat file mode
	changes_ahead
	dm_bad "$(sectors "$2")" $((BS / 512)) | dm_become
	changes
	[ -z "$3" ] || check fsop "open a $MNT/file rw" "fsync a = $3"
	sync
	# Again, from memory, whatever was read ahead meanwhile.
	changed
	expect $((BS / 40 + 2)) dirscan "$MNT/dir"
	dm_bad 0 0 | dm_become
	check umount "$MNT"
	drop_caches
	with_errors || fail "$1: not marked: with errors"
	check e2fsck -fn "$DEV"
	check mount_demofs /dev/mapper/bad
	changed
	expect $((BS / 40 + 2)) dirscan "$MNT/dir"
	check umount "$MNT"
}

# The same calls as changes(), undone: whatever these need has been read.
changes_ahead()
{
	names 0 mknod dir/ahead reg
	check fsop "open a $MNT/file rw" "pread a 0 $((14 * BS)) 1 = ?" \
		"pread a $((dind * BS)) $BS 1" \
		"pread a $((tind * BS)) $BS 1" >/dev/null 2>&1
	check fsop "open a $MNT/dir/ahead rw" "pwrite a 0 $BS 1" \
		"open b $MNT/ahead rw,creat" "pwrite b 0 $BS 1"
	names 0 unlink dir/ahead
	names 0 unlink ahead
	expect $((BS / 40 + 1)) dirscan "$MNT/dir"
	sync
}

dm_bad 0 0 | dm_make
make_files
layout file >"$TMP/layout"
dd if="$DEV" of="$TMP/image" bs=1M count=24 2>/dev/null
expect_log 'demofs \(dm-[0-9]+\): error: metadata could not be written'

for kind in super groups blocks inodes itable dir IND DIND TIND; do
	dd if="$TMP/image" of=/dev/mapper/bad bs=1M conv=notrunc 2>/dev/null
	sync
	drop_caches
	super=$((1024 / BS))
	case $kind in
	super)	bad $kind $super "" ;;
	groups)	bad $kind $((super + 1)) "" ;;
	blocks)	bad $kind "$(group_block 'Block bitmap')" "" ;;
	inodes)	bad $kind "$(group_block 'Inode bitmap')" "" ;;
	itable)	bad $kind "$(inode_block /file)" EIO ;;
	dir)	bad $kind "$(block_of dir 0)" "" ;;
	*)	bad $kind "$(block_of file $kind)" EIO ;;
	esac
done
