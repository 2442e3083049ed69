# SPDX-License-Identifier: GPL-2.0-only
# This test proves that whoever reads a file in order, cold, waits for hardly any of
# its indirect blocks, where without BH_Boundary he waits for each: each is read
# behind the data in front of it, in one request with that and in the order of the
# disk; and that this costs no folio its size and no call of get_block. It prints
# how long a read takes that is as fast as it can be.
# modes: mpagex
# blocks: 1024 4096
# timeout: 300

mib=$((BS == 1024 ? 16 : 32))

fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 ${mib}M 1" "fsync a"
layout file >"$TMP/layout"
arrays=$(grep -c IND "$TMP/layout")

# read_slowly: descriptor 4, a process for each 128 KiB.
read_slowly()
{
	left=$((mib * 8))
	while [ $((left -= 1)) -ge 0 ]; do
		dd bs=128k count=1 of=/dev/null <&4 2>/dev/null || return
	done
}

# measure OPTS IO: sets $waits, $calls and, of requests, $reads that are for a
# pointer block, $alone that begin with one, $all; prints that. Leaves the folios
# in $TMP/folios.
measure()
{
	export OPTS=$1 IO=$2
	remount_cold
	exec 4<"$MNT/file"
	mpagex_start block_rq_issue block_bio_queue mm_filemap_add_to_page_cache
	echo 1 >"$tracing/events/count/bit_wait_io/enable"
	check read_slowly
	trace_stop
	exec 4<&-
	ino=$(stat -c %i "$MNT/file")
	sed -n "s/.* mm_filemap_add_to_page_cache: .* ino $(printf %x "$ino") .* ofs=/ofs=/p" \
		"$TMP/trace" >"$TMP/folios"
	waits=$(grep -c '^ *dd-.* bit_wait_io:' "$TMP/trace")
	calls=$(fields get_block ino | grep -cx "$ino")
	ahead=$(fields map_ahead ino | grep -cx "$ino")
	requests | file_io >"$TMP/requests"
	all=$(wc -l <"$TMP/requests")
	alone=$(grep -c IND "$TMP/requests")
	reads=$(bios | file_io | grep -c IND)
	remount_cold
	exec 4<"$MNT/file"
	read -r start _ </proc/uptime
	check dd bs=1M of=/dev/null <&4 2>/dev/null
	read -r end _ </proc/uptime
	exec 4<&-
	echo "# io=$IO,$OPTS: $reads indirect blocks, $waits waits, $all requests," \
		"$calls calls, $mib MiB in" \
		"$(echo "$end $start" | awk '{ print $1 - $2 }') s" |
		tee -a "$TMP/measured" >&3
}

count_calls bit_wait_io >/dev/null
measure noboundary mpagex
same "$arrays" "$reads" "indirect blocks read without boundary"
[ "$waits" -ge "$arrays" ] || fail "$waits waits for $arrays indirect blocks"
[ -s "$TMP/folios" ] || fail "no folios"
check mv "$TMP/folios" "$TMP/folios.without"
slow=$all
least=$calls
measure boundary dropin
measure boundary mpagex
same "$arrays" "$reads" "indirect blocks read ahead"
same "$least" "$calls" "calls of get_block"
check cmp "$TMP/folios.without" "$TMP/folios"
# Once a window, whose rest is a worker's: where windows are large, not for each.
windows=$((calls - arrays))
[ "$ahead" -gt $((arrays / 2)) ] || [ "$ahead" -gt $((windows / 2)) ] ||
	fail "$ahead times ahead in $windows windows"
# Whoever is as fast as the disk may come to a window too early.
[ "$waits" -le $((arrays / 2)) ] || fail "$waits waits with reading ahead"
[ "$alone" -le 3 ] || fail "$alone requests for nothing but an indirect block"
[ "$all" -lt "$slow" ] || fail "$all requests, $slow without boundary"
