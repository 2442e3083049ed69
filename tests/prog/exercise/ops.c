// SPDX-License-Identifier: GPL-2.0-only
/*
 * What operations there are: their names and how often they come, how they are
 * drawn, and how they read in a list.
 *
 * Faults hide where few kinds of operation meet in few places. So each episode
 * leaves out kinds at random, and offsets come back to where others were.
 */
#include <string.h>

#include "exercise.h"

const struct op_kind op_kinds[KINDS] = {
	[READ]		= { "read", 1600, false },
	[MREAD]		= { "mread", 800, false },
	[DREAD]		= { "dread", 400, false },
	[CHECK]		= { "check", 5, false },
	[WRITE]		= { "write", 2000, true },
	[APPEND]	= { "append", 400, true },
	[DWRITE]	= { "dwrite", 300, true },
	[STORE]		= { "store", 1000, true },
	[COPY]		= { "copy", 200, true },
	[SPLICE]	= { "splice", 80, true },
	[TRUNC]		= { "trunc", 700, true },
	[SMEAR]		= { "smear", 200, false },
	[FSYNC]		= { "fsync", 60, false },
	[FDATASYNC]	= { "fdatasync", 60, false },
	[FLUSH]		= { "flush", 300, false },
	[SYNCFS]	= { "syncfs", 40, false },
	[MSYNC]		= { "msync", 100, false },
	[DROP]		= { "drop", 200, false },
	[EVICT]		= { "evict", 300, false },
	[COLD]		= { "cold", 20, false },
	[PAGEOUT]	= { "pageout", 150, false },
	[RECLAIM]	= { "reclaim", 50, false },
	[SPLIT]		= { "split", 80, false },
	[COMPACT]	= { "compact", 25, false },
	[AHEAD]		= { "ahead", 200, false },
	[HOLES]		= { "holes", 100, false },
	[REOPEN]	= { "reopen", 30, false },
	[REMOUNT]	= { "remount", 30, false },
};

static __u64 state;
static __u32 recent[8];		/* offsets used a short time ago */
static unsigned int weights[KINDS];	/* in this episode */

void draw_seed(__u64 seed)
{
	state = (seed + 1) * 0x9e3779b97f4a7c15;
	state ^= state >> 29;
	state |= 1;
	memset(recent, 0, sizeof(recent));
}

__u32 draw(__u32 below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return ((state >> 32) * below) >> 32;
}

int kind_named(const char *name)
{
	int kind;

	for (kind = 0; kind < KINDS; kind++) {
		if (!strcmp(op_kinds[kind].name, name))
			return kind;
	}
	return -1;
}

static void draw_weights(const bool *banned)
{
	int kind;

	for (kind = 0; kind < KINDS; kind++) {
		weights[kind] = op_kinds[kind].weight;
		if (banned[kind] || (kind > CHECK && !draw(4)))
			weights[kind] = 0;
	}
	if (!banned[WRITE])
		weights[WRITE] += 200;
}

/* Small files are cheap and dense: their episodes are the longer ones. */
void draw_setup(struct setup *setup, const bool *banned, bool noise)
{
	static const struct {
		__u32 max, len;
	} shapes[] = {
		{ 24u << 10, 6u << 10 }, { 64u << 10, 16u << 10 },
		{ 256u << 10, 32u << 10 }, { 256u << 10, 128u << 10 },
		{ 1u << 20, 64u << 10 }, { 4u << 20, 1u << 20 },
		{ FILE_MAX, 128u << 10 },
	};
	static const __u32 ahead[] = { 0, 16, 128, 4096 };
	unsigned int shape = draw(sizeof(shapes) / sizeof(*shapes));

	setup->max = shapes[shape].max;
	setup->len_max = shapes[shape].len;
	setup->ahead_kb = ahead[draw(4)];
	setup->huge = setup->max > (2u << 20) && !draw(3);
	setup->noise = !draw(4) && noise;
	draw_weights(banned);
}

/* Lengths of all magnitudes, half of them whole blocks or sectors. */
static __u32 draw_len(void)
{
	__u32 most = 64, len;

	while (most < w.setup.len_max && draw(5))
		most *= 2;
	if (most > w.setup.len_max)
		most = w.setup.len_max;
	len = 1 + draw(most);
	if (len > SECTOR && draw(2))
		len &= -(SECTOR << draw(4));
	return len ? len : SECTOR;
}

static __u32 near(__u32 middle)
{
	return middle + draw(2 * PAGE) - PAGE;
}

/* Anywhere, near the file's end, or where something was before. */
static __u32 draw_off(void)
{
	__u32 off, limit = w.size + PAGE;

	switch (draw(8)) {
	case 0:
		off = draw(w.setup.max);
		break;
	case 1:
		off = near(w.size);
		break;
	case 2:
	case 3:
		off = recent[draw(8)];
		break;
	case 4:
		off = near(recent[draw(8)]);
		break;
	default:
		off = draw(limit < w.setup.max ? limit : w.setup.max);
	}
	if (draw(2))
		off &= -(SECTOR << draw(4));
	if (off >= w.setup.max)		/* that is, below 0 as well */
		off = draw(w.setup.max);
	recent[draw(8)] = off;
	return off;
}

static enum kind draw_kind(void)
{
	unsigned int sum = 0, at;
	int kind;

	for (kind = 0; kind < KINDS; kind++)
		sum += weights[kind];
	at = draw(sum);
	for (kind = 0; at >= weights[kind]; kind++)
		at -= weights[kind];
	return kind;
}

/* Draw the operation that comes next, as number @seq of its episode. */
void draw_op(struct op *op, __u32 seq)
{
	memset(op, 0, sizeof(*op));
	op->kind = draw_kind();
	op->off = draw_off();
	op->len = draw_len();
	op->arg = seq;
	switch (op->kind) {
	case READ:
	case WRITE:
		op->flags = draw(6) ? 0 : ODD;
		op->flags |= draw(6) ? 0 : SECOND;
		op->flags |= op->kind == WRITE && !draw(60) ? SYNC : 0;
		break;
	case STORE:
		op->flags = draw(20) ? 0 : SYNC;
		break;
	case COPY:
	case SPLICE:
		op->arg = draw_off();
		break;
	case APPEND:
		op->off = 0;
		break;
	case TRUNC:
	case SMEAR:
		op->len = 0;
		break;
	case DREAD:
	case DWRITE:
		op->off &= -(SECTOR << draw(4));
		op->len = (op->len + SECTOR - 1) & -SECTOR;
		break;
	case FLUSH:
	case MSYNC:
		op->flags = draw(2) ? 0 : SYNC;
		break;
	case DROP:
	case EVICT:
		if (!draw(4)) {
			op->off = 0;
			op->len = ALL;
		}
		break;
	default:
		break;
	}
}

/* The same words are what parse_op() reads. */
void print_op(FILE *to, const struct op *op)
{
	fprintf(to, "%s %u ", op_kinds[op->kind].name, op->off);
	if (op->len == ALL)
		fprintf(to, "all");
	else
		fprintf(to, "%u", op->len);
	fprintf(to, " %u%s%s%s", op->arg, op->flags & SECOND ? " second" : "",
		op->flags & ODD ? " odd" : "", op->flags & SYNC ? " sync" : "");
}

bool parse_op(const char *line, struct op *op)
{
	char name[16], len[16], flag[3][16] = { "", "", "" };
	int kind, i;

	memset(op, 0, sizeof(*op));
	if (sscanf(line, "%15s %u %15s %u %15s %15s %15s", name, &op->off, len,
		   &op->arg, flag[0], flag[1], flag[2]) < 4)
		return false;
	if (strcmp(len, "all"))
		sscanf(len, "%u", &op->len);
	else
		op->len = ALL;
	for (i = 0; i < 3; i++) {
		op->flags |= !strcmp(flag[i], "second") ? SECOND : 0;
		op->flags |= !strcmp(flag[i], "odd") ? ODD : 0;
		op->flags |= !strcmp(flag[i], "sync") ? SYNC : 0;
	}
	kind = kind_named(name);
	op->kind = kind;
	return kind >= 0;
}

void print_setup(FILE *to, const struct setup *setup)
{
	fprintf(to, "setup max=%u len=%u ahead_kb=%u huge=%u noise=%u\n",
		setup->max, setup->len_max, setup->ahead_kb, setup->huge,
		setup->noise);
}

bool parse_setup(const char *line, struct setup *setup)
{
	return sscanf(line, "setup max=%u len=%u ahead_kb=%u huge=%u noise=%u",
		      &setup->max, &setup->len_max, &setup->ahead_kb,
		      &setup->huge, &setup->noise) == 5 &&
	       setup->max <= FILE_MAX;
}
