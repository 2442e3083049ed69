# SPDX-License-Identifier: GPL-2.0-only
# This test proves of the part of a readahead window that is left to a worker, since
# it lies behind an indirect block that is still to come from the disk: all of it
# is charged to the control group of who has asked for it; he can close the file
# and be gone, unmounting then waits, and so does truncating; and it arrives. The
# windows behind it do not come to the disk before it.
# modes: mpagex
# blocks: 1024 4096
# timeout: 200

file=$MNT/file
size=$((60 * BS))
slow()
{
	echo "0 $(blockdev --getsz "$DEV") delay $DEV 0 $1"
}

check mkfs.demofs -q -F -b "$BS" "$DEV" 160m
modprobe -q dm-mod || :
modprobe -q dm-delay || skip "no dm-delay in this kernel"
slow 0 | dm_make
check mount_demofs /dev/mapper/bad
check fsop "open a $file rw,creat" "pwrite a 0 $size 1" "fsync a"
slow 100 | dm_become

# left_by CMD...: it, the disk slow and nothing of the file in memory, traced.
left_by()
{
	remount_cold /dev/mapper/bad
	stat "$file" >/dev/null
	mpagex_start block_bio_queue
	check "$@"
}

was_left()
{
	trace_stop
	same 1 "$(fields map_ahead pos | grep -cx $((12 * BS)))" "left, $1"
	same 1 "$(grep ' mpagex_submit: ' "$TMP/trace" |
		grep "pos $((12 * BS)) " | grep -c '^ *kworker')" "by a worker, $1"
}

ask="advise a willneed"
left_by fsop "open a $file r" "$ask"
check umount "$MNT"
was_left "unmounting"
check mount_demofs /dev/mapper/bad

left_by fsop "open a $file rw" "$ask" "ftruncate a $((20 * BS))"
was_left "truncating"
check fsop "open a $file rw" "pread a 0 $((20 * BS)) 1" "ftruncate a 0" \
	"pwrite a 0 $size 1" "fsync a"

left_by fsop "open a $file r" "$ask" "pread a 0 $size 1"
was_left "reading"

# Windows meet boundaries that are asked for in mid-window.
check fsop "open a $file rw" "pwrite a 0 $((2000 * BS)) 1" "fsync a"
left_by dd if="$file" of=/dev/null bs=16k 2>/dev/null
trace_stop
bios /dev/mapper/bad | grep '^R' | cut -d ' ' -f 2 >"$TMP/sectors"
[ "$(wc -l <"$TMP/sectors")" -gt 8 ] || fail "few bios: $(cat "$TMP/sectors")"
check sort -nc "$TMP/sectors"
check fsop "open a $file rw" "ftruncate a $size"

mount_groups io
mkdir "$groups/reader"
left_by in_group reader fsop "open a $file r" "$ask" "pread a 0 $size 1"
was_left "in a group"
charged=$(charged_to reader r)
drop_groups
[ "$charged" -ge "$size" ] ||
	fail "the reader's group was charged $charged bytes: $(cat "$TMP/stat")"
check umount "$MNT"
