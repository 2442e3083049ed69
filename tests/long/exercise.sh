# SPDX-License-Identifier: GPL-2.0-only
# This test does $OPS random operations drawn from $SEED on a file and compares
# all that it reads with a model, as data-exercise does. It begins with a new
# filesystem now and then, every other time with little memory. Ends with a table
# of what was done.
# timeout: 36000

ops=${OPS:-1000000}
slice=100000
begun=$(date +%s)
for i in $(seq 0 $(((ops - 1) / slice))); do
	after=$((i * slice))
	echo "# io=$IO, $BS: $after of $ops operations after $(($(date +%s) - begun)) s" >&3
	[ $((ops - after)) -gt $slice ] || slice=$((ops - after))
	exercised $slice $((${SEED:-1} + i)) $((i % 2))
done
echo "# io=$IO, $BS: all done after $(($(date +%s) - begun)) s" >&3
printf '# %-10s %8s %8s %8s %8s\n' kind times idle seconds 'us each' >&3
exercise_mix >&3
