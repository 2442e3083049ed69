# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a directory whose entries cannot be true is an error with
# a message: for lookup, readdir, create, rmdir, and without end in none.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 1024 4096

fresh
mkdir "$MNT/dir"
for n in 1 2 3 4 5 6 7 8; do
	echo >"$MNT/dir/name$n"
done
check umount "$MNT"
first=$(block_of dir 0)
dd if="$DEV" of="$TMP/good" bs="$BS" skip="$first" count=1 2>/dev/null
expect_log 'demofs \(.*error: '

# broken OFFSET ESCAPES: these bytes of a directory's first block make it bad.
broken()
{
	dd if="$TMP/good" of="$DEV" bs="$BS" seek="$first" conv=notrunc \
		2>/dev/null
	damage $((first * BS + $1)) "$2"
	check mount_demofs
	before=$(dmesg | grep -c 'error: ')
	expect "getdents64: EUCLEAN" timeout 20 dirscan "$MNT/dir"
	[ "$(dmesg | grep -c 'error: ')" -gt "$before" ] || fail "no message"
	names EUCLEAN stat dir/absent ino
	names EUCLEAN mknod dir/new reg
	case $(nameop rmdir "$MNT/dir") in
	EUCLEAN | ENOTEMPTY) ;;
	*)	fail "rmdir of a damaged directory" ;;
	esac
	check umount "$MNT"
}

# "." is at 0, ".." at 12, name1 at 24: inode, rec_len, name_len, type, name.
broken 28 '\0000\0000'
broken 28 '\0003\0000'
broken 28 '\0377\0377'
broken 28 '\0010\0000'
broken 28 '\0013\0000'
broken 30 '\0377'
broken 24 '\0377\0377\0377\0177'

# Nor does who asks again and again fill the log.
check mount_demofs
before=$(dmesg | grep -c 'error: ')
begun=$(date +%s)
for _ in $(seq 60); do
	names EUCLEAN stat dir/absent ino
done
most=$((10 * (($(date +%s) - begun) / 5 + 2)))
[ $(($(dmesg | grep -c 'error: ') - before)) -le $most ] ||
	fail "more than $most messages"
check umount "$MNT"
nofsck
