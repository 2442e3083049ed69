# SPDX-License-Identifier: GPL-2.0-only
# This test proves that what is stored through a shared mapping, over holes
# and over blocks, is on the disk after msync and a cold mount.

fresh
fio_verify <<END
ioengine=mmap
bs=4k
size=2m
fsync=300
[order]
rw=write
[random]
rw=randwrite
END
