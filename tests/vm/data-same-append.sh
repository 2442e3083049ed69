# SPDX-License-Identifier: GPL-2.0-only
# This test proves that appends, with truncates between them, leave the same file
# as on tmpfs.

fresh
same_as_tmpfs 120 2500000 append append append truncate sync
