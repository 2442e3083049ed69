# SPDX-License-Identifier: GPL-2.0-only
# This test proves that if in a number of changes any one request to the disk fails,
# reads and writes in turn, what fsync has said to be there is, what failed can be
# done again, and the file system is whole as soon as it could be synced, but for
# blocks that could not be found to be freed: those the superblock tells fsck of.
# modes: mpagex dropin
# full-modes: mpagex dropin mpage bh
# blocks: 1024
# full-blocks: 1024 4096
# timeout: 300
# full-timeout: 1800

fault=/sys/kernel/debug/fail_make_request
[ -d $fault ] || skip "no fault injection in this kernel"
nofsck
expect_log 'demofs \(vd[a-z]\): '

echo 0 >$fault/verbose
echo 1 >$fault/interval
echo N >$fault/task-filter
echo 0 >$fault/stacktrace-depth
echo 1 >"/sys/block/${DEV##*/}/make-it-fail"

# fail_behind BYTES: the first request that begins with so much moved.
fail_behind()
{
	echo "$1" >$fault/space
	echo 1 >$fault/times
	echo 100 >$fault/probability
}

# saved N: a file, and its name; N is what is in it.
saved()
{
	fsop "open a $MNT/new rw,creat,trunc" "pwrite a 0 $((14 * BS + 10)) $1" \
		"fsync a" &&
	mv "$MNT/new" "$MNT/$1" &&
	fsop "open a $MNT r,dir" "fsync a"
}

# Old data, of which the changes read and replace a part.
changes()
{
	saved 2 && echo 2 >>"$TMP/saved"
	fsop "open a $MNT/1 rw" "pwrite a $((13 * BS + 5)) 100 5" "fsync a" &&
		echo "1 $((13 * BS + 5))" >>"$TMP/saved"
	mkdir "$MNT/dir"
	mv "$MNT/2" "$MNT/dir/2" && fsop "open a $MNT/dir r,dir" "fsync a"
	truncate -s $((2 * BS + 10)) "$MNT/3"
	rm "$MNT/4"
	saved 5 && echo 5 >>"$TMP/saved"
	fsop "open a $MNT r,dir" "syncfs a"
}

# look FILE: it is where it was or where it was moved to, and holds what was saved,
# but for the part that was written over.
look()
{
	for path in "$MNT/$1" "$MNT/dir/$1"; do
		[ ! -e "$path" ] || break
	done
	fsop "open a $path r" "pread a 0 $((13 * BS + 5)) $1" \
		"pread a $((13 * BS + 105)) $((BS - 95)) $1"
}

# leaked: does e2fsck, which was told to look, find blocks in use that nothing leads
# to, and nothing else? They are freed then.
leaked()
{
	with_errors || return
	! sed -n '/^Pass 1/,/^.*WARNING/p' "$TMP/fsck" |
		grep -v '^Pass\|^$\|^Fix\|^Inode .* i_blocks is\|WARNING' |
		grep -v '^Block bitmap differences:\( *-[0-9()-]*\)*$' |
		grep -q . || return
	e2fsck -fy "$DEV" >"$TMP/fsck" 2>&1
	[ $? = 1 ]
}

try()
{
	check mkfs.demofs -q -F -b "$BS" "$DEV" 8m
	check mount_demofs
	for n in 1 3 4; do
		saved $n || fail "file $n, without a fault"
	done
	check umount "$MNT"
	drop_caches
	check mount_demofs
	: >"$TMP/saved"
	fail_behind "$1"
	changes >"$TMP/said" 2>&1
	times=$(cat $fault/times)
	echo 0 >$fault/probability

	fsop "open a $MNT r,dir" "syncfs a" >/dev/null 2>&1
	fsop "open a $MNT r,dir" "syncfs a" || fail "behind $1: not synced again"
	umount "$MNT" || fail "behind $1: umount"
	drop_caches
	e2fsck -fn "$DEV" >"$TMP/fsck" 2>&1 || leaked ||
		fail "behind $1: $(grep -v '^Pass' "$TMP/fsck" | head -n 3)"
	check mount_demofs
	while read -r name part; do
		[ "$name" != 1 ] || fsop "open a $MNT/1 r" "pread a $part 100 5" ||
			fail "behind $1: 1 lost what was written over"
		look "$name" || fail "behind $1: $name is lost"
	done <"$TMP/saved"
	# Where it was allowed to fail, it can be done again.
	look 1 || fail "behind $1: 1 is lost"
	saved 6 || fail "behind $1: nothing can be written any more"
	check umount "$MNT"
	[ "$times" = 0 ]
}

step=$((5 * BS)) at=0 hit=0
[ -z "$FULL" ] || step=$BS
while try $at; do
	hit=$((hit + 1))
	at=$((at + step))
done
echo "# one of $hit requests failed at a time" >&3
[ $hit -ge 10 ] || fail "only $hit requests failed"
