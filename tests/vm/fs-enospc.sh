# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a full disk says ENOSPC, loses nothing that was written,
# stays consistent, and has as much free space afterwards as before.
# modes: mpagex dropin bh
# blocks: 1024 4096

small 12m
free=$(nameop statfs "$MNT" bfree)
check fsop "open a $MNT/kept rw,creat" "pwrite a 0 1M 1" \
	"open b $MNT/spare rw,creat" "pwrite b 0 $((8 * BS)) 1"
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

# A write that finds room for its first blocks only takes these, if it says so, or
# none.
check rm "$MNT/spare"
left=$(nameop statfs "$MNT" bfree)
page=$((4096 / BS))
while [ "$left" -ge $page ] && [ $page -gt 1 ]; do
	check fsop "open a $MNT/rest rw,append" "append a $BS 3"
	left=$(nameop statfs "$MNT" bfree)
done
if [ $page -gt 1 ]; then
	case $(fsop "open a $MNT/sparse rw" "pwrite a 0 4096 1 = ?") in
	ENOSPC)	taken=0 ;;
	$((left * BS)))	taken=$left ;;
	*)	fail "a write where $left blocks are left" ;;
	esac
	check fsop "open a $MNT/sparse rw" "size a = $((taken * BS))" \
		"sectors a = $((taken * BS / 512))" \
		"pread a 0 $((taken * BS)) 1"
	names $((left - taken)) statfs . bfree
fi
check umount "$MNT"
check e2fsck -fn "$DEV"
check mount_demofs
check fsop "open a $MNT/big r" "pread a 0 $written 2" \
	"open b $MNT/kept r" "pread b 0 1M 1"
check rm "$MNT/big" "$MNT/rest" "$MNT/kept" "$MNT/sparse"
names "$free" statfs . bfree
check fsop "open a $MNT/again rw,creat" "pwrite a 0 6M 4" "fsync a"
