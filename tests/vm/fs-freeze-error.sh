# SPDX-License-Identifier: GPL-2.0-only
# This test proves that errors=remount-ro can strike while the file system is
# frozen: who waits to write goes on after the thaw, and is told that it is
# read-only; and the superblock remembers.
# modes: mpagex dropin
# full-modes: mpagex dropin mpage bh
# blocks: 4096
# timeout: 60

export OPTS=errors=remount-ro
fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 1M 1"
check umount "$MNT"
debugfs -w -R "set_inode_field /file block[IND] 0x7ffffff0" "$DEV" 2>/dev/null
check mount_demofs
check fsfreeze --freeze "$MNT"
nameop mknod "$MNT/waiting" reg >"$TMP/waiting" &
sleep 1
bad=$(bad_pointer)
check fsop "open a $MNT/file r" "pread a 48K 4K 1 = $bad"
expect_log "demofs \\(${DEV##*/}\\): error: inode [0-9]+: block 2147483632 "
expect_log 'demofs \(.*read-only'
mounted rw || fail "read-only while frozen"
check fsfreeze --unfreeze "$MNT"
within 10 test -s "$TMP/waiting" || fail "who waited still does"
same EROFS "$(cat "$TMP/waiting")" "who waited"
same EROFS "$(nameop mknod "$MNT/late" reg)" "who came late"
within 10 mounted ro || fail "still writable"
check fsfreeze --freeze "$MNT"
check fsfreeze --unfreeze "$MNT"
check umount "$MNT"
with_errors || fail "the superblock forgot"
nofsck
