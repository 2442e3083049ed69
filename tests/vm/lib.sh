# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What a test in a guest has at hand. Sourced before the test by tests/vm/run,
# which has set IO (the mount option's value, or nothing), BS (the block size),
# DEV and DEV2 (scratch disks, zeroed), MNT, TMP (an empty directory in memory),
# FULL (1 if the test's full form is wanted, else nothing) and STATE (the runner's
# notes of this test). A test that takes minutes says on descriptor 3 how far it
# is, in lines that begin with "# ".

tracing=/sys/kernel/tracing

# A busybox shell prefers its own mke2fs to the real one.
mke2fs()
{
	mkfs.ext2 "$@"
}

# fail MSG: the test has failed. Works in subshells and pipelines too.
fail()
{
	[ -s "$STATE/reason" ] || echo "$*" >"$STATE/reason"
	exit 1
}

# skip REASON: this machine or kernel cannot run the test.
skip()
{
	echo "$*" >"$STATE/skip"
	exit 0
}

# check CMD...: run it; the test fails when it does.
check()
{
	"$@" || fail "exit status $? of: $*"
}

# same WANTED GOT WHAT: two words have to be equal.
same()
{
	[ "$1" = "$2" ] || fail "$3: wanted $1, got $2"
}

# nofsck: the disk is not a clean demofs when this test ends, and need not be.
nofsck()
{
	touch "$STATE/nofsck"
}

# expect_log ERE: the kernel's log must get a line like this, and such a line
# does not fail the test.
expect_log()
{
	echo "$1" >>"$STATE/expected"
}

# mount_demofs [DEVICE [DIRECTORY]]: with the mode that is under test.
mount_demofs()
{
	if own; then
		mount_own "$@"
		return
	elif ported; then
		mount_ported "$@"
		return
	fi
	options=${IO:+io=$IO}${IO:+${OPTS:+,}}${OPTS-}
	mount -t demofs ${options:+-o "$options"} "${1:-$DEV}" "${2:-$MNT}"
}

# fresh [mkfs arguments]: an empty demofs of $BS on $DEV, mounted on $MNT. It does
# not fill the disk, so that e2fsck is quick, but has two groups at least.
fresh()
{
	while umount "$MNT" 2>/dev/null; do
		:
	done
	if own; then
		check mkfs_own
	elif ported; then
		check mkfs_ported "$@" "$DEV"
	else
		check mkfs.demofs -q -F -b "$BS" "$@" "$DEV" 160m
	fi
	check mount_demofs
}

# within SECONDS CMD...: try it until it succeeds, for so long.
within()
{
	tries=$(($1 * 5))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return
		sleep 0.2
	done
}

# mounted WAY: is $MNT mounted ro, or rw?
mounted()
{
	mount | grep "$MNT " | grep -q "[(,]$1"
}

drop_caches()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
}

# remount_cold [DEVICE]: mount $MNT again with nothing of it left in memory.
remount_cold()
{
	check umount "$MNT"
	drop_caches
	check mount_demofs "$@"
}

# trace_start EVENT...: begin to record, e.g. block_rq_issue.
trace_start()
{
	echo 0 >$tracing/tracing_on
	echo 16384 >$tracing/buffer_size_kb
	for event do
		set -- $tracing/events/*/"$event"/enable
		[ -e "$1" ] || skip "no trace event $event in this kernel"
		echo 1 >"$1"
	done
	echo >$tracing/trace
	echo 1 >$tracing/tracing_on
}

# trace_stop: end it; the record is in $TMP/trace.
trace_stop()
{
	echo 0 >$tracing/tracing_on
	cat $tracing/trace >"$TMP/trace"
	echo 0 >$tracing/events/enable
}

# block_events EVENT [DEVICE]: "R|W first_sector sectors" a line, of one disk.
block_events()
{
	number=$(stat -c '%t %T' "${2:-$DEV}")
	number=$((0x${number% *})),$((0x${number#* }))
	sed -n "s/.* $1: $number //p" "$TMP/trace" | awk '
	{
		for (i = 2; i < NF && $i != "+"; i++)
			;
		if ($1 ~ /R/)
			way = "R"
		else if ($1 ~ /W/)
			way = "W"
		else
			next
		if ($(i + 1) > 0)
			print way, $(i - 1), $(i + 1)
	}'
}

# requests [DEVICE]: what the driver got, in order; wants block_rq_issue traced.
requests()
{
	block_events block_rq_issue "$@"
}

# bios [DEVICE]: what the filesystem sent, in order; wants block_bio_queue traced.
bios()
{
	block_events block_bio_queue "$@"
}

# count_calls FUNCTION: how often the kernel called it since the first time that
# this was asked, which says 0.
# count_calls FUNCTION CMD...: how often during CMD, whose output is dropped.
count_calls()
{
	function=$1
	shift
	probe=$(echo "$function" | tr -c 'a-zA-Z0-9_\n' _)
	if ! [ -d "$tracing/events/count/$probe" ]; then
		echo "p:count/$probe $function" >>$tracing/kprobe_events ||
			skip "no probe of $function in this kernel"
		echo 1 >"$tracing/events/count/$probe/enable"
	fi
	before=$(calls "$probe")
	if [ $# -gt 0 ]; then
		"$@" >&2 || fail "exit status $? of: $*"
	else
		before=0
	fi
	echo $(($(calls "$probe") - before))
}

calls()
{
	awk -v name="$1" '$1 == name { print $2 }' $tracing/kprobe_profile
}

for part in "$1"/lib/*.sh; do
	# shellcheck source=/dev/null
	. "$part"
done
