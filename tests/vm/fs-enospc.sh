# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a full disk says ENOSPC, loses nothing that was written,
# stays consistent, and has as much free space afterwards as before.
# modes: mpagex dropin bh
# blocks: 1024 4096

small 12m
free=$(nameop statfs "$MNT" bfree)
check fsop "open a $MNT/kept rw,creat" "pwrite a 0 1M 1"
fsop "open a $MNT/big rw,creat" "pwrite a 0 64M 2 = ?" >"$TMP/written"
written=$(cat "$TMP/written")
[ "$written" -gt $((8 << 20)) ] || fail "only $written bytes could be written"
[ "$written" -lt $((12 << 20)) ] || fail "$written bytes went on a full disk"
check fsop "open a $MNT/big rw" "fsync a" "pread a 0 $written 2"
nameop statfs "$MNT" bavail >"$TMP/left"

# To the last block, then by other ways of needing one.
while fsop "open a $MNT/rest rw,creat,append" "append a $BS 3" 2>/dev/null; do
	:
done
names 0 statfs . bavail
names ENOSPC mkdir dir
long=$(printf '%0100d' 0)
names ENOSPC symlink "$long" link
check fsop "open a $MNT/sparse rw,creat" "pwrite a 30M 10 1 = ENOSPC" \
	"size a = 0" "sectors a = 0"

# A write that finds room for its first blocks only leaves none of them behind.
check fsop "open a $MNT/rest rw" "ftruncate a 0"
left=$(nameop statfs "$MNT" bfree)
page=$((4096 / BS))
while [ "$left" -ge $page ] && [ $page -gt 1 ]; do
	check fsop "open a $MNT/rest rw,append" "append a $BS 3"
	left=$(nameop statfs "$MNT" bfree)
done
[ $page = 1 ] || check fsop "open a $MNT/sparse rw" \
	"pwrite a 0 4096 1 = ENOSPC" "size a = 0" "sectors a = 0"
names "$left" statfs . bfree
check umount "$MNT"
check e2fsck -fn "$DEV"
check mount_demofs
check fsop "open a $MNT/big r" "pread a 0 $written 2" \
	"open b $MNT/kept r" "pread b 0 1M 1"
check rm "$MNT/big" "$MNT/rest" "$MNT/kept" "$MNT/sparse"
names "$free" statfs . bfree
check fsop "open a $MNT/again rw,creat" "pwrite a 0 6M 4" "fsync a"
