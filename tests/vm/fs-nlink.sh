# SPDX-License-Identifier: GPL-2.0-only
# This test proves that nothing gets more than 32000 links.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 4096

fresh
mkdir "$MNT/dir" "$MNT/dir/child"
check fsop "open a $MNT/file w,creat"
check umount "$MNT"
debugfs -w -R "set_inode_field /dir links_count 31999" "$DEV" 2>/dev/null
debugfs -w -R "set_inode_field /file links_count 31999" "$DEV" 2>/dev/null
check mount_demofs
names 31999 stat dir nlink
names 0 mkdir dir/last
names EMLINK mkdir dir/more
names 0 mkdir elsewhere
names EMLINK rename elsewhere dir/moved
names 0 mknod dir/file reg
names 0 link file last
names EMLINK link file more
names 32000 stat file nlink
check umount "$MNT"
debugfs -w -R "set_inode_field /dir links_count 4" "$DEV" 2>/dev/null
debugfs -w -R "set_inode_field /file links_count 2" "$DEV" 2>/dev/null
