# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# For tests that look at the disk or make it fail: where a file's blocks are,
# which I/O touched them, and devices with bad sectors. Sourced by lib.sh.

# small SIZE: a new file system of that size at the start of $DEV, mounted.
small()
{
	check mkfs.demofs -q -F -b "$BS" "$DEV" "$1"
	check mount_demofs
}

# dm_bad FIRST COUNT: prints a table of $DEV in which these sectors are bad. With
# COUNT 0 none is.
dm_bad()
{
	total=$(blockdev --getsz "$DEV")
	if [ "$2" = 0 ]; then
		echo "0 $total linear $DEV 0"
		return
	fi
	[ "$1" = 0 ] || echo "0 $1 linear $DEV 0"
	echo "$1 $2 error"
	after=$(($1 + $2))
	[ $after = "$total" ] ||
		echo "$after $((total - after)) linear $DEV $after"
}

# dm_bad_list: the same for any number of stretches, a line "FIRST COUNT" each on
# standard input, in any order.
dm_bad_list()
{
	sort -n | awk -v total="$(blockdev --getsz "$DEV")" -v dev="$DEV" '
	function linear(end) {
		if (end > at)
			print at + 0, end - at, "linear", dev, at + 0
		at = end
	}
	$1 + $2 > at {
		linear($1)
		print at, $1 + $2 - at, "error"
		at = $1 + $2
	}
	END { linear(total) }'
}

# stretches BLOCK[-BLOCK]...: where these blocks of the file whose layout is in
# $TMP/layout are on the disk, as dm_bad_list takes them.
stretches()
{
	echo "$*" | tr ' ' '\n' | awk -v per="$((BS / 512))" '
	NR == FNR {
		if ($1 ~ /^[0-9]/)
			for (i = 0; i < $3; i++)
				at[$1 + i] = $2 + i
		next
	}
	{
		n = split($1, ends, "-")
		for (i = ends[1]; i <= ends[n]; i++)
			print at[i] * per, per
	}' "$TMP/layout" -
}

# dm_make: makes /dev/mapper/bad from a table on standard input.
dm_make()
{
	modprobe -q dm-mod || :
	dmsetup --noudevsync create bad || fail "dmsetup create"
	dmsetup mknodes bad
}

# slow_demofs MS [SIZE]: a new file system, mounted, on /dev/mapper/bad, where each
# write takes so long.
slow_demofs()
{
	check mkfs.demofs -q -F -b "$BS" "$DEV" "${2:-160m}"
	modprobe -q dm-mod || :
	modprobe -q dm-delay || skip "no dm-delay in this kernel"
	total=$(blockdev --getsz "$DEV")
	echo "0 $total delay $DEV 0 0 $DEV 0 $1 $DEV 0 0" | dm_make
	check mount_demofs /dev/mapper/bad
}

# hold_disk: from now on /dev/mapper/bad takes requests and answers none, until
# release_disk, which a test that fails meanwhile does as well.
hold_disk()
{
	trap 'dmsetup --noudevsync resume bad' EXIT
	check dmsetup --noudevsync suspend --noflush --nolockfs bad
}

release_disk()
{
	trap - EXIT
	check dmsetup --noudevsync resume bad
}

# dm_become: a new table for it, from standard input, in use.
dm_become()
{
	hold_disk
	check dmsetup --noudevsync load bad
	release_disk
}

# bad_pointer: what reading by a block number that cannot be true ends with. Whoever
# reads by the page hears only that it failed; mpagex hands on why.
bad_pointer()
{
	case $IO in
	mpagex | dropin) echo EUCLEAN ;;
	*)		echo EIO ;;
	esac
}

# with_errors: does the superblock of $DEV, as the disk has it, tell fsck to look?
with_errors()
{
	dumpe2fs -h "$DEV" 2>/dev/null | grep '^Filesystem state:' |
		grep -q 'with errors'
}

# crash: shuts down what is mounted from /dev/mapper/bad and unmounts it, while
# nothing of what is in memory reaches $DEV any more; and mends the disk.
crash()
{
	check fsop "open a $MNT r,dir" "shutdown a 2"
	dm_bad 0 "$(blockdev --getsz "$DEV")" | dm_become
	umount "$MNT" || fail "umount after a crash"
	dm_bad 0 0 | dm_become
	drop_caches
}

# repair: what e2fsck can mend after a crash, in /dev/mapper/bad.
repair()
{
	e2fsck -fy /dev/mapper/bad >"$TMP/fsck" 2>&1
	[ $? -le 1 ] || fail "e2fsck cannot repair: $(tail -n 3 "$TMP/fsck")"
}

# layout FILE: its blocks on the disk as debugfs sees them, a line for each run:
# "LOGICAL PHYSICAL COUNT", or IND, DIND or TIND for LOGICAL.
layout()
{
	debugfs -R "stat /$1" "$DEV" 2>/dev/null | sed -n '/^BLOCKS:/,$p' |
	sed -n 's/(\([^)]*\)):\([^,]*\),*/\n\1 \2/gp' | awk 'NF == 2 {
		runs = split($2, at, "-")
		split($1, logical, "-")
		print logical[1], at[1], (runs > 1 ? at[2] - at[1] + 1 : 1)
	}'
}

# block_of FILE LOGICAL: where it is; LOGICAL may be IND, DIND or TIND.
block_of()
{
	layout "$1" | awk -v want="$2" '
	$1 == want { print $2; exit }
	want ~ /^[0-9]/ && $1 ~ /^[0-9]/ && want >= $1 && want < $1 + $3 {
		print $2 + want - $1
		exit
	}'
}

# inode_block FILE: the block of the inode table that has its inode.
inode_block()
{
	ino=$(debugfs -R "stat $1" "$DEV" 2>/dev/null |
		sed -n 's/^Inode: \([0-9]*\).*/\1/p')
	debugfs -R "imap <$ino>" "$DEV" 2>/dev/null |
		sed -n 's/.*located at block \([0-9]*\).*/\1/p'
}

# dir_sector DIRECTORY: the first sector of its first block.
dir_sector()
{
	debugfs -R "bmap $1 0" "$DEV" 2>/dev/null | awk -v per=$((BS / 512)) '
		/^[0-9]+$/ { print $1 * per }'
}

# writes_so_far: which blocks were written since "trace_start block_rq_issue", by the
# first sector of each, and when the disk was flushed, in $TMP/order. Requests for
# blocks side by side can have been merged.
writes_so_far()
{
	trace_stop
	sed -n "s/.* block_rq_issue: [0-9,]* \([FW][A-Z]*\) [0-9]* (.*) \([0-9]*\) + \([0-9]*\).*/\1 \2 \3/p" \
		"$TMP/trace" | awk -v per=$((BS / 512)) '
	/^F/ {
		print "F"
		next
	}
	{
		for (at = $2; at < $2 + $3; at += per)
			print $1, at
	}' >"$TMP/order"
}

# order_of_writes: the same, after all that waits has been written.
order_of_writes()
{
	check sync -f "$MNT"
	writes_so_far
}

# flushed_between A B WHAT: sector A was written, then came a flush, and only then B.
flushed_between()
{
	awk -v a="$1" -v b="$2" '
	$1 == "F" && written { flushed = 1 }
	$2 == a { written = 1 }
	$2 == b { exit }
	END { exit !($2 == b && flushed) }' "$TMP/order" ||
		fail "$3: not in order, $1 and then $2: $(tr '\n' ' ' <"$TMP/order")"
}

# group_block PART: the first group's "Block bitmap", "Inode bitmap" or "Inode
# table".
group_block()
{
	dumpe2fs "$DEV" 2>/dev/null |
		sed -n "s/^ *$1 at \\([0-9]*\\).*/\\1/p" | head -n 1
}

# soil_memory: leaves no page of free memory that is likely to be used next full
# of zeros by chance.
soil_memory()
{
	check fsop "open a $TMP/soil rw,creat" "pwrite a 0 16M 99" \
		"unlink $TMP/soil"
}

# sectors BLOCKS: the same in units of 512 bytes.
sectors()
{
	echo $(($1 * BS / 512))
}

# file_io: filters what "bios" or "requests" print to those that touch the file
# whose layout is in $TMP/layout, as "R LOGICAL+BLOCKS".
file_io()
{
	[ -s "$TMP/layout" ] || fail "no layout of the file under test"
	awk -v per="$((BS / 512))" '
	NR == FNR {
		label[NR] = $1
		first[NR] = $2
		count[NR] = $3
		runs = NR
		next
	}
	{
		block = int($2 / per)
		for (i = 1; i <= runs; i++) {
			if (block < first[i] || block >= first[i] + count[i])
				continue
			name = label[i]
			if (name ~ /^[0-9]/)
				name += block - first[i]
			print $1, name "+" $3 / per
		}
	}' "$TMP/layout" -
}

# expected_io R|W WINDOW BOUNDARY: the bios of data that the file in $TMP/layout
# wants, from its start: cut where blocks are not adjacent, where a window (in
# blocks) ends and, if BOUNDARY is 1, after the last pointer of an array.
expected_io()
{
	awk -v rw="$1" -v window="$2" -v boundary="$3" -v per="$((BS / 4))" '
	function flush() {
		if (n)
			print rw, start "+" n
		n = 0
	}
	$1 ~ /^[0-9]/ {
		for (i = 0; i < $3; i++) {
			l = $1 + i
			p = $2 + i
			if (p != last + 1 || l % window == 0 ||
			    (boundary && (l - 12) % per == 0))
				flush()
			if (!n)
				start = l
			n++
			last = p
		}
	}
	END { flush() }' "$TMP/layout"
}

# only_data: of what file_io prints, what is no pointer block.
only_data()
{
	grep -v 'IND'
}

# readahead_kb KIB [DEVICE]: its largest readahead window.
readahead_kb()
{
	node=$(stat -c '%t %T' "${2:-$DEV}")
	echo "$1" >"/sys/dev/block/$((0x${node% *})):$((0x${node#* }))/bdi/read_ahead_kb"
}

# damage BYTE_OFFSET ESCAPES: overwrites bytes of the unmounted disk, given as
# \0 and three octal digits each.
damage()
{
	printf '%b' "$2" | dd of="$DEV" bs=1 seek="$1" conv=notrunc 2>/dev/null
}
