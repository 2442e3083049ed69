# SPDX-License-Identifier: GPL-2.0-only
# This test proves that an unknown incompatible feature refuses the mount and an
# unknown read-only one a writable mount, each with a message.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 4096

# feature OFFSET VALUE: one of the superblock's three words of features.
feature()
{
	damage $((1024 + $1)) "$(printf '\\0%03o' $(($2 & 255)) \
		$(($2 >> 8 & 255)) $(($2 >> 16 & 255)) $(($2 >> 24 & 255)))"
}

compat=92
incompat=96
ro_compat=100
fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 10K 1"
check umount "$MNT"
filetype=$((0x2))
sparse=$((0x1))

feature $incompat $((filetype | 0x40000000))
expect_log 'demofs \(.*unknown features 0x40000000'
names EINVAL mount "$DEV" "$MNT" demofs "io=$IO"
names EINVAL mount "$DEV" "$MNT" demofs "io=$IO" ro
# Extents: a file system of ext4's.
feature $incompat $((filetype | 0x40))
names EINVAL mount "$DEV" "$MNT" demofs "io=$IO" ro
feature $incompat $filetype

feature $ro_compat $((sparse | 0x40000000))
expect_log 'demofs \(.*0x40000000.*-o ro'
names EROFS mount "$DEV" "$MNT" demofs "io=$IO"
names 0 mount "$DEV" "$MNT" demofs "io=$IO" ro
check fsop "open a $MNT/file r" "pread a 0 10K 1"
names EROFS mount none "$MNT" demofs "io=$IO" remount
check umount "$MNT"
feature $ro_compat $sparse

# An unknown compatible one changes nothing.
feature $compat $((0x20000000))
names 0 mount "$DEV" "$MNT" demofs "io=$IO"
names 0 mknod new reg
check umount "$MNT"
feature $compat 0

# But for the one that has backups where nobody else has them.
expect_log 'demofs \(.*sparse_super2'
check mkfs.ext2 -q -F -b "$BS" -g 4096 -O none,sparse_super2,filetype "$DEV" 100m
names EINVAL mount "$DEV" "$MNT" demofs "io=$IO" ro
