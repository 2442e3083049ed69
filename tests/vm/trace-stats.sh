# SPDX-License-Identifier: GPL-2.0-only
# This test proves that the counters in debugfs are, for each of two mounts, what the
# block layer's and mpagex's own events add up to; that reset starts them anew;
# that they go with their mount, or are kept if the filesystem does not say so;
# and that counting can be switched off, and the module removed, at any time.
# modes: mpagex dropin
# blocks: 1024 4096
# timeout: 300

stats=/sys/kernel/debug/mpagex
other=/tmp/other

# stat_of DEVICE NAME: a counter.
stat_of()
{
	awk -v name="$2" '$1 == name { n = $2 } END { print n + 0 }' \
		"$stats/${1##*/}/stats"
}

# sum_of DEVICE PREFIX: of all that begin so.
sum_of()
{
	awk -v name="$2" 'index($1, name) == 1 { n += $2 } END { print n + 0 }' \
		"$stats/${1##*/}/stats"
}

# A mount's directory is made some time after its first I/O.
appears()
{
	tries=500
	until [ -e "$stats/${1##*/}/stats" ]; do
		[ $((tries -= 1)) -gt 0 ] || fail "no counters of $1"
		usleep 10000
	done
}

# io_of DEVICE R|W: "BIOS BYTES" of the file on it, by the block layer's word.
io_of()
{
	bios "$1" | file_io | only_data | sed -n "s/^$2 .*+//p" |
		awk -v bs="$BS" '{ n += $1 * bs } END { print NR, n + 0 }'
}

# events_of DEVICE EVENT: how many of mpagex's there were.
events_of()
{
	node=$(stat -c '%t %T' "$1")
	fields "$2" dev | grep -cx "$((0x${node% *})):$((0x${node#* }))"
}

# folios_of DEVICE read|write: of all bios.
folios_of()
{
	node=$(stat -c '%t %T' "$1")
	fields submit dev op folios |
		awk -v want="$((0x${node% *})):$((0x${node#* })) $2" '
		$1 " " $2 == want { n += $3 }
		END { print n + 0 }'
}

# counted DEVICE: compares all that there is another witness for.
counted()
{
	DEV=$1 layout file >"$TMP/layout"
	for op in read write; do
		way=$(echo $op | cut -c 1 | tr rw RW)
		io=$(io_of "$1" "$way")
		same "$io" "$(stat_of "$1" ${op}_bios) $(stat_of "$1" ${op}_bytes)" \
			"$1, ${op}s"
		bios=${io% *}
		same "$bios" "$(stat_of "$1" ${op}_completed)" "$1, $op completed"
		same "$bios" "$(sum_of "$1" ${op}_cut_)" "$1, $op reasons"
		same "$bios" "$(sum_of "$1" ${op}_us_)" "$1, $op latencies"
		same 0 "$(stat_of "$1" ${op}_errors)" "$1, $op errors"
		same "$(folios_of "$1" $op)" "$(sum_of "$1" ${op}_folios_)" \
			"$1, $op folios"
		[ "$(stat_of "$1" ${op}_ns)" != 0 ] || fail "$1, no $op time"
	done
	same "$(events_of "$1" get_block)" "$(stat_of "$1" get_block_calls)" \
		"$1, get_block"
	same "$(stat_of "$1" get_block_calls)" \
		"$(sum_of "$1" get_block_blocks_)" "$1, answers"
	same "$(events_of "$1" map_ahead)" "$(stat_of "$1" metadata_ahead)" \
		"$1, metadata asked for ahead"
	same "$(events_of "$1" slow)" "$(sum_of "$1" slow_)" "$1, slow folios"
	same 0 "$(stat_of "$1" missed)" "$1, missed"
}

# use DIRECTORY KIB: a file of that size, written and read.
use()
{
	check fsop "open a $1/file rw,creat" "pwrite a 0 $2K 1" "fsync a" \
		"advise a dontneed"
	check fsop "open a $1/file r" "pread a 0 $2K 1"
}

echo 1 >$stats/enable
fresh
mkdir -p $other
check mkfs.demofs -q -F -b "$BS" "$DEV2" 160m
check mount_demofs "$DEV2" $other
mpagex_start block_bio_queue
use "$MNT" 900
use $other 300
trace_stop
appears "$DEV"
appears "$DEV2"
sync
counted "$DEV"
counted "$DEV2"
same 900 $(($(stat_of "$DEV" write_bytes) / 1024)) "KiB written"

echo 1 >"$stats/${DEV##*/}/reset"
for name in read_ write_ get_block_ slow_ metadata_; do
	same 0 "$(sum_of "$DEV" $name)" "after a reset, $name"
done
same 300 $(($(stat_of "$DEV2" read_bytes) / 1024)) "KiB read elsewhere"
mpagex_start block_bio_queue
use "$MNT" 40
trace_stop
counted "$DEV"

check fsop "open a $MNT/file rw" "pwrite a 1 1 1" "fsync a"
check umount "$MNT"
[ ! -e "$stats/${DEV##*/}" ] || fail "counters without their mount"
[ -e "$stats/${DEV2##*/}" ] || fail "no counters of the other mount"
check mount_demofs
check fsop "open a $MNT/file r" "pread a 0 4K 1"
appears "$DEV"
same 0 "$(stat_of "$DEV" write_bios)" "written before this mount"
check umount "$MNT"

# One that knows nothing of counters.
insmod /t/ko/mpagexprobe.ko blocksize=1024 || fail "insmod"
check mount -t mpagexprobe "$DEV" "$MNT"
head -c 4096 "$MNT/file" >/dev/null
appears "$DEV"
before=$(stat_of "$DEV" read_bios)
check umount "$MNT"
drop_caches
check mount -t mpagexprobe "$DEV" "$MNT"
head -c 4096 "$MNT/file" >/dev/null
same $((before * 2)) "$(stat_of "$DEV" read_bios)" "bios of two mounts"
check umount "$MNT"
check rmmod mpagexprobe

# On and off while there is I/O, and gone while on.
check mount_demofs
(until [ -e "$TMP/enough" ]; do
	use "$MNT" 200
done) &
for i in $(seq 20); do
	echo $((i % 2)) >$stats/enable
	cat $stats/*/stats >/dev/null 2>&1
done
touch "$TMP/enough"
wait
echo 1 >$stats/enable
use "$MNT" 200
check umount $other
check umount "$MNT"
same 0 "$(find $stats -name reset | wc -l)" "counters left"
check rmmod demofs
check rmmod mpagex
[ ! -e $stats ] || fail "a directory without its module"
