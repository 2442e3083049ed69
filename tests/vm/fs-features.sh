# SPDX-License-Identifier: GPL-2.0-only
# This test proves that an unknown incompatible feature refuses the mount and an
# unknown read-only one a writable mount, each with a message.
# modes: dropin
# blocks: 4096

feature()
{
	debugfs -w -R "set_super_value $1 $2" "$DEV" >/dev/null 2>&1
}

fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 10K 1"
check umount "$MNT"
incompat=$((0x2))
ro=$((0x1))

feature feature_incompat $((incompat | 0x40000000))
expect_log 'demofs \(.*unknown features 0x40000000'
names EINVAL mount "$DEV" "$MNT" demofs "io=$IO"
names EINVAL mount "$DEV" "$MNT" demofs "io=$IO" ro
# Extents: a file system of ext4's.
feature feature_incompat $((incompat | 0x40))
names EINVAL mount "$DEV" "$MNT" demofs "io=$IO" ro
feature feature_incompat $incompat

feature feature_ro_compat $((ro | 0x40000000))
expect_log 'demofs \(.*0x40000000.*-o ro'
names EROFS mount "$DEV" "$MNT" demofs "io=$IO"
names 0 mount "$DEV" "$MNT" demofs "io=$IO" ro
check fsop "open a $MNT/file r" "pread a 0 10K 1"
names EROFS mount none "$MNT" demofs "io=$IO" remount
check umount "$MNT"
feature feature_ro_compat $ro

# An unknown compatible one changes nothing.
feature feature_compat $((0x20000000))
names 0 mount "$DEV" "$MNT" demofs "io=$IO"
names 0 mknod new reg
check umount "$MNT"
feature feature_compat 0
