# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a readahead window is mapped with one get_block call for
# each array of pointers in it, however many folios share the answer.
# modes: mpagex dropin
# blocks: 1024 4096

fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 4M 1"
remount_cold
readahead_kb 1024
calls=$(count_calls demofs_get_block fsop "open a $MNT/file r" \
	"pread a 0 4M 1")
readahead_kb 128

# A call for each piece of an array that is in one of the four windows.
wanted=$(awk -v blocks=$(((4 << 20) / BS)) -v window=$(((1 << 20) / BS)) \
	-v per=$((BS / 4)) 'BEGIN {
		for (b = 0; b < blocks; b++)
			if (b % window == 0 || (b >= 12 && (b - 12) % per == 0))
				n++
		print n
	}')
same "$wanted" "$calls" "calls of get_block"
