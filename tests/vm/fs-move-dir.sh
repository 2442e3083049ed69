# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a file that is moved from one directory to another is on the
# disk under one of its names, whatever happens to the directories: the one that it
# has left is removed, or replaced, or the one that it is moved to has just been
# made, or has changed places with another. That two directories of which each is
# moved to where the other was are never a circle there. And that to move a directory
# changes its ".." but not its time.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 1024 4096

# on_disk PATH: is it there, were the power cut now?
on_disk()
{
	[ "$(ino_on_disk "$1")" ]
}

ino_on_disk()
{
	debugfs -D -R "stat $1" "$DEV" 2>/dev/null |
		sed -n 's/^Inode: \([0-9]*\).*/\1/p'
}

fresh
for dir in left goal replaced new over; do
	check mkdir "$MNT/$dir"
done
for dir in left replaced new; do
	echo "was in $dir" >"$MNT/$dir/file"
done
check mkdir "$MNT/left/below" "$MNT/left/old"
echo "was in new" >"$MNT/new/spare"
echo "was in old" >"$MNT/left/old/file"
check touch -d '2001-02-03 04:05:06' "$MNT/left/below"
check sync
root=$(dir_sector /)
goal=$(dir_sector /goal)
new=$(dir_sector /new)
for block in "$root" "$goal" "$new"; do
	[ "$block" ] || fail "where are the directories?"
done

trace_start block_rq_issue
check mv "$MNT/left/file" "$MNT/goal/1"
check mv "$MNT/left/below" "$MNT/goal/below"
same "$(date -d '2001-02-03 04:05:06' +%s)" "$(stat -c %Y "$MNT/goal/below")" \
	"the time of a directory that was moved"
# Through one directory that goes and another around it.
check mv "$MNT/left/old/file" "$MNT/goal/3"
check rmdir "$MNT/left/old" "$MNT/left"
order_of_writes
flushed_between "$goal" "$root" "removed"
on_disk /goal/1 || fail "removed: goal/1 is not on the disk"
on_disk /goal/below || fail "removed: goal/below is not on the disk"

check mv "$MNT/replaced/file" "$MNT/goal/2"
check nameop rename "$MNT/over" "$MNT/replaced" >/dev/null
on_disk /goal/2 || fail "replaced: goal/2 is not on the disk"

# The root is to be early for the name of what is made there.
check sync
trace_start block_rq_issue
check mkdir "$MNT/made"
check mkdir "$MNT/made/below"
check mv "$MNT/new/file" "$MNT/made/below/file"
echo x >"$MNT/x"
check mv "$MNT/x" "$MNT/goal/x"
order_of_writes
flushed_between "$root" "$new" "made"
on_disk /made/below/file || fail "made/below/file is not on the disk"

# And once it is late, what depends on it is committed.
check touch "$MNT/y"
check sync
check mv "$MNT/y" "$MNT/goal/y"
check mkdir "$MNT/late"
check mv "$MNT/new/spare" "$MNT/late/spare"
on_disk /late || fail "late is not on the disk"

# Directories that are exchanged are so on the disk before anything is moved there.
check mkdir "$MNT/goal/here" "$MNT/new/there"
check sync
names 0 rename goal/here new/there exchange
check mkdir "$MNT/goal/here/below"
same "$(nameop stat "$MNT/new/there" ino)" "$(ino_on_disk /new/there)" "new/there"
same "$(nameop stat "$MNT/goal/here" ino)" "$(ino_on_disk /goal/here)" "goal/here"

# names_between: so many that the next name is in another block of the directory.
names_between()
{
	n=0
	while [ $n -lt $((BS / 100)) ]; do
		: >"$1/$(printf '%0190d' $n)" || fail "cannot make a file"
		n=$((n + 1))
	done
}

# a is above b, then b above a: each had two names at once, of which those in the
# directory around them could be lost.
for how in deep below; do
	check mkdir -p "$MNT/turn/$how/a/b"
	names_between "$MNT/turn/$how"
	check sync
	check cd "$MNT/turn/$how"
	check mv a/b b
	case $how in
	deep)	check mv a b/a ;;
	below)	check mkdir b/new
		check mv a b/new/a ;;
	esac
	check cd /
	on_disk "/turn/$how/b" || fail "$how: b is not where it was moved to"
	! on_disk "/turn/$how/a/b" || fail "$how: b is where it was, too"
done

remount_cold
for file in goal/1:left goal/2:replaced goal/3:old late/spare:new \
	made/below/file:new; do
	same "was in ${file#*:}" "$(cat "$MNT/${file%:*}")" "${file%:*}"
done
for dir in left over; do
	[ ! -e "$MNT/$dir" ] || fail "$dir is back"
done
