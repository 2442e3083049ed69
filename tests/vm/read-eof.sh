# SPDX-License-Identifier: GPL-2.0-only
# This test proves that behind the end of a file its last block reads as zeros,
# through a mapping too, whatever the disk holds there.
# modes: mpagex dropin

# The last ones are long enough for pages that lie beside each other in memory.
sizes="5 $((BS - 1)) $((BS + 100)) $((3 * BS + 1)) 100001 1000001 3000001"

fresh
for size in $sizes; do
	check fsop "open a $MNT/file$size rw,creat" "pwrite a 0 $size 1"
done
check umount "$MNT"
for size in $sizes; do
	tail=$((size % BS))
	at=$(block_of "file$size" $((size / BS)))
	yes garbage | head -c $((BS - tail)) |
		dd of="$DEV" bs=1 seek=$((at * BS + tail)) conv=notrunc \
			2>/dev/null
done
drop_caches
check mount_demofs
for size in $sizes; do
	end=$(((size + 4095) / 4096 * 4096))
	check fsop "open a $MNT/file$size r" "map m a 0 $end ro" \
		"load m $size $((end - size)) 0" "load m 0 $size 1" \
		"pread a 0 $size 1" "pread a $size 1 0 = 0"
done
remount_cold
for size in $sizes; do
	end=$(((size + 4095) / 4096 * 4096))
	check fsop "open a $MNT/file$size rw" "pread a 0 $size 1" \
		"ftruncate a $end" "pread a $size $((end - size)) 0"
done
