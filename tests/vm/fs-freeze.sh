# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a frozen file system is clean on the disk, which nothing
# writes to, not even sync; that writers wait, and that they go on after the thaw.
# modes: mpagex dropin
# blocks: 4096

fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 100K 1"
check fsfreeze --freeze "$MNT"
check e2fsck -fn "$DEV"
debugfs -R "dump /file $TMP/copy" "$DEV" 2>/dev/null
check fsop "open a $TMP/copy r" "pread a 0 100K 1"
trace_start block_rq_issue
sync
check sync -f "$MNT/file"
trace_stop
written=$(requests | grep W)
(
	nameop mknod "$MNT/late" reg >/dev/null
	fsop "open a $MNT/late rw" "pwrite a 0 10 2"
) &
writer=$!
sleep 1
kill -0 $writer || fail "a writer did not wait"
check fsop "open a $MNT/file r" "pread a 0 100K 1"
check fsfreeze --unfreeze "$MNT"
same "" "$written" "written to a frozen file system"
wait $writer || fail "the writer failed after the thaw"
check fsop "open a $MNT/late r" "pread a 0 10 2"
