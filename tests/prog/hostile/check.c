// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must not have changed on the disk while a mutant was in use. A mutant
 * that was refused, or mounted read-only, must be as before, byte by byte. In
 * one that was written to, superblock and descriptors may differ in a few
 * counters only, backups and what lies behind the ends of bitmaps not at all,
 * and no block of metadata may hold data or names that were written.
 */
#define _GNU_SOURCE
#include <string.h>

#include "hostile.h"

struct check {
	struct geometry geo;
	const unsigned char *before;
	unsigned char *after;
	struct result *result;
};

/* Are bytes @from to @to equal, save those of @except, which ends with -1? */
static void same(struct check *c, const char *what, uint32_t nr, uint32_t from,
		 uint32_t to, const int *except)
{
	uint32_t i;

	if (from >= to || !memcmp(c->before + from, c->after + from, to - from))
		return;
	for (i = from; i < to; i++) {
		const int *e;

		if (c->before[i] == c->after[i])
			continue;
		for (e = except; *e >= 0 && (uint32_t)*e != i - from; e++)
			;
		if (*e < 0) {
			fail(c->result, "%s %u: byte %u was %#x and is %#x",
			     what, nr, i - from, c->before[i], c->after[i]);
			return;
		}
	}
}

static const int nothing[] = { -1 };
/* Free blocks and inodes, mtime and wtime, mount count, state, large_file */
static const int super_counters[] = {
	12, 13, 14, 15, 16, 17, 18, 19, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53,
	58, 59, 100, -1
};
/* Free blocks, free inodes, directories */
static const int desc_counters[] = { 12, 13, 14, 15, 16, 17, -1 };

/* Nothing that was written to a file or directory may be in metadata. */
static void no_magic(struct check *c, const char *what, uint32_t block,
		     uint32_t count)
{
	const unsigned char *p = c->after + block * c->geo.bs;
	size_t len = (size_t)count * c->geo.bs;

	if (!memcmp(p, c->before + block * c->geo.bs, len))
		return;
	/* Both cut, so that it is found in any phase of the pattern. */
	if (memmem(p, len, &DATA_MAGIC[2], 5) || memmem(p, len, NAME_MAGIC, 8))
		fail(c->result, "%s: block %u to %u has a file's data", what,
		     block, block + count - 1);
}

static bool bit(const unsigned char *map, uint32_t nr)
{
	return map[nr / 8] >> nr % 8 & 1;
}

/* Bits that were set for metadata have to stay so. */
static void still_in_use(struct check *c, uint32_t nr, uint32_t map,
			 uint32_t block, uint32_t count)
{
	uint32_t i, first = block - group_start(&c->geo, nr);

	for (i = first; i < first + count; i++)
		if (bit(c->before + map, i) && !bit(c->after + map, i))
			fail(c->result, "metadata block %u was freed",
			     i + group_start(&c->geo, nr));
}

static void check_bitmap(struct check *c, const char *what, uint32_t block,
			 uint32_t bits)
{
	uint32_t at = block * c->geo.bs;

	no_magic(c, what, block, 1);
	same(c, what, block, at + (bits + 7) / 8, at + c->geo.bs, nothing);
}

static void check_group(struct check *c, uint32_t nr)
{
	const struct geometry *geo = &c->geo;
	uint32_t blocks = desc_field(geo, c->before, nr, G_BLOCKS);
	uint32_t inodes = desc_field(geo, c->before, nr, G_INODES);
	uint32_t table = desc_field(geo, c->before, nr, G_TABLE);
	uint32_t copies = group_copies(geo, nr), start = group_start(geo, nr);
	uint32_t desc = geo->desc + nr * G_SIZE;

	if (blocks >= geo->blocks || inodes >= geo->blocks ||
	    table >= geo->blocks || geo->blocks - table < geo->table_blocks) {
		fail(c->result, "mounted with an impossible descriptor %u", nr);
		return;
	}
	same(c, "descriptor", nr, desc, desc + G_SIZE, desc_counters);
	if (nr)
		same(c, "backup in group", nr, start * geo->bs,
		     (start + copies) * geo->bs, nothing);
	check_bitmap(c, "block bitmap", blocks, group_len(geo, nr));
	check_bitmap(c, "inode bitmap", inodes, geo->ipg);
	no_magic(c, "inode table", table, geo->table_blocks);
	still_in_use(c, nr, blocks * geo->bs, blocks, 1);
	still_in_use(c, nr, blocks * geo->bs, inodes, 1);
	still_in_use(c, nr, blocks * geo->bs, table, geo->table_blocks);
	still_in_use(c, nr, blocks * geo->bs, start, copies);
}

/* No inode that was in use may have become another file. */
static void check_inodes(struct check *c)
{
	uint32_t ino;

	for (ino = 1; ino <= c->geo.inodes; ino++) {
		unsigned char *was = inode_at(&c->geo, (void *)c->before, ino);
		unsigned char *is = c->after + (was - c->before);

		if (get16(was + I_LINKS) && get32(was + I_GENERATION) !=
					    get32(is + I_GENERATION))
			fail(c->result, "inode %u was in use and became another",
			     ino);
	}
}

static void check_written(struct check *c, const struct mutant *mutant)
{
	uint32_t super_end = 2 * SUPER, nr;

	if (!read_geometry(&c->geo, c->before, mutant->image->size)) {
		fail(c->result, "mounted with an impossible geometry");
		return;
	}
	same(c, "boot block", 0, 0, SUPER, nothing);
	same(c, "superblock", 0, SUPER, super_end, super_counters);
	same(c, "superblock's block", 0, super_end, c->geo.desc, nothing);
	for (nr = 0; nr < c->geo.groups; nr++)
		check_group(c, nr);
	/* Files that are deleted make room for others. */
	if (mutant->keep && !*c->result->failure)
		check_inodes(c);
}

/* @before and @after: the disk's contents, of the image's size. */
void check_disk(const struct mutant *mutant, const unsigned char *before,
		unsigned char *after, bool mounted, struct result *result)
{
	struct check c = {
		.before = before, .after = after, .result = result,
	};

	same(&c, "behind the device", 0, mutant->sectors * 512,
	     mutant->image->size, nothing);
	if (!mounted)
		same(&c, "refused", 0, 0, mutant->image->size, nothing);
	else if (mutant->ro)
		same(&c, "read-only", 0, 0, mutant->image->size, nothing);
	else
		check_written(&c, mutant);
}
