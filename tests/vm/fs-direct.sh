# SPDX-License-Identifier: GPL-2.0-only
# This test proves direct I/O's edges: unaligned ones refused, reads past the end
# and over holes, and page cache and disk agreeing when both are used.
# blocks: 1024 4096

fresh
check fsop "open a $MNT/file rw,creat,direct" \
	"pwrite a 0 64K 1" "pread a 0 64K 1" \
	"pwrite a 100 $BS 1 = EINVAL" "pwrite a 0 100 1 = EINVAL" \
	"pread a 100 $BS 1 = EINVAL" \
	"pread a 64K 4K 0 = 0" "pread a 60K 16K 1 = 4096" \
	"pread a 1M 4K 0 = 0" "size a = 65536"

# Over a hole, and an end of file inside a block.
check fsop "open a $MNT/sparse rw,creat,direct" "ftruncate a 100001" \
	"pread a 0 64K 0" "pwrite a 16K 16K 2" "pread a 0 16K 0" \
	"pread a 16K 16K 2" "pread a 32K 32K 0" \
	"pread a 98304 4K 0 = 1697" "size a = 100001" \
	"pwrite a 128K $BS 3" "pread a 128K $BS 3" "pread a 96K 32K 0"

# Whoever comes second must see what the first one wrote.
check fsop "open a $MNT/both rw,creat" "open d $MNT/both rw,direct" \
	"pwrite a 0 32K 4" "pread d 0 32K 4" \
	"pwrite d 8K 8K 5" "pread a 8K 8K 5" "pread a 0 8K 4" \
	"map m a 0 32K rw" "store m 16K 4K 6" "pread d 16K 4K 6" \
	"pwrite d 16K 4K 7" "load m 16K 4K 7"
remount_cold
check fsop "open a $MNT/sparse r" "pread a 0 16K 0" "pread a 16K 16K 2" \
	"pread a 32K 96K 0" "pread a 128K $BS 3"
check fsop "open a $MNT/both r" "pread a 0 8K 4" "pread a 8K 8K 5" \
	"pread a 16K 4K 7" "pread a 20K 12K 4"
