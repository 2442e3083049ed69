# SPDX-License-Identifier: GPL-2.0-only
# This test proves that on a full disk a name is entered wherever its directory has
# room for it, even if longer names found none there.
# modes: mpagex dropin
# full-modes: mpagex dropin mpage bh
# blocks: 1024 4096

small 8m
check mkdir "$MNT/dir"
long=$(printf '%0200d' 0)
short=$(printf '%020d' 0)
# Each block is left with less than a long name takes.
n=0
check touch "$MNT/file"
while [ "$(stat -c %s "$MNT/dir")" -le $((2 * BS)) ]; do
	check ln "$MNT/file" "$MNT/dir/$long$n"
	n=$((n + 1))
done
dd if=/dev/zero of="$MNT/filler" bs=64k 2>/dev/null
dd if=/dev/zero of="$MNT/filler" bs="$BS" oflag=append conv=notrunc 2>/dev/null
names 0 statfs . bfree
for name in "$long" "$short"; do
	n=0
	while ln "$MNT/file" "$MNT/dir/$name-$n" 2>/dev/null; do
		n=$((n + 1))
	done
	[ $n -gt 0 ] || fail "the last block has room for $name"
done
# Who begins to look at the start finds no more.
remount_cold
names ENOSPC link file "dir/$short-more"
