# SPDX-License-Identifier: GPL-2.0-only
# This test proves that truncate, on both sides of each level of indirection, cuts
# off what is beyond, keeps what is before, and frees every block.
# modes: mpagex dropin
# blocks: 1024 4096

fresh
free=$(nameop statfs "$MNT" bfree)
per=$((BS / 4))
edges="12 $((12 + per)) $((12 + per + per * per))"

# A file of its own for each cut, so that e2fsck sees them all in the end.
for edge in $edges; do
	for cut in -$((BS + 1)) -$BS -$((BS - 1)) -1 0 1 $((BS - 1)) $BS \
			$((BS + 1)) $((2 * BS)); do
		file=$MNT/cut$edge$cut
		at=$((edge * BS + cut))
		from=$(((edge - 2) * BS))
		end=$((from + 5 * BS))
		check fsop "open a $file rw,creat" "pwrite a 0 $BS 3" \
			"pwrite a $from $((5 * BS)) 3" "fsync a" \
			"ftruncate a $at" "size a = $at" \
			"pread a $from $((at - from)) 3" \
			"pread a $at 1 0 = 0" \
			"ftruncate a $end" \
			"pread a $from $((at - from)) 3" \
			"pread a $at $((end - at)) 0" \
			"ftruncate a $at"
	done
done
remount_cold
for edge in $edges; do
	for cut in -$((BS + 1)) -1 0 1 $((2 * BS)); do
		at=$((edge * BS + cut))
		from=$(((edge - 2) * BS))
		check fsop "open a $MNT/cut$edge$cut rw" "size a = $at" \
			"pread a 0 $BS 3" "pread a $from $((at - from)) 3" \
			"ftruncate a $((at + BS))" "pread a $at $BS 0" \
			"ftruncate a $at"
	done
done

cp "$MNT/cut12-1" "$MNT/small"
for cut in 13000 12001 1 0; do
	check fsop "open a $MNT/small rw" "ftruncate a $cut"
done
names 0 stat small sectors
for edge in $edges; do
	names 0 truncate "cut$edge$((2 * BS))" 0
	names 0 stat "cut$edge$((2 * BS))" sectors
done
check umount "$MNT"
check e2fsck -fn "$DEV"
check mount_demofs
rm "$MNT"/cut* "$MNT/small"
names "$free" statfs . bfree
