# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a superblock that cannot be true refuses the mount with a
# message, whatever is wrong with it, and breaks nothing.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: -

check mkfs.demofs -q -F -b 4096 "$DEV" 64m
dd if="$DEV" of="$TMP/good" bs=4k count=8 2>/dev/null

# refused WHAT OFFSET ESCAPES: these bytes of the superblock make it bad.
refused()
{
	dd if="$TMP/good" of="$DEV" conv=notrunc 2>/dev/null
	damage $((1024 + $2)) "$3"
	before=$(dmesg | grep -c 'demofs (')
	got=$(nameop mount "$DEV" "$MNT" demofs "io=$IO")
	case $got in
	EUCLEAN | EINVAL) ;;
	*)	fail "$1: mount gave $got" ;;
	esac
	[ "$(dmesg | grep -c 'demofs (')" -gt "$before" ] ||
		fail "$1: no message"
}

zero='\0000\0000\0000\0000'
huge='\0377\0377\0377\0177'
refused "no magic number" 56 '\0000\0000'
refused "no inodes" 0 $zero
refused "too many inodes" 0 $huge
refused "no blocks" 4 $zero
refused "more blocks than the device" 4 $huge
refused "first data block" 20 "\0007\0000\0000\0000"
refused "block size" 24 "\0011\0000\0000\0000"
refused "block size beyond any shift" 24 "$huge"
refused "no blocks in a group" 32 $zero
refused "too many blocks in a group" 32 $huge
refused "an odd number of blocks in a group" 32 "\0001\0000\0000\0000"
refused "no inodes in a group" 40 $zero
refused "too many inodes in a group" 40 $huge
refused "revision" 76 "\0011\0000\0000\0000"
refused "inode size 0" 88 '\0000\0000'
refused "inode size not a power of two" 88 '\0202\0000'
refused "inode size beyond the block" 88 '\0000\0100'
refused "first inode" 84 $huge
refused "reserved blocks" 8 $huge

dd if="$TMP/good" of="$DEV" conv=notrunc 2>/dev/null
# Group descriptors: block bitmap, inode bitmap and inode table of group 0.
refused "block bitmap's place" 3072 $huge
refused "inode bitmap's place" 3076 $zero
refused "inode table's place" 3080 $huge

dd if="$TMP/good" of="$DEV" conv=notrunc 2>/dev/null
check mount_demofs
names 0 mknod file reg
