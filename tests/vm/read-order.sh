# SPDX-License-Identifier: GPL-2.0-only
# This test proves the order in which a cold read of a file's first 17 blocks
# reaches the disk: with boundary the blocks 0 to 11, the pointer block and the
# rest, in one sweep; without it the pointer block comes first. By bios as the
# file system sends them and by requests as the driver gets them.
# modes: mpagex dropin mpage
# blocks: 1024 4096

fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 $((17 * BS)) 1" "fsync a"
layout file >"$TMP/layout"
first=$(block_of file 0)
same $((first + 12)) "$(block_of file IND)" "the pointer block's place"
same $((first + 13)) "$(block_of file 12)" "block 12's place"

disk=/sys/block/${DEV##*/}/queue/scheduler
modprobe -q mq-deadline || :
for scheduler in none mq-deadline; do
	grep -q $scheduler "$disk" || continue
	echo $scheduler >"$disk"
	for flag in boundary noboundary; do
		export OPTS=$flag
		remount_cold
		trace_start block_bio_queue block_rq_issue
		check fsop "open a $MNT/file r" "pread a 0 $((17 * BS)) 1"
		trace_stop
		bios=$(bios | file_io | tr '\n' ' ')
		requests=$(requests | file_io | tr '\n' ' ')
		echo "$(uname -r), $scheduler, $flag: bios $bios, requests $requests"
		case $flag in
		boundary)
			same "R 0+12 R IND+1 R 12+5 " "$bios" "bios, $flag"
			# The first two were waiting together: one request.
			same "R 0+13 R 12+5 " "$requests" \
				"requests, $scheduler, $flag"
			;;
		noboundary)
			same "R IND+1 R 0+12 R 12+5 " "$bios" "bios, $flag"
			# What follows waited together: 6.1's driver may get the
			# last first.
			case $requests in
			"R IND+1 R 0+12 R 12+5 " | "R IND+1 R 12+5 R 0+12 ") ;;
			*)	fail "requests, $scheduler, $flag: $requests" ;;
			esac
			;;
		esac
	done
done
echo none >"$disk"
