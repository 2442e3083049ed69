# SPDX-License-Identifier: GPL-2.0-only
# This test proves that bad sectors fail exactly the reads that need them, however
# they are asked for, and none once they are repaired.
# modes: mpagex dropin
# blocks: 1024
# full-modes: mpagex dropin mpage bh
# full-blocks: 1024 2048 4096
# full-timeout: 600

# An odd end, and indirect blocks between the data.
size=$((1500 * 1024 + 700))
last=$((size / BS))
fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 $size 5" "fsync a"
check umount "$MNT"
layout file >"$TMP/layout"
dm_bad 0 0 | dm_make
check mount_demofs /dev/mapper/bad

# by_page BLOCK[-BLOCK]...: all blocks of the pages that these are in.
by_page()
{
	echo "$*" | tr ' ' '\n' | awk -v per=$((4096 / BS)) -v last="$last" '
	{
		n = split($1, ends, "-")
		first = ends[1] - ends[1] % per
		end = ends[n] - ends[n] % per + per - 1
		end = end > last ? last : end
		if (runs && first <= to[runs] + 1) {
			to[runs] = end > to[runs] ? end : to[runs]
			next
		}
		from[++runs] = first
		to[runs] = end
	}
	END {
		for (i = 1; i <= runs; i++)
			printf("%s%s", (i == 1 ? "" : " "), from[i] == to[i] ?
				from[i] : from[i] "-" to[i])
		print ""
	}'
}

# scan WANT HOW: what of the file cannot be read.
scan()
{
	same "$1" "$(readscan "$MNT/file" "$BS" 5 "$2")" "bad blocks by $2"
}

# bad BLOCK[-BLOCK]...: these blocks of the file cannot be read.
bad()
{
	stretches "$@" | dm_bad_list | dm_become
	pages=$(by_page "$@")
	# The kernel's page cache knows pages, unless a page has buffer heads and
	# no more than a block is asked for. The whole path knows blocks.
	read=$pages
	ahead=$pages
	case $IO in
	mpagex)	read=$* ahead=$* ;;
	bh)	read=$* ;;
	esac
	for how in direct map read ahead; do
		echo 3 >/proc/sys/vm/drop_caches
		case $how in
		direct)	scan "$*" $how ;;
		map)	scan "$pages" $how ;;
		read)	scan "$read" $how ;;
		ahead)	scan "$ahead" $how ;;
		esac
	done
	# Repaired: nothing of the failure stays, in a cache that is not dropped.
	dm_bad 0 0 | dm_become
	for how in ahead map direct; do
		scan none $how
	done
}

bad 0
bad 200-203 $last
bad 10 13-14 64 67
[ "$FULL" ] || exit 0
bad $last
bad 1 3 5 7 9 11 13
bad 12-$last
bad 31-33 63-65 127-129 255-257
bad 0-$last
for first in $(seq 20 31); do
	bad "$first" $((first + 30))-$((first + 40))
done
check umount "$MNT"
