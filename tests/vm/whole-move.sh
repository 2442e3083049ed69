# SPDX-License-Identifier: GPL-2.0-only
# This test proves that the kernel may move folios to other memory, of a page and
# of 2 MiB, clean, dirty, and dirty in a part, mapped or not, also while they are
# written, stored to and read: each byte stays, what was dirty gets to the disk,
# and nothing else is written.
# modes: mpagex
# blocks: 1024 4096
# timeout: 240

movable_memory
# Nothing is to be written before it is asked for.
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
fresh
small=$MNT/small
big=$MNT/big

# written: KiB of data that have to be written for both files.
written()
{
	trace_start block_bio_queue
	check fsop "open a $big rw" "fdatasync a" "open b $small rw" \
		"fdatasync b"
	trace_stop
	for name in big small; do
		layout $name >"$TMP/layout"
		bios | file_io | only_data
	done | awk -F+ -v kib=$((BS / 1024)) '
		/^W/ { n += $2 * kib } END { print n + 0 }'
}

# move WHAT HOW ROUNDS [COLUMN]: the kernel has to move pages of it, those that
# "folios moved" counts in that COLUMN.
move()
{
	counts=$(folios moved "$1" "$2" "$3")
	echo "$* moved: $counts" >&2
	[ "$(echo "$counts" | cut -d ' ' -f "${4:-1}")" -gt 0 ] ||
		fail "$2 has moved none: $counts"
}

check fsop "open a $big rw,creat" "pwrite a 0 8M 1" "fsync a"
set -- "open a $small rw,creat"
for at in $(seq 0 63); do
	set -- "$@" "pwrite a $((at * 4))K 4K 1" "fdatasync a"
done
check fsop "$@"
remount_cold
check fsop "open a $small r" "advise a random" "pread a 0 256K 1"
huge "$big"
same "9:4 " "$(orders "$big")" "folios of the large file"
move "$big" offline 2 2
move "$small" offline 2
check fsop "open a $big r" "pread a 0 8M 1" "open b $small r" \
	"pread b 0 256K 1"
same 0 "$(written)" "KiB written of clean files"

# A folio dirty as a whole, two in parts; and every other of the small ones.
set -- "open b $big rw" "pwrite b 0 2M 2" "pwrite b 3M $BS 2" \
	"pwrite b 4M 8K 2" "open a $small rw"
for at in $(seq 0 2 62); do
	set -- "$@" "pwrite a $((at * 4))K 4K 2"
done
check fsop "$@"
move "$big" offline 2 3
move "$small" offline 2
check fsop "open a $big r" "pread a 0 2M 2" "pread a 2M 1M 1" \
	"pread a 3M $BS 2" "pread a 4M 8K 2" "pread a 4104K 1M 1"
same $((2048 + BS / 1024 + 8 + 128)) "$(written)" "KiB written"
remount_cold
check fsop "open a $big r" "pread a 0 2M 2" "pread a 2M 1M 1" \
	"pread a 3M $BS 2" "pread a 4M 8K 2" "pread a 4104K 4088K 1"
for at in $(seq 0 2 62); do
	check fsop "open a $small r" "pread a $((at * 4))K 4K 2" \
		"pread a $((at * 4 + 4))K 4K 1"
done

# All the while that it is written in every way.
check fsop "open a $MNT/moved rw,creat" "pwrite a 0 4M 1"
(
	while [ ! -e "$TMP/done" ]; do
		folios moved "$MNT/moved" offline 2
		folios moved "$MNT/moved" compact 1
	done >"$TMP/counts" 2>"$TMP/why"
) &
for ways in wm wwd wm; do
	check mixed "$MNT/moved" 4M 4 4096 $ways
	check mixed "$MNT/moved" 4M 4 "$BS" wm
done
touch "$TMP/done"
wait
cat "$TMP/counts" "$TMP/why" >&2
awk '{ n += $1 } END { exit !n }' "$TMP/counts" || fail "none was moved"
