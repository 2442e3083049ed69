# SPDX-License-Identifier: GPL-2.0-only
# This test proves that sendfile and splice read and write a file's data.
# modes: mpagex dropin
# blocks: 4096

fresh
check fsop "open a $MNT/from rw,creat" "pwrite a 0 300001 9" \
	"open b $MNT/to rw,creat" "sendfile b a 0 300001" "pread b 0 300001 9" \
	"open c $MNT/piped rw,creat" "splice c a 0 300001" \
	"pread c 0 300001 9"
remount_cold
check cmp "$MNT/from" "$MNT/to"
check cmp "$MNT/from" "$MNT/piped"
