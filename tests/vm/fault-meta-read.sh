# SPDX-License-Identifier: GPL-2.0-only
# This test proves that metadata that cannot be read, of each kind, is EIO to whoever
# needs it, with a message that says which block, and to nobody else; that nothing
# done meanwhile is lost; and that what could not be given back is fsck's to find.
# modes: mpagex
# blocks: 1024
# full-modes: mpagex dropin mpage bh
# full-blocks: 1024 4096
# full-timeout: 600

dind=$((12 + BS / 4))
tind=$((dind + (BS / 4) * (BS / 4)))
target=$(printf '%0200d' 0)

make_files()
{
	check mkfs.demofs -q -F -b "$BS" -g $((8192 * 1024 / BS)) -N 512 \
		/dev/mapper/bad 24m
	check mount_demofs /dev/mapper/bad
	mkdir "$MNT/dir" "$MNT/far"
	: >"$MNT/dir/a"
	names 0 symlink "$target" link
	check fsop "open a $MNT/file rw,creat" "pwrite a 0 $BS 1" \
		"pwrite a $((12 * BS)) $BS 1" "pwrite a $((dind * BS)) $BS 1" \
		"pwrite a $((tind * BS)) $BS 1"
	# In another group, as what it takes to find it is.
	check fsop "open a $MNT/far/file rw,creat" "pwrite a 0 64K 7"
	check umount "$MNT"
	drop_caches
}

# try KIND: what must fail does, with the right error.
try()
{
	case $1 in
	blocks)	check fsop "open a $MNT/file rw" "pread a 0 $BS 1" \
			"pwrite a 0 $BS 2" ;;
	inodes)	names 0 stat dir/a size ;;
	itable)	names EIO stat dir/a size
		names EIO unlink dir/a ;;
	dir)	expect "getdents64: EIO" dirscan "$MNT/dir"
		names EIO stat dir/a size
		names EIO stat dir/none size
		names EIO mknod dir/new reg
		names EIO rename dir/a b
		names EIO rename link dir/b
		names EIO rename far dir/b
		names EIO rmdir dir ;;
	symlink)
		names EIO readlink link ;;
	IND)	beyond 12 ;;
	DIND)	beyond $dind ;;
	TIND)	beyond $tind ;;
	esac
	# Elsewhere all goes on.
	check fsop "open a $MNT/far/file rw" "pread a 0 64K 7" \
		"pwrite a 64K 64K 7" "fsync a"
	names 0 mknod far/new reg
	names 0 rename far/new far/newer
}

# beyond BLOCK: what the file's bad indirect block maps, and what it does not.
beyond()
{
	check fsop "open a $MNT/file rw" "pread a 0 $BS 1" \
		"pread a $(($1 * BS)) $BS 1 = EIO" \
		"pwrite a $((($1 + 1) * BS)) $BS 1 = EIO" \
		"map m a $(($1 * BS & ~4095)) 8K rw" \
		"load m $(($1 * BS + 4095 & ~4095)) 1 1 = SIGBUS" \
		"seek a $(($1 * BS)) data = EIO" \
		"pwrite a $BS $BS 1" "fsync a"
}

# undo KIND: what takes away what cannot be read says so, and fsck finds the rest.
undo()
{
	case $1 in
	IND | DIND | TIND)
		names EIO truncate file 0
		names 0 stat file size ;;
	symlink)
		names 0 unlink link ;;
	*)	rm -r "$MNT/dir" "$MNT/file" 2>/dev/null ;;
	esac
}

# unreadable KIND BLOCK MESSAGE
unreadable()
{
	echo "# $1, block $2"
	drop_caches
	dm_bad "$(sectors "$2")" $((BS / 512)) | dm_become
	case $1 in
	super | groups | root)
		same EIO "$(nameop mount /dev/mapper/bad "$MNT" demofs "io=$IO")" \
			"mounting without $1"
		expect_log "demofs \\(dm-[0-9]+\\): .*cannot read .*$3"
		return ;;
	esac
	check mount_demofs /dev/mapper/bad
	try "$1"
	undo "$1"
	sync
	dm_bad 0 0 | dm_become
	check umount "$MNT"
	drop_caches
	[ -z "$3" ] || expect_log "demofs \\(dm-[0-9]+\\): .*$3"
	e2fsck -fy /dev/mapper/bad >"$TMP/fsck" 2>&1
	[ $? -le 1 ] || fail "$1: e2fsck cannot repair"
	if grep -q 'FILE SYSTEM WAS MODIFIED' "$TMP/fsck"; then
		grep -qE 'UNEXPECTED|claimed|Clone' "$TMP/fsck" &&
			fail "$1: more than lost space"
		expect_log 'demofs \(dm-[0-9]+\): error: '
	fi
	check mount_demofs /dev/mapper/bad
	check fsop "open a $MNT/far/file r" "pread a 0 128K 7"
	names 0 stat far/newer size
	check umount "$MNT"
}

dm_bad 0 0 | dm_make
make_files
dd if=/dev/mapper/bad of="$TMP/image" bs=1M count=24 2>/dev/null
super=$((1024 / BS))
for kind in super groups root blocks inodes itable dir symlink IND DIND TIND; do
	dm_bad 0 0 | dm_become
	dd if="$TMP/image" of=/dev/mapper/bad bs=1M conv=notrunc 2>/dev/null
	drop_caches
	case $kind in
	super)	unreadable $kind $super superblock ;;
	groups)	at=$((super + 1))
		unreadable $kind $at "block $at" ;;
	root)	at=$(group_block 'Inode table')
		unreadable $kind "${at%%-*}" "block $at" ;;
	blocks)	at=$(group_block 'Block bitmap')
		unreadable $kind "$at" "block bitmap, block $at" ;;
	inodes)	at=$(group_block 'Inode bitmap')
		unreadable $kind "$at" "inode bitmap, block $at" ;;
	itable)	at=$(inode_block /dir/a)
		unreadable $kind "$at" "inode [0-9]+: cannot read it from block $at" ;;
	dir)	at=$(block_of dir 0)
		unreadable $kind "$at" "inode [0-9]+: .*directory block $at" ;;
	symlink) at=$(block_of link 0)
		unreadable $kind "$at" "inode [0-9]+: .*symlink, block $at" ;;
	*)	at=$(block_of file $kind)
		unreadable $kind "$at" "inode [0-9]+: .*indirect block $at" ;;
	esac
done
