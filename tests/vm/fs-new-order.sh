# SPDX-License-Identifier: GPL-2.0-only
# This test proves that what is new and has a block of its own, a directory or a
# symlink with a long target, is in the inode table before a name leads there; and
# that a link to it writes nothing where another inode still is.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 4096

# made WHAT: made by then, in the root directory.
made()
{
	order_of_writes
	at=$(inode_block "/$1")
	[ "$at" != "$(inode_block /)" ] || fail "$1: in the same block as the root"
	flushed_between "$(sectors "$at")" "$(dir_sector /)" "$1"
}

long=$(printf '%0100u' 0)
fresh
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
# The first block of the inode table is the root's, and written for that.
for i in $(seq 40); do
	names 0 mknod "old$i" reg
done
check sync
for what in mkdir "symlink $long"; do
	trace_start block_rq_issue
	# shellcheck disable=SC2086 # two words
	check nameop $what "$MNT/${what%% *}"
	made "${what%% *}"
done

# A file is removed, a symlink gets its inode, and that a link.
names 0 symlink short before
ino=$(nameop stat "$MNT/before" ino)
check sync
names 0 unlink before
check sync
names 0 symlink "$long" later
same "$ino" "$(nameop stat "$MNT/later" ino)" "the inode used again"
names 0 link later linked
debugfs -R "stat <$ino>" "$DEV" 2>/dev/null | grep -q 'Links: 0' ||
	fail "links are given to who had the inode before"
remount_cold
names "$long" readlink later
names "$long" readlink linked
names 2 stat later nlink
