# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2154 # peer and block are those of who sources it
# For the guest's part of benchmarks, which sources this: a RAM disk, and making and
# mounting $peer, with blocks of $block bytes, on $disk at $mnt. Peers are demofs's
# io= modes, with -noboundary behind them or not; ext2x, ext2s, ext4, ext4-ind, xfs,
# exfat, raw; and $FSTYPE, if it is another filesystem.

# shellcheck source=tests/vm/lib/own.sh
. /t/tests/vm/lib/own.sh
mnt=/mnt
disk=$DEV

stop()
{
	echo "${0##*/}: $*"
	exit 1
} >&2

quietly()
{
	"$@" >/tmp/said 2>&1 || stop "$*: $(cat /tmp/said)"
}

# ram_disk MIB: all of its pages are there before anybody is measured.
ram_disk()
{
	disk=/dev/ram0
	quietly modprobe brd rd_nr=1 rd_size=$(($1 * 1024))
	dd if=/dev/zero of=$disk bs=1M 2>/dev/null
}

# zero_disk MIB: one in memory that has no pages for what is all zeros.
zero_disk()
{
	disk=/dev/zram0
	quietly modprobe zram
	echo "${1}M" >/sys/block/zram0/disksize || stop "no zram of $1 MiB"
}

mount_peer()
{
	case $peer in
	"${FSTYPE-}")	mount_own "$disk" $mnt ;;
	raw)		;;
	ext4*)		mount -t ext4 "$disk" $mnt ;;
	ext2? | exfat | xfs) mount -t "$peer" "$disk" $mnt ;;
	*-noboundary)	mount -t demofs -o "io=${peer%-*},noboundary" "$disk" $mnt ;;
	*)		mount -t demofs -o "io=$peer" "$disk" $mnt ;;
	esac || stop "cannot mount $peer"
}

# A new one, mounted. Discarding would give a RAM disk's pages back, to be allocated
# again by the first who writes.
make_peer()
{
	dd if=/dev/zero of="$disk" bs=1M count=4 2>/dev/null
	case $peer in
	"${FSTYPE-}")	on_device "$MKFS" "$disk" ;;
	raw)		;;
	xfs)		mkfs.xfs -q -f -K -b "size=$block" "$disk" ;;
	ext4)		/tools/bin/mke2fs -q -F -t ext4 -E nodiscard -b "$block" "$disk" ;;
	ext4-ind)	/tools/bin/mke2fs -q -F -t ext4 -O ^extent,^64bit -E nodiscard \
				-b "$block" "$disk" ;;
	exfat)		mkfs.exfat -c "$block" "$disk" ;;
	ext2?)		/tools/bin/mke2fs -q -F -t ext2 -E nodiscard -b "$block" "$disk" ;;
	*)		mkfs.demofs -q -F -E nodiscard -b "$block" "$disk" ;;
	esac >/tmp/said 2>&1 || stop "cannot make $peer: $(cat /tmp/said)"
	mount_peer
}
