# SPDX-License-Identifier: GPL-2.0-only
# This test proves that of a disk which has become smaller under a mounted file
# system all that is left can be read, and that what is not there is EIO for who
# reads it and for fsync: nobody waits for it for ever, unmounting neither.
# modes: mpagex dropin bh
# blocks: 1024 4096
# timeout: 120

count=$((BS == 1024 ? 700 : 2200))
check mkfs.demofs -q -F -b "$BS" "$DEV" 64m
dm_bad 0 0 | dm_make
check mount_demofs /dev/mapper/bad
file=$MNT/file
check fsop "open a $file rw,creat" "pwrite a 0 $((count * BS)) 1" "fsync a"

# Two blocks behind the last indirect block, in a folio that begins before that.
drop_caches
layout file >"$TMP/layout"
last=$(sed -n 's/^IND \([0-9]*\) .*/\1/p' "$TMP/layout" | tail -n 1)
left=$(awk -v first=$((last + 1)) '$2 == first { print ($1 + 2) }' "$TMP/layout")
[ "${left:-$count}" -lt $((count - 2)) ] || fail "layout: $(cat "$TMP/layout")"
drop_caches
echo "0 $(((last + 3) * BS / 512)) linear $DEV 0" | dm_become

# Behind buffer heads, mpagex reads a page or nothing of it.
read=$((left * BS))
[ "$IO" != dropin ] || read=$((read / 4096 * 4096))
check fsop "open a $file r" "pread a 0 $read 1" "pread a $((left * BS)) $BS 1 = EIO" \
	"pread a $(((count - 1) * BS)) $BS 1 = EIO"
check fsop "open a $file rw" "pwrite a 0 $((count * BS)) 2" "fsync a = EIO" \
	"pread a 0 $read 2"
expect_log 'attempt to access beyond end of device|error -5|I/O error|lost async page write'
umount "$MNT"
[ ! -d "$MNT/lost+found" ] || fail "still mounted"
nofsck
