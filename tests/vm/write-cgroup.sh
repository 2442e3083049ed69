# SPDX-License-Identifier: GPL-2.0-only
# This test proves that write-back is charged to the control group that made the
# pages dirty, whoever writes them.
# blocks: 4096

groups=$TMP/cgroup
mkdir "$groups"
mount -t cgroup2 none "$groups" 2>/dev/null || skip "no cgroup2 in this kernel"
done_with_it()
{
	echo $$ >"$groups/cgroup.procs"
	rmdir "$groups/writer" 2>/dev/null
	umount "$groups"
}

echo "+memory +io" >"$groups/cgroup.subtree_control" 2>/dev/null ||
	echo "+io" >"$groups/cgroup.subtree_control" 2>/dev/null || {
	done_with_it
	skip "no control of io"
}
grep -q memory "$groups/cgroup.controllers" || {
	done_with_it
	skip "no control of memory, which write-back needs"
}
mkdir "$groups/writer"
fresh
number=$(cat "/sys/block/${DEV##*/}/dev")
(
	echo 0 >"$groups/writer/cgroup.procs"
	exec fsop "open a $MNT/file rw,creat" "pwrite a 0 4M 1"
) || fail "the writer"
# By the flusher's thread, not by whoever asks.
sync
cat "$groups/writer/io.stat" >"$TMP/stat"
charged=$(sed -n "s/^$number .*wbytes=\([0-9]*\).*/\1/p" "$TMP/stat")
done_with_it
[ "${charged:-0}" -ge $((4 << 20)) ] ||
	fail "the writer's group was charged ${charged:-0} bytes: $(cat "$TMP/stat")"
