# SPDX-License-Identifier: GPL-2.0-only
# This test checks that the guest has what the other tests stand on.
# modes: -
# blocks: -

check test -b "$DEV"
check test -b "$DEV2"
check mkfs.demofs -q -b 1024 "$DEV"
check fsck.demofs -fn "$DEV"
[ "$(blockdev --getsize64 "$DEV")" -ge $((512 << 20)) ] ||
	fail "$DEV is too small"
trace_start block_rq_issue block_bio_queue
check dd if="$DEV" of=/dev/null bs=4k count=4 iflag=direct
trace_stop
same "R 0 8" "$(requests | head -n 1)" "the first request"
same "R 8 8" "$(bios | sed -n 2p)" "the second bio"
