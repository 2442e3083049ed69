# SPDX-License-Identifier: GPL-2.0-only
# This test proves that three jobs at once, each in its own file and its own
# way, neither mix their data nor lose it.

fresh
direct_or_skip
fio_verify <<END
size=2m
[buffered]
rw=randwrite
bs=4k
[mapped]
ioengine=mmap
rw=randwrite
bs=4k
[direct]
direct=1
rw=randwrite
bs=16k
END
