# SPDX-License-Identifier: GPL-2.0-only
# This test proves renames of files and directories: over a target, across
# directories with ".." and link counts kept, exchanged, not replacing, and the
# ones that must be refused.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 1024 4096

fresh
inode()
{
	nameop stat "$MNT/$1" ino
}

names 0 mknod a reg
names 0 mknod b reg
names 0 mkdir d
names 0 mkdir e
a=$(inode a)
d=$(inode d)

names 0 rename a c
names ENOENT stat a ino
names "$a" stat c ino
names EEXIST rename c b noreplace
names 0 rename c a2 noreplace
names 0 rename a2 b
names "$a" stat b ino
names 1 stat b nlink

# Across directories: ".." and both parents' counts must follow.
names 0 mknod d/file reg
names 0 rename d e/d
names "$d" stat e/d/../d ino
names "$(inode e)" stat e/d/.. ino
names 3 stat e nlink
names 4 stat . nlink
names EINVAL rename e e/d/e
names ENOTDIR rename e e/d/file/x

names EISDIR rename b e
names ENOTDIR rename e b
names 0 mkdir d2
names ENOTEMPTY rename d2 e
names 0 mkdir empty
names 0 rename d2 empty
names ENOENT stat d2 ino

names 0 rename b e/d exchange
names "$a" stat e/d ino
names "$d" stat b ino
names "$(inode .)" stat b/.. ino
names 2 stat e nlink
names 0 rename b empty exchange
names 0 rename b e exchange
names ENOENT rename empty absent exchange
names EINVAL rename b e noflag

names 0 mknod onto reg
names 0 link onto onto2
names 0 rename onto onto2
names 2 stat onto nlink
names 0 mknod x reg
names 0 rename x onto
names 1 stat onto2 nlink

before=$(tree)
remount_cold
same "$before" "$(tree)" "after a cold mount"
