# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a directory of 2000 entries with names of all lengths
# is found whole after a cold mount, in the order in which it is read too.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 1024 4096

fresh
mkdir "$MNT/dir"
seq 1 2000 | awk '{
	name = $1
	for (i = 0; i < $1 % 60; i++)
		name = name "x"
	print name
}' >"$TMP/names"
(cd "$MNT/dir" && xargs touch <"$TMP/names") || fail "touch"
sort "$TMP/names" >"$TMP/sorted"
remount_cold
find "$MNT/dir" -type f | sed 's,.*/,,' | sort >"$TMP/found"
check cmp "$TMP/sorted" "$TMP/found"
expect 2000 dirscan "$MNT/dir" 400
expect 2000 dirscan "$MNT/dir" 400 rewind

# Every second one goes; the holes are then filled by shorter names.
(cd "$MNT/dir" && awk 'NR % 2' "$TMP/names" | xargs rm) || fail "rm"
expect 1000 dirscan "$MNT/dir"
size=$(nameop stat "$MNT/dir" size)
(cd "$MNT/dir" && seq 5001 5900 | xargs touch) || fail "touch"
names "$size" stat dir size
remount_cold
expect 1900 dirscan "$MNT/dir" 300 unlink
expect 0 dirscan "$MNT/dir"
names 0 rmdir dir
