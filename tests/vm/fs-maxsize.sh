# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a file can be as long as the format allows, to the last
# byte, and no longer.
# modes: mpagex dropin

fresh
# The largest size that truncate takes, found by halving.
check fsop "open a $MNT/file rw,creat"
low=0
high=$((1 << 46))
while [ $((high - low)) -gt 1 ]; do
	middle=$((low + (high - low) / 2))
	case $(nameop truncate "$MNT/file" $middle) in
	0)	low=$middle ;;
	EFBIG)	high=$middle ;;
	*)	fail "truncate to $middle" ;;
	esac
done
per=$((BS / 4))
reach=$(((12 + per + per * per + per * per * per) * BS))
case $BS in
4096)
	# Counted in 512-byte sectors in 32 bits, pointer blocks included.
	[ $low -le $((1 << 41)) ] || fail "$low is more than can be counted"
	[ $low -gt $(((1 << 41) - (1 << 32))) ] || fail "only $low"
	;;
*)
	same $reach $low "the largest size"
	;;
esac
check fsop "open a $MNT/file rw" "ftruncate a 0" \
	"pwrite a $((low - 1)) 1 1" "size a = $low" \
	"pwrite a $low 1 1 = EFBIG" "pwrite a $((low - 1)) 2 1 = 1" \
	"pwrite a $((low - 3000)) 3000 2" "ftruncate a $((low + 1)) = EFBIG" \
	"fsync a"
remount_cold
check fsop "open a $MNT/file r" "pread a $((low - 3000)) 3000 2" \
	"pread a $((low - 100000)) 90000 0" "pread a $low 1 1 = 0"
debugfs -R features "$DEV" 2>/dev/null | grep -q large_file ||
	fail "the feature large_file is not set"
