# SPDX-License-Identifier: GPL-2.0-only
# This test proves that on a full disk what a truncation gives back can be used by a
# new directory and by a store into a hole, though others have the truncated file
# locked nearly all the time.
# modes: mpagex dropin
# full-modes: mpagex dropin mpage bh
# blocks: 4096
# timeout: 180

slow_demofs 30 12m
check fsop "open a $MNT/busy rw,creat" "pwrite a 0 1M 6" "fsync a"
fio --name=writers --filename="$MNT/busy" --rw=write --bs=512k --size=1M --direct=1 \
	--time_based --runtime=3600 --numjobs=6 --output="$TMP/fio" &
writers=$!
trap 'killall -q fio' EXIT
for i in 1 2 3 4 5; do
	# Behind what the others write.
	check fsop "open a $MNT/busy rw" "pwrite a 1M $((4000 - 100 * i))K 6" "fsync a"
	fsop "open a $MNT/full rw,creat,append" "append a 12M 2 = ?" >/dev/null 2>&1
	check fsop "open a $MNT/sparse$i rw,creat" "ftruncate a 4096" "syncfs a"
	same 0 "$(nameop statfs "$MNT" bfree)" "free blocks"
	kill -0 $writers || fail "nobody has the file locked"
	names 0 truncate busy 1048576
	check fsop "open a $MNT/sparse$i rw" "map m a 0 4096 rw" "store m 0 4096 1"
	names 0 mkdir dir$i
done
killall -q fio
wait
trap - EXIT

# Nor if it is the file itself that a name is made of, which is locked then.
fsop "open a $MNT/full rw,creat,append" "append a 12M 2 = ?" >/dev/null 2>&1
check fsop "open a $MNT r,dir" "syncfs a"
names 0 truncate busy 524288
n=0
while [ $((n += 1)) -le 60 ]; do
	names 0 link busy "dir1/$(printf '%0200d' $n)"
done
check umount "$MNT"
