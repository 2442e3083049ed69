# SPDX-License-Identifier: GPL-2.0-only
# This test proves that direct I/O that the caller does not wait for is not lost to a
# write behind the end of the file meanwhile, reads all that it is asked for where some
# of it is in the page cache, and ends, however many writes have to be synced.
# blocks: 1024 4096

# The array of pointers behind the 12th block ends a run.
fresh
check fsop "open a $MNT/cached rw,creat" "pwrite a 0 $((32 * BS)) 3" "fsync a"
drop_caches
check fsop "open a $MNT/cached r" "advise a random" \
	"pread a $((12 * BS)) $BS 3"
check aiop read "$MNT/cached" 0 $((16 * BS)) 3
check umount "$MNT"

slow_demofs 400
for how in '' direct; do
	check fsop "open a $MNT/beside rw,creat,trunc" "pwrite a 0 $((BS / 2)) 1" \
		"fsync a" "advise a dontneed"
	# shellcheck disable=SC2086 # nothing, or a word
	check aiop beside "$MNT/beside" $((BS / 2)) 2 $((8 * BS)) $how
	check fsop "open a $MNT/beside rw" "pread a 0 $((BS / 2)) 2" "fsync a" \
		"advise a dontneed" "pread a 0 $((BS / 2)) 2" \
		"pread a $((BS / 2)) $((8 * BS - BS / 2)) 0" "pread a $((8 * BS)) 512 2"
done

# 256 workers sync what has ended: more than that, on pointers that wait for data.
# The disk stands still until all writes have begun that can.
check sysctl -q vm.dirty_writeback_centisecs=0
dm_bad 0 0 | dm_become
check fsop "open a $MNT/flood rw,creat" "pwrite a 0 1M 4" "pwrite a 1M 1M 4" \
	"pwrite a 2M 1M 4" "flush a 0 3M"
check dmsetup --noudevsync suspend --noflush --nolockfs bad
(
	aiop flood "$MNT/flood" 768 5
	echo $? >"$TMP/flood"
) &
sleep 2
check dmsetup --noudevsync resume bad
within 90 [ -s "$TMP/flood" ] || fail "direct writes with O_DSYNC hang"
same 0 "$(cat "$TMP/flood")" "exit status of aiop flood"
check fsop "open a $MNT/flood rw" "pread a 0 1M 5" "pread a 1M 1M 5" \
	"pread a 2M 1M 5"
check umount "$MNT"
check e2fsck -fn "$DEV"
