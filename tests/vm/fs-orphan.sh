# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a file unlinked while open keeps its data until the last
# close and is freed then.
# modes: mpagex dropin
# blocks: 4096

fresh
free=$(nameop statfs "$MNT" bfree)
inodes=$(nameop statfs "$MNT" ffree)
check fsop "open a $MNT/file rw,creat" "pwrite a 0 500000 1" "unlink $MNT/file" \
	"open b $MNT/file r = ENOENT" "pread a 0 500000 1" \
	"pwrite a 500000 100000 1" "fsync a" "pread a 0 600000 1" \
	"map m a 0 512K rw" "store m 0 4096 2" "close a" "load m 0 4096 2"
names "$free" statfs . bfree
names "$inodes" statfs . ffree

# The same for what rename puts out of the way, and for one without a name.
check fsop "open a $MNT/old rw,creat" "pwrite a 0 100K 3"
check fsop "open b $MNT/new rw,creat" "pwrite b 0 100K 4"
(
	exec 3<"$MNT/old"
	names 0 rename new old
	cp /dev/fd/3 "$TMP/old"
)
check fsop "open a $TMP/old r" "pread a 0 100K 3" \
	"open b $MNT/old r" "pread b 0 100K 4"
rm "$MNT/old"
names "$free" statfs . bfree
names "$inodes" statfs . ffree
