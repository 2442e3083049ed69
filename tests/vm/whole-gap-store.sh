# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a store into a gap behind a file's old end, by who has seen
# the new end, is not lost, however close to the change of size it comes.
# modes: mpagex
# blocks: 1024
# timeout: 300

fresh
for how in truncate write direct; do
	check gapstore "$MNT/file" 1500 $how
done
check umount "$MNT"
check e2fsck -fn "$DEV"
