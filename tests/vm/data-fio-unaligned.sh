# SPDX-License-Identifier: GPL-2.0-only
# This test proves that writes that start and end inside blocks keep
# their neighbours' bytes: in order and in random order, 3000 bytes at a time.

fresh
fio_verify --bs=3000 --size=3m \
	--name=order --rw=write --name=random --rw=randwrite
