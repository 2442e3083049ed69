// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explaining a failure: what was wanted and found, whose data that is, and which
 * operations had to do with the first wrong byte.
 */
#include <string.h>

#include "exercise.h"

#define LAST	12

static void print_bytes(const char *what, const unsigned char *mem, size_t len)
{
	size_t i;

	printf("  %s", what);
	for (i = 0; i < len; i++)
		printf(" %02x", mem[i]);
}

static bool all_are(const unsigned char *mem, size_t len, unsigned char value)
{
	while (len && mem[len - 1] == value)
		len--;
	return !len;
}

static bool is_data_of(const unsigned char *mem, size_t len, size_t off,
		       __u32 seq)
{
	unsigned char data[16];

	fill(data, off, len, seq);
	return !memcmp(mem, data, len);
}

/* Whose bytes are these, that were found or wanted at @off? */
static void print_owner(const unsigned char *mem, size_t len, size_t off,
			const struct op *ops, size_t count)
{
	size_t i;

	if (all_are(mem, len, 0)) {
		printf(": zeros\n");
		return;
	}
	if (all_are(mem, len, 0xee)) {
		printf(": stored behind the end of the file\n");
		return;
	}
	for (i = count; len > 3 && i-- > 0;) {
		if (op_kinds[ops[i].kind].changes &&
		    is_data_of(mem, len, off, ops[i].arg)) {
			printf(": written there by operation %zu\n", i + 1);
			return;
		}
	}
	printf("\n");
}

static bool touches(const struct op *op, size_t off)
{
	switch (op->kind) {
	case TRUNC:
	case APPEND:
	case COLD:
	case REMOUNT:
	case CHECK:
	case SMEAR:
	case FSYNC:
	case FDATASYNC:
		return true;
	case RECLAIM:
	case COMPACT:
	case SYNCFS:
	case REOPEN:
		return false;
	default:	/* its pages */
		return op->off / PAGE <= off / PAGE &&
		       (off - op->off % PAGE < (size_t)op->off + op->len ||
			off < op->off);
	}
}

static void print_last(const struct op *ops, size_t count, size_t off)
{
	size_t at = count, found = 0;

	while (at && found < LAST)
		found += touches(&ops[--at], off);
	printf("  the last %zu operations on that byte's page or on all:\n",
	       found);
	for (; at < count; at++) {
		if (!touches(&ops[at], off))
			continue;
		printf("    %zu: ", at + 1);
		print_op(stdout, &ops[at]);
		printf("\n");
	}
}

/* Print what is wrong after @count operations, the last of which found it. */
void report(const struct op *ops, size_t count)
{
	const struct trouble *t = &w.trouble;

	printf("  operation %zu: ", count);
	if (count)
		print_op(stdout, &ops[count - 1]);
	printf("\n  %s\n", t->what);
	if (!t->data)
		return;
	printf("  first wrong byte: %zu, that is %#zx, of %zu\n", t->off, t->off,
	       w.size);
	print_bytes("wanted", t->want, t->shown);
	print_owner(t->want, t->shown, t->off, ops, count);
	print_bytes("got   ", t->got, t->shown);
	print_owner(t->got, t->shown, t->off, ops, count);
	print_last(ops, count, t->off);
}
