// SPDX-License-Identifier: GPL-2.0-only
/*
 * Zeros in the page cache, in the whole path: mpagex_zero_range(), and
 * mpagex_truncate_page(), since by a shared mapping there can be anything behind
 * the end of a file when the end moves.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/writeback.h>

#include "buffered.h"

/* A range to be zeroed, from the front. */
struct zeroing {
	struct inode *inode;
	const struct mpagex_ops *ops;
	struct mpagex_map map;
	u64 pos;
	u64 end;		/* of the last block there can be, too much for loff_t */
};

/* Have block @block of the folio, which @z->map covers, in memory. */
static int read_edge(struct zeroing *z, struct folio *folio, unsigned int block)
{
	unsigned int blkbits = z->inode->i_blkbits;
	sector_t file_block = (folio_pos(folio) >> blkbits) + block;

	if (mpagex_blocks_uptodate(folio, block, 1))
		return 0;
	return mpagex_read_now(folio, (size_t)block << blkbits,
			       i_blocksize(z->inode), z->map.bh.b_bdev,
			       mpagex_map_device_block(&z->map, file_block));
}

/* Zero bytes @from to @to of the folio. What covers a block does not read it. */
static int zero_folio(struct zeroing *z, struct folio *folio, size_t from,
		      size_t to)
{
	size_t mask = i_blocksize(z->inode) - 1;
	unsigned int blkbits = z->inode->i_blkbits;
	unsigned int first = from >> blkbits, last = (to - 1) >> blkbits;
	unsigned int count = last - first + 1;
	int err = 0;

	if (!folio_test_uptodate(folio) &&
	    count < folio_size(folio) >> blkbits &&
	    !mpagex_state_attach(folio, blkbits, GFP_NOFS, MPAGEX_SLOW_PARTIAL))
		return -ENOMEM;
	if (from & mask)
		err = read_edge(z, folio, first);
	if (!err && (to & mask) && (last != first || !(from & mask)))
		err = read_edge(z, folio, last);
	if (err)
		return err;
	folio_zero_segment(folio, from, to);
	mpagex_mark_written(z->inode, folio, first, count, GFP_NOFS);
	return 0;
}

/*
 * Go on by a hole, or by what one folio has of a run. The answer is kept from one
 * to the next: it does not change under invalidate_lock.
 */
static int zero_next(struct zeroing *z)
{
	unsigned int blkbits = z->inode->i_blkbits;
	sector_t block = z->pos >> blkbits;
	sector_t end = ((z->end - 1) >> blkbits) + 1;
	struct folio *folio;
	size_t off;
	u64 to;
	int err;

	if (!mpagex_map_covers(&z->map, block)) {
		err = mpagex_map_get(&z->map, z->inode, z->ops->get_block, NULL,
				     block, end - block, 0);
		if (err)
			return err;
	}
	end = mpagex_map_covers(&z->map, block) ?
	      z->map.first + z->map.blocks : block + 1;
	to = min(z->end, (u64)end << blkbits);
	if (!buffer_mapped(&z->map.bh)) {
		z->pos = to;
		return 0;
	}

	folio = mpagex_get_write_folio(z->inode->i_mapping, z->pos, to - z->pos);
	if (IS_ERR(folio))
		return PTR_ERR(folio);
	off = offset_in_folio(folio, z->pos);
	to = min_t(u64, to, z->pos - off + folio_size(folio));
	err = zero_folio(z, folio, off, off + (to - z->pos));
	folio_unlock(folio);
	folio_put(folio);
	if (!err)
		z->pos = to;
	return err;
}

static int zero(struct inode *inode, u64 pos, u64 end,
		const struct mpagex_ops *ops)
{
	struct zeroing z = {
		.inode = inode,
		.ops = ops,
		.map.holes_have_length = ops->holes_have_length,
		.pos = pos,
		.end = end,
	};
	unsigned int nofs = memalloc_nofs_save();
	int err = 0;

	while (z.pos < end) {
		err = zero_next(&z);
		if (err || z.pos == end)
			break;
		if (fatal_signal_pending(current)) {
			err = -EINTR;
			break;
		}
		balance_dirty_pages_ratelimited(inode->i_mapping);
		cond_resched();
	}
	memalloc_nofs_restore(nofs);
	return err;
}

/**
 * mpagex_zero_range - make a part of a file read as zeros
 * @inode: the file, its i_rwsem and invalidate_lock held for writing.
 * @pos: where, in bytes.
 * @len: how many bytes. Those behind the end of the file are left alone: nothing
 *	there can be read.
 * @ops: the filesystem.
 *
 * For FALLOC_FL_ZERO_RANGE and its like. Writes zeros into the page cache where
 * there are blocks, reading a block only if the range covers a part of it; holes
 * stay holes. The mapper is asked once a run, without a folio, and block by block
 * in holes that have no length. No direct write may be on its way,
 * inode_dio_wait().
 *
 * Context: process context, may sleep, and is held back when too much memory is
 * dirty. Allocates without recursing into filesystems.
 * Return: 0 or a negative errno, which is -EINTR after a fatal signal. After an
 * error a part from @pos on may be zeroed.
 */
int mpagex_zero_range(struct inode *inode, loff_t pos, loff_t len,
		      const struct mpagex_ops *ops)
{
	loff_t size = i_size_read(inode);

	lockdep_assert_held_write(&inode->i_mapping->invalidate_lock);
	if (pos >= size)
		return 0;
	/* Behind the end the rest of the block is zeros, and need not be read. */
	return zero(inode, pos, len < size - pos ? pos + len :
			   round_up((u64)size, i_blocksize(inode)), ops);
}

MPAGEX_EXPORT(mpagex_zero_range);

/**
 * mpagex_truncate_page - zero what is behind the end of a file in its block
 * @inode: the file, its i_rwsem and invalidate_lock held for writing.
 * @size: the size it is about to have, in bytes.
 * @ops: the filesystem.
 *
 * What block_truncate_page() is for buffer heads. To be called before i_size
 * changes, up or down, and with nothing in between that can fail: data is gone
 * afterwards. Upwards it also takes from the page cache what a process has
 * stored behind the end through a mapping.
 *
 * No direct write may be on its way, inode_dio_wait(): the end's block is written
 * anew. invalidate_lock is to be kept until i_size has changed. A store before that
 * takes no space behind the old end, and would be lost if it came later; so it has
 * to fault, which waits for the lock.
 *
 * Context: process context, may sleep. Allocates without recursing into
 * filesystems.
 * Return: 0 or a negative errno.
 */
int mpagex_truncate_page(struct inode *inode, loff_t size,
			 const struct mpagex_ops *ops)
{
	loff_t eof = min(size, i_size_read(inode));
	struct folio *folio;
	int err;

	lockdep_assert_held_write(&inode->i_mapping->invalidate_lock);
	err = zero(inode, eof, round_up((u64)eof, i_blocksize(inode)), ops);
	if (err || size <= eof)
		return err;

	folio = filemap_lock_folio(inode->i_mapping, eof >> PAGE_SHIFT);
	if (IS_ERR_OR_NULL(folio))
		return 0;
	mpagex_zero_behind_eof(folio, eof);
	/* What is writable must fault, and take space, before the next store. */
	if (folio_mkclean(folio))
		folio_mark_dirty(folio);
	folio_unlock(folio);
	folio_put(folio);
	return 0;
}

MPAGEX_EXPORT(mpagex_truncate_page);
