# SPDX-License-Identifier: GPL-2.0-only
# This test proves that truncates down and up, inside blocks and on their edges,
# leave zeros where tmpfs has zeros and the data elsewhere.

fresh
same_as_tmpfs 200 1500000 write truncate truncate sync read
