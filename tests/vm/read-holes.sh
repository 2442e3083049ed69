# SPDX-License-Identifier: GPL-2.0-only
# This test proves that holes read as zeros and cost no I/O: a folio that is all
# hole none at all, one that ends in a hole only its data's.
# modes: mpagex dropin mpage

fresh
page=$((4096 / BS))
# Pages: data, hole, hole, then (small blocks) a block of data and a hole.
check fsop "open a $MNT/file rw,creat" "pwrite a 0 4096 1" \
	"pwrite a 12288 $BS 1" "pwrite a 40960 4096 1" "ftruncate a 300K" \
	"fsync a"
layout file >"$TMP/layout"
remount_cold
soil_memory
trace_start block_bio_queue
check fsop "open a $MNT/file r" "pread a 0 4096 1" "pread a 4096 8192 0" \
	"pread a 12288 $BS 1" "pread a $((12288 + BS)) $((40960 - 12288 - BS)) 0" \
	"pread a 40960 4096 1" "pread a 45056 262144 0 = 262144"
trace_stop
# Adjacent on the disk or not, no bio may cover a hole.
bios | file_io | only_data >"$TMP/bios"
awk '{ split($2, a, "+"); n += a[2] } END { print n }' "$TMP/bios" >"$TMP/blocks"
same $((2 * page + 1)) "$(cat "$TMP/blocks")" "blocks read"
trace_start block_bio_queue
check fsop "open a $MNT/file r" "pread a 100K 100K 0" \
	"map m a 0 300K ro" "load m 204800 100000 0" "load m $((12288 + BS)) 100 0"
trace_stop
same "" "$(bios)" "I/O for holes"

# A file without a single block.
check fsop "open a $MNT/empty rw,creat" "ftruncate a 10M"
remount_cold
check fsop "open a $MNT/empty r" "size a = 10485760"
trace_start block_bio_queue
check fsop "open a $MNT/empty r" "pread a 0 2M 0" "map m a 0 10M ro" \
	"load m 8M 4096 0"
trace_stop
same "" "$(bios)" "I/O for an empty file"
