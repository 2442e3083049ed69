# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a rmdir or a rename that needs earlier changes of names on the
# disk says EIO when those cannot be written, and has changed nothing then; that a
# mkdir succeeds all the same, as it promises nothing; and that what could not be
# written is, and nothing is lost, once the disk is well.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 1024 4096

# once FILE CONTENT: that name, and no other, leads to a file with this content.
once()
{
	same "$MNT/$1" "$(grep -rlx "$2" "$MNT")" "$2"
}

# bad DIR: the directory's block cannot be written.
bad()
{
	dm_bad "$(sectors "$(block_of "$1" 0)")" $((BS / 512)) | dm_become
}

# Nothing is to be committed before it must be.
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
dm_bad 0 0 | dm_make
check mkfs.demofs -q -F -b "$BS" -N 512 /dev/mapper/bad 24m
check mount_demofs /dev/mapper/bad
for dir in left other last goal; do
	check mkdir "$MNT/$dir"
	echo "was in $dir" >"$MNT/$dir/file"
done
echo "was in root" >"$MNT/file"
check sync
expect_log 'demofs \(dm-[0-9]+\): error: metadata could not be written'

# Before anything is removed: that commits all a while later.
check mkdir "$MNT/more"
check mv "$MNT/other/file" "$MNT/more/file"
echo new >"$MNT/goal/new"
bad other
names EIO rename file goal/2
once file "was in root"
once more/file "was in other"
once goal/new new
dm_bad 0 0 | dm_become
names 0 rename file goal/2
once goal/2 "was in root"
check sync

# The root's block is early for the name "made", and would be late.
check mkdir "$MNT/made"
check mv "$MNT/left/file" "$MNT/made/file"
bad left
names EIO rmdir left
names 40755 stat left mode
once made/file "was in left"
dm_bad 0 0 | dm_become
check sync
names 0 rmdir left

# Now the root is late, and what is made in what is made in it waits for it.
check mkdir "$MNT/late"
bad last
check mv "$MNT/last/file" "$MNT/goal/3"
check mkdir "$MNT/late/below"
dm_bad 0 0 | dm_become
check mv "$MNT/goal/3" "$MNT/late/below/file"

check umount "$MNT"
drop_caches
with_errors || fail "the superblock does not know"
check e2fsck -fn "$DEV"
check mount_demofs /dev/mapper/bad
once made/file "was in left"
once more/file "was in other"
once late/below/file "was in last"
once goal/2 "was in root"
once goal/new new
for gone in left file last/file other/file; do
	[ ! -e "$MNT/$gone" ] || fail "$gone is back"
done
check umount "$MNT"
