# SPDX-License-Identifier: GPL-2.0-only
# This test proves that each operation, with 0, 1, 2 ... blocks or inodes left until
# it succeeds, leaves everything as it was or does all of it, takes nothing that
# it does not use, and that e2fsck finds nothing to mend after any of it.
# modes: mpagex
# blocks: 1024
# timeout: 300
# full-modes: mpagex dropin mpage bh
# full-blocks: 1024 2048 4096
# full-timeout: 1200

long=$(printf '%0200d' 0)
dind=$((12 + BS / 4))
tind=$((dind + (BS / 4) * (BS / 4)))
w=$MNT/w

# state: what a user can see, except for those who take the space.
state()
{
	(cd "$MNT" && find w ! -path w/full -exec stat -c '%f %h %s %b %n' {} + |
		sort -k 5)
	find "$w" -type f -size -64k -exec cksum {} +
	ls "$w/full"
	nameop statfs "$MNT" bfree
	nameop statfs "$MNT" ffree
}

# For each operation: what it needs there, which is made with room to spare ...
prepare()
{
	mkdir "$w" "$w/dir" "$w/dir/sub" "$w/empty"
	check fsop "open a $w/file rw,creat" "pwrite a 0 $((3 * BS)) 1" \
		"open b $w/holes rw,creat" "ftruncate b $(((tind + 64) * BS))"
	: >"$w/dir/other"
	mkdir "$w/full"
	# Entries of 24 bytes: not one more fits.
	i=0
	while [ $((i += 1)) -le $(((BS - 24) / 24)) ]; do
		: >"$w/full/$(printf 'name%012d' $i)"
	done
}

# ... how it is done ("0" or an errno, as nameop says it) ...
operate()
{
	case $1 in
	create)		nameop mknod "$w/new" reg ;;
	create-grow)	nameop mknod "$w/full/$long" reg ;;
	mkdir)		nameop mkdir "$w/new" ;;
	mkdir-grow)	nameop mkdir "$w/full/$long" ;;
	mknod)		nameop mknod "$w/new" fifo ;;
	symlink)	nameop symlink short "$w/new" ;;
	symlink-long)	nameop symlink "$long" "$w/new" ;;
	symlink-grow)	nameop symlink "$long" "$w/full/$long" ;;
	link)		nameop link "$w/file" "$w/full/$long" ;;
	rename)		nameop rename "$w/file" "$w/full/$long" ;;
	rename-dir)	nameop rename "$w/dir/sub" "$w/full/$long" ;;
	rename-over)	nameop rename "$w/file" "$w/dir/other" ;;
	unlink)		nameop unlink "$w/file" ;;
	rmdir)		nameop rmdir "$w/empty" ;;
	overwrite)	one "$w/file" "pwrite a 0 $((3 * BS)) 2" ;;
	truncate-up)	one "$w/file" "ftruncate a 1G" ;;
	truncate-down)	one "$w/file" "ftruncate a $((BS + 7))" ;;
	append)		one "$w/file" "pwrite a $((3 * BS)) $BS 2" ;;
	write-ind)	one "$w/holes" "pwrite a $((12 * BS)) $BS 2" ;;
	write-dind)	one "$w/holes" "pwrite a $((dind * BS)) $BS 2" ;;
	write-tind)	one "$w/holes" "pwrite a $((tind * BS)) $BS 2" ;;
	store)		store 0 ;;
	store-ind)	store $((tind * BS + 4095 & ~4095)) ;;
	direct)		one "$w/file" "pwrite a $((3 * BS)) $BS 2" ,direct ;;
	direct-ind)	one "$w/file" "pwrite a $((12 * BS)) $BS 2" ,direct ;;
	direct-hole)	one "$w/holes" "pwrite a $((dind * BS)) $BS 2" ,direct ;;
	tmpfile)	tmpfile "pwrite a 0 $BS 1" ;;
	esac
}

# one FILE OPERATION [FLAGS]: an errno, or 0 for whatever it comes to.
one()
{
	fsop "open a $1 rw${3-}" "$2 = ?" 2>&1 | sed 's/^[0-9]*$/0/' |
		grep . || echo 0
}

# A store that finds no space is a signal.
store()
{
	fsop "open a $w/holes rw" "map m a $1 64K rw" "store m $1 1 2 = ?" |
		sed 's/^1$/0/; s/^SIGBUS$/ENOSPC/'
}

tmpfile()
{
	fsop "open a $w rw,tmpfile" "$1 = ?" 2>&1 |
		sed 's/^[0-9]*$/0/; s/.*came to //' | head -n 1
}

# ... and what must be true then, in memory and on the disk.
done_by()
{
	case $1 in
	create)		names 0 stat w/new size ;;
	create-grow)	names 0 stat "w/full/$long" size ;;
	mkdir)		names 2 stat w/new nlink; names 6 stat w nlink ;;
	mkdir-grow)	names 3 stat w/full nlink ;;
	mknod)		names 10644 stat w/new mode ;;
	symlink)	names short readlink w/new ;;
	symlink-long)	names "$long" readlink w/new ;;
	symlink-grow)	names "$long" readlink "w/full/$long" ;;
	link)		names 2 stat w/file nlink ;;
	rename)		names ENOENT stat w/file size
			names $((3 * BS)) stat "w/full/$long" size ;;
	rename-dir)	names 3 stat w/full nlink; names 2 stat w/dir nlink ;;
	rename-over)	names $((3 * BS)) stat w/dir/other size ;;
	unlink)		names ENOENT stat w/file size ;;
	rmdir)		names ENOENT stat w/empty size ;;
	overwrite)	reads file 0 $((3 * BS)) 2 ;;
	truncate-up)	names $((1 << 30)) stat w/file size ;;
	truncate-down)	reads file 0 $((BS + 7)) 1 ;;
	append|direct)	reads file 0 $((3 * BS)) 1; reads file $((3 * BS)) "$BS" 2 ;;
	direct-ind)	reads file 0 $((3 * BS)) 1; reads file $((12 * BS)) "$BS" 2
			reads file $((3 * BS)) $((9 * BS)) 0 ;;
	write-ind)	reads holes $((12 * BS)) "$BS" 2 ;;
	write-tind)	reads holes $((tind * BS)) "$BS" 2 ;;
	*-dind|*-hole)	reads holes $((dind * BS)) "$BS" 2 ;;
	store)		reads holes 0 1 2 ;;
	store-ind)	reads holes $((tind * BS + 4095 & ~4095)) 1 2 ;;
	esac
}

reads()
{
	check fsop "open a $w/$1 r" "pread a $2 $3 $4"
}

on_disk()
{
	check umount "$MNT"
	e2fsck -fn "$DEV" >"$TMP/fsck" 2>&1 ||
		fail "$1 with $2 $3: $(grep -v ^Pass "$TMP/fsck" | head -n 3)"
	check mount_demofs
}

# A store takes the blocks of a page one by one, and those it got are the file's:
# all else about it is as before, and what they hold is zeros.
same_state()
{
	case $1 in
	store*)	sed -i '/ w\/holes$/d; $d' "$TMP/before" "$TMP/after"
		sed -i '$d' "$TMP/before" "$TMP/after" ;;
	esac
	cmp -s "$TMP/before" "$TMP/after" ||
		fail "$1 with $2 $3 left: $(diff "$TMP/before" "$TMP/after" |
			head -n 5)"
}

# all_steps OPERATION blocks|inodes NEEDED: with none left, then one more each time.
all_steps()
{
	left=0
	while :; do
		prepare
		check leave "$MNT/taken" "$2" $left
		state >"$TMP/before"
		got=$(operate "$1")
		steps=$((steps + 1))
		[ "$got" != 0 ] || break
		same ENOSPC "$got" "$1 with $left $2"
		state >"$TMP/after"
		same_state "$1" $left "$2"
		[ -z "$FULL" ] || on_disk "$1" $left "$2"
		[ $left -lt "$3" ] || fail "$1 needs more than $3 $2"
		rm -r "$w"
		left=$((left + 1))
	done
	[ $left = "$3" ] || fail "$1 succeeded with $left $2, not $3"
	done_by "$1"
	on_disk "$1" $left "$2"
	done_by "$1"
	rm -r "$w"
}

steps=0
page=$((4096 / BS))
check mkfs.demofs -q -F -b "$BS" -m 0 -N 512 "$DEV" 8m
check mount_demofs
while read -r name need; do
	all_steps "$name" blocks "$need"
done <<END
create 0
create-grow 1
mkdir 1
mkdir-grow 2
mknod 0
symlink 0
symlink-long 1
symlink-grow 2
link 1
rename 1
rename-dir 1
rename-over 0
unlink 0
rmdir 0
overwrite 0
truncate-up 0
truncate-down 0
append 1
write-ind 2
write-dind 3
write-tind 4
store $page
store-ind $((page + 3))
direct 1
direct-ind 2
direct-hole 3
tmpfile 1
END
rm -r "$MNT/taken"
for name in create mkdir mknod symlink tmpfile; do
	all_steps $name inodes 1
	rm -r "$MNT/taken"
done
echo "$steps steps"
