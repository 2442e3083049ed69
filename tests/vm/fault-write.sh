# SPDX-License-Identifier: GPL-2.0-only
# This test proves what a failed write of data promises: fsync tells each open file
# once, and one opened later if nobody was told; only what lay on bad sectors
# is not on the disk; memory keeps it, and writing it again saves it.
# modes: mpagex dropin
# blocks: 1024
# full-modes: mpagex dropin mpage bh
# full-blocks: 1024 2048 4096

size=$((700 * 1024 + 300))
fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 $size 1" "fsync a"
check umount "$MNT"
layout file >"$TMP/layout"
dm_bad 0 0 | dm_make
check mount_demofs /dev/mapper/bad

# evict: nothing of the file's data stays in memory.
evict()
{
	remount_cold /dev/mapper/bad
}

# bad BLOCK[-BLOCK]...: from now on these blocks of the file are bad.
bad()
{
	stretches "$@" | dm_bad_list | dm_become
}

# old SEED BLOCK[-BLOCK]...: just these blocks do not have what SEED wrote.
old()
{
	seed=$1
	shift
	want=
	for run do
		want="$want${want:+ }bad:$run"
	done
	same "${want:-none}" "$(readscan "$MNT/file" "$BS" "$seed" read)" \
		"blocks without seed $seed"
}

# Whoever had the file open is told once, whoever opens it then is not.
bad 20-22 100
check fsop "open a $MNT/file rw" "open b $MNT/file r" "pwrite a 0 $size 2" \
	"fsync a = EIO" "fsync a" "open c $MNT/file rw" "fsync c" \
	"fdatasync b = EIO" "fsync b" "fsync c"

# Memory has it all, however it is asked for; the disk has all but that.
old 2
check fsop "open a $MNT/file r" "map m a 0 $size ro" "load m 0 $size 2"
dm_bad 0 0 | dm_become
evict
old 2 20-22 100

# Written again while memory has it, all of it is saved. To fsync again is not
# enough: the pages count as written.
bad 20-22 100
check fsop "open a $MNT/file rw" "pwrite a 0 $size 3" "fsync a = EIO"
dm_bad 0 0 | dm_become
check fsop "open a $MNT/file rw" "fsync a" "pwrite a 0 $size 3" "fsync a"
evict
old 3

# Nobody was told of what the kernel wrote by itself: the next one who asks is,
# even if he has opened the file only then.
bad 50
check fsop "open a $MNT/file rw" "pwrite a $((50 * BS)) $BS 4" \
	"flush a 0 $size = ?" "close a" >/dev/null
usleep 300000
check fsop "open a $MNT/file r" "fsync a = EIO" "fsync a" \
	"open b $MNT/file r" "fsync b"
dm_bad 0 0 | dm_become
check fsop "open a $MNT/file rw" "pwrite a $((50 * BS)) $BS 3" "fsync a"

# Through a mapping: msync is an fsync.
bad 60
check fsop "open a $MNT/file rw" "open b $MNT/file rw" "map m a 0 $size rw" \
	"store m $((60 * BS)) $BS 5" "msync m = EIO" "msync m" \
	"fsync b = EIO" "load m $((60 * BS)) $BS 5"
dm_bad 0 0 | dm_become
evict
old 3

# A direct write has no memory to keep anything in: it says so at once.
bad 70
check fsop "open a $MNT/file rw,direct" "pwrite a $((70 * BS)) $BS 6 = EIO" \
	"pwrite a $((72 * BS)) $BS 3"
dm_bad 0 0 | dm_become
old 3
check umount "$MNT"
