// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing back in the whole path: mpagex_buffered_writepages(), and
 * mpagex_map_changed() that keeps its memory of the mapper honest.
 *
 * Space was taken when the data came, so nothing is allocated here.
 */
#include <linux/blkdev.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/writeback.h>

#include "buffered.h"
#include "mpagex_trace.h"
#include "writer.h"

/*
 * An answer of get_block outlives the lock of the folio it was asked for. It
 * may serve a later folio only if no block of the file was taken away since.
 * A few counters do for all files: a false alarm costs one more question.
 */
#define VERSION_BITS	6
static atomic_t versions[1 << VERSION_BITS];

static atomic_t *version_of(struct inode *inode)
{
	return &versions[hash_ptr(inode, VERSION_BITS)];
}

/* To be read before get_block is asked, and compared before its use. */
unsigned int mpagex_map_version(struct inode *inode)
{
	return atomic_read_acquire(version_of(inode));
}

/**
 * mpagex_map_changed - say that blocks of a file have been freed or moved
 * @inode: the file.
 *
 * A filesystem calls it whenever it has taken blocks away: when get_block can no
 * longer answer with them, since an answer that a writeback gets after the call
 * counts as new; and before the locks (i_rwsem, invalidate_lock) are given back
 * under which the page cache has let go of them (truncate_setsize()), since until
 * then nothing of the file can become dirty there.
 *
 * Context: any.
 */
void mpagex_map_changed(struct inode *inode)
{
	atomic_inc_return(version_of(inode));
}

MPAGEX_EXPORT(mpagex_map_changed);

/* One or more pieces of a folio are on the disk, or never will be. */
static void end_pieces(struct folio *folio, unsigned int pieces)
{
	struct mpagex_state *state = mpagex_state(folio);

	if (!state || state->write_whole ||
	    atomic_sub_and_test(pieces, &state->write_left))
		folio_end_writeback(folio);
}

static void end_piece(struct folio *folio, size_t off, size_t len, int err)
{
	unsigned int blkbits = folio->mapping->host->i_blkbits;

	/* The device's end may have cut the last block short. */
	end_pieces(folio, DIV_ROUND_UP(len, 1U << blkbits));
}

static void buffered_write_end_io(struct bio *bio)
{
	mpagex_end_bio_write(bio, end_piece);
}

/* Have w->map answer for @block. Return: 0 or get_block's errno. */
static int map_block(struct mpagex_writer *w, struct folio *folio,
		     sector_t block, loff_t size)
{
	sector_t eof = (size + i_blocksize(w->inode) - 1) >> w->inode->i_blkbits;
	unsigned int version = mpagex_map_version(w->inode);

	if (version == w->map_version && mpagex_map_covers(&w->map, block))
		return 0;
	w->map_version = version;
	return mpagex_map_get(&w->map, w->inode, w->get_block, folio, block,
			      eof - block, 0);
}

static void add_run(struct mpagex_writer *w, struct folio *folio,
		    sector_t block, unsigned int i, unsigned int run)
{
	unsigned int blkbits = w->inode->i_blkbits;
	struct block_device *bdev = w->map.bh.b_bdev;
	sector_t there = mpagex_map_device_block(&w->map, block);

	mpagex_writer_add(w, folio, (size_t)i << blkbits,
			  (size_t)run << blkbits, bdev, there);
	if (mpagex_map_at_boundary(&w->map, block + run))
		mpagex_writer_boundary(w, bdev, there + run);
}

/*
 * Submit the dirty blocks @i to @i + @count of a folio, which has a state.
 * Return: 0 or get_block's errno, after all blocks that could be mapped;
 * *@added grows by the blocks submitted.
 */
static int write_blocks(struct mpagex_writer *w, struct folio *folio,
			unsigned int i, unsigned int count, loff_t size,
			unsigned int *added)
{
	sector_t first = (sector_t)folio_pos(folio) >> w->inode->i_blkbits;
	unsigned int end = i + count, run;
	int err = 0;

	for (; i < end; i += run) {
		sector_t block = first + i;
		int ret = map_block(w, folio, block, size);

		if (ret == -ENOMEM)
			return ret;
		if (ret) {
			err = ret;
			run = 1;
			continue;
		}
		if (!mpagex_map_covers(&w->map, block)) {
			run = 1;		/* a hole, of one block */
			continue;
		}
		run = min_t(sector_t, end - i,
			    w->map.first + w->map.blocks - block);
		/* Nobody has stored where no space was taken. */
		if (!buffer_mapped(&w->map.bh))
			continue;
		atomic_add(run, &mpagex_state(folio)->write_left);
		add_run(w, folio, block, i, run);
		*added += run;
	}
	return err;
}

/* Write a folio's dirty blocks, @in_file of which are before the file's end. */
static int write_by_state(struct mpagex_writer *w, struct folio *folio,
			  unsigned int in_file, loff_t size)
{
	struct mpagex_state *state = mpagex_state(folio);
	unsigned int i, count, added = 0;
	int err = 0;

	state->write_whole = false;
	atomic_set(&state->write_left, 1);
	folio_start_writeback(folio);
	for (i = 0; ; i += count) {
		int ret;

		i = mpagex_take_dirty(state, i, &count);
		if (i >= in_file)
			break;
		count = min(count, in_file - i);
		ret = write_blocks(w, folio, i, count, size, &added);
		if (!ret)
			continue;
		/* Memory will be there again; a block that is bad stays bad. */
		if (ret == -ENOMEM) {
			mpagex_set_dirty(state, i, count);
			trace_mpagex_slow(folio, MPAGEX_WAY_REDIRTY,
					  MPAGEX_SLOW_ERROR);
			folio_redirty_for_writepage(w->wbc, folio);
			err = err ? err : ret;
			break;
		}
		err = ret;
	}
	if (added)
		wbc_account_cgroup_owner(w->wbc, folio,
					 (size_t)added << w->inode->i_blkbits);
	folio_unlock(folio);
	end_pieces(folio, 1);
	return err;
}

/* All of a folio is dirty, and it has no state: perhaps it needs none. */
static int write_whole(struct mpagex_writer *w, struct folio *folio,
		       unsigned int in_file, loff_t size)
{
	unsigned int blkbits = w->inode->i_blkbits;
	sector_t block = (sector_t)folio_pos(folio) >> blkbits;
	struct mpagex_state *state;
	int err;

	err = map_block(w, folio, block, size);
	if (!err && buffer_mapped(&w->map.bh) &&
	    mpagex_map_covers(&w->map, block + in_file - 1)) {
		folio_start_writeback(folio);
		wbc_account_cgroup_owner(w->wbc, folio,
					 (size_t)in_file << blkbits);
		add_run(w, folio, block, 0, in_file);
		folio_unlock(folio);
		return 0;
	}

	state = mpagex_state_attach(folio, blkbits, GFP_NOFS | __GFP_NOFAIL,
				    err ? MPAGEX_SLOW_ERROR :
					  MPAGEX_SLOW_SCATTERED);
	mpagex_set_dirty(state, 0, state->blocks);
	return write_by_state(w, folio, in_file, size);
}

static int write_folio(struct folio *folio, struct writeback_control *wbc,
		       void *data)
{
	struct mpagex_writer *w = data;
	loff_t size = i_size_read(w->inode);
	unsigned int in_file;
	int err;

	if (folio_pos(folio) >= size) {		/* truncate will discard it */
		folio_unlock(folio);
		return 0;
	}
	/*
	 * Truncate says when a run is gone, but nobody says when a hole is
	 * filled; only under the folio's lock can it not be.
	 */
	if (!buffer_mapped(&w->map.bh))
		w->map.blocks = 0;
	mpagex_zero_behind_eof(folio, size);
	in_file = min_t(u64, folio_size(folio) >> w->inode->i_blkbits,
			(size - folio_pos(folio) + i_blocksize(w->inode) - 1) >>
			w->inode->i_blkbits);
	if (mpagex_state(folio))
		err = write_by_state(w, folio, in_file, size);
	else
		err = write_whole(w, folio, in_file, size);
	/* The folio is still dirty; only who waits for it has to know. */
	if (err == -ENOMEM)
		return wbc->sync_mode == WB_SYNC_ALL ? err : 0;
	if (err) {
		pr_err_ratelimited("%s: inode %llu: cannot map dirty data at byte %lld: error %d\n",
				   w->inode->i_sb->s_id, (u64)w->inode->i_ino,
				   folio_pos(folio), err);
		mapping_set_error(w->inode->i_mapping, err);
	}
	return err;
}

/**
 * mpagex_buffered_writepages - write the dirty blocks of a file
 * @mapping: whose folios.
 * @wbc: which, how many, and whether for data integrity.
 * @ops: the filesystem. Its get_block is called without create: the blocks
 *	were allocated when the data was written or the page made writable.
 *
 * Writes only what is dirty. One question to get_block serves all the folios
 * that its answer covers, and runs that follow each other on the device share
 * a bio. At the end of a BH_Boundary mapping the bio is submitted and the
 * dirty metadata block right behind it written.
 *
 * Context: process context, may sleep. Safe in reclaim.
 * Return: 0 or the first error, which fsync finds in @mapping as well; but want of
 * memory, after which all is still dirty, is told only to WB_SYNC_ALL.
 */
int mpagex_buffered_writepages(struct address_space *mapping,
			       struct writeback_control *wbc,
			       const struct mpagex_ops *ops)
{
	struct mpagex_writer w = {
		.inode = mapping->host,
		.wbc = wbc,
		.get_block = ops->get_block,
		.end_io = buffered_write_end_io,
		.map.holes_have_length = ops->holes_have_length,
	};
	struct blk_plug plug;
	int err;

	blk_start_plug(&plug);
	err = mpagex_walk_dirty(mapping, wbc, write_folio, &w);
	mpagex_writer_finish(&w, err);
	blk_finish_plug(&plug);
	return err;
}

MPAGEX_EXPORT(mpagex_buffered_writepages);
