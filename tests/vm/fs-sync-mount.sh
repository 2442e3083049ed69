# SPDX-License-Identifier: GPL-2.0-only
# This test proves that with -o sync a change of names or of an inode is on the disk,
# and not in its cache only, when the call returns.
# modes: mpagex dropin
# full-modes: mpagex dropin mpage bh
# blocks: 4096

fresh
check mount -o remount,sync "$MNT"
check fsop "open a $MNT/file rw,creat" "pwrite a 0 100K 1"
for change in "mkdir dir" "mknod node reg" "rename node dir/node" "link file other" \
	"unlink other" "rmdir dir2" "chmod file 600" "truncate file 50000" \
	"truncate file 4096" "utimes dir 1 1"; do
	[ "$change" != "rmdir dir2" ] || names 0 mkdir dir2
	trace_start block_rq_issue
	# shellcheck disable=SC2086 # words
	names 0 $change
	writes_so_far
	grep -q W "$TMP/order" || fail "$change: nothing was written"
	same F "$(tail -n 1 "$TMP/order")" "$change: the last thing that the disk got"
done
