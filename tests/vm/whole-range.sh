# SPDX-License-Identifier: GPL-2.0-only
# This test proves that only what was asked for is written of a file with much to
# write: by sync_file_range its range, by a synchronous write (O_DSYNC,
# RWF_DSYNC) its own blocks, by fsync all that is dirty and nothing that is not.
# modes: mpagex
# blocks: 1024 4096

fresh
file=$MNT/file
check fsop "open a $file rw,creat" "pwrite a 0 8M 1" "fsync a"
check umount "$MNT"
layout file >"$TMP/layout"
check mount_demofs
huge "$file"

# wrote WANT: the stretches of data in the record, joined, "FIRST+BLOCKS ...".
wrote()
{
	got=$(bios | file_io | only_data | sed -n 's/^W //p' | sort -n | awk -F+ '
		n && $1 == first + n { n += $2; next }
		{ if (n) print first "+" n; first = $1; n = $2 }
		END { if (n) print first "+" n }' | tr '\n' ' ')
	same "$1" "$got" "blocks written by $2"
}

# run FIRST_BYTE BYTES: what wrote calls it
run()
{
	echo "$(($1 / BS))+$(($2 / BS)) "
}

# Dirty in ten places, in four folios of 2 MiB, at the very ends of some.
set -- "open a $file rw"
places="0 64 1020 2044 2048 3000 4092 4096 6144 8188"
for at in $places; do
	set -- "$@" "pwrite a ${at}K 4K 2"
done
check fsop "$@"
trace_start block_bio_queue
check iovop write "$file" 3500K "$BS" 3 dsync >/dev/null
trace_stop
# Its folio's other dirty blocks may come along; no other folio's.
bios | file_io | only_data | sed -n 's/^W \([0-9]*\)+.*/\1/p' >"$TMP/first"
awk -v from=$((2097152 / BS)) -v to=$((4194304 / BS)) \
	'$1 < from || $1 >= to' "$TMP/first" >"$TMP/outside"
same "" "$(cat "$TMP/outside")" "blocks written outside the folio"

check fsop "open a $file rw" "fsync a"
check fsop "$@"
trace_start block_bio_queue
check fsop "open a $file rw" "flush a 4M 2M" "flush a 4M 2M"
trace_stop
wrote "$(run 4194304 4096)" "sync_file_range"
trace_start block_bio_queue
check fsop "open a $file rw" "flush a 0 2M"
trace_stop
wrote "$(run 0 4096)$(run 65536 4096)$(run 1044480 4096)$(run 2093056 4096)" \
	"sync_file_range over a folio"
trace_start block_bio_queue
check fsop "open a $file rw" "fsync a"
trace_stop
wrote "$(run 2097152 4096)$(run 3072000 4096)$(run 4190208 4096)$(run \
	6291456 4096)$(run 8384512 4096)" "fsync"
trace_start block_bio_queue
check fsop "open a $file rw" "fsync a"
trace_stop
wrote "" "a second fsync"

# A synchronous write in a folio that is clean otherwise writes its blocks only.
for how in dsync sync; do
	trace_start block_bio_queue
	check fsop "open a $file rw,$how" "pwrite a 5M $BS 4"
	trace_stop
	wrote "$(run 5242880 "$BS")" "O_$how"
done
trace_start block_bio_queue
expect $((2 * BS)) iovop write "$file" $((5242880 + BS / 2)) $((2 * BS)) 5 dsync
trace_stop
wrote "$(run 5242880 $((3 * BS)))" "RWF_DSYNC of parts of blocks"
remount_cold
check fsop "open a $file r" "pread a 0 4K 2" "pread a 4K 60K 1" \
	"pread a 8188K 4K 2" "pread a 3500K $BS 3" "pread a 5M $((BS / 2)) 4" \
	"pread a $((5242880 + BS / 2)) $((2 * BS)) 5" "pread a 6M 4K 2"
