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

# fio_jobs: makes of the jobs on standard input jobs that write and verify, and
# after them jobs that verify again what those wrote, on a cold mount.
fio_jobs()
{
	cat <<END
[global]
directory=$MNT
ioengine=psync
fallocate=none
verify=crc32c
verify_fatal=1
verify_state_save=0
end_fsync=1
END
	awk -v prerun="sh $TMP/prerun" '
	function job(i, prefix, more) {
		print "[" prefix name[i] "]"
		print "filename_format=" name[i] ".$filenum"
		printf "%s%s", more, lines[i]
	}
	/^\[/ { name[++n] = substr($0, 2, length($0) - 2); next }
	n { lines[n] = lines[n] $0 "\n"; next }
	{ print }
	END {
		for (i = 1; i <= n; i++)
			job(i, "", "")
		for (i = 1; i <= n; i++)
			job(i, "cold-", "stonewall\nverify_only=1\n" \
				(i == 1 ? "exec_prerun=" prerun "\n" : ""))
	}'
}

# fio_verify: what fio's jobs on standard input write must be found again by
# them, and by the same fio after a cold mount, which this shell does for it.
fio_verify()
{
	fio_jobs >"$TMP/jobs"
	echo "touch $TMP/written
until [ -e $TMP/cold ]; do usleep 20000; done" >"$TMP/prerun"
	(
		trap 'touch "$TMP/cold"' EXIT
		until [ -e "$TMP/written" ]; do
			usleep 20000
		done
		remount_cold
	) &
	remounter=$!
	(cd "$TMP" && fio --output=fio.log jobs >fio.err 2>&1) || {
		kill $remounter 2>/dev/null
		fail "fio: $(tail -n 5 "$TMP/fio.err" "$TMP/fio.log")"
	}
	wait $remounter
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

# exercise_args: prints what the program exercise has to know of the filesystem
# under test, and which operations its driver, ported or not, gets wrong.
exercise_args()
{
	if own; then
		echo "${FSSKIP:+-x $FSSKIP} -m $DEV,$FSTYPE,${FSOPTS-}"
		return
	fi
	case $IO in
	ext2x|exfatx|vfatx)
		# What a process stores behind the end of the file is never zeroed.
		skipped=smear
		# O_APPEND fills up to where the descriptor was, 6.12's exfat.
		[ "$IO" != exfatx ] || skipped=$skipped,append
		echo "-x $skipped -m $DEV,$IO,${OPTS-}" ;;
	*)
		echo "-m $DEV,demofs,io=$IO${OPTS:+,}${OPTS-}" ;;
	esac
}

# in_small_memory 0|1 COMMAND...: in a control group that has hardly any, or not.
in_small_memory()
{
	group=$TMP/group
	small=$1
	shift
	mkdir "$group" || return
	mount -t cgroup2 none "$group" || return
	echo +memory >"$group/cgroup.subtree_control"
	mkdir -p "$group/small"
	(
		[ "$small" = 0 ] || echo 32M >"$group/small/memory.max"
		echo 0 >"$group/small/cgroup.procs"
		exec "$@"
	)
	status=$?
	rmdir "$group/small"
	umount "$group"
	rmdir "$group"
	return $status
}

# exercised OPS SEED 0|1: so many random operations on a new filesystem whose free
# blocks are not zeros, with small memory or not; then all other ways to the
# file's bytes.
exercised()
{
	umount "$MNT" 2>/dev/null
	if own || ported; then
		fresh
	else
		[ -e "$TMP/old-contents" ] ||
			yes "the disk's old contents" | head -c 50331648 |
				dd of="$DEV" bs=64k 2>/dev/null
		touch "$TMP/old-contents"
		check mkfs.demofs -q -F -b "$BS" -E nodiscard "$DEV" 48m
		check mount_demofs
	fi
	# shellcheck disable=SC2046 # words
	in_small_memory "$3" exercise -n "$1" -s "$2" -o "$TMP/copy" \
		-c "$TMP/mix" -g "$TMP/group/small" $(exercise_args) "$MNT/file" ||
		fail "exercise, seed $2: status $?; see below"
	seen_by_others file "$TMP/copy"
	[ "$(stock_type)" != ext2 ] || check e2fsck -fn "$DEV"
}

# exercise_mix: a table of all operations that this test has done until now.
exercise_mix()
{
	awk '
		!($1 in done) { name[++kinds] = $1 }
		{ done[$1] += $2; idle[$1] += $3; took[$1] += $4 }
		END {
			for (i = 1; i <= kinds; i++) {
				k = name[i]
				printf "# %-10s %8d %8d %8.1f %8.0f\n", k,
					done[k], idle[k], took[k],
					took[k] * 1e6 / (done[k] + idle[k] + !done[k])
				all += done[k]
				rest += idle[k]
				time += took[k]
			}
			printf "# %-10s %8d %8d %8.1f\n", "all", all, rest, time
		}' "$TMP/mix"
}
