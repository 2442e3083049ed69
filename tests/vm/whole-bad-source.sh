# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a write whose memory is missing from some byte on says how
# much it has written, has written that and nothing else, and shows nothing that
# the disk held before: over a hole, old data, cold and warm, and behind the end.
# modes: mpagex
# blocks: 1024 4096

yes OLD-CONTENTS-OF-THE-DISK | head -c 33554432 | dd of="$DEV" bs=64k 2>/dev/null
check mkfs.demofs -q -F -b "$BS" -E nodiscard "$DEV" 32m
check mount_demofs
end=131072
cases=$(for at in 0 100 "$BS" $((BS - 1)) 61440; do
	for good in 0 1 $((BS / 2)) "$BS" $((BS + 1)) 4097 65543; do
		echo "$at:$good"
	done
done)

# prepare KIND: a file for each case
prepare()
{
	set --
	for case in $cases; do
		set -- "$@" "open a $MNT/$kind$case rw,creat"
		case $kind in
		hole)	set -- "$@" "ftruncate a $end" "pread a 0 32K 0" ;;
		old | warm)
			set -- "$@" "pwrite a 0 64K 1" "pwrite a 64K 64K 1" ;;
		end)	set -- "$@" "pwrite a 0 ${case%:*} 1" ;;
		esac
		set -- "$@" "close a"
	done
	fsop "$@" || fail "making files, $kind"
}

# What is in a file is what is left of the case after as much was written.
look()
{
	set --
	while read -r kind case wrote; do
		at=${case%:*}
		behind=$((at + wrote))
		old=1
		size=$end
		case $kind in
		hole)	old=0 ;;
		end)	size=$behind ;;
		esac
		set -- "$@" "open a $MNT/$kind$case r" "size a = $size" \
			"pread a 0 $at $old" "pread a $at $wrote 2" \
			"pread a $behind $((size - behind)) $old" "close a"
	done <"$TMP/cases"
	fsop "$@" || fail "$1"
}

for kind in hole old warm end; do
	prepare
	[ $kind != old ] || remount_cold
	for case in $cases; do
		good=${case#*:}
		wrote=$(iovop bad "$MNT/$kind$case" "${case%:*}" "$good" 2)
		[ "$wrote" != EFAULT ] || wrote=0
		if [ "$wrote" -lt 0 ] || [ "$wrote" -gt "$good" ]; then
			fail "$wrote of $good bytes that are there, $kind $case"
		fi
		# All of a page at least, unless it was not there to begin with.
		[ $((good - wrote)) -lt 4096 ] ||
			fail "only $wrote of $good bytes, $kind $case"
		echo "$kind $case $wrote" >>"$TMP/cases"
	done
done
look warm
remount_cold
look cold
! grep -q CONTENTS "$MNT"/hole* "$MNT"/end* || fail "the disk shows through"
