# SPDX-License-Identifier: GPL-2.0-only
# This test proves that files are created, looked up, found again after a cold
# mount, and that wrong names get the right errors.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 1024 4096

fresh
names 0 mknod file reg
names EEXIST mknod file reg
names ENOENT stat absent size
names ENOTDIR stat file/below size
names ENOENT mknod absent/file reg

long=$(printf '%0255d' 7)
names 0 mknod "$long" reg
names ENAMETOOLONG mknod "${long}x" reg
names 0 mkdir "dir with spaces"
names 0 mknod "dir with spaces/$(printf 'tab\tand \351')" reg

check fsop "open a $MNT/file rw" "pwrite a 0 10 1"
check fsop "open a $MNT/file rw,creat,excl = EEXIST"
before=$(tree)
remount_cold
same "$before" "$(tree)" "after a cold mount"
names 10 stat file size
names 255 statfs . namelen
