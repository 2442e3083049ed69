# SPDX-License-Identifier: GPL-2.0-only
# This test proves that write-back is charged to the control group that made the
# pages dirty, whoever writes them.
# blocks: 4096

# Write-back needs memory to be told apart, too.
mount_groups memory io
mkdir "$groups/writer"
fresh
in_group writer fsop "open a $MNT/file rw,creat" "pwrite a 0 4M 1" ||
	fail "the writer"
# By the flusher's thread, not by whoever asks.
sync
charged=$(charged_to writer w)
drop_groups
[ "$charged" -ge $((4 << 20)) ] ||
	fail "the writer's group was charged $charged bytes: $(cat "$TMP/stat")"
