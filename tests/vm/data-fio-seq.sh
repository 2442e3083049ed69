# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a file written and read in order holds what was
# written, checked by fio's crc32c on the way and after a cold mount.

fresh
fio_verify <<END
rw=write
bs=64k
size=6m
[job]
END
