# SPDX-License-Identifier: GPL-2.0-only
# This test proves that blocks which a file has given back are no other file's as long
# as the disk has not been told: a crash would show the one's data in the other. And
# that they are free once it has.
# modes: dropin
# blocks: 1024

dm_bad 0 0 | dm_make
check mkfs.demofs -q -F -b "$BS" -N 512 /dev/mapper/bad 8m
check mount_demofs /dev/mapper/bad
expect_log "demofs \\(dm-[0-9]+\\): "
check fsop "open a $MNT/cut rw,creat" "pwrite a 0 2M 1" "fsync a"
check fsop "open a $MNT/gone rw,creat" "pwrite a 0 2M 1" "fsync a"
# Inodes enough that those that follow are in another block of the table.
for i in $(seq 20); do
	names 0 mknod "file$i" reg
done
sync
room=$(($(nameop statfs "$MNT" bfree) * BS))
at=$(inode_block /cut)
same "$at" "$(inode_block /gone)" "the block of the other inode"
[ "$at" != "$(inode_block /file20)" ] || fail "it has all inodes"

names 2097152 stat cut size
dm_bad "$(sectors "$at")" $((BS / 512)) | dm_become
check truncate -s 0 "$MNT/cut"
rm "$MNT/gone"
sync

# Others go on with what has nothing to do with it.
check fsop "open a $MNT r,dir" "fsync a"
names 0 mkdir dir
names 0 rename file18 dir/file
names 0 rmdir lost+found
check fsop "open a $MNT/dir r,dir" "fsync a"

wrote=$(iovop flood "$MNT/file20" $((room + (1 << 20))))
[ "$wrote" -le "$room" ] || fail "$wrote bytes were written where $room were free"
sync -f "$MNT/file20"
same 2097152 "$(debugfs -D -R "stat /cut" "$DEV" 2>/dev/null |
	sed -n "s|^User:.* Size: ||p")" "the file's size as the disk has it"

# The disk is well again.
dm_bad 0 0 | dm_become
check sync -f "$MNT"
expect $((3 << 20)) iovop flood "$MNT/file19" 3M
check umount "$MNT"
repair
