# SPDX-License-Identifier: GPL-2.0-only
# This test proves that SEEK_DATA, SEEK_HOLE, FIEMAP and FIBMAP are right with a
# get_block that answers one block at a time and does not say how long a hole is:
# blocks in a row are one extent, merged, and only the file's last one is the last.
# modes: -
# blocks: -

insmod /t/ko/mpagexprobe.ko whole=1 blocksize=1024 || fail "insmod"
answer=/sys/module/mpagexprobe/parameters/answer
nofsck

# The file is the device: blocks 0 to 63.
check truncate -s 64K "$TMP/disk"
modprobe -q loop || :
check losetup /dev/loop0 "$TMP/disk"
check mount -t mpagexprobe /dev/loop0 "$MNT"
file=$MNT/file
echo run >$answer
check fsop "open a $file r" "fiemap a = 0:0:64:last" "seek a 5 data = 5" \
	"seek a 5 hole = 65536" "seek a 65536 hole = ENXIO"
echo one >$answer
check fsop "open a $file r" "fiemap a = 0:0:64:merged:last" \
	"seek a 5 data = 5" "seek a 5 hole = 65536" "fibmap a 63 = 63"
# Every fourth block is a hole, the last one too.
echo gaps >$answer
want=$(for at in $(seq 0 4 56); do
	printf '%s ' "$at:$at:3:merged"
done)
check fsop "open a $file r" "fiemap a = ${want}60:60:3:merged:last" \
	"seek a 0 hole = 3072" "seek a 3072 data = 4096" \
	"seek a 3100 hole = 3100" "seek a 3100 data = 4096" \
	"seek a 64511 data = 64511" "seek a 64512 data = ENXIO" \
	"seek a 64512 hole = 64512" "fibmap a 2 = 2" "fibmap a 3 = 0" \
	"fibmap a 64 = 0"

# What FIBMAP tells of is on the disk then.
echo run >$answer
check fsop "open a $file rw" "pwrite a 1K 1K 7" "fibmap a 1 = 1"
check fsop "open a $TMP/disk r" "pread a 1K 1K 7"
check umount "$MNT"
check losetup -d /dev/loop0
check rmmod mpagexprobe
