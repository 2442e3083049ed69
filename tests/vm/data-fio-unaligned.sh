# SPDX-License-Identifier: GPL-2.0-only
# This test proves that writes that start and end inside blocks keep
# their neighbours' bytes: in order and in random order, 3000 bytes at a time.

fresh
fio_verify <<END
bs=3000
size=1500000
[order]
rw=write
[random]
rw=randwrite
END
