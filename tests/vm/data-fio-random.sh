# SPDX-License-Identifier: GPL-2.0-only
# This test proves that blocks overwritten in random order, some of them
# before the file has ever been on the disk, hold what was written last.

fresh
fio_verify <<END
rw=randwrite
bs=4k
size=3m
fsync=200
[job]
END
