# SPDX-License-Identifier: GPL-2.0-only
# This test proves that writes, appends, truncates, mapped stores, syncs and reads
# in random order leave a file byte for byte as the same do on tmpfs: at once,
# after a cold mount, and as the kernel's ext4 driver and debugfs read it.

fresh
same_as_tmpfs 250 3000000 
