# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a disk that goes away in mid-I/O, of whatever driver, is an
# error for all who use it and a hang for none, that its file system can be
# unmounted, and that nothing holds the driver then.
# modes: mpagex
# blocks: 4096
# full-modes: mpagex dropin mpage bh
# full-blocks: 1024 4096
# timeout: 240
# full-timeout: 400

nofsck

# unplugged DRIVER DISK CMD...: CMD takes the disk away.
unplugged()
{
	driver=$1
	disk=$2
	shift 2
	check mkfs.demofs -q -F -b "$BS" "$disk"
	check mount_demofs "$disk"
	start_load
	usleep 700000
	! [ -s "$TMP/ended" ] || fail "$driver: the load did not last"
	"$@" || fail "$driver: cannot unplug it"
	# What touches no disk may go on for ever; nothing new can be saved.
	load_ended 20 || touch "$TMP/stop"
	load_ended 20 || {
		show_load
		fail "$driver: someone hangs"
	}
	got=$(fsop "open a $MNT/write rw" "pwrite a 0 64K 9" "fsync a" 2>&1)
	case $got in
	*EIO*)	;;
	*)	fail "$driver: a write came to '$got'" ;;
	esac
	check umount "$MNT"
	[ "$(cat /sys/module/demofs/refcnt)" = 0 ] ||
		fail "$driver: demofs is still in use"
}

# gone DISK: what the log says then. Before 6.6 nobody tells the file system.
gone()
{
	case $(uname -r) in
	6.[1-5].*)	;;
	*)		expect_log "demofs \\(${1##*/}\\): the disk is gone" ;;
	esac
}

dm_bad 0 0 | dm_make
# Requests that wait for a suspended device then meet one that has no sector.
unplug_dm()
{
	dmsetup --noudevsync suspend --noflush --nolockfs bad &&
	usleep 300000 &&
	dm_bad 0 "$(blockdev --getsz "$DEV")" |
		dmsetup --noudevsync load bad &&
	dmsetup --noudevsync resume bad
}
unplugged dm /dev/mapper/bad unplug_dm
check dmsetup --noudevsync remove bad

if modprobe -q scsi_debug dev_size_mb=64 delay=1; then
	modprobe -q sd_mod
	polls=50
	until set -- /sys/bus/pseudo/drivers/scsi_debug/adapter0/host*/target*/*/block/sd* &&
	      [ -b "/dev/${1##*/}" ]; do
		[ $((polls -= 1)) -gt 0 ] || fail "no scsi_debug disk"
		usleep 100000
	done
	unplug_scsi()
	{
		echo 1 >"$sysfs/device/delete"
	}
	sysfs=$1
	gone "$1"
	unplugged scsi_debug "/dev/${1##*/}" unplug_scsi
	check rmmod scsi_debug
fi

if modprobe -q null_blk nr_devices=0; then
	mount -t configfs config /sys/kernel/config 2>/dev/null
	null=/sys/kernel/config/nullb/nullb0
	if [ -d $null ]; then	# of a run that failed
		echo 0 >"$null/power"
		check rmdir $null
	fi
	check mkdir $null
	for setting in size=64 memory_backed=1 blocksize=512 power=1; do
		echo "${setting#*=}" >"$null/${setting%%=*}" || fail "$setting"
	done
	name=/dev/nullb0
	[ -b $name ] || name=/dev/nullb$(cat $null/index)
	unplug_null()
	{
		echo 0 >"$null/power"
	}
	gone "$name"
	unplugged null_blk "$name" unplug_null
	check rmdir $null
	check rmmod null_blk
fi
