# SPDX-License-Identifier: GPL-2.0-only
# This test proves that dirty pages that a truncate puts behind the end of a file
# while they are being written are neither allocated nor written: no block is
# left behind the end, whoever wins.
# modes: mpagex dropin
# blocks: 1024 4096

fresh
free=$(nameop statfs "$MNT" bfree)
check fsop "open a $MNT/file rw,creat" "ftruncate a 512K"
stop=$TMP/stop
(
	while [ ! -e "$stop" ]; do
		nameop truncate "$MNT/file" 20000 >/dev/null
		nameop truncate "$MNT/file" 524288 >/dev/null
	done
) &
(
	while [ ! -e "$stop" ]; do
		fsop "open a $MNT/file rw" "map m a 0 512K rw" \
			"store m 0 512K 1 = ?" "store m 100K 300K 1 = ?" \
			"flush a 0 512K" >/dev/null
	done
) &
(
	while [ ! -e "$stop" ]; do
		fsop "open a $MNT/file rw" "fsync a"
	done
) &
sleep 3
touch "$stop"
wait
names 0 truncate file 20000
check umount "$MNT"
check e2fsck -fn "$DEV"
layout file | awk -v last=$((20000 / BS)) '
	$1 ~ /^[0-9]/ && $1 + $3 - 1 > last' >"$TMP/beyond"
same "" "$(cat "$TMP/beyond")" "blocks behind the end"
check mount_demofs
rm "$MNT/file"
names "$free" statfs . bfree
