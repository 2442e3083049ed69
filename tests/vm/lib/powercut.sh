# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# For tests that cut the power: a disk in memory whose writes are logged, worked
# upon, and replayed up to many moments. Sourced by lib.sh.

# powercut_disks MIB: /dev/ram0, to work on, and two more to replay on. Full of
# what no file may show.
powercut_disks()
{
	rmmod brd 2>/dev/null	# which another test may have wanted smaller
	modprobe brd rd_nr=3 rd_size=$(($1 * 1024)) || skip "no RAM disk"
	modprobe -q dm-mod || :
	modprobe dm-log-writes || skip "no dm-log-writes"
	yes OLD-CONTENTS-OF-THE-DISK | head -c $(($1 * 1048576)) |
		dd of=/dev/ram0 bs=64k 2>/dev/null
}

# powercut_log: from now on /dev/mapper/cut is /dev/ram0, and $DEV2 has the log.
powercut_log()
{
	sync
	dd if=/dev/ram0 of="$TMP/base" bs=1M 2>/dev/null
	echo "0 $(blockdev --getsz /dev/ram0) log-writes /dev/ram0 $DEV2" |
		dmsetup --noudevsync create cut || fail "dmsetup create"
	dmsetup mknodes cut
}

# hasty CMD...: while it runs, the kernel writes back what is dirty at once.
hasty()
{
	vm=/proc/sys/vm
	writeback=$(cat $vm/dirty_writeback_centisecs)
	expire=$(cat $vm/dirty_expire_centisecs)
	echo 1 >$vm/dirty_writeback_centisecs
	echo 1 >$vm/dirty_expire_centisecs
	"$@"
	code=$?
	echo "$writeback" >$vm/dirty_writeback_centisecs
	echo "$expire" >$vm/dirty_expire_centisecs
	return $code
}

# powercut SEED OPERATIONS ARGUMENTS: work, then cut the power as cutcheck, which
# gets the ARGUMENTS too, has it. Its status.
powercut()
{
	seed=$1
	operations=$2
	shift 2
	mib=8
	[ "$BS" = 1024 ] || mib=16
	powercut_disks $mib
	check mkfs.demofs -q -F -b "$BS" -N 512 -E nodiscard /dev/ram0
	check mount_demofs /dev/ram0
	check mkdir "$MNT/a" "$MNT/b"
	check umount "$MNT"
	powercut_log
	check mount_demofs /dev/mapper/cut
	hasty cutwork "$seed" "$operations" "$MNT" cut "$TMP/steps" ||
		fail "cutwork: $?"
	check umount "$MNT"
	check dmsetup --noudevsync remove cut
	cutcheck -s "$seed" -o "io=$IO" "$@" "$DEV2" "$TMP/base" "$TMP/steps" \
		"$BS" /dev/ram1 /dev/ram2
	code=$?
	check rmmod brd
	return $code
}
