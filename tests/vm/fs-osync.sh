# SPDX-License-Identifier: GPL-2.0-only
# This test proves that O_SYNC and O_DSYNC writes are on the disk when they return,
# with all that is needed to find them.
# modes: mpagex dropin bh
# blocks: 1024 4096

fresh
check umount "$MNT"
dm_bad 0 0 | dm_make
for how in sync dsync; do
	check mount_demofs /dev/mapper/bad
	check fsop "open a $MNT/$how w,creat,$how" \
		"pwrite a 0 100000 4" "pwrite a 200000 100 4"
	crash
	repair
	check mount_demofs /dev/mapper/bad
	# The name is the directory's, which nobody has asked to be written.
	[ -e "$MNT/$how" ] || mv "$MNT"/lost+found/* "$MNT/$how"
	check fsop "open a $MNT/$how r" "pread a 0 100000 4" \
		"pread a 100000 100000 0" "pread a 200000 100 4" \
		"size a = 200100"
	check umount "$MNT"
done
