# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a folio made of several runs is read once on a device that
# has done each bio by the time it is submitted, the last run ending at a boundary.
# modes: mpagex
# blocks: 1024

modprobe brd rd_nr=1 rd_size=65536 || skip "no RAM disk"
check mkfs.demofs -q -F -b "$BS" /dev/ram0
check mount -t demofs -o "io=$IO" /dev/ram0 "$MNT"
# Block 267 is the last that the first indirect block maps, and the last of a page.
check fsop "open a $MNT/file rw,creat" "pwrite a 266K 2K 1" "pwrite a 0 266K 1"
for _ in 1 2 3; do
	sync
	drop_caches
	check fsop "open a $MNT/file r" "pread a 0 268K 1"
done
check umount "$MNT"
check e2fsck -fn /dev/ram0
