# SPDX-License-Identifier: GPL-2.0-only
# This test proves that stores to a hole through a mapping of huge pages reach the
# disk, all of them, after a first one has made a large folio writable.
# modes: mpagex
# blocks: 1024 4096

fresh
check fsop "open a $MNT/file rw,creat" "ftruncate a 8M"
check torn store "$MNT/file" 8388608
sync
remount_cold
same 8388608 "$(tr -dc s <"$MNT/file" | wc -c)" "bytes stored"
