# SPDX-License-Identifier: GPL-2.0-only
# This test proves that stores through a mapping, between a file's old end and where
# a long write has made it longer, stay when that write goes on and ends.
# modes: mpagex
# blocks: 1024
# timeout: 240

slow_demofs 50
file=$MNT/file
check fsop "open a $file rw,creat" "pwrite a 0 1000 1" "fsync a"
limit_dirty 2
iovop flood "$file" 64M at 3000 >"$TMP/wrote" &
pid=$!
polls=400
until [ "$(nameop stat "$file" size)" -gt 3000 ]; do
	[ $((polls -= 1)) -gt 0 ] || fail "the write does not begin"
	usleep 10000
done
# Each somewhere else: what is lost at the end is not made good by the next.
stores=0
while [ $stores -lt 400 ] && kill -0 $pid 2>/dev/null; do
	check fsop "open a $file rw" "map m a 0 4K rw" \
		"store m $((1100 + 4 * stores)) 4 3"
	stores=$((stores + 1))
done
wait
echo "$stores stores"
[ $stores -ge 5 ] || skip "the disk is too fast for this"
same $((64 << 20)) "$(cat "$TMP/wrote")" "bytes written"
as_it_should_be()
{
	check fsop "open a $file r" "pread a 0 1000 1" "pread a 1000 100 0" \
		"pread a 1100 $((4 * stores)) 3"
	same $((64 << 20)) "$(tail -c +3001 "$file" | tr -dc w | wc -c)" \
		"bytes that are right"
}
as_it_should_be
remount_cold /dev/mapper/bad
as_it_should_be
