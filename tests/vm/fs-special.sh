# SPDX-License-Identifier: GPL-2.0-only
# This test proves that device nodes, fifos and sockets keep their numbers, and
# that a fifo passes data.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 4096

fresh
names 0 mknod null chr 1 3
names 0 mknod big chr 300 70000
names 0 mknod disk blk 254 16
names 0 mknod fifo fifo
names 0 mknod sock sock
remount_cold
names 1:3 stat null rdev
names 300:70000 stat big rdev
names 254:16 stat disk rdev
names 20644 stat null mode
names 60644 stat disk mode
names 10644 stat fifo mode
names 140644 stat sock mode
names 0 stat big sectors
echo gone >"$MNT/null"
same "" "$(cat "$MNT/null")" "what /dev/null returned"
echo through >"$MNT/fifo" &
same through "$(timeout 10 cat "$MNT/fifo")" "what the fifo returned"
wait
names 0 rename fifo sock
names 0 unlink big
