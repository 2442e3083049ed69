# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# For tests of what mpagex tells about itself: its trace events. Sourced by lib.sh.

# mpagex_start [EVENT...]: record all events of mpagex, and these.
mpagex_start()
{
	trace_start mpagex_get_block mpagex_map_ahead mpagex_submit \
		mpagex_complete mpagex_slow "$@"
}

# fields EVENT FIELD...: their values in each event of mpagex in the record, a line
# an event.
fields()
{
	event=$1
	shift
	sed -n "s/.* mpagex_$event: //p" "$TMP/trace" | awk -v names="$*" '
	{
		split("", value)
		for (i = 1; i < NF; i += 2)
			value[$i] = $(i + 1)
		n = split(names, name, " ")
		for (i = 1; i <= n; i++)
			printf("%s%s", value[name[i]], i < n ? " " : "\n")
	}'
}

# cuts: each bio submitted, in order, as "read POS+BYTES REASON, ...".
cuts()
{
	fields submit op pos bytes reason | awk '
		{ printf("%s%s %s+%s %s", (NR > 1 ? ", " : ""), $1, $2, $3, $4) }'
}

# slows: each folio that took the slow way, as "POS WAY REASON, ...".
slows()
{
	fields slow pos way reason | awk '
		{ printf("%s%s %s %s", (NR > 1 ? ", " : ""), $1, $2, $3) }'
}
