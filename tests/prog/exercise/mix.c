// SPDX-License-Identifier: GPL-2.0-only
/*
 * How often each kind of operation was done and how long that took, so that a
 * clean run can be believed. An operation that had nothing to do, because no part
 * of the file was where it was to happen, is idle and counted apart.
 */
#include <time.h>

#include "exercise.h"

static struct {
	unsigned long done;
	unsigned long idle;
	double seconds;
} mix[KINDS];

static struct timespec begun;

void mix_begin(void)
{
	w.idle = false;
	clock_gettime(CLOCK_MONOTONIC, &begun);
}

void mix_end(enum kind kind)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (w.idle)
		mix[kind].idle++;
	else
		mix[kind].done++;
	mix[kind].seconds += now.tv_sec - begun.tv_sec +
			     (now.tv_nsec - begun.tv_nsec) * 1e-9;
}


/* A line for each kind, to be added up with those of other runs. */
void mix_print(FILE *to)
{
	int kind;

	for (kind = 0; kind < KINDS; kind++)
		fprintf(to, "%s %lu %lu %.3f\n", op_kinds[kind].name,
			mix[kind].done, mix[kind].idle, mix[kind].seconds);
}
