# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# For tests of data and of names: what a command must print, what fio and a
# random run of operations must find again. Sourced by lib.sh.

# expect WANT COMMAND...: COMMAND must print exactly WANT.
expect()
{
	want=$1
	shift
	got=$("$@" 2>&1) || :
	[ "$got" = "$want" ] || fail "'$*' gave '$got' instead of '$want'"
}

# names WANT OPERATION OPERAND...: a system call on names under $MNT.
names()
{
	want_error=$1
	shift
	got=$(cd "$MNT" && nameop "$@") || :
	[ "$got" = "$want_error" ] ||
		fail "'$*' gave '$got' instead of '$want_error'"
}

# tree: mode, links, size and name of all that is on $MNT, without lost+found
tree()
{
	(cd "$MNT" && find . ! -path './lost+found*' -exec \
		stat -c '%f %h %u:%g %n' {} + | sort -k 4)
}

run_fio()
{
	fio --output="$TMP/fio.log" --name=global --directory="$MNT" \
		--ioengine=psync --thread --fallocate=none --verify=crc32c \
		--verify_fatal=1 --verify_state_save=0 "$@" \
		>"$TMP/fio.err" 2>&1 ||
		fail "fio $*: $(tail -n 3 "$TMP/fio.err" "$TMP/fio.log")"
}

# fio_verify OPTION...: what fio writes it must find, hot and cold.
fio_verify()
{
	run_fio --end_fsync=1 "$@"
	remount_cold
	run_fio --verify_only "$@"
}

# seen_by_others FILE COPY: the kernel's own driver and debugfs read, in the file
# FILE on the disk, what is in COPY. Leaves the disk unmounted.
seen_by_others()
{
	check umount "$MNT"
	check mount -t "$(stock_type)" -o ro "$DEV" "$MNT"
	check cmp "$MNT/$1" "$2"
	check umount "$MNT"
	[ "$(stock_type)" = ext2 ] || return 0
	check debugfs -R "dump /$1 $TMP/dumped" "$DEV"
	check cmp "$TMP/dumped" "$2"
}

# same_as_tmpfs COUNT SIZE KIND...: random operations, here and on tmpfs.
same_as_tmpfs()
{
	count=$1
	size=$2
	shift 2
	seed=$((BS + count))
	got=$(rndops $seed "$count" "$MNT/file" "$size" "$@")
	want=$(rndops $seed "$count" "$TMP/file" "$size" "$@")
	same "$want" "$got" "checksum of all reads, seed $seed"
	check cmp "$MNT/file" "$TMP/file"
	remount_cold
	check cmp "$MNT/file" "$TMP/file"
	seen_by_others file "$TMP/file"
}
