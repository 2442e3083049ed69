# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Adding up the results of several runs that go on at the same time, for tests/check
# and its likes. To be sourced; leaves the runs' output in $logs.

table=
passed=0
failed=0
skipped=0

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# shellcheck disable=SC2317 # called by a trap
stop()
{
	for job in $(jobs -p); do
		kill -- "-$job"
	done
	exit 143
}

trap stop INT TERM

# Which kernel a line is about.
label()
{
	sed -u "s/^/$1 | /"
}

# add WHAT STATUS: count the results in a log. A run that failed without saying
# of what, or that has no result, is a failure too.
add()
{
	local ok bad skip
	ok=$(grep -c '^ok ' "$logs/$1")
	bad=$(grep -c '^not ok ' "$logs/$1")
	skip=$(grep -c '^ok .* # SKIP' "$logs/$1")
	if [ "$((ok + bad))" = 0 ] || { [ "$2" != 0 ] && [ "$bad" = 0 ]; }; then
		echo "not ok - $1 ended with status $2"
		bad=$((bad + 1))
	fi
	table+=$(printf '%-14s %7d %7d %8d' "$1" $((ok - skip)) "$bad" "$skip")$'\n'
	passed=$((passed + ok - skip))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
}

# run WHAT CMD...: its results go to the log, everything to the screen.
run()
{
	local what=$1
	shift
	"$@" </dev/null 2>&1 | tee "$logs/$what" | label "$what"
}

# failures: what failed, and why, as a test says right behind its result.
failures()
{
	(cd "$logs" && awk '
	/^not ok / {
		sub(/^not ok/, "failed: " substr(FILENAME, 3) ":")
		print
		why = 3
		next
	}
	why && /^# [^ ]/ {
		print
		why--
		next
	}
	{ why = 0 }' ./*)
}

summary()
{
	failures
	echo
	printf '%-14s %7s %7s %8s\n%s\n' '' passed failed skipped "$table"
	printf '%d passed, %d failed' "$passed" "$failed"
	[ "$skipped" = 0 ] || printf ', %d skipped' "$skipped"
	echo
}
