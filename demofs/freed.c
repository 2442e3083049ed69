// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks that are to be free later: order.c says when. The first runs that a file
 * loses are kept as such, which is all that most files have. One in thousands of
 * pieces would take more memory than there is: from there on, a bit for each block.
 */
#include <linux/bitmap.h>
#include <linux/slab.h>

#include "demofs.h"

#define DEMOFS_MOST_RUNS	256	/* of a truncation */

/* Blocks in a row; or the ones set in @map, which begins with block @first. */
struct demofs_freed {
	struct list_head link;
	struct buffer_head *bh;		/* see demofs_freed_by() */
	u32 first;
	u32 count : 31;			/* i_blocks has no room for more */
	u32 is_map : 1;
	unsigned long map[];
};

/* With the rest it takes 512 bytes. */
#define DEMOFS_MAP_BYTES	(512 - offsetof(struct demofs_freed, map))
#define DEMOFS_MAP_BLOCKS	((u32)DEMOFS_MAP_BYTES * BITS_PER_BYTE)

static struct demofs_order *demofs_order(struct super_block *sb)
{
	return &DEMOFS_SB(sb)->order;
}

static struct demofs_freed *demofs_add_freed(struct inode *inode, u32 first,
					     u32 count, size_t map_bytes)
{
	struct demofs_order *order = demofs_order(inode->i_sb);
	struct demofs_freed *freed = kzalloc(sizeof(*freed) + map_bytes,
					     GFP_NOFS | __GFP_NOFAIL);

	freed->first = first;
	freed->count = count;
	freed->is_map = map_bytes != 0;
	spin_lock(&order->lock);
	list_add_tail(&freed->link, &DEMOFS_I(inode)->freed);
	order->blocks += count;
	spin_unlock(&order->lock);
	demofs_count_waiting(inode->i_sb);
	return freed;
}

/* The blocks are within one map. */
static void demofs_free_in_map(struct inode *inode, struct xarray *maps,
			       u32 first, u32 count)
{
	struct demofs_order *order = demofs_order(inode->i_sb);
	u32 bit = first % DEMOFS_MAP_BLOCKS, added = 0, i;
	u32 index = first / DEMOFS_MAP_BLOCKS;
	struct demofs_freed *freed = xa_load(maps, index);

	if (!freed) {
		freed = demofs_add_freed(inode, first - bit, 0,
					 DEMOFS_MAP_BYTES);
		xa_store(maps, index, freed, GFP_NOFS | __GFP_NOFAIL);
	}
	for (i = 0; i < count; i++)
		added += !__test_and_set_bit(bit + i, freed->map);
	spin_lock(&order->lock);
	freed->count += added;
	order->blocks += added;
	spin_unlock(&order->lock);
	if (added != count)
		demofs_corrupt(inode->i_sb, "inode %u: has some of blocks %u to %u twice",
			       demofs_ino(inode), first, first + count - 1);
}

/**
 * demofs_free_later - free blocks as soon as nothing on the disk leads to them
 * @inode: whose they were
 * @freeing: of this truncation, zero at its beginning but for its array
 * @first: first of the blocks
 * @count: how many
 *
 * Context: Process, may sleep; the caller holds map_sem exclusively.
 */
void demofs_free_later(struct inode *inode, struct demofs_freeing *freeing,
		       u32 first, u32 count)
{
	u32 n;

	if (freeing->runs < DEMOFS_MOST_RUNS) {
		freeing->runs++;
		demofs_add_freed(inode, first, count, 0);
		return;
	}
	for (; count; first += n, count -= n) {
		n = min(count, DEMOFS_MAP_BLOCKS - first % DEMOFS_MAP_BLOCKS);
		demofs_free_in_map(inode, &freeing->maps, first, n);
	}
}

/**
 * demofs_freed_by - keep what says on the disk that blocks are no file's in memory
 * @inode: whose they were
 * @bh: its place in the inode table, before it is marked dirty
 *
 * If it cannot be written, nobody must take it for written because it is gone:
 * demofs_flush_all() looks for such buffers.
 *
 * Context: Any; the caller holds map_sem.
 */
void demofs_freed_by(struct inode *inode, struct buffer_head *bh)
{
	struct list_head *list = &DEMOFS_I(inode)->freed;
	struct demofs_order *order = demofs_order(inode->i_sb);
	struct demofs_freed *freed;

	if (list_empty(list))	/* map_sem keeps it so */
		return;
	spin_lock(&order->lock);
	freed = list_first_entry(list, struct demofs_freed, link);
	if (!freed->bh) {
		get_bh(bh);
		freed->bh = bh;
	}
	spin_unlock(&order->lock);
}

static void demofs_free_one(struct super_block *sb, struct demofs_freed *freed)
{
	unsigned long from, to;

	if (!freed->is_map) {
		demofs_free_blocks(sb, freed->first, freed->count);
		return;
	}
	for_each_set_bitrange(from, to, freed->map, DEMOFS_MAP_BLOCKS)
		demofs_free_blocks(sb, freed->first + from, to - from);
}

/**
 * demofs_end_freed - end the waiting of blocks
 * @sb: the filesystem
 * @list: what demofs_free_later() has gathered; is empty afterwards
 * @use: let others have them; or else they stay in use, until fsck finds them
 *
 * Context: May sleep; names_sem is held exclusively if others are to have them.
 */
void demofs_end_freed(struct super_block *sb, struct list_head *list, bool use)
{
	struct demofs_order *order = demofs_order(sb);
	struct demofs_freed *freed, *next;

	list_for_each_entry_safe(freed, next, list, link) {
		if (use)
			demofs_free_one(sb, freed);
		spin_lock(&order->lock);
		order->blocks -= freed->count;
		spin_unlock(&order->lock);
		atomic_dec(&order->waiting);
		brelse(freed->bh);
		kfree(freed);
		cond_resched();
	}
	INIT_LIST_HEAD(list);
}
