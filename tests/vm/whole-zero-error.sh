# SPDX-License-Identifier: GPL-2.0-only
# This test proves that mpagex_zero_range() which cannot read an edge, or is told
# nothing by get_block, says so and harms no byte outside of its range, neither in
# memory nor on the disk; that blocks which it covers need not be readable; and that
# the failure is gone with its cause.
# modes: -
# blocks: -

insmod /t/ko/mpagexprobe.ko whole=1 blocksize=1024 || fail "insmod"
probe=/sys/module/mpagexprobe/parameters
file=$MNT/file
disk=/dev/mapper/bad
nofsck
dm_bad 0 0 | dm_make

# again BLOCK: a cold mount of a disk full of a pattern, with one block unreadable.
again()
{
	! grep -q " $MNT " /proc/mounts || check umount "$MNT"
	dm_bad 0 0 | dm_become
	check fsop "open a $disk rw" "pwrite a 0 256K 1" "fsync a"
	drop_caches
	check mount -t mpagexprobe $disk "$MNT"
	dm_bad $(($1 * 2)) 2 | dm_become
}

# intact FILE AT LEN: all but LEN bytes at AT are the pattern.
intact()
{
	check fsop "open a $1 r" "pread a 0 $2 1" \
		"pread a $(($2 + $3)) $((262144 - $2 - $3)) 1"
}

# after_repair AT LEN: by the file, by the disk, and then zeroed after all.
after_repair()
{
	dm_bad 0 0 | dm_become
	check fsop "open a $file rw" "fsync a"
	intact "$file" "$1" "$2"
	check umount "$MNT"
	intact $disk "$1" "$2"
	check mount -t mpagexprobe $disk "$MNT"
	check fsop "open a $file rw" "zero a $1 $2" "fsync a" "pread a $1 $2 0"
	intact "$file" "$1" "$2"
}

# The first edge: nothing at all has happened.
again 5
trace_start block_bio_queue
check fsop "open a $file rw" "zero a 5220 60000 = EIO" "fsync a"
trace_stop
same "" "$(bios $disk | grep ^W)" "blocks written for a range that was refused"
check fsop "open a $file r" "pread a 0 5K 1" "pread a 5K 1 1 = EIO" \
	"pread a 6K 250K 1"
after_repair 5220 60000

# Both edges in one block, and one that is dirty already, which is not read.
again 5
check fsop "open a $file rw" "zero a 5220 1 = EIO" "pwrite a 5K 1K 1" \
	"zero a 5220 1" "pread a 5K 100 1" "pread a 5220 1 0" "pread a 5221 5000 1"

# The last edge, which is in another folio than the first.
again 200
check fsop "open a $file rw" "zero a 1024 203877 = EIO" "pread a 0 1K 1" \
	"pread a 200K 1 1 = EIO" "pread a 201K 55K 1"
after_repair 1024 203877

# A range of whole blocks needs none of them. The disk that cannot take them either
# is what fsync tells, once.
again 30
check fsop "open a $file rw" "zero a 10K 100K" "pread a 10K 100K 0" \
	"fsync a = EIO" "fsync a" "pread a 10K 100K 0"
dm_bad 0 0 | dm_become
check fsop "open a $file rw" "zero a 10K 100K" "fsync a"
check umount "$MNT"
check fsop "open a $disk r" "pread a 10K 100K 0"
intact $disk 10240 102400

# What get_block says.
for answer in fail:EIO nomem:ENOMEM; do
	again 255
	echo "${answer%:*}" >$probe/answer
	check fsop "open a $file rw" "zero a 1000 100000 = ${answer#*:}"
	echo run >$probe/answer
	check fsop "open a $file rw" "fsync a"
	after_repair 1000 100000
done
check umount "$MNT"
check dmsetup --noudevsync remove bad
check rmmod mpagexprobe
