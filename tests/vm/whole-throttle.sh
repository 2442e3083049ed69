# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a large write is held back when there is too much dirty
# memory, within the one call, and that then it goes on.
# modes: mpagex
# blocks: 4096

# So slow that whoever fills memory is faster, even on a busy host.
slow_demofs $((200 * SLOWNESS))
sync
limit_dirty 8

trace_start balance_dirty_pages
iovop flood "$MNT/file" 64M >"$TMP/wrote" &
pid=$!
most=0
while kill -0 $pid 2>/dev/null; do
	now=$(awk '/^nr_dirty |^nr_writeback / { n += $2 } END { print n }' \
		/proc/vmstat)
	[ "$now" -le "$most" ] || most=$now
done
wait
trace_stop
unlimit_dirty
same $((64 << 20)) "$(cat "$TMP/wrote")" "bytes written"
held=$(grep -c "balance_dirty_pages: .* paused=" "$TMP/trace")
[ "$held" -ge 4 ] || fail "held back $held times only"
most=$((most * 4))
echo "$most KiB were dirty or being written, held back $held times"
[ $most -le $((24 << 10)) ] || fail "$most KiB were dirty where 8 MiB may be"
same $((64 << 20)) "$(tr -dc w <"$MNT/file" | wc -c)" "bytes that are right"
check umount "$MNT"
