# SPDX-License-Identifier: GPL-2.0-only
# This test proves that truncate cuts a large folio in two at any block and byte
# of it, down and up again, whether it is dirty, clean, mapped or not in memory:
# what is before the cut stays, what is behind is zeros, warm and cold.
# modes: mpagex
# blocks: 1024 4096

# Three folios of 16 blocks, the cut in the second one.
len=$((16 * BS))
end=$((3 * len))
states="dirty clean cold mapped"
cuts=$(for block in 0 1 2 3 7 8 11 12 14 15; do
	for byte in 0 1 $((BS / 2)) $((BS - 1)); do
		echo $((len + block * BS + byte))
	done
done)

# Each cut in a file of its own, so that all can be looked at cold at once.
make()
{
	set --
	for cut in $cuts; do
		set -- "$@" "open a $MNT/$state$cut rw,creat" \
			"pwrite a 0 $len 1" "pwrite a $len $len 1" \
			"pwrite a $((2 * len)) $len 1" "$sync" "close a"
	done
	fsop "$@" || fail "making files, $state"
}

# Down, up, and data again a block behind the cut.
cut()
{
	set --
	for cut in $cuts; do
		tail=$((end - cut))
		set -- "$@" "open a $MNT/$state$cut rw" "map m a 0 $end rw"
		case $state in
		mapped)	set -- "$@" "load m 0 $end 1" \
				"store m $((cut - 1)) $((BS + 1)) 1" ;;
		esac
		set -- "$@" "ftruncate a $cut" "size a = $cut" \
			"load m $len $((cut - len)) 1" \
			"load m $((2 * len)) 1 0 = SIGBUS" \
			"pread a $len $((cut - len)) 1" "pread a $cut 1 0 = 0" \
			"ftruncate a $end" "pread a 0 $cut 1" \
			"pread a $cut $tail 0" "load m $cut $tail 0" \
			"pwrite a $((cut + BS)) $BS 2" "unmap m" "close a"
	done
	fsop "$@" || fail "cut, $state"
}

look()
{
	set --
	for cut in $cuts; do
		rest=$((cut + 2 * BS))
		set -- "$@" "open a $MNT/$state$cut rw" "pread a 0 $cut 1" \
			"pread a $cut $BS 0" "pread a $((cut + BS)) $BS 2" \
			"pread a $rest $((end - rest)) 0" "close a"
	done
	fsop "$@" || fail "$1, $state"
}

fresh
for state in $states; do
	sync="size a = $end"
	[ "$state" = dirty ] || sync="fsync a"
	make
	[ "$state" != cold ] || remount_cold
	cut
	look warm
done
remount_cold
for state in $states; do
	look cold
done

# Whether folios were large at all.
: >"$MNT/order"
trace_start mm_filemap_add_to_page_cache
check fsop "open a $MNT/order rw" "pwrite a 0 $len 1"
trace_stop
same "$((BS == 1024 ? 2 : 4)) " "$(new_orders "$MNT/order")" "order"
