# SPDX-License-Identifier: GPL-2.0-only
# This test proves that direct I/O reads and writes the right blocks,
# in order and in random order, of the smallest size allowed and of a large one.

fresh
fio_verify --direct=1 --size=2m \
	--name=small --rw=randwrite --bs="$BS" \
	--name=large --rw=write --bs=128k
