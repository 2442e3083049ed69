# SPDX-License-Identifier: GPL-2.0-only
# This test proves that the contents of many small files, most of them
# not a whole number of blocks long, survive a cold mount.

fresh
fio_verify --rw=write --bs=1k --nrfiles=250 --filesize=1k-20k \
	--openfiles=16 --file_service_type=sequential --create_on_open=1
