# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# For tests that need something going on meanwhile, or too little memory for it. Sourced by lib.sh.

# limit_dirty MIB: that much dirty memory is too much, half of it a reason to write;
# until unlimit_dirty or the test's end.
limit_dirty()
{
	trap unlimit_dirty EXIT
	echo $(($1 << 20)) >/proc/sys/vm/dirty_bytes
	echo $(($1 << 19)) >/proc/sys/vm/dirty_background_bytes
}

unlimit_dirty()
{
	trap - EXIT
	echo 20 >/proc/sys/vm/dirty_ratio
	echo 10 >/proc/sys/vm/dirty_background_ratio
}

# mount_groups CONTROLLER...: control groups below $groups that have these; drop_groups
# ends them.
mount_groups()
{
	groups=$TMP/cgroup
	mkdir "$groups"
	mount -t cgroup2 none "$groups" 2>/dev/null ||
		skip "no cgroup2 in this kernel"
	for controller do
		echo "+$controller" >"$groups/cgroup.subtree_control" \
			2>/dev/null && continue
		umount "$groups"
		skip "no control of $controller"
	done
}

drop_groups()
{
	rmdir "$groups"/*/ 2>/dev/null
	umount "$groups"
}

# make_group SIZE: a control group with so much memory, $groups/small; its file
# cgroup.procs takes processes.
make_group()
{
	mount_groups memory
	mkdir "$groups/small"
	echo "$1" >"$groups/small/memory.max"
}

# in_group GROUP CMD...
in_group()
{
	(
		echo 0 >"$groups/$1/cgroup.procs"
		shift
		exec "$@"
	)
}

# charged_to GROUP r|w: how many bytes read or written, of the disk's.
charged_to()
{
	number=$(cat "/sys/block/${DEV##*/}/dev")
	cat "$groups/$1/io.stat" >"$TMP/stat"
	charged=$(sed -n "s/^$number .*$2bytes=\([0-9]*\).*/\1/p" "$TMP/stat")
	echo "${charged:-0}"
}

# keep CMD...: repeats it in the background until it fails or stop_load is called.
keep()
{
	(
		while [ ! -e "$TMP/stop" ] && "$@" >/dev/null 2>&1; do
			:
		done
		echo "$1" >>"$TMP/ended"
	) &
	loads=$((${loads:-0} + 1))
}

# start_load [DIRECTORY]: writers, readers, mappers and makers of names there.
start_load()
{
	at=${1:-$MNT}
	loads=0
	rm -f "$TMP/stop" "$TMP/ended"
	read -r session <"$STATE/session"
	check fsop "open a $at/read rw,creat" "pwrite a 0 2M 1" "fsync a"
	keep fsop "open a $at/write rw,creat,trunc" "pwrite a 0 1M 2" "fsync a" \
		"pread a 0 1M 2"
	keep fsop "open a $at/read r" "advise a dontneed" "pread a 0 2M 1"
	keep fsop "open a $at/map rw,creat" "ftruncate a 1M" "map m a 0 1M rw" \
		"store m 0 1M 3" "msync m" "ftruncate a 0"
	keep fsop "open a $at/direct rw,creat,direct" "pwrite a 0 256K 4"
	keep sh -c "mkdir $at/dir && : >$at/dir/a && mv $at/dir/a $at/dir/b &&
		rm -r $at/dir"
}

# show_load: what those who have not ended wait for.
show_load()
{
	for pid in /proc/[0-9]*; do
		[ "$(awk '{ print $6 }' "$pid/stat")" = "$session" ] || continue
		tr '\0' ' ' <"$pid/cmdline"
		echo
		cat "$pid/stack"
	done 2>/dev/null
}

# load_ended SECONDS: has all of it come to an end by then?
load_ended()
{
	polls=$(($1 * 10))
	until [ "$(wc -l 2>/dev/null <"$TMP/ended")" = "$loads" ]; do
		[ $((polls -= 1)) -gt 0 ] || return 1
		usleep 100000
	done
}

stop_load()
{
	touch "$TMP/stop"
	load_ended 60 && return
	show_load
	fail "the load does not end"
}
