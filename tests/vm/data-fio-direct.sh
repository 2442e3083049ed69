# SPDX-License-Identifier: GPL-2.0-only
# This test proves that direct I/O reads and writes the right blocks,
# in order and in random order, of the smallest size allowed and of a large one.

fresh
direct_or_skip
fio_verify <<END
direct=1
[small]
rw=randwrite
bs=$BS
size=$((300 * BS))
[large]
rw=write
bs=128k
size=4m
END
