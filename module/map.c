// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asking a filesystem where blocks lie: the one caller of get_block, and the
 * only judge of what it answers.
 */
#include <linux/ktime.h>
#include <linux/sched.h>

#include "buffered.h"
#include "mpagex_trace.h"

/* Largest b_size to ask for: get_block implementations count in int. */
#define MAX_ASKED	BIT(30)

static bool answer_is_sane(const struct buffer_head *bh, struct inode *inode,
			   size_t asked)
{
	if (bh->b_size && bh->b_size <= asked &&
	    !(bh->b_size & (i_blocksize(inode) - 1)))
		return true;

	pr_err_once("%s (%s): inode %llu: get_block answered %zu bytes when asked for %zu; refused, here and from now on\n",
		    inode->i_sb->s_type->name, inode->i_sb->s_id, (u64)inode->i_ino,
		    bh->b_size, asked);
	return false;
}

static int map_get(struct mpagex_map *map, struct inode *inode,
		   get_block_t *get_block, struct folio *folio, sector_t block,
		   sector_t count, int create)
{
	struct buffer_head *bh = &map->bh;
	size_t asked = count << inode->i_blkbits;
	int err;

	map->blocks = 0;
	bh->b_state = 0;
	bh->b_size = asked;
	mpagex_bh_set_folio(bh, folio);

	err = get_block(inode, block, bh, create);
	if (err)
		return err;
	if (!buffer_mapped(bh) && !map->holes_have_length)
		return 0;
	map->refused = !answer_is_sane(bh, inode, asked);
	if (map->refused)
		return -EIO;
	map->first = block;
	map->blocks = bh->b_size >> inode->i_blkbits;
	return 0;
}

static void start_watch(struct mpagex_took *took)
{
	took->switches = current->nvcsw;
	took->ns = ktime_get_ns();
}

/* Only who has slept has waited, and nearly always for metadata. */
static void stop_watch(struct mpagex_took *took)
{
	took->ns = ktime_get_ns() - took->ns;
	took->slept = current->nvcsw != took->switches;
}

/**
 * mpagex_map_get - ask get_block for a run of blocks
 * @map: receives the answer.
 * @inode: the file.
 * @get_block: the filesystem's mapper.
 * @folio: the folio that holds @block, locked; get_block may fill it from
 *	inline data and then returns an uptodate buffer. Or NULL.
 * @block: first file block wanted.
 * @count: how many blocks can be used, at least 1.
 * @create: whether get_block is to allocate what is missing.
 *
 * A hole is answered with !buffer_mapped(&map->bh). How long it is, get_block
 * has no settled way to tell: unless the filesystem has promised to put that
 * into b_size, a hole counts as one block and the answer is not kept.
 *
 * Context: process context, may sleep.
 * Return: 0 or get_block's error; -EIO for an answer that cannot be trusted.
 */
int mpagex_map_get(struct mpagex_map *map, struct inode *inode,
		   get_block_t *get_block, struct folio *folio, sector_t block,
		   sector_t count, int create)
{
	const bool watched = trace_mpagex_get_block_enabled();
	struct mpagex_took took;
	int err;

	count = min_t(sector_t, count, MAX_ASKED >> inode->i_blkbits);
	if (watched)
		start_watch(&took);
	err = map_get(map, inode, get_block, folio, block, count, create);
	if (watched) {
		stop_watch(&took);
		trace_mpagex_get_block(inode, block, count, map, create, err,
				       &took);
	}
	return err;
}

/**
 * mpagex_ask - ask for blocks that data is to go to
 * @map: receives the answer.
 * @inode: the file.
 * @ops: the filesystem.
 * @folio: holds @block, locked.
 * @block: first file block wanted.
 * @count: how many can be used.
 * @create: take space if there are none.
 *
 * New blocks have no aliases in the block device's cache any more.
 *
 * Return: 0 or a negative errno.
 */
int mpagex_ask(struct mpagex_map *map, struct inode *inode,
	       const struct mpagex_ops *ops, struct folio *folio,
	       sector_t block, sector_t count, int create)
{
	struct buffer_head *bh = &map->bh;
	int err;

	err = mpagex_map_get(map, inode, ops->get_block, folio, block, count,
			     create);
	if (err)
		return err;
	if (create && !buffer_mapped(bh))	/* it has not kept its word */
		return -EIO;
	if (buffer_mapped(bh) && buffer_new(bh))
		clean_bdev_aliases(bh->b_bdev, bh->b_blocknr, map->blocks);
	return 0;
}
