# SPDX-License-Identifier: GPL-2.0-only
# This test proves that an inode that cannot be true is an error with a message,
# and that its neighbours can be used.
# modes: mpagex dropin
# full-modes: mpagex dropin mpage bh
# blocks: 4096

# broken FIELD VALUE WANT
broken()
{
	fresh
	check fsop "open a $MNT/file rw,creat" "pwrite a 0 10K 1"
	check fsop "open a $MNT/good rw,creat" "pwrite a 0 10K 1"
	check umount "$MNT"
	debugfs -w -R "set_inode_field /file $1 $2" "$DEV" 2>/dev/null
	check mount_demofs
	names "$3" stat file size
	names 10240 stat good size
	check umount "$MNT"
}

expect_log 'demofs \(.*error: inode'
broken mode 0xf1ff EUCLEAN
broken mode 0x01ff EUCLEAN
broken mode 0 EUCLEAN
broken links_count 0 EUCLEAN

# The number of a device is none of a block, whatever the inode says.
fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 4M 1"
check umount "$MNT"
block=$(block_of file 700)
check mount_demofs
names 0 mknod device blk $((block >> 8)) $((block & 255))
check umount "$MNT"
debugfs -w -R "set_inode_field /device blocks $((BS / 512))" "$DEV" 2>/dev/null
check mount_demofs
names 0 unlink device
check umount "$MNT"
debugfs -R "testb $block" "$DEV" 2>/dev/null | grep -q "marked in use" ||
	fail "removing a device freed block $block of a file"

# A symlink with pointers to more than its one block, and one with more blocks.
for field in "block[3] $block" "blocks 80"; do
	fresh
	ln -s "$(printf '%0100d' 1)" "$MNT/file"
	: >"$MNT/good"
	check umount "$MNT"
	debugfs -w -R "set_inode_field /file $field" "$DEV" 2>/dev/null
	check mount_demofs
	names EUCLEAN stat file size
	names 0 stat good size
	check umount "$MNT"
done

# A directory that would take long to search: larger than what it has of blocks.
fresh
mkdir "$MNT/file"
check umount "$MNT"
debugfs -w -R "set_inode_field /file size 0x40000000" "$DEV" 2>/dev/null
check mount_demofs
names EUCLEAN stat file size
check umount "$MNT"

# An entry that leads to an inode that does not exist, or is not to be used.
for ino in 4000000000 1; do
	fresh
	mkdir "$MNT/dir"
	check fsop "open a $MNT/file rw,creat"
	check umount "$MNT"
	at=$(debugfs -R "cat /" "$DEV" 2>/dev/null | 
		strings -t d | sed -n "s/^ *\([0-9]*\) file.*/\1/p")
	root=$(debugfs -R "stat /" "$DEV" 2>/dev/null |
		sed -n 's/.*(0):\([0-9]*\).*/\1/p')
	byte=$(printf '\\0%03o' $((ino & 255)) $((ino >> 8 & 255)) \
		$((ino >> 16 & 255)) $((ino >> 24 & 255)))
	damage $((root * BS + at - 8)) "$byte"
	check mount_demofs
	names EUCLEAN stat file size
	names 0 mknod dir/new reg
	check umount "$MNT"
done

# A root that cannot be one: the mount is refused, and not even that is noted.
super()
{
	dd if="$DEV" bs=1k skip=1 count=1 2>/dev/null | md5sum
}

fresh
check umount "$MNT"
debugfs -w -R "set_inode_field / mode 0100644" "$DEV" 2>/dev/null
before=$(super)
same EUCLEAN "$(nameop mount "$DEV" "$MNT" demofs "io=$IO,errors=continue")" \
	"mount"
same "$before" "$(super)" "the superblock of a disk that was not mounted"
nofsck
