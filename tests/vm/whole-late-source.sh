# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a write whose memory goes away after it has been looked at,
# while the write waits for the disk, writes all there still is and says so, and
# shows nothing else: neither what the disk held, nor zeros over old data.
# modes: mpagex
# blocks: 1024 4096

yes OLD-CONTENTS-OF-THE-DISK | head -c 33554432 | dd of="$DEV" bs=64k 2>/dev/null
check mkfs.demofs -q -F -b "$BS" -E nodiscard "$DEV" 32m
modprobe -q dm-mod || :
dm_bad 0 0 | dm_make
check mount_demofs /dev/mapper/bad

# late FILE OFF LEN AT: such a write of pattern 2, to a file that is not in memory.
late()
{
	remount_cold /dev/mapper/bad
	stat "$MNT/$1" >"$TMP/stat"
	dmsetup --noudevsync suspend --nolockfs bad || fail "suspend"
	torn late "$MNT/$1" "$2" "$3" "$4" 2 >"$TMP/late" &
	within 10 grep -q gone "$TMP/late" || echo "never waited for the disk"
	dmsetup --noudevsync resume bad
	wait $!
	same "gone $4 " "$(tr '\n' ' ' <"$TMP/late")" "$1, $3 bytes at $2"
}

# Old data, of which nothing is in memory: in the middle of a block, in the first
# block, in the last one, between two blocks.
n=0
for shape in "100 10000 5000" "100 10000 20" "8192 $((BS + 100)) $((BS + 7))" \
	     "8292 $((2 * BS)) $((BS - 100))" "8292 40000 30001"; do
	# shellcheck disable=SC2086 # three numbers
	set -- $shape
	n=$((n + 1))
	check fsop "open a $MNT/old$n rw,creat" "pwrite a 0 64K 1" "fsync a"
	late old$n "$@"
	for look in memory disk; do
		check fsop "open a $MNT/old$n r" "pread a 0 $1 1" \
			"pread a $1 $3 2" \
			"pread a $(($1 + $3)) $((65536 - $1 - $3)) 1"
		[ $look = disk ] || remount_cold /dev/mapper/bad
	done
done

# New blocks in a hole, when the block that has the pointers is still to be read.
n=0
for shape in "100 $((3 * BS)) $((BS + 20))" "0 $((3 * BS)) 20" \
	     "50 $((3 * BS)) $((2 * BS - 50))" "50 $((3 * BS)) 1"; do
	# shellcheck disable=SC2086 # three numbers
	set -- $shape
	n=$((n + 1))
	off=$((16 * BS + $1))
	end=$((40 * BS))
	check fsop "open a $MNT/hole$n rw,creat" "pwrite a $end $BS 1" "fsync a"
	late hole$n $off "$2" "$3"
	for look in memory disk; do
		check fsop "open a $MNT/hole$n r" "pread a 0 $off 0" \
			"pread a $off $3 2" \
			"pread a $((off + $3)) $((end - off - $3)) 0" \
			"pread a $end $BS 1"
		[ $look = disk ] || remount_cold /dev/mapper/bad
	done
done
check umount "$MNT"
check dmsetup --noudevsync remove bad
