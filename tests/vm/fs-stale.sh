# SPDX-License-Identifier: GPL-2.0-only
# This test proves that nobody ever reads what the disk held before: not behind a
# partial block, nor in a hole, after a full disk, or in a directory's slack.
# modes: mpagex dropin bh
# blocks: 1024 4096

mark=OLD-CONTENTS-OF-THE-DISK
yes $mark | head -c 8388608 | dd of="$DEV" bs=64k 2>/dev/null
check mkfs.demofs -q -F -b "$BS" -E nodiscard "$DEV" 8m
dd if="$DEV" bs=1M skip=5 count=1 2>/dev/null | grep -q $mark ||
	skip "mkfs wipes the disk"
check mount_demofs

# Partial blocks, alone, in holes, on edges of pages, through a mapping.
check fsop "open a $MNT/partial rw,creat" "pwrite a 10 10 1" \
	"pwrite a $((3 * BS - 5)) 10 1" "pwrite a 50000 1 1" \
	"pwrite a $((20 * BS + 1)) 100 1" "ftruncate a 500000"
check fsop "open a $MNT/mapped rw,creat" "ftruncate a 300001" \
	"map m a 0 304K rw" "store m 100 1 1" "store m 70000 5000 1" \
	"store m 300000 1 1" "unmap m" "ftruncate a 400000"
check fsop "open a $MNT/direct rw,creat,direct" "pwrite a 0 $BS 1" \
	"pwrite a $((40 * BS)) $BS 1" "ftruncate a $((41 * BS + 100))" \
	"ftruncate a $((50 * BS))"
fsop "open a $MNT/full rw,creat" "pwrite a 0 64M 2 = ?" >/dev/null
names 0 truncate full 3000000
names 0 truncate full 4500000
for n in 1 2 3; do
	mkdir "$MNT/dir$n"
done
clean()
{
	for file in "$MNT"/*; do
		[ -f "$file" ] || continue
		! grep -q "OLD-\|CONTENTS\|DISK" "$file" ||
			fail "${file##*/} shows what the disk held"
	done
	check fsop "open a $MNT/partial r" "pread a 0 10 0" "pread a 10 10 1" \
		"pread a 20 $((3 * BS - 25)) 0" "pread a $((3 * BS + 5)) 1000 0"
	check fsop "open a $MNT/mapped r" "pread a 101 69899 0" \
		"pread a 75000 225000 0" "pread a 300001 99999 0"
}

clean
remount_cold
clean
check umount "$MNT"
for n in 1 2 3; do
	debugfs -R "cat /dir$n" "$DEV" 2>/dev/null | grep -q CONTENTS &&
		fail "a directory's block holds what the disk held"
done
true
