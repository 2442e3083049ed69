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
#include <linux/mm.h>
#include <linux/uio.h>

#include "buffered.h"
#include "reader.h"

/* The blocks of one folio that are in the file, and how far they are known. */
struct span {
	sector_t first;		/* file block at the folio's start */
	unsigned int blocks;	/* in the folio */
	unsigned int in_file;	/* of them, those before the file's end */
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

/*
 * Read one locked folio. It will be unlocked, now or in a bio's completion,
 * whatever is returned: 0, or what prevented a part of it from being read.
 */
static int read_folio(struct mpagex_reader *r, struct folio *folio)
{
	struct mpagex_state *state = mpagex_state(folio);
	struct span s = span_of(r, folio);
	unsigned int i = 0, run, submitted = 0;
	bool uptodate;
	int err = 0;

	zero_blocks(r, folio, s.in_file, s.blocks - s.in_file);
	if (state)
		start_state(r, folio, &s, 0, MPAGEX_SLOW_PARTIAL);

	for (; i < s.in_file; i += run) {
		run = s.in_file - i;
		if (state) {
			i = mpagex_next_missing(state, i, &run);
			if (i >= s.in_file)
				break;
		}
		err = map_run(r, folio, &s, i, &run);
		if (err)
			break;
		if (!buffer_mapped(&r->map.bh))
			zero_blocks(r, folio, i, run);
		if (!buffer_mapped(&r->map.bh) ||
		    buffer_uptodate(&r->map.bh)) {	/* it has filled it */
			if (state)
				mpagex_set_uptodate(state, i, run);
			continue;
		}
		if (!state && run == s.in_file) {
			err = add_run(r, folio, &s, i, run);
			if (err)
				folio_unlock(folio);
			return err;
		}
		if (!state)
			state = start_state(r, folio, &s, i,
					    MPAGEX_SLOW_SCATTERED);
		err = state ? add_run(r, folio, &s, i, run) : -ENOMEM;
		if (err)
			break;
		submitted += run;
	}

	if (!state)
		folio_end_read(folio, !err);
	else if (mpagex_read_done(state, s.blocks - submitted + 1, &uptodate))
		folio_end_read(folio, uptodate);
	return err;
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
 * Context: process context, may sleep. The folios are locked, and unlocked
 * when their reading has ended.
 */
void mpagex_buffered_readahead(struct readahead_control *rac,
			       const struct mpagex_ops *ops)
{
	struct mpagex_reader r;
	struct folio *folio;
	int err = 0;

	mpagex_reader_init_readahead(&r, rac, ops->get_block);
	r.map.holes_have_length = ops->holes_have_length;
	r.end_io = buffered_read_end_io;
	while (!err && (folio = readahead_folio(rac)))
		err = read_folio(&r, folio);
	mpagex_reader_finish(&r, err);
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
	size_t there = mpagex_clip_to_device(bdev, sector, len);
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
	for (n = 0; run > 1 && n < run; n++) {
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
	int err;

	mpagex_reader_init(&r, folio->mapping, ops->get_block,
			   folio_next_index(folio));
	r.map.holes_have_length = ops->holes_have_length;
	r.end_io = buffered_read_end_io;
	if (folio_size(folio) > i_blocksize(r.inode))
		return read_missing(&r, folio);

	err = read_folio(&r, folio);
	mpagex_submit(r.bio, MPAGEX_CUT_SYNC);
	return err;
}

MPAGEX_EXPORT(mpagex_buffered_read_folio);

/* Read up to the end of the block that @iocb is in. */
static ssize_t read_block(struct kiocb *iocb, struct iov_iter *to)
{
	unsigned int size = i_blocksize(file_inode(iocb->ki_filp));
	size_t count = iov_iter_count(to);
	ssize_t ret;

	iov_iter_truncate(to, size - (iocb->ki_pos & (size - 1)));
	ret = generic_file_read_iter(iocb, to);
	iov_iter_reexpand(to, count - max(ret, 0));
	return ret;
}

/*
 * Read what is in memory. Readahead is not started either: to find out what to
 * read, it would have to wait for the blocks that say where that is.
 */
static ssize_t read_nowait(struct kiocb *iocb, struct iov_iter *to)
{
	ssize_t ret;

	if (iocb->ki_flags & IOCB_DIRECT)
		return -EAGAIN;
	iocb->ki_flags |= IOCB_NOIO;
	ret = generic_file_read_iter(iocb, to);
	iocb->ki_flags &= ~IOCB_NOIO;
	return ret;
}

/**
 * mpagex_read_iter - read from a file
 * @iocb: file and position; IOCB_DIRECT goes to the mapping's direct_IO.
 * @to: where to.
 *
 * For ->read_iter. The page cache gives up in front of a folio that cannot be
 * read as far as it was asked for; here it is asked for less, up to the block
 * that cannot be read.
 *
 * IOCB_NOWAIT reads what is in memory and starts nothing; with IOCB_DIRECT it
 * is -EAGAIN.
 *
 * Context: process context, may sleep.
 * Return: bytes read, or a negative errno if there were none.
 */
ssize_t mpagex_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t ret, more;

	if (iocb->ki_flags & IOCB_NOWAIT)
		return read_nowait(iocb, to);
	ret = generic_file_read_iter(iocb, to);
	if (iocb->ki_flags & IOCB_DIRECT || !ret ||
	    (ret < 0 && ret != -EIO && ret != -EUCLEAN))
		return ret;
	while (iov_iter_count(to) && iocb->ki_pos < i_size_read(inode)) {
		more = read_block(iocb, to);
		if (more <= 0)
			break;
		ret = max(ret, 0) + more;
	}
	return ret;
}

MPAGEX_EXPORT(mpagex_read_iter);

/**
 * mpagex_open - open a file whose reads and writes are mpagex's
 * @inode: the file.
 * @file: being opened.
 *
 * For ->open, instead of generic_file_open(), if the filesystem has a
 * get_block_nowait: says that IOCB_NOWAIT (RWF_NOWAIT, io_uring) is understood.
 * MPAGEX_FILE_FLAGS in the file operations is the other half of it.
 *
 * Context: any.
 * Return: 0 or a negative errno.
 */
int mpagex_open(struct inode *inode, struct file *file)
{
	file->f_mode |= FMODE_NOWAIT | FMODE_BUF_WASYNC;
	return generic_file_open(inode, file);
}

MPAGEX_EXPORT(mpagex_open);
