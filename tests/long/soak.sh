# SPDX-License-Identifier: GPL-2.0-only
# This test proves that for $SECONDS_EACH seconds many processes find in their files
# what they have put there, by write(2), through mappings and directly, while the
# disk is nearly full, memory and dirty memory are short, half of them live in a
# control group of 64 MiB, and the file system is frozen, remounted, synced, dropped
# from memory, and every 20 s unmounted, checked by e2fsck and mounted again. Says
# how long fsync and unmount take.
# modes: mpagex dropin
# blocks: 1024 4096
# timeout: 36000

seconds=${SECONDS_EACH:-60}
seed=${SEED:-$(od -An -N 2 -tu2 /dev/urandom | tr -d ' ')}

# spare FILE MIB MIB_FREE: a file that leaves so much of what there are MIB.
spare()
{
	[ "$2" -le "$3" ] ||
		dd if=/dev/zero of="$1" bs=1M count=$(($2 - $3)) 2>/dev/null
}

# What soak has done while nobody works on a file: a script, since soak is no shell.
cat >"$TMP/between" <<'END'
. "$1/lib.sh"
uptime_ms()
{
	awk '{ printf "%d", $1 * 1000 }' /proc/uptime
}

begun=$(uptime_ms)
check umount "$MNT"
echo $(($(uptime_ms) - begun)) >>"$TMP/unmounts"
e2fsck -fn "$DEV" >"$TMP/fsck" 2>&1 || {
	cat "$TMP/fsck"
	fail "e2fsck"
}
check mount_demofs
echo "# io=$IO, $BS: $(wc -l <"$TMP/unmounts") rounds" >&3
END

# disturb N: one thing of those that an administrator does to a busy disk.
disturb()
{
	case $(($1 % 8)) in
	0)	fsfreeze --freeze "$MNT"
		usleep 200000
		fsfreeze --unfreeze "$MNT" ;;
	1)	sync ;;
	2)	echo 3 >/proc/sys/vm/drop_caches ;;
	3)	mount -o remount,errors=continue "$MNT" ;;
	4)	mount -o remount,ro "$MNT" && usleep 100000
		mount -o remount,rw "$MNT" ;;
	5)	echo 1 >/proc/sys/vm/compact_memory ;;
	6)	ls -lR "$MNT" ;;
	7)	sync -f "$MNT/filler" ;;
	esac >/dev/null 2>&1
}

fresh
make_group 64M
limit_dirty 8
spare "$MNT/filler" 156 10
# Not in $TMP, where the notes are that the test takes.
mkdir -p /tmp/other
check mount -t tmpfs -o size=100% ballast /tmp/other
spare /tmp/other/ballast "$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)" 200
mkdir "$MNT/files"

# Between the rounds nobody else may be there.
(
	n=0
	until [ -e "$TMP/stop" ]; do
		(flock 9 && disturb "$n") 9>"$TMP/lock"
		n=$((n + 1))
		usleep 300000
	done
) &
soak "$MNT/files" "$seconds" 20 12 "$seed" "$groups/small/cgroup.procs" \
	"flock '$TMP/lock' sh '$TMP/between' '$1'" >"$TMP/soak"
status=$?
touch "$TMP/stop"
wait
drop_groups
cat "$TMP/soak"
sed 's/^/# /' "$TMP/soak" >&3
sort -n "$TMP/unmounts" | awk '{ ms[NR] = $1 } END {
	print "# unmount: " NR ", half of them in " ms[int((NR + 1) / 2)] \
		" ms, the longest " ms[NR] " ms" }' >&3
same 0 "$status" "what soak came to"
