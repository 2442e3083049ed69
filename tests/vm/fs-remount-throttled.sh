# SPDX-License-Identifier: GPL-2.0-only
# This test proves that remounting goes on while a writer, with its file
# locked, is held back because too much memory is dirty: the kernel's own flusher
# passes a filesystem by that is being remounted.
# modes: mpagex dropin
# blocks: 4096
# timeout: 120

slow_demofs 20
sync
limit_dirty 4

# New files, so that there are blocks to settle; and one call each, so that the lock
# is held all the time.
flood()
{
	for round in 1 2 3 4; do
		iovop flood "$MNT/$1.$round" 16M >/dev/null || return
	done
}

flood a &
a=$!
flood b &
b=$!
remounts=0
while kill -0 $a 2>/dev/null || kill -0 $b 2>/dev/null; do
	check mount -o remount "$MNT"
	remounts=$((remounts + 1))
done
wait $a || fail "a writer failed"
wait $b || fail "another writer failed"
unlimit_dirty
echo "$remounts remounts"
[ $remounts -ge 2 ] || fail "the writers were done after $remounts remounts"
same $((16 << 20)) "$(tr -dc w <"$MNT/a.4" | wc -c)" "bytes that are right"
check umount "$MNT"
