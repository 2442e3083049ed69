# SPDX-License-Identifier: GPL-2.0-only
# This test proves that the contents of many small files, most of them
# not a whole number of blocks long, survive a cold mount.

fresh
fio_verify <<END
rw=write
openfiles=16
file_service_type=sequential
create_on_open=1
[tiny]
bs=300
nrfiles=60
filesize=900
[small]
bs=700
nrfiles=60
filesize=14000
END
