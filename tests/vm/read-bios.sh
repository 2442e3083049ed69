# SPDX-License-Identifier: GPL-2.0-only
# This test proves how a file of 4 MiB is read in order, bio by bio: cut at the
# end of each readahead window, where the disk's blocks are not adjacent, and
# with boundary after the last pointer of an array; nowhere else. All of them
# are marked as readahead. Which of two windows comes first is not looked at: what
# is behind a boundary may be left to a worker.
# modes: mpagex dropin

for flag in boundary noboundary; do
	export OPTS=$flag
	fresh
	check fsop "open a $MNT/file rw,creat" "pwrite a 0 4M 1" "fsync a"
	layout file >"$TMP/layout"
	remount_cold
	readahead_kb 1024
	trace_start block_bio_queue
	check fsop "open a $MNT/file r" "pread a 0 4M 1"
	trace_stop
	readahead_kb 128
	bios | file_io | only_data | sort -k 2n >"$TMP/got"
	expected_io R $(((1 << 20) / BS)) $((${#flag} == 8)) |
		sort -k 2n >"$TMP/want"
	same "$(cat "$TMP/want")" "$(cat "$TMP/got")" "bios with $flag"
	grep block_bio_queue "$TMP/trace" | grep -q ' RA ' ||
		fail "no bio is marked as readahead"
	bios | file_io | grep -c IND >"$TMP/pointers"
	awk '$1 !~ /^[0-9]/' "$TMP/layout" | wc -l >"$TMP/exist"
	same "$(cat "$TMP/exist")" "$(cat "$TMP/pointers")" "reads of pointers"
done
