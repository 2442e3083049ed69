# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a boundary ends the bio being written, and that the new
# pointer block right behind it is written after all of the data that it leads to,
# with the flag and without.
# modes: mpagex dropin mpage
# blocks: 1024 4096

fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 $((20 * BS)) 1"
trace_start block_bio_queue
check fsop "open a $MNT/file rw" "fsync a"
trace_stop
layout file >"$TMP/layout"
same "W 0+12 W 12+8 W IND+1 " "$(bios | file_io | tr '\n' ' ')" "with boundary"

export OPTS=noboundary
fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 $((20 * BS)) 1"
trace_start block_bio_queue
check fsop "open a $MNT/file rw" "fsync a"
trace_stop
layout file >"$TMP/layout"
same "W 0+12 W 12+8 W IND+1 " "$(bios | file_io | tr '\n' ' ')" "without"
