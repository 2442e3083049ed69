# SPDX-License-Identifier: GPL-2.0-only
# This test proves that shared and private mappings keep their meaning across
# fork, and that only the shared one reaches the file.
# modes: mpagex dropin
# blocks: 4096

fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 64K 1" \
	"map s a 0 64K shared" "map p a 0 64K private" \
	"store s 0 100 2" "load p 0 100 2" "store p 8192 100 3" \
	child "load s 0 100 2" "store s 4096 5000 4" "store p 20000 100 5" \
	"load p 20000 100 5" "load p 8192 100 3" "pwrite a 30000 100 6" "done" \
	"load s 4096 4096 4" "load p 20000 100 1" "load s 30000 100 6" \
	"load p 8192 100 3" "msync s"
remount_cold
check fsop "open a $MNT/file r" "pread a 0 100 2" "pread a 4096 5000 4" \
	"pread a 20000 100 1" "pread a 30000 100 6" "pread a 100 3996 1"
