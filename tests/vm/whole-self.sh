# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a file may be read into, and written from, a mapping of
# itself that is not in memory, from the same page and folio too, and by direct
# I/O: no deadlock, and the right bytes.
# modes: mpagex
# blocks: 4096

fresh
len=262144
fill_it()
{
	check fsop "open a $TMP/want rw,creat,trunc" "pwrite a 0 $len 1"
	check fsop "open a $MNT/file rw,creat,trunc" "pwrite a 0 $len 1"
	[ "$1" != cold ] || remount_cold
}

# self read|write FROM TO LEN COLD [direct]: and how the bytes have moved
self()
{
	fill_it "$5"
	# shellcheck disable=SC2086 # nothing, if it is nothing
	expect "$4" iovop "self$1" "$MNT/file" "$2" "$3" "$4" ${6-}
	{
		head -c "$3" "$TMP/want"
		tail -c +$(($2 + 1)) "$TMP/want" | head -c "$4"
		tail -c +$(($3 + $4 + 1)) "$TMP/want"
	} >"$TMP/moved"
	check cmp "$TMP/moved" "$MNT/file"
	remount_cold
	check cmp "$TMP/moved" "$MNT/file"
}

for way in read write; do
	for when in warm cold; do
		self $way 100000 4000 5000 $when	# other pages
		self $way 100 2000 1000 $when		# the same page
		self $way 8192 8192 4096 $when		# onto itself
		self $way 0 131072 131072 $when		# many folios
		self $way 65536 0 65536 $when direct
	done
done
self write 1000 $((len - 500)) 9000 cold	# behind its end
