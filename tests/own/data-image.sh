# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a filesystem that is only read gives back every file that
# its image was made from (MKFS takes /tmp/tree): read in order, by windows of
# read-ahead of several sizes and by single pages, and from the end backwards.

tree=/tmp/tree

make_tree()
{
	rm -rf $tree
	mkdir -p $tree/deep/er
	for size in 1 2047 2048 2049 4096 5000 131072 300001 5000001; do
		head -c $size /dev/urandom >$tree/deep/er/$size
	done
	: >$tree/deep/er/0
}

# The blocks of 4 KiB of FILE, the last one first.
backwards()
{
	block=$((($(stat -c %s "$1") + 4095) / 4096))
	while [ $((block -= 1)) -ge 0 ]; do
		dd if="$1" bs=4k skip=$block count=1 2>/dev/null
	done
}

make_tree
check mkfs_own
for window in 0 16 128 4096; do
	drop_caches
	readahead_kb $window
	check mount_own
	for file in "$tree"/deep/er/*; do
		check cmp "$file" "$MNT/deep/er/${file##*/}"
	done
	check umount "$MNT"
done
check mount_own
file=deep/er/300001
same "$(backwards $tree/$file | md5sum)" "$(backwards "$MNT/$file" | md5sum)" \
	"checksum of $file backwards"
rm -rf $tree /tmp/image
