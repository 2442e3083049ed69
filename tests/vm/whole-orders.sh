# SPDX-License-Identifier: GPL-2.0-only
# This test proves that writes and reads make folios of every order, as large as
# the write, what was written before it and the readahead window, and that data is
# right in all of them.
# modes: mpagex
# blocks: 1024 4096

fresh
echo 1 >/proc/sys/vm/compact_memory
file=$MNT/file
set -- "open a $file rw,creat"
for order in 0 1 2 3 4 5 6 7 8; do
	set -- "$@" "pwrite a ${order}M $((4096 << order)) 1"
done
trace_start mm_filemap_add_to_page_cache
check fsop "$@"
trace_stop
same "$(all_orders 8)" "$(new_orders "$file")" "orders of folios written"

verify()
{
	set -- "open a $file r"
	for order in 0 1 2 3 4 5 6 7 8; do
		len=$((4096 << order))
		set -- "$@" "pread a ${order}M $len 1" \
			"pread a $(((order << 20) + len)) $(((1 << 20) - len)) 0 = ?"
	done
	fsop "$@" >/dev/null || fail "$1"
}

verify "warm"
remount_cold
verify "cold"

# Who writes in order in small steps gets ever larger ones as well.
file=$MNT/steps
set -- "open a $file rw,creat"
for page in $(seq 0 127); do
	set -- "$@" "pwrite a $((page * 4))K 4K 1"
done
trace_start mm_filemap_add_to_page_cache
check fsop "$@"
trace_stop
same "$(all_orders 4)" "$(new_orders "$file")" "orders of folios written in steps"
check fsop "open a $file r" "pread a 0 512K 1"

# To the end of a file that is a page short of 8 MiB it takes ever smaller ones.
size=$(((8 << 20) - 4096))
file=$MNT/read
check fsop "open a $file rw,creat" "pwrite a 0 $size 2" "fsync a"
remount_cold
readahead_kb 4096
echo 1 >/proc/sys/vm/compact_memory
trace_start mm_filemap_add_to_page_cache
check fsop "open a $file r" "pread a 0 $size 2"
check fsop "open a $file rw" "advise a dontneed"
huge "$file"
trace_stop
readahead_kb 128
same "$(all_orders 9)" "$(new_orders "$file")" "orders of folios read"
check fsop "open a $file r" "pread a 0 $size 2"

# From one block to the next, in folios of 2 MiB.
check fsop "open a $file rw" "pwrite a $((BS - 1)) 2 3" \
	"pwrite a $(((4 << 20) - BS)) $BS 3" "pwrite a 5M 1 3" "fsync a"
remount_cold
check fsop "open a $file r" "pread a 0 $((BS - 1)) 2" \
	"pread a $((BS - 1)) 2 3" \
	"pread a $((BS + 1)) $(((4 << 20) - 2 * BS - 1)) 2" \
	"pread a $(((4 << 20) - BS)) $BS 3" "pread a 4M 1M 2" \
	"pread a 5M 1 3" "pread a $(((5 << 20) + 1)) 1M 2"
