// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading in the whole path: mpagex_buffered_readahead() and
 * mpagex_buffered_read_folio().
 *
 * A folio of any size may be made of any runs and holes. When a single run or
 * a single hole makes all of it, nothing needs to be remembered; else it gets
 * a state, its runs go into as many bios as they need, and the last of them to
 * complete ends the read.
 */
#include <linux/blkdev.h>
#include <linux/ioprio.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "buffered.h"
#include "later.h"
#include "reader.h"

/* The blocks of one folio that are in the file, and how far they are known. */
struct span {
	sector_t first;		/* file block at the folio's start */
	unsigned int blocks;	/* in the folio */
	unsigned int in_file;	/* of them, those before the file's end */
};

/* A folio on its way into bios. */
struct reading {
	struct folio *folio;
	struct mpagex_state *state;
	struct span s;
	unsigned int i;		/* the block to go on with */
	unsigned int submitted;	/* blocks */
	bool not_yet;		/* to go on, there is metadata to wait for */
};

/* A readahead window, and what a worker needs to go on with it. */
struct window {
	struct mpagex_reader r;
	struct reading at;
};

struct rest_of_window {
	struct mpagex_later later;	/* first, see mpagex_later() */
	struct readahead_control rac;	/* the folios behind window.at */
	struct window window;
};

static struct span span_of(struct mpagex_reader *r, struct folio *folio)
{
	unsigned int blkbits = r->inode->i_blkbits;
	struct span s = {
		.first = (sector_t)folio_pos(folio) >> blkbits,
		.blocks = folio_size(folio) >> blkbits,
	};

	if (r->end > s.first)
		s.in_file = min_t(sector_t, r->end - s.first, s.blocks);
	return s;
}

static void end_piece(struct folio *folio, size_t off, size_t len, int err)
{
	struct mpagex_state *state = mpagex_state(folio);
	unsigned int blkbits, count;
	bool uptodate;

	if (!state) {
		folio_end_read(folio, !err);
		return;
	}
	/* The device's end may have cut the last block short. */
	blkbits = folio->mapping->host->i_blkbits;
	count = DIV_ROUND_UP(len, 1U << blkbits);
	if (!err)
		mpagex_set_uptodate(state, off >> blkbits, count);
	if (mpagex_read_done(state, count, &uptodate))
		folio_end_read(folio, uptodate);
}

static void buffered_read_end_io(struct bio *bio)
{
	mpagex_end_bio_read(bio, end_piece);
}

static void zero_blocks(struct mpagex_reader *r, struct folio *folio,
			unsigned int first, unsigned int count)
{
	unsigned int blkbits = r->inode->i_blkbits;

	if (count)
		folio_zero_range(folio, (size_t)first << blkbits,
				 (size_t)count << blkbits);
}

/*
 * Have @r->map answer for block @i of the folio, and shorten *@run to what the
 * answer is good for.
 */
static int map_run(struct mpagex_reader *r, struct folio *folio,
		   const struct span *s, unsigned int i, unsigned int *run)
{
	sector_t block = s->first + i;
	int err;

	if (!mpagex_map_covers(&r->map, block)) {
		err = mpagex_reader_map(r, folio, block);
		if (err)
			return err;
	}
	*run = mpagex_map_covers(&r->map, block) ?
	       min_t(sector_t, *run, r->map.first + r->map.blocks - block) : 1;
	return 0;
}

static int add_run(struct mpagex_reader *r, struct folio *folio,
		   const struct span *s, unsigned int i, unsigned int run)
{
	unsigned int blkbits = r->inode->i_blkbits;
	sector_t block = s->first + i;
	int err;

	err = mpagex_reader_add(r, folio, (size_t)i << blkbits,
				(size_t)run << blkbits, r->map.bh.b_bdev,
				mpagex_map_device_block(&r->map, block));
	if (!err && mpagex_map_at_boundary(&r->map, block + run))
		r->bio = mpagex_submit(r->bio, MPAGEX_CUT_BOUNDARY);
	return err;
}

/* A state for a folio whose first @known blocks, holes, have been zeroed. */
static struct mpagex_state *start_state(struct mpagex_reader *r,
					struct folio *folio,
					const struct span *s,
					unsigned int known,
					enum mpagex_slow why)
{
	struct mpagex_state *state;

	state = mpagex_state_attach(folio, r->inode->i_blkbits, r->gfp, why);
	if (!state)
		return NULL;
	state->read_left = s->blocks + 1;
	if (known)
		mpagex_set_uptodate(state, 0, known);
	if (s->in_file < s->blocks)
		mpagex_set_uptodate(state, s->in_file, s->blocks - s->in_file);
	return state;
}

static void start_reading(struct mpagex_reader *r, struct reading *at,
			  struct folio *folio)
{
	struct span *s = &at->s;

	at->folio = folio;
	at->state = mpagex_state(folio);
	*s = span_of(r, folio);
	at->i = 0;
	at->submitted = 0;
	at->not_yet = false;
	zero_blocks(r, folio, s->in_file, s->blocks - s->in_file);
	if (at->state)
		start_state(r, folio, s, 0, MPAGEX_SLOW_PARTIAL);
}

/* Read, of the @run blocks from @at->i on, the first: all that @r->map is good for. */
static int read_run(struct mpagex_reader *r, struct reading *at,
		    unsigned int run)
{
	int err;

	if (!buffer_mapped(&r->map.bh))
		zero_blocks(r, at->folio, at->i, run);
	if (!buffer_mapped(&r->map.bh) ||
	    buffer_uptodate(&r->map.bh)) {	/* it has filled it */
		if (at->state)
			mpagex_set_uptodate(at->state, at->i, run);
		return 0;
	}
	if (!at->state)
		at->state = start_state(r, at->folio, &at->s, at->i,
					MPAGEX_SLOW_SCATTERED);
	if (!at->state)
		return -ENOMEM;
	err = add_run(r, at->folio, &at->s, at->i, run);
	if (!err)
		at->submitted += run;
	return err;
}

/*
 * Read a locked folio, or go on with it if @at->not_yet was set. Unless that is set
 * now, it will be unlocked, here or in a bio's completion, whatever is returned: 0,
 * or what prevented a part of it from being read.
 */
static int go_on_reading(struct mpagex_reader *r, struct reading *at)
{
	unsigned int run;
	bool uptodate;
	int err = 0;

	for (; at->i < at->s.in_file; at->i += run) {
		run = at->s.in_file - at->i;
		if (at->state) {
			at->i = mpagex_next_missing(at->state, at->i, &run);
			if (at->i >= at->s.in_file)
				break;
		}
		at->not_yet = mpagex_reader_must_wait(r, at->s.first + at->i);
		if (at->not_yet)
			return -EINPROGRESS;
		err = map_run(r, at->folio, &at->s, at->i, &run);
		if (err)
			break;
		if (!at->state && run == at->s.in_file &&
		    buffer_mapped(&r->map.bh) && !buffer_uptodate(&r->map.bh)) {
			err = add_run(r, at->folio, &at->s, 0, run);
			if (err)
				folio_unlock(at->folio);
			return err;
		}
		err = read_run(r, at, run);
		if (err)
			break;
	}

	if (!at->state)
		folio_end_read(at->folio, !err);
	else if (mpagex_read_done(at->state, at->s.blocks - at->submitted + 1,
				  &uptodate))
		folio_end_read(at->folio, uptodate);
	return err;
}

/* Read a window, or go on with it if @w->at.not_yet is set. */
static int read_window(struct window *w, struct readahead_control *rac)
{
	struct folio *folio;
	int err = 0;

	if (w->at.not_yet)
		err = go_on_reading(&w->r, &w->at);
	while (!err && (folio = readahead_folio(rac))) {
		start_reading(&w->r, &w->at, folio);
		err = go_on_reading(&w->r, &w->at);
	}
	return err;
}

/*
 * In a worker. The last folio to be unlocked lets the inode go. What is not read
 * because of an error is unlocked, as the page cache does.
 */
static void read_rest(struct mpagex_later *later)
{
	struct rest_of_window *rest =
		container_of(later, struct rest_of_window, later);
	struct folio *folio;

	mpagex_reader_finish(&rest->window.r,
			     read_window(&rest->window, &rest->rac));
	while ((folio = readahead_folio(&rest->rac)))
		folio_unlock(folio);
}

/* Leave what has not been read to a worker. Return: false if there is no memory. */
static bool read_later(const struct window *w, struct readahead_control *rac)
{
	struct rest_of_window *rest = kmalloc(sizeof(*rest), w->r.gfp);

	if (!rest)
		return false;
	rest->window = *w;
	rest->window.r.map_ahead = NULL;
	rest->window.r.ioprio = get_current_ioprio();
	rest->rac = *rac;
	rest->rac.file = NULL;
	rest->rac.ra = NULL;
	rest->later.mapping = rac->mapping;
	rest->later.index = readahead_index(rac);
	rest->later.end = w->r.end_index;
	/* To the page cache they have been read; their references stay. */
	while (__readahead_folio(rac))
		;
	mpagex_later(&rest->later, read_rest);
	return true;
}

/**
 * mpagex_buffered_readahead - start reading the folios of a readahead window
 * @rac: the window, as ->readahead gets it.
 * @ops: the filesystem.
 *
 * get_block is asked once for each run of blocks, up to the window's end. Runs
 * that follow each other on the device share a bio; the end of a BH_Boundary
 * mapping submits it there, inside a folio too. The first failure without any
 * I/O ends the readahead.
 *
 * With &mpagex_ops.map_ahead, a process does not wait for the metadata behind a
 * boundary: it is asked for, and the rest of the window left to a worker, as are the
 * windows behind this one until that has ended.
 *
 * Context: process context, may sleep. The folios are locked, and unlocked
 * when their reading has ended.
 */
void mpagex_buffered_readahead(struct readahead_control *rac,
			       const struct mpagex_ops *ops)
{
	struct window w;
	int err;

	mpagex_reader_init_readahead(&w.r, rac, ops->get_block);
	w.r.map.holes_have_length = ops->holes_have_length;
	w.r.end_io = buffered_read_end_io;
	w.at.not_yet = false;
	if (ops->map_ahead && mpagex_may_be_later()) {
		if (mpagex_is_behind_later(rac->mapping, readahead_index(rac)) &&
		    read_later(&w, rac))
			return;
		w.r.map_ahead = ops->map_ahead;
	}

	err = read_window(&w, rac);
	if (w.at.not_yet) {
		if (read_later(&w, rac))
			return;
		w.r.map_ahead = NULL;
		err = read_window(&w, rac);
	}
	mpagex_reader_finish(&w.r, err);
	if (!err)	/* the next window will likely be wanted */
		mpagex_reader_must_wait(&w.r, w.r.end);
}

MPAGEX_EXPORT(mpagex_buffered_readahead);

/**
 * mpagex_read_now - read a piece of a folio and wait for it
 * @folio: locked.
 * @off: where in the folio the piece starts, in bytes.
 * @len: its length in bytes, whole blocks.
 * @bdev: where it comes from.
 * @block: its first block there.
 *
 * Return: 0 or a negative errno.
 */
int mpagex_read_now(struct folio *folio, size_t off, size_t len,
		    struct block_device *bdev, sector_t block)
{
	struct inode *inode = folio->mapping->host;
	sector_t sector = block << (inode->i_blkbits - SECTOR_SHIFT);
	size_t there = mpagex_clip_to_device(bdev, sector, len,
					     i_blocksize(inode));
	struct bio *bio = mpagex_alloc_bio(bdev, 1, REQ_OP_READ, GFP_NOFS);
	int err;

	bio->bi_iter.bi_sector = sector;
	err = bio_add_folio(bio, folio, there, off) ? mpagex_submit_wait(bio) :
						      -EIO;
	bio_put(bio);
	if (there < len)
		folio_zero_segment(folio, off + there, off + len);
	if (!err)
		mpagex_zero_behind_eof(folio, i_size_read(inode));
	return err;
}

/*
 * Read a run and wait for it, block by block if there is an error in it: only
 * what cannot be read shall be missing. Return: blocks read.
 */
static unsigned int read_run_now(struct mpagex_reader *r, struct folio *folio,
				 struct mpagex_state *state,
				 const struct span *s, unsigned int i,
				 unsigned int run)
{
	unsigned int blkbits = r->inode->i_blkbits;
	struct block_device *bdev = r->map.bh.b_bdev;
	sector_t block = mpagex_map_device_block(&r->map, s->first + i);
	unsigned int n, read = 0;

	if (!mpagex_read_now(folio, (size_t)i << blkbits,
			     (size_t)run << blkbits, bdev, block)) {
		mpagex_set_uptodate(state, i, run);
		return run;
	}
	for (n = 0; run > 1 && n < run && !fatal_signal_pending(current); n++) {
		if (mpagex_read_now(folio, (size_t)(i + n) << blkbits,
				    1U << blkbits, bdev, block + n))
			continue;
		mpagex_set_uptodate(state, i + n, 1);
		read++;
	}
	return read;
}

/*
 * Read what is missing of a folio of several blocks. Whoever asks waits for
 * all of it but may need a part only: if some of it could be had, let him look
 * again, and come back if what he needs is not in that. Unlocks @folio.
 */
static int read_missing(struct mpagex_reader *r, struct folio *folio)
{
	struct span s = span_of(r, folio);
	unsigned int i = 0, run, read = 0;
	struct mpagex_state *state;
	int err = 0;

	state = start_state(r, folio, &s, 0, MPAGEX_SLOW_SYNC);
	if (!state) {
		folio_unlock(folio);
		return -ENOMEM;
	}
	zero_blocks(r, folio, s.in_file, s.blocks - s.in_file);
	for (;; i += run) {
		int ret;

		i = mpagex_next_missing(state, i, &run);
		if (i >= s.in_file)
			break;
		if (fatal_signal_pending(current)) {
			folio_unlock(folio);
			return -EINTR;
		}
		ret = map_run(r, folio, &s, i, &run);
		if (ret) {
			err = ret;
			run = 1;
			continue;
		}
		if (buffer_mapped(&r->map.bh) &&
		    !buffer_uptodate(&r->map.bh)) {
			read += read_run_now(r, folio, state, &s, i, run);
			continue;
		}
		if (!buffer_mapped(&r->map.bh))
			zero_blocks(r, folio, i, run);
		mpagex_set_uptodate(state, i, run);
		read += run;
	}

	if (mpagex_set_uptodate(state, 0, 0)) {
		folio_end_read(folio, true);
		return 0;
	}
	folio_unlock(folio);
	return read ? AOP_TRUNCATED_PAGE : err ?: -EIO;
}

/**
 * mpagex_buffered_read_folio - read one folio
 * @folio: locked and not uptodate.
 * @ops: the filesystem.
 *
 * Reads only the blocks that are missing. A block that cannot be read leaves
 * the others readable.
 *
 * Context: process context, may sleep; waits for the disk if @folio has more
 * than one block. @folio is unlocked when its reading has ended.
 * Return: 0, a negative errno, or AOP_TRUNCATED_PAGE for the page cache to
 * look again.
 */
int mpagex_buffered_read_folio(struct folio *folio,
			       const struct mpagex_ops *ops)
{
	struct mpagex_reader r;
	struct reading at;
	int err;

	mpagex_reader_init(&r, folio->mapping, ops->get_block,
			   folio_next_index(folio));
	r.map.holes_have_length = ops->holes_have_length;
	r.end_io = buffered_read_end_io;
	if (folio_size(folio) > i_blocksize(r.inode))
		return read_missing(&r, folio);

	start_reading(&r, &at, folio);
	err = go_on_reading(&r, &at);
	mpagex_submit(r.bio, MPAGEX_CUT_SYNC);
	return err;
}

MPAGEX_EXPORT(mpagex_buffered_read_folio);
