# SPDX-License-Identifier: GPL-2.0-only
# This test proves that when a removal or a rename with -o dirsync cannot be written,
# and says so, what has changed in memory is what everybody sees from then on.
# modes: mpagex dropin
# blocks: 1024 4096

# bad DIR: the directory's block cannot be written.
bad()
{
	check sync
	dm_bad "$(sectors "$(block_of "$1" 0)")" $((BS / 512)) | dm_become
}

# heal: it can.
heal()
{
	dm_bad 0 0 | dm_become
}

echo 0 >/proc/sys/vm/dirty_writeback_centisecs
dm_bad 0 0 | dm_make
check mkfs.demofs -q -F -b "$BS" -N 512 /dev/mapper/bad 24m
export OPTS=dirsync
check mount_demofs /dev/mapper/bad
expect_log 'demofs \(dm-[0-9]+\): error: '
expect_log 'demofs \(dm-[0-9]+\): .*could not be written'
for dir in unlinked parent parent/gone parent/over parent/moved; do
	check mkdir "$MNT/$dir"
done
check touch "$MNT/unlinked/file"

bad unlinked
names EIO unlink unlinked/file
names ENOENT stat unlinked/file size
check fsop "open a $MNT/unlinked/file rw,creat = EIO" "open a $MNT/unlinked/file rw"
names 1 stat unlinked/file nlink
heal
names 0 unlink unlinked/file

# Who is in the directory cannot make anything there.
bad parent
(
	cd "$MNT/parent/gone" || fail "cd"
	names EIO rmdir parent/gone
	mkdir below 2>/dev/null && fail "mkdir in a directory that is gone"
	exit 0
) || exit
names ENOENT stat parent/gone mode

(
	cd "$MNT/parent/over" || fail "cd"
	names EIO rename parent/moved parent/over
	mkdir below 2>/dev/null && fail "mkdir in a directory that was replaced"
	exit 0
) || exit
names ENOENT stat parent/moved mode
names 2 stat parent/over nlink
heal
names 0 mkdir parent/over/below

check umount "$MNT"
drop_caches
check e2fsck -fn "$DEV"
check mount_demofs /dev/mapper/bad
check [ -d "$MNT/parent/over/below" ]
for gone in unlinked/file parent/gone parent/moved; do
	[ ! -e "$MNT/$gone" ] || fail "$gone is back"
done
check umount "$MNT"
