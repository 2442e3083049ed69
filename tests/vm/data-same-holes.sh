# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a sparse file, grown by writes and truncates far apart,
# reads as it does on tmpfs, through holes of every level of indirection.

fresh
same_as_tmpfs 60 12000000 write truncate read
