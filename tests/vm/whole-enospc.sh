# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a large write, one call, that meets the end of the disk in
# its middle says how much it has written, and that so much is there, warm and
# cold: appending, into a hole, and over old data into new.
# modes: mpagex
# blocks: 1024

small 8m
free=$(nameop statfs "$MNT" bfree)

# full_write FILE: with what there was in it given back, the disk is full.
full_write()
{
	wrote=$(iovop flood "$MNT/$1" 16M)
	if [ "$wrote" -lt $((6 << 20)) ] || [ "$wrote" -gt $((8 << 20)) ]; then
		fail "$1: $wrote written on a disk of 8 MiB"
	fi
	left=$(nameop statfs "$MNT" bfree)
	[ "$left" -le 4 ] || fail "$1: $left blocks are free of a full disk"
}

# holds FILE SIZE: as many w as were written, and zeros
holds()
{
	same "$2" "$(stat -c %s "$MNT/$1")" "size of $1"
	same "$wrote" "$(head -c "$wrote" "$MNT/$1" | tr -dc w | wc -c)" \
		"bytes of $1 that were written"
	same 0 "$(tail -c +$((wrote + 1)) "$MNT/$1" | tr -d '\0' | wc -c)" \
		"bytes of $1 behind these that are not zero"
}

for how in append hole over; do
	size=$((16 << 20))
	case $how in
	append)	: >"$MNT/$how" ;;
	hole)	check fsop "open a $MNT/$how rw,creat" "ftruncate a $size" ;;
	over)	check fsop "open a $MNT/$how rw,creat" "pwrite a 0 5000001 1" ;;
	esac
	full_write $how
	[ $how = hole ] || size=$wrote
	holds $how "$size"
	remount_cold
	holds $how "$size"
	check umount "$MNT"
	check e2fsck -fn "$DEV"
	check mount_demofs
	rm "$MNT/$how"
	names "$free" statfs . bfree
done
