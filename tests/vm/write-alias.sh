# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a block that held a directory or pointers and then holds
# data is not overwritten by what was still cached of its earlier life.
# modes: mpagex dropin
# blocks: 1024 4096

small 6m
for round in 1 2 3; do
	# Directories and pointer blocks, dirty in memory ...
	for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
		mkdir "$MNT/dir$n"
		: >"$MNT/dir$n/entry"
		check fsop "open a $MNT/tall$n rw,creat" \
			"pwrite a 0 1 1" "pwrite a $((12 * BS)) 1 1" \
			"pwrite a $(((12 + BS / 4) * BS)) 1 1"
	done
	# ... freed, and their blocks taken for data, of which all is taken.
	rm -r "$MNT"/dir* "$MNT"/tall*
	fsop "open a $MNT/data rw,creat" "pwrite a 0 16M $round = ?" \
		>"$TMP/size"
	size=$(cat "$TMP/size")
	[ "$size" -gt $((4 << 20)) ] || fail "only $size bytes fit"
	sync
	echo 3 >/proc/sys/vm/drop_caches
	check fsop "open a $MNT/data r" "pread a 0 $size $round"
	remount_cold
	check fsop "open a $MNT/data r" "pread a 0 $size $round"
	rm "$MNT/data"
done
