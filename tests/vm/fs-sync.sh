# SPDX-License-Identifier: GPL-2.0-only
# This test proves that after sync and after syncfs all of a file is on the disk,
# where debugfs finds it, reading it from underneath demofs's device and caches.
# modes: mpagex dropin
# blocks: 1024 4096

check mkfs.demofs -q -F -b "$BS" "$DEV" 160m
dm_bad 0 0 | dm_make
check mount_demofs /dev/mapper/bad
on_disk()
{
	debugfs -D -R "dump /$1 $TMP/$1" "$DEV" >/dev/null 2>&1
	check fsop "open a $TMP/$1 r" "size a = $2" "pread a 0 $2 1"
}

check fsop "open a $MNT/one rw,creat" "pwrite a 0 1234567 1"
sync
on_disk one 1234567
check fsop "open a $MNT/two rw,creat" "pwrite a 0 2345678 1" "syncfs a"
on_disk two 2345678
check fsop "open a $MNT/three rw,creat" "pwrite a 0 345678 1" \
	"open d $MNT r,dir" "fsync d" "fsync a"
on_disk three 345678
check fsop "open a $MNT/three rw" "pwrite a 345678 100000 1" "fdatasync a"
on_disk three 445678
check umount "$MNT"
