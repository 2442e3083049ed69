# SPDX-License-Identifier: GPL-2.0-only
# This test proves that 10,000 files in one directory, 32,000 names of one file,
# 1,000 open files without a name and 1,000 directories in each other are made,
# found when nothing of them is in memory, and given back. Says how long each took.
# modes: mpagex
# blocks: 4096
# timeout: 1800

# timed WHAT N: do it in $MNT/dir, and say how long it took.
timed()
{
	begun=$(date +%s)
	(cd "$MNT/dir" && check many "$@")
	echo "# $*: $(($(date +%s) - begun)) s" >&3
}

check mkfs.demofs -q -F -b "$BS" -N 40000 "$DEV"
check mount_demofs
free=$(nameop statfs "$MNT" bfree)
inodes=$(nameop statfs "$MNT" ffree)

mkdir "$MNT/dir"
for n in 1000 10000; do
	timed create $n
	remount_cold
	timed find $n
	timed remove $n
done
timed link 32000
remount_cold
check rm -r "$MNT/dir"
mkdir "$MNT/dir"
timed orphans 1000 100000
timed deep 1000
check rmdir "$MNT/dir"
same "$free" "$(nameop statfs "$MNT" bfree)" "free blocks"
same "$inodes" "$(nameop statfs "$MNT" ffree)" "free inodes"
