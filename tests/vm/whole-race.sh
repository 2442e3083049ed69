# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a file that is cut, in mid-folio too, made longer and
# written again while it is being written back, on a disk that is slow at that,
# has on the disk what it should; and so has a file that gets the blocks set free.
# modes: mpagex
# blocks: 1024 4096
# timeout: 240

slow_demofs 10
file=$MNT/file
other=$MNT/other
mid=$((300 << 10))
end=$((900 << 10))

# stretch FROM TO SEED: reads it, if there is any, in the next fsop.
stretch()
{
	[ "$1" -ge "$2" ] || ops="$ops|pread a $1 $(($2 - $1)) $3"
}

least()
{
	[ "$1" -lt "$2" ] && echo "$1" || echo "$2"
}

# cold N CUT: is the disk's the file that was written by N, cut, made longer, and
# written in its middle third?
cold()
{
	drop_caches
	ops="open a $file r"
	stretch 0 "$(least "$2" $mid)" "$1"
	stretch "$2" $mid 0
	stretch $mid $((2 * mid)) 99
	stretch $((2 * mid)) "$2" "$1"
	if [ "$2" -gt $((2 * mid)) ]; then
		stretch "$2" $end 0
	else
		stretch $((2 * mid)) $end 0
	fi
	(
		IFS='|'
		# shellcheck disable=SC2086 # an operation a word
		set -- $ops
		check fsop "$@"
	)
}

check fsop "open a $file rw,creat" "pwrite a 0 1M 1"
# shellcheck disable=SC2034 # for show_load
read -r session <"$STATE/session"
keep fsop "open a $file rw" "fsync a"
keep fsop "open a $file rw" "flush a 0 512K" "flush a 512K 512K"
keep fsop "open a $other rw,creat,trunc" "pwrite a 0 256K 7" "flush a 0 256K" \
	"pread a 0 256K 7"
for n in $(seq 1 20); do
	for cut in 0 "$BS" 70000 524288 $((700000 + n * 4000)); do
		check fsop "open a $file rw" "pwrite a 0 1M $n" \
			"flush a 0 256K" "ftruncate a $cut" "ftruncate a $end" \
			"pwrite a $mid $mid 99"
		cold "$n" "$cut" || exit 1
	done
done
stop_load
check fsop "open a $other rw,trunc" "pwrite a 0 256K 8" "fsync a"
remount_cold /dev/mapper/bad
cold "$n" "$cut" || exit 1
check fsop "open b $other r" "pread b 0 256K 8"
check umount "$MNT"
