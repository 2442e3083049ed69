# SPDX-License-Identifier: GPL-2.0-only
# This test proves that mounting, using and unmounting leaves no buffer head
# behind, also when the superblock was read in another block size than its own,
# and when the mount is refused for what is behind it.
# modes: mpagex

# The buffer heads that are left when all that can be freed has been.
buffer_heads()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
	echo 1 >/sys/kernel/slab/buffer_head/shrink
	usleep 100000
	awk '$1 == "buffer_head" { print $2 }' /proc/slabinfo
}

# cycle COUNT: half of the mounts are refused.
cycle()
{
	i=0
	while [ $((i += 1)) -le "$1" ]; do
		check mount -t demofs -o "io=$IO" "$DEV" "$MNT"
		echo "$i" >"$MNT/file"
		check umount "$MNT"
		mount -t demofs -o "io=$IO" "$DEV2" "$MNT" 2>/dev/null &&
			fail "a disk without inode tables was mounted"
	done
}

expect_log 'demofs .*: '
check mkfs.demofs -q -F -b "$BS" "$DEV" 16m
check mkfs.demofs -q -F -b "$BS" "$DEV2" 16m
# The descriptors are in the block behind the superblock's.
at=$((BS == 1024 ? 2048 : BS))
check dd if=/dev/zero of="$DEV2" bs=1 seek=$at count=32 conv=notrunc 2>/dev/null

cycle 2
before=$(buffer_heads)
cycle 40
after=$(buffer_heads)
echo "$before buffer heads, $after after 80 mounts"
[ $((after - before)) -lt 40 ] || fail "$before buffer heads have become $after"
