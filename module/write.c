// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing for a filesystem that keeps buffer heads: mpagex_writepages(), its
 * variant with a hook, and mpagex_write_folio().
 *
 * As in read.c, a folio whose dirty blocks start at its beginning and follow
 * each other on the device shares a bio with its neighbours; any other goes
 * to the kernel's writing by buffer.
 */
#include <linux/backing-dev.h>
#include <linux/blkdev.h>
#include <linux/mm.h>
#include <linux/writeback.h>

#include "mpagex_trace.h"
#include "writer.h"

/*
 * Find out from its buffer heads whether a folio can go into a bio.
 *
 * Return: 0 with @ext filled. Or why not, an enum mpagex_slow: a buffer is
 * clean, not uptodate, busy, out of line or not mapped though dirty (stores
 * through a mapping make such), or none is mapped at all.
 */
static int scan_buffers(struct folio *folio, struct mpagex_extent *ext)
{
	struct buffer_head *head = folio_buffers(folio), *bh = head;
	bool tail = false;

	ext->blocks = 0;
	do {
		if (!buffer_mapped(bh)) {
			if (buffer_dirty(bh))
				return MPAGEX_SLOW_UNMAPPED;
			tail = true;
			continue;
		}
		if (tail)
			return MPAGEX_SLOW_HOLE;
		if (!buffer_dirty(bh) || !buffer_uptodate(bh) ||
		    buffer_locked(bh))
			return MPAGEX_SLOW_PARTIAL;
		if (!ext->blocks) {
			ext->bdev = bh->b_bdev;
			ext->block = bh->b_blocknr;
		} else if (bh->b_blocknr != ext->block + ext->blocks ||
			   bh->b_bdev != ext->bdev) {
			return MPAGEX_SLOW_SCATTERED;
		}
		ext->blocks++;
		ext->boundary = buffer_boundary(bh);
	} while ((bh = bh->b_this_page) != head);

	return ext->blocks ? 0 : MPAGEX_SLOW_UNMAPPED;
}

/*
 * Map, and allocate where nothing is, the blocks of a folio that has no buffer
 * heads, up to the end of the file. No more than the folio's own blocks can be
 * asked for: its lock is all that keeps truncate away.
 *
 * Return: 0 with @ext filled; an enum mpagex_slow when get_block fails, leaves
 * a block unmapped or answers blocks out of line, for writing by buffer to sort
 * out; -EIO when its answer makes no sense, as fs/buffer.c would believe it.
 */
static int map_folio(struct mpagex_writer *w, struct folio *folio, loff_t size,
		     struct mpagex_extent *ext)
{
	struct inode *inode = w->inode;
	unsigned int blkbits = inode->i_blkbits;
	sector_t block = (sector_t)folio_pos(folio) >> blkbits;
	sector_t end = min_t(sector_t,
			     block + (folio_size(folio) >> blkbits),
			     (size + i_blocksize(inode) - 1) >> blkbits);
	struct mpagex_map map = {};
	int err;

	/* Only a whole folio is dirtied without buffer heads. */
	if (WARN_ON_ONCE(!folio_test_uptodate(folio)))
		return MPAGEX_SLOW_PARTIAL;

	for (ext->blocks = 0; block < end; block += map.blocks) {
		struct buffer_head *bh = &map.bh;

		err = mpagex_map_get(&map, inode, w->get_block, folio, block,
				     end - block, 1);
		if (err)
			return map.refused ? -EIO : MPAGEX_SLOW_ERROR;
		if (!buffer_mapped(bh))
			return MPAGEX_SLOW_UNMAPPED;
		if (buffer_new(bh))
			clean_bdev_aliases(bh->b_bdev, bh->b_blocknr,
					   map.blocks);
		if (!ext->blocks) {
			ext->bdev = bh->b_bdev;
			ext->block = bh->b_blocknr;
		} else if (bh->b_blocknr != ext->block + ext->blocks ||
			   bh->b_bdev != ext->bdev) {
			return MPAGEX_SLOW_SCATTERED;
		}
		ext->blocks += map.blocks;
		ext->boundary = buffer_boundary(bh);
	}
	return 0;
}

/* The first @count buffers are on their way to the disk. */
static void clean_buffers(struct folio *folio, unsigned int count)
{
	struct buffer_head *bh = folio_buffers(folio);

	for (; bh && count; count--) {
		clear_buffer_dirty(bh);
		bh = bh->b_this_page;
	}
}

static void add_folio(struct mpagex_writer *w, struct folio *folio,
		      const struct mpagex_extent *ext)
{
	size_t len = (size_t)ext->blocks << w->inode->i_blkbits;
	bool partial = len < folio_size(folio);
	loff_t end = folio_pos(folio) + len;

	mpagex_writer_add(w, folio, 0, len, ext->bdev, ext->block);
	wbc_account_cgroup_owner(w->wbc, folio, folio_size(folio));

	/* Once nothing can fail any more: a clean buffer is never looked at. */
	clean_buffers(folio, ext->blocks);
	folio_start_writeback(folio);
	folio_unlock(folio);

	if (ext->boundary)
		mpagex_writer_boundary(w, ext->bdev, ext->block + ext->blocks);
	else if (partial)
		w->bio = mpagex_submit(w->bio, end < i_size_read(w->inode) ?
				       MPAGEX_CUT_HOLE : MPAGEX_CUT_EOF);
}

static int write_by_buffer(struct mpagex_writer *w, struct folio *folio,
			   enum mpagex_slow why)
{
	int err;

	w->bio = mpagex_submit(w->bio, MPAGEX_CUT_SLOW);
	trace_mpagex_slow(folio, MPAGEX_WAY_WRITE_BUFFER, why);
	/* Buffer heads of a large folio corrupt memory in fs/buffer.c. */
	if (WARN_ON_ONCE(folio_test_large(folio))) {
		folio_redirty_for_writepage(w->wbc, folio);
		folio_unlock(folio);
		return -EIO;
	}
	err = __block_write_full_folio(w->inode, folio, w->get_block, w->wbc);
	mapping_set_error(w->inode->i_mapping, err);
	return err;
}

/*
 * Put a folio into a bio, if that can be.
 *
 * Return: 0 when @folio is on its way and unlocked; an enum mpagex_slow when it
 * has to be written by buffer and is still locked; an error, unlocked.
 */
static int write_plain(struct mpagex_writer *w, struct folio *folio)
{
	loff_t size = i_size_read(w->inode);
	struct mpagex_extent ext;
	int err;

	if (folio_pos(folio) >= size)
		return MPAGEX_SLOW_EOF;
	mpagex_zero_behind_eof(folio, size);

	if (folio_buffers(folio))
		err = scan_buffers(folio, &ext);
	else
		err = map_folio(w, folio, size, &ext);
	if (!err) {
		add_folio(w, folio, &ext);
	} else if (err < 0) {
		mapping_set_error(w->inode->i_mapping, err);
		folio_unlock(folio);
	}
	return err;
}

static int write_one(struct folio *folio, struct writeback_control *wbc,
		     void *data)
{
	struct mpagex_writer *w = data;
	int err;

	if (w->write_folio) {
		err = w->write_folio(folio, wbc);
		if (err < 0)
			mapping_set_error(w->inode->i_mapping, err);
		if (err <= 0)
			return err;
	}
	/* Truncate is about to discard it: allocating would leak blocks. */
	if (folio_pos(folio) >= i_size_read(w->inode)) {
		folio_unlock(folio);
		return 0;
	}
	err = write_plain(w, folio);
	if (err > 0)
		err = write_by_buffer(w, folio, err);
	return err;
}

/* Without a get_block the filesystem writes every folio itself. */
static int write_by_filesystem(struct folio *folio,
			       struct writeback_control *wbc, void *data)
{
	struct mpagex_writer *w = data;
	int err;

	if (mpagex_has_writepage(folio->mapping))
		err = mpagex_call_writepage(folio, wbc);
	else
		err = w->write_folio(folio, wbc);
	if (err < 0)
		mapping_set_error(w->inode->i_mapping, err);
	return err;
}

/**
 * mpagex_writepages_hook - write dirty folios, the filesystem deciding on each
 * @mapping: whose folios.
 * @wbc: which, how many, and whether for data integrity.
 * @get_block: the filesystem's mapper, called with create set. NULL hands
 *	each folio to the mapping's ->writepage in kernels that have it, else
 *	to @write_folio.
 * @write_folio: called for each folio first, may be NULL. See
 *	mpagex_write_folio_t.
 *
 * Folios that follow each other on the device share a bio, sized for what is
 * left to write. One get_block call maps all the blocks a folio without
 * buffer heads carries, and no others. At the end of a BH_Boundary mapping
 * the bio is submitted, and the dirty metadata block right behind it is
 * written too. Behind the end of the file nothing is allocated or written.
 * The idea of write_folio is mainline's, whose mpage has the same hook.
 *
 * Context: process context, may sleep. Safe in reclaim: makes no allocation
 * that can recurse into the filesystem, and its bios come from a mempool.
 * Return: 0 or the first error, which fsync finds in @mapping as well.
 */
int mpagex_writepages_hook(struct address_space *mapping,
			   struct writeback_control *wbc, get_block_t get_block,
			   mpagex_write_folio_t write_folio)
{
	struct mpagex_writer w = {
		.inode = mapping->host,
		.wbc = wbc,
		.get_block = get_block,
		.write_folio = write_folio,
		.end_io = mpagex_write_end_io,
	};
	struct blk_plug plug;
	int err;

	if (!get_block &&
	    WARN_ON_ONCE(!mpagex_has_writepage(mapping) && !write_folio))
		return -EINVAL;

	blk_start_plug(&plug);
	err = mpagex_walk_dirty(mapping, wbc, get_block ? write_one :
				write_by_filesystem, &w);
	mpagex_writer_finish(&w, err);
	blk_finish_plug(&plug);
	return err;
}

MPAGEX_EXPORT(mpagex_writepages_hook);

/**
 * mpagex_writepages - write the dirty folios of a file
 * @mapping: whose folios.
 * @wbc: which, how many, and whether for data integrity.
 * @get_block: the filesystem's mapper; NULL leaves each folio to ->writepage.
 *
 * A drop-in for mpage_writepages(); mpagex_writepages_hook() says how it goes
 * about it.
 *
 * Context: process context, may sleep.
 * Return: 0 or the first error, which fsync finds in @mapping as well.
 */
int mpagex_writepages(struct address_space *mapping,
		      struct writeback_control *wbc, get_block_t get_block)
{
	return mpagex_writepages_hook(mapping, wbc, get_block, NULL);
}

MPAGEX_EXPORT(mpagex_writepages);

/**
 * mpagex_write_folio - write one folio if a single bio can carry it
 * @folio: locked, cleaned for I/O, not under writeback.
 * @wbc: what for.
 * @get_block: the filesystem's mapper, called with create set.
 *
 * The classic mpage_writepage(), which the kernel no longer has.
 *
 * Context: process context, may sleep.
 * Return: 0 with @folio unlocked and under writeback; -EAGAIN with @folio
 * still locked when it has to be written some other way: its blocks are not
 * in line or cannot be had, or it lies behind the end of the file; -EIO with
 * @folio unlocked when get_block's answer makes no sense.
 */
int mpagex_write_folio(struct folio *folio, struct writeback_control *wbc,
		       get_block_t get_block)
{
	struct mpagex_writer w = {
		.inode = folio->mapping->host,
		.wbc = wbc,
		.get_block = get_block,
		.single = true,
		.end_io = mpagex_write_end_io,
	};
	int err = write_plain(&w, folio);

	mpagex_submit(w.bio, MPAGEX_CUT_SYNC);
	if (err > 0) {
		trace_mpagex_slow(folio, MPAGEX_WAY_REFUSED, err);
		err = -EAGAIN;
	}
	return err;
}

MPAGEX_EXPORT(mpagex_write_folio);
