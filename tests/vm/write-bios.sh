# SPDX-License-Identifier: GPL-2.0-only
# This test proves that writing back 4 MiB of a new file and of an old one takes
# as few bios as the disk's layout and the size of a bio allow, covers each
# block once, and in order.
# modes: mpagex dropin
# blocks: 1024 2048 4096

written()
{
	bios | file_io | only_data >"$TMP/got"
	# Each block once, in order.
	awk -v want=$(((4 << 20) / BS)) '
	{
		split($2, a, "+")
		if ($1 != "W" || a[1] != n + 0)
			print "block " n + 0 ": " $0
		n = a[1] + a[2]
	}
	END { if (n != want) print n " blocks" }' "$TMP/got" >"$TMP/wrong"
	same "" "$(cat "$TMP/wrong")" "writes of the $1 file"

	# 256 pages fit into a bio, and more if they are neighbours in memory.
	expected_io W $(((4 << 20) / BS)) 1 >"$TMP/runs"
	awk -v most=$(((1 << 20) / BS)) '{
		split($2, a, "+")
		n += int((a[2] + most - 1) / most)
	} END { print n }' "$TMP/runs" >"$TMP/most"
	[ "$(wc -l <"$TMP/got")" -le "$(cat "$TMP/most")" ] ||
		fail "the $1 file: $(wc -l <"$TMP/got") bios instead of \
$(cat "$TMP/most"): $(tr '\n' ' ' <"$TMP/got")"
	[ "$(wc -l <"$TMP/got")" -ge "$(wc -l <"$TMP/runs")" ] ||
		fail "the $1 file: fewer bios than runs of blocks"
}

# By whoever is asked to, not by the flusher, who is faster on a busy host.
check sysctl -q vm.dirty_writeback_centisecs=0
fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 4M 1"
trace_start block_bio_queue
check fsop "open a $MNT/file rw" "fsync a"
trace_stop
layout file >"$TMP/layout"
written new

check fsop "open a $MNT/file rw" "pwrite a 0 4M 2"
trace_start block_bio_queue
check fsop "open a $MNT/file rw" "fsync a"
trace_stop
written old
remount_cold
check fsop "open a $MNT/file r" "pread a 0 4M 2"
