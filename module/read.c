// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading for a filesystem that keeps buffer heads: mpagex_readahead() and
 * mpagex_read_folio().
 *
 * A folio is plain when its blocks follow each other on the device, but for a
 * hole at its end; it then needs no buffer heads and shares a bio with its
 * neighbours. Any other is left to the kernel's reading by buffer.
 */
#include <linux/blkdev.h>
#include <linux/mm.h>

#include "internal.h"
#include "reader.h"
#include "mpagex_trace.h"

/*
 * get_block has already put contents into the folio. Where buffer heads are
 * finer than the folio, they remember it, and reading by buffer will neither
 * map nor read these blocks again.
 */
static void keep_contents(struct mpagex_reader *r, struct folio *folio,
			  sector_t first)
{
	sector_t block = (sector_t)folio_pos(folio) >> r->inode->i_blkbits;
	struct buffer_head *bh, *head = folio_buffers(folio);

	if (!head && folio_size(folio) == i_blocksize(r->inode)) {
		folio_mark_uptodate(folio);
		return;
	}
	if (!head)
		head = create_empty_buffers(folio, i_blocksize(r->inode), 0);

	bh = head;
	do {
		if (block >= first && mpagex_map_covers(&r->map, block)) {
			bh->b_state = r->map.bh.b_state;
			bh->b_bdev = r->map.bh.b_bdev;
			bh->b_blocknr = mpagex_map_device_block(&r->map, block);
		}
		block++;
	} while ((bh = bh->b_this_page) != head);
}

/*
 * Return: 0 with @ext filled; why the folio is not plain, an enum mpagex_slow;
 * or the errno of get_block.
 */
static int map_folio(struct mpagex_reader *r, struct folio *folio,
		     struct mpagex_extent *ext)
{
	unsigned int blkbits = r->inode->i_blkbits;
	sector_t first = (sector_t)folio_pos(folio) >> blkbits;
	sector_t behind = first + (folio_size(folio) >> blkbits);
	sector_t block = first;
	int err;

	ext->blocks = 0;
	while (block < min(behind, r->end)) {
		sector_t found, run;

		if (!mpagex_map_covers(&r->map, block)) {
			err = mpagex_reader_map(r, folio, block);
			if (err)
				return err;
		}
		if (!buffer_mapped(&r->map.bh)) {	/* a hole */
			block++;
			continue;
		}
		if (buffer_uptodate(&r->map.bh)) {
			keep_contents(r, folio, block);
			return MPAGEX_SLOW_CONTENTS;
		}
		if (block != first + ext->blocks)
			return MPAGEX_SLOW_HOLE;

		found = mpagex_map_device_block(&r->map, block);
		if (!ext->blocks) {
			ext->bdev = r->map.bh.b_bdev;
			ext->block = found;
		} else if (ext->block + ext->blocks != found ||
			   ext->bdev != r->map.bh.b_bdev) {
			return MPAGEX_SLOW_SCATTERED;
		}
		run = min(behind, r->map.first + r->map.blocks) - block;
		block += run;
		ext->blocks += run;
	}
	ext->boundary = mpagex_map_at_boundary(&r->map, first + ext->blocks);
	return 0;
}

/* Put the mapped start of a folio into a bio; it must not be empty. */
static int add_folio(struct mpagex_reader *r, struct folio *folio,
		     const struct mpagex_extent *ext)
{
	unsigned int blkbits = r->inode->i_blkbits;
	size_t len = (size_t)ext->blocks << blkbits;
	/* Once it has been submitted the folio can be gone. */
	bool partial = len < folio_size(folio);
	loff_t end = folio_pos(folio) + len;
	int err;

	if (partial)
		folio_zero_segment(folio, len, folio_size(folio));
	err = mpagex_reader_add(r, folio, 0, len, ext->bdev, ext->block);
	if (err)
		return err;
	if (ext->boundary)
		r->bio = mpagex_submit(r->bio, MPAGEX_CUT_BOUNDARY);
	else if (partial)
		r->bio = mpagex_submit(r->bio, end < r->size ?
				       MPAGEX_CUT_HOLE : MPAGEX_CUT_EOF);
	return 0;
}

/* Read what the disk has of a plain folio, which ends up unlocked or in a bio. */
static int read_plain(struct mpagex_reader *r, struct folio *folio,
		      const struct mpagex_extent *ext)
{
	if (ext->blocks) {
		if (ext->blocks << r->inode->i_blkbits == folio_size(folio))
			folio_set_mappedtodisk(folio);
		return add_folio(r, folio, ext);
	}
	folio_zero_segment(folio, 0, folio_size(folio));
	folio_end_read(folio, true);
	return 0;
}

/*
 * The folio ends up unlocked, now or when its buffers have been read. What
 * fails leaves it not uptodate, which the page cache reports as -EIO.
 */
static void read_by_buffer(struct mpagex_reader *r, struct folio *folio,
			   enum mpagex_slow why)
{
	r->bio = mpagex_submit(r->bio, MPAGEX_CUT_SLOW);
	trace_mpagex_slow(folio, MPAGEX_WAY_READ_BUFFER, why);
	/* Buffer heads of a large folio corrupt memory in fs/buffer.c. */
	if (folio_test_uptodate(folio) || WARN_ON_ONCE(folio_test_large(folio)))
		folio_unlock(folio);
	else
		block_read_full_folio(folio, r->get_block);
}

/* Read one locked folio. On an error it is still locked, and not uptodate. */
static int read_folio(struct mpagex_reader *r, struct folio *folio)
{
	struct mpagex_extent ext;
	int err;

	if (WARN_ON_ONCE(i_blocksize(r->inode) > folio_size(folio)))
		return -EINVAL;
	err = folio_buffers(folio) ? MPAGEX_SLOW_BUFFERS :
				     map_folio(r, folio, &ext);
	if (err > 0) {
		read_by_buffer(r, folio, err);
		return 0;
	}
	return err ?: read_plain(r, folio, &ext);
}

/**
 * mpagex_readahead - start reading the folios of a readahead window
 * @rac: the window, as ->readahead gets it.
 * @get_block: the filesystem's mapper. It is asked for all that is left of
 *	the window, in bytes, and may answer any smaller number of blocks.
 *
 * A drop-in for mpage_readahead(). Folios that follow each other on the device
 * share a bio. A bio is submitted when the next folio lies elsewhere, when it
 * is full, at a hole, at the window's end, and when the last block of a
 * BH_Boundary mapping is in it: the filesystem has to read metadata, most
 * likely from right behind that block, before it can map the next one, so the
 * data should be on its way to the disk by then.
 *
 * The first folio that fails at once, without any I/O, ends the readahead: on
 * a dead device the others would each fail too. Nobody has asked for them
 * yet; whoever does gets an error of its own from mpagex_read_folio().
 *
 * Context: process context, may sleep. The folios are locked, and unlocked
 * when their reading has ended.
 */
void mpagex_readahead(struct readahead_control *rac, get_block_t get_block)
{
	struct mpagex_reader r;
	struct folio *folio;
	int err = 0;

	mpagex_reader_init_readahead(&r, rac, get_block);

	while (!err && (folio = readahead_folio(rac))) {
		err = read_folio(&r, folio);
		if (err)
			folio_unlock(folio);
	}
	mpagex_reader_finish(&r, err);
}

MPAGEX_EXPORT(mpagex_readahead);

/**
 * mpagex_read_folio - read one folio
 * @folio: locked and not uptodate.
 * @get_block: the filesystem's mapper.
 *
 * A drop-in for mpage_read_folio(), except that a failure of get_block comes
 * back as its own errno where a folio is a single block. Of a folio of several
 * blocks those that can be mapped are read.
 *
 * Context: process context, may sleep. @folio is unlocked when its reading
 * has ended, or at once on error.
 * Return: 0 or a negative errno.
 */
int mpagex_read_folio(struct folio *folio, get_block_t get_block)
{
	struct mpagex_reader r;
	int err;

	mpagex_reader_init(&r, folio->mapping, get_block,
			   folio_next_index(folio));
	err = read_folio(&r, folio);
	/* fs/buffer.c would believe an answer that has just been refused. */
	if (err && folio_size(folio) > i_blocksize(r.inode) && !r.map.refused) {
		read_by_buffer(&r, folio, MPAGEX_SLOW_ERROR);
		err = 0;
	} else if (err) {
		folio_unlock(folio);
	}
	mpagex_submit(r.bio, MPAGEX_CUT_SYNC);
	return err;
}

MPAGEX_EXPORT(mpagex_read_folio);
