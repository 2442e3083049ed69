# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a large write is held back when there is too much dirty
# memory, within the one call, and that then it goes on.
# modes: mpagex
# blocks: 4096
# timeout: 240

slow_demofs 0
# Where the blocks are is in memory then: the write waits for memory alone.
same $((64 << 20)) "$(iovop flood "$MNT/file" 64M)" "bytes written"
sync

held()
{
	grep "balance_dirty_pages: .* paused=" "$tracing/trace" | tail -n +4 | grep -q .
}

hold_disk
limit_dirty 8
trap 'unlimit_dirty; release_disk' EXIT
trace_start balance_dirty_pages
iovop flood "$MNT/file" 64M >"$TMP/wrote" &
pid=$!
within 60 held || fail "not held back"
dirty=$(awk '/^nr_dirty |^nr_writeback / { n += $2 } END { print n * 4 }' /proc/vmstat)
kill -0 $pid || fail "done while the disk answers nothing"
unlimit_dirty
release_disk
wait
trace_stop
echo "$dirty KiB were dirty or being written"
[ "$dirty" -le $((24 << 10)) ] || fail "$dirty KiB were dirty where 8 MiB may be"
same $((64 << 20)) "$(cat "$TMP/wrote")" "bytes written"
same $((64 << 20)) "$(tr -dc w <"$MNT/file" | wc -c)" "bytes that are right"
check umount "$MNT"
