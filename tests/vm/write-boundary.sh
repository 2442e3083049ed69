# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a boundary ends the bio being written, and that the
# pointer block right behind it, if it is dirty, is written next.
# modes: mpagex dropin mpage
# blocks: 1024 4096

fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 $((20 * BS)) 1"
trace_start block_bio_queue
check fsop "open a $MNT/file rw" "fsync a"
trace_stop
layout file >"$TMP/layout"
same "W 0+12 W IND+1 W 12+8 " "$(bios | file_io | tr '\n' ' ')" "with boundary"

export OPTS=noboundary
fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 $((20 * BS)) 1"
trace_start block_bio_queue
check fsop "open a $MNT/file rw" "fsync a"
trace_stop
layout file >"$TMP/layout"
same "W 0+12 W 12+8 W IND+1 " "$(bios | file_io | tr '\n' ' ')" "without"
