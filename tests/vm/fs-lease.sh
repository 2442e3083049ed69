# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a process can have a lease on a file, as Samba wants it,
# which newer kernels grant only where the filesystem says so.
# modes: mpagex
# blocks: 4096

fresh
check fsop "open a $MNT/file rw,creat" "lease a w" "lease a none" "close a" \
	"open a $MNT/file r" "lease a r" "open b $MNT/file r" "lease b w = EAGAIN" \
	"lease a none"
