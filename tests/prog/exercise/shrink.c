// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making a failing list short: take parts out, each time from a new file, as
 * long as what remains fails; then make the operations that remain simpler.
 */
#include <string.h>
#include <time.h>

#include "exercise.h"

static time_t stop_at;
static unsigned int tries;	/* of a list before it counts as passing */
static unsigned int *runs_made;

/* Does this list fail? Then *@count becomes what had to be done for that. */
static bool fails(const struct op *ops, size_t *count)
{
	unsigned int i;
	size_t done;

	for (i = 0; i < tries && time(NULL) < stop_at; i++) {
		++*runs_made;
		if (!run_ops(ops, *count, &done)) {
			*count = done;
			return true;
		}
	}
	return false;
}

/* Try without @n operations from @at on. */
static bool try_without(struct op *ops, size_t *count, size_t at, size_t n)
{
	static struct op less[OPS_MAX];
	size_t left = *count - n;

	memcpy(less, ops, at * sizeof(*ops));
	memcpy(less + at, ops + at + n, (left - at) * sizeof(*ops));
	if (!left || !fails(less, &left))
		return false;
	memcpy(ops, less, left * sizeof(*ops));
	*count = left;
	return true;
}

/* Return: true if any could go. */
static bool remove_chunks(struct op *ops, size_t *count, size_t chunk)
{
	size_t at = 0, n;
	bool any = false;

	/* From the end, where what has no effect is most likely. */
	while (at < *count) {
		n = *count - at < chunk ? *count - at : chunk;
		if (try_without(ops, count, *count - at - n, n))
			any = true;
		else
			at += n;
	}
	return any;
}

static void remove_all(struct op *ops, size_t *count)
{
	size_t chunk;
	bool any;

	for (chunk = *count / 2; chunk > 1; chunk /= 2)
		remove_chunks(ops, count, chunk);
	do {
		any = remove_chunks(ops, count, 1);
	} while (any && *count > 1);
}

/* Try another operation in place of one. */
static bool try_instead(struct op *ops, size_t *count, size_t at,
			const struct op *simple)
{
	struct op was = ops[at];
	size_t left = *count;

	if (!memcmp(&was, simple, sizeof(was)))
		return false;
	ops[at] = *simple;
	if (fails(ops, &left)) {
		*count = left;
		return true;
	}
	ops[at] = was;
	return false;
}

static enum kind simpler_kind(enum kind kind)
{
	switch (kind) {
	case APPEND:
	case DWRITE:
	case STORE:
	case COPY:
	case SPLICE:
		return WRITE;
	case MREAD:
	case DREAD:
	case CHECK:
		return READ;
	case FDATASYNC:
	case SYNCFS:
	case MSYNC:
		return FSYNC;
	case REMOUNT:
	case PAGEOUT:
	case EVICT:
	case REOPEN:
		return COLD;
	default:
		return kind;
	}
}

static void simplify_numbers(struct op *ops, size_t *count, size_t at)
{
	struct op simple;
	size_t unit;

	while (at < *count && ops[at].len != ALL && ops[at].len > SECTOR) {
		simple = ops[at];
		simple.len = simple.len / 2 & -SECTOR;
		if (!simple.len || !try_instead(ops, count, at, &simple))
			break;
	}
	for (unit = 1u << 20; unit >= SECTOR && at < *count; unit /= 2) {
		simple = ops[at];
		simple.off &= -unit;
		if (try_instead(ops, count, at, &simple))
			break;
	}
	for (unit = PAGE; unit >= SECTOR && at < *count; unit /= 2) {
		simple = ops[at];
		if (simple.len == ALL)
			break;
		simple.len &= -unit;
		if (simple.len && try_instead(ops, count, at, &simple))
			break;
	}
}

static void simplify(struct op *ops, size_t *count)
{
	struct op simple;
	size_t at;

	for (at = 0; at < *count; at++) {
		simple = ops[at];
		simple.flags = 0;
		try_instead(ops, count, at, &simple);
		if (at >= *count)
			break;
		simple = ops[at];
		simple.kind = simpler_kind(simple.kind);
		try_instead(ops, count, at, &simple);
		simplify_numbers(ops, count, at);
	}
}

static void simplify_setup(struct op *ops, size_t *count)
{
	struct setup was = w.setup;
	size_t left = *count;

	w.setup.noise = 0;
	w.setup.huge = 0;
	w.setup.ahead_kb = 128;
	if (!memcmp(&was, &w.setup, sizeof(was)))
		return;
	if (fails(ops, &left))
		*count = left;
	else
		w.setup = was;
}

/*
 * Shrink a list that has failed, for so many seconds at most. Return: its new
 * length; 0 if it did not fail again.
 */
size_t shrink(struct op *ops, size_t count, unsigned int seconds,
	      unsigned int *runs)
{
	struct trouble trouble = w.trouble;
	size_t before;

	*runs = 0;
	runs_made = runs;
	stop_at = time(NULL) + seconds;
	/* What fails only sometimes needs more than one chance. */
	tries = 10;
	if (!fails(ops, &count)) {
		w.trouble = trouble;
		return 0;
	}
	tries = *runs > 1 ? 10 : 1;
	simplify_setup(ops, &count);
	do {
		before = count;
		remove_all(ops, &count);
		simplify(ops, &count);
	} while (count < before && count > 1);
	/* Once more, for the report: it may have passed the last time. */
	stop_at = time(NULL) + 60;
	tries = 20;
	if (!fails(ops, &count))
		wrong("(it fails only sometimes)");
	return count;
}
