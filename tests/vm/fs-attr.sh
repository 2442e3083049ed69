# SPDX-License-Identifier: GPL-2.0-only
# This test proves that mode, 32-bit owners and times survive a cold mount, and
# that writing clears set-user-ID.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 4096

fresh
names 0 mknod file reg
names 0 chmod file 4751
names 0 chown file 305419896 2271560481
names 0 chmod file 6751
names 0 utimes file 1000000000 1234567890
names 0 symlink nowhere link
names 0 chown link 70000 80000
names 0 mkdir dir
names 0 chmod dir 2775
names 0 mknod dir/inherits reg
remount_cold
names 106751 stat file mode
names 305419896 stat file uid
names 2271560481 stat file gid
names 1234567890 stat file mtime
names 70000 stat link uid
names 1234567890 stat file mtime
names 42775 stat dir mode

# Before 1970 is a negative number on the disk.
names 0 utimes file -1000 -2000
remount_cold
names -2000 stat file mtime

names 0 chown dir 0 4242
names 0 mknod dir/new reg
names 4242 stat dir/new gid
names 0 mkdir dir/sub
names 42755 stat dir/sub mode
check fsop "open a $MNT/file r" "user 1000" "chmod a 777 = EPERM"
names 0 chmod file 6777
check fsop "user 1000" "open a $MNT/file rw" "pwrite a 0 1 1"
names 100777 stat file mode
