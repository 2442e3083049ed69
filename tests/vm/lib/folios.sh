# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# For tests of large folios: which there are, and bringing them about. Sourced by
# lib.sh.

# new_orders FILE: the orders of all folios that the page cache got of it while
# mm_filemap_add_to_page_cache was traced, in one line.
new_orders()
{
	number=$(stat -c %i "$1")
	number=$(printf '%x' "$number")
	sed -n "s/.* ino $number .* order=//p" "$TMP/trace" | sort -nu |
		tr '\n' ' '
}

# first_order: that of the folios which a file's first read is read into.
first_order()
{
	case $(uname -r) in
	7.*)	echo 0 ;;
	*)	echo 2 ;;
	esac
}

# all_orders MOST: what new_orders prints if there are all of them. An order of
# 1 takes up too little for what older kernels keep in a large folio.
all_orders()
{
	seq 0 "$1" | case $(uname -r) in
	6.1.*)	grep -vx 1 ;;
	*)	cat ;;
	esac | tr '\n' ' '
}

# huge FILE: reads all of it into folios of 2 MiB, except for the end.
huge()
{
	echo 1 >/proc/sys/vm/compact_memory
	check folios huge "$1"
}

# split FILE: have the kernel split its large folios into pages, where it can.
split()
{
	pages=$((($(stat -c %s "$1") + 4095) / 4096))
	# No folio may wait for a list to take it in.
	echo 1 >/proc/sys/vm/compact_memory
	printf '%s,0x0,0x%x' "$1" "$pages" \
		>/sys/kernel/debug/split_huge_pages ||
		skip "no split_huge_pages in this kernel"
}

# orders FILE: "ORDER:FOLIOS ..." of what is in memory of it; reads the rest.
orders()
{
	folios orders "$1" | tr ' \n' ': '
}

# movable_memory: two stretches of memory for what can be moved only, which goes
# there first; until the test's end.
movable_memory()
{
	movable=
	trap unmovable_memory EXIT
	for stretch in /sys/devices/system/memory/memory*; do
		case $movable in
		*" "*" "*) return ;;
		esac
		echo offline 2>/dev/null >"$stretch/state" || continue
		movable="$movable $stretch"
		check echo online_movable >"$stretch/state"
	done
	skip "not enough memory can be taken out of use"
}

unmovable_memory()
{
	trap - EXIT
	for stretch in $movable; do
		echo offline >"$stretch/state" && echo online >"$stretch/state"
	done
}
