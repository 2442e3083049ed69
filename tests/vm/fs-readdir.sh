# SPDX-License-Identifier: GPL-2.0-only
# This test proves that reading a directory of 1500 entries while they are
# removed and added neither loses nor doubles one that stays.
# modes: mpagex
# full-modes: mpagex dropin mpage bh
# blocks: 1024 4096

fresh
mkdir "$MNT/dir"
(cd "$MNT/dir" && seq 1 1500 | xargs touch) || fail "touch"
expect 1500 dirscan "$MNT/dir" 200
expect 1500 dirscan "$MNT/dir" 200 rewind

# Each name is removed as soon as it is seen.
expect 1500 dirscan "$MNT/dir" 200 unlink
expect 0 dirscan "$MNT/dir"

# Names come and go all the time; those that stay are seen once each.
(cd "$MNT/dir" && seq 1 1000 | sed 's/^/stays/' | xargs touch)
(
	cd "$MNT/dir" || exit 1
	while [ ! -e "$TMP/stop" ]; do
		touch goes1 goes2 goes333333333333333333333 2>/dev/null
		mv goes1 goes4444444444
		rm -f goes*
	done
) &
busy=$!
for try in 1 2 3 4 5 6; do
	find "$MNT/dir" -name 'stays*' | sort >"$TMP/seen"
	[ "$(wc -l <"$TMP/seen")" = 1000 ] ||
		fail "try $try: $(wc -l <"$TMP/seen") names instead of 1000"
	[ "$(uniq -d <"$TMP/seen")" = "" ] || fail "a name was seen twice"
done
touch "$TMP/stop"
wait $busy
