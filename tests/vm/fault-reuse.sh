# SPDX-License-Identifier: GPL-2.0-only
# This test proves that blocks which a file has given back are no other file's as long
# as the disk has not been told: a crash would show the one's data in the other; not
# even if memory has run short since. That till then it cannot be frozen or made
# read-only, since it would be written to later. And that they are free once it has.
# modes: mpagex dropin
# full-modes: mpagex dropin mpage bh
# blocks: 1024

dm_bad 0 0 | dm_make
expect_log "demofs \\(dm-[0-9]+\\): "

# give_back FILE [GONE]: cut FILE off, and remove GONE, while the disk cannot be told.
give_back()
{
	check mkfs.demofs -q -F -b "$BS" -N 512 /dev/mapper/bad 8m
	check mount_demofs /dev/mapper/bad
	for file in "$@"; do
		check fsop "open a $MNT/$file rw,creat" "pwrite a 0 2M 1" \
			"fsync a"
	done
	# Inodes enough that those that follow are in another block of the table.
	for i in $(seq 20); do
		names 0 mknod "file$i" reg
	done
	sync
	room=$(($(nameop statfs "$MNT" bfree) * BS))
	at=$(inode_block "/$1")
	[ -z "${2-}" ] || same "$at" "$(inode_block "/$2")" "the other's block"
	[ "$at" != "$(inode_block /file20)" ] || fail "it has all inodes"
	names 2097152 stat "$1" size
	dm_bad "$(sectors "$at")" $((BS / 512)) | dm_become
	check truncate -s 0 "$MNT/$1"
	[ -z "${2-}" ] || rm "$MNT/$2"
	sync
}

# The others find no room in what has been given back.
not_used()
{
	wrote=$(iovop flood "$MNT/file20" $((room + (1 << 20))))
	[ "$wrote" -le "$room" ] ||
		fail "$wrote bytes were written where $room were free"
	sync -f "$MNT/file20"
	same 2097152 "$(debugfs -D -R "stat /cut" "$DEV" 2>/dev/null |
		sed -n "s|^User:.* Size: ||p")" "the size that the disk has"
}

# When the disk is well again, there is room for $1 MiB.
used_in_the_end()
{
	dm_bad 0 0 | dm_become
	check sync -f "$MNT"
	expect $(($1 << 20)) iovop flood "$MNT/file19" "${1}M"
	check umount "$MNT"
	repair
}

give_back cut gone
# Others go on with what has nothing to do with it.
check fsop "open a $MNT r,dir" "fsync a"
names 0 mkdir dir
names 0 rename file18 dir/file
names 0 rmdir lost+found
check fsop "open a $MNT/dir r,dir" "fsync a"
not_used
used_in_the_end 3

give_back cut
drop_caches
not_used
used_in_the_end 1

give_back cut
if fsfreeze --freeze "$MNT" 2>/dev/null; then
	fsfreeze --unfreeze "$MNT"
	fail "it was frozen with something left to be written"
fi
mount -o remount,ro "$MNT" 2>/dev/null && fail "it is read-only and not written"
not_used
used_in_the_end 1
