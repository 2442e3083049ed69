# SPDX-License-Identifier: GPL-2.0-only
# This test proves that the events of mpagex say what happens when a file's first 17
# blocks are written and read: what get_block answers, the bios that the block layer
# gets, their folios and why each ends there, what is asked for ahead, and how long
# they take on a disk that makes them wait. And that the module can go while they
# are switched on.
# modes: mpagex dropin
# blocks: 1024 4096
# timeout: 300

# In ms. By the timer of a busy guest it can be half of that.
delay=100
cut=$((12 * BS))
rest=$((5 * BS))

# Each bio completes, as long after its submission as the disk takes.
completions()
{
	fields submit bio ino pos bytes op | sort >"$TMP/submitted"
	fields complete bio ino pos bytes op | sort >"$TMP/completed"
	check cmp "$TMP/submitted" "$TMP/completed"
	fields complete error ns | awk -v least=$((delay * 500000)) '
		$1 != 0 || $2 < least || $2 > 60 * 1e9 { bad = $0 }
		END {
			if (bad || NR != 2)
				print "completions: " NR ", " bad
		}' >"$TMP/bad"
	[ ! -s "$TMP/bad" ] || fail "$(cat "$TMP/bad")"
}

# The block layer's word for the bios, in the same form.
bios_seen()
{
	bios /dev/mapper/bad | file_io | only_data | tr '\n' ' '
}

# How many of the folios that came into memory have a part in these bytes.
folios_in()
{
	sed -n 's/.* mm_filemap_add_to_page_cache: .*ofs=\([0-9]*\) order=\([0-9]*\).*/\1 \2/p' \
		"$TMP/trace" | awk -v from="$1" -v to=$(($1 + $2)) '
		{
			bytes = 4096
			for (i = 0; i < $2; i++)
				bytes *= 2
		}
		$1 < to && $1 + bytes > from { n++ }
		END { print n + 0 }'
}

check mkfs.demofs -q -F -b "$BS" "$DEV" 160m
modprobe -q dm-mod || :
modprobe -q dm-delay || skip "no dm-delay in this kernel"
echo "0 $(blockdev --getsz "$DEV") delay $DEV 0 $delay" | dm_make
check mount_demofs /dev/mapper/bad

mpagex_start block_bio_queue
check fsop "open a $MNT/file rw,creat" "pwrite a 0 $((cut + rest)) 1" "fsync a"
trace_stop
same "write 0+$cut boundary, write $cut+$rest eof" "$(cuts)" "writing"
completions
ino=$(stat -c %i "$MNT/file")
check umount "$MNT"
layout file >"$TMP/layout"
same "W 0+12 W 12+5 " "$(bios_seen)" "bios written"
first=$(block_of file 0)
second=$(block_of file 12)

drop_caches
check mount_demofs /dev/mapper/bad
mpagex_start block_bio_queue mm_filemap_add_to_page_cache
check fsop "open a $MNT/file r" "pread a 0 $((cut + rest)) 1"
trace_stop
node=$(stat -c '%t %T' /dev/mapper/bad)
same "$((0x${node% *})):$((0x${node#* }))" \
	"$(fields submit dev | sort -u)" "device"
same "$ino" "$(fields submit ino | sort -u)" "inode"
same "0 $((cut + rest)) $cut $first 0 0 mapped|boundary
$cut $rest $rest $second 0 0 mapped" \
	"$(fields get_block pos asked found block create error flags)" \
	"answers of get_block"
ahead=
[ "$IO" = dropin ] || ahead="$ino $cut $(block_of file IND)"
same "$ahead" "$(fields map_ahead ino pos block)" "pointers asked for ahead"
same "0 1" "$(fields get_block slept | tr '\n' ' ' | sed 's/ $//')" "who slept"
[ "$(fields get_block ns | tail -n 1)" -ge $((delay * 500000)) ] ||
	fail "the pointer block came early: $(fields get_block ns)"
same "read 0+$cut boundary, read $cut+$rest eof" "$(cuts)" "reading"
same "R 0+12 R 12+5 " "$(bios_seen)" "bios read"
same "$(sectors "$first")
$(sectors "$second")" "$(fields submit sector)" "sectors"
same "$(folios_in 0 "$cut")
$(folios_in "$cut" "$rest")" "$(fields submit folios)" "folios"
completions

events=$tracing/events/mpagex
echo 1 >"$events/enable"
check fsop "open a $MNT/file rw" "pwrite a 1 1 1" "fsync a"
check umount "$MNT"
check rmmod demofs
check rmmod mpagex
[ ! -e "$events" ] || fail "events without the module"
