// SPDX-License-Identifier: GPL-2.0-only
/*
 * What both ways of reading share: asking for the blocks of a window and
 * putting pieces of folios into its bios.
 */
#include <linux/blkdev.h>
#include <linux/mm.h>

#include "mpagex_trace.h"
#include "reader.h"

/*
 * Set up to read what of a mapping lies before page @end_index. The folios are
 * locked: as far as they are concerned, the file does not shrink any more.
 */
void mpagex_reader_init(struct mpagex_reader *r, struct address_space *mapping,
			get_block_t *get_block, pgoff_t end_index)
{
	unsigned int blkbits = mapping->host->i_blkbits;

	memset(r, 0, sizeof(*r));
	r->inode = mapping->host;
	r->size = i_size_read(r->inode);
	r->end = min_t(sector_t, (sector_t)end_index << (PAGE_SHIFT - blkbits),
		       (r->size + i_blocksize(r->inode) - 1) >> blkbits);
	r->get_block = get_block;
	r->end_index = end_index;
	r->end_io = mpagex_read_end_io;
	r->opf = REQ_OP_READ;
	r->gfp = mapping_gfp_constraint(mapping, GFP_KERNEL);
}

/* Set up for a readahead: nobody waits for it, so it must not try too hard. */
void mpagex_reader_init_readahead(struct mpagex_reader *r,
				  struct readahead_control *rac,
				  get_block_t *get_block)
{
	mpagex_reader_init(r, rac->mapping, get_block,
			   readahead_index(rac) + readahead_count(rac));
	r->opf |= REQ_RAHEAD;
	r->gfp |= __GFP_NORETRY | __GFP_NOWARN;
}

/*
 * @block is behind a boundary: have the metadata that tells where it is asked for,
 * behind the data in front of it. Return: true if that is still to come from the
 * disk.
 */
bool mpagex_reader_map_ahead(struct mpagex_reader *r, sector_t block)
{
	sector_t place;

	if (!r->map_ahead || (loff_t)(block << r->inode->i_blkbits) >= r->size)
		return false;
	r->bio = mpagex_submit(r->bio, MPAGEX_CUT_BOUNDARY);
	place = r->map_ahead(r->inode, block);
	if (place)
		trace_mpagex_map_ahead(r->inode, block, place);
	return place;
}

/* Ask for the run that starts at @block: all that is left of the window. */
int mpagex_reader_map(struct mpagex_reader *r, struct folio *folio,
		      sector_t block)
{
	/*
	 * To answer, the filesystem will likely read metadata that lies just
	 * behind what is pending: let the disk have that first.
	 */
	if (mpagex_map_at_boundary(&r->map, block))
		r->bio = mpagex_submit(r->bio, MPAGEX_CUT_BOUNDARY);
	return mpagex_map_get(&r->map, r->inode, r->get_block, folio, block,
			      r->end - block, 0);
}

static struct bio *start_bio(struct mpagex_reader *r, struct folio *folio,
			     struct block_device *bdev, sector_t sector)
{
	pgoff_t left = (r->end_index - folio->index) / folio_nr_pages(folio);
	struct bio *bio = mpagex_alloc_bio(bdev, clamp_t(pgoff_t, left, 1,
							 BIO_MAX_VECS),
					   r->opf, r->gfp);

	if (bio) {
		bio->bi_iter.bi_sector = sector;
		bio->bi_end_io = r->end_io;
		bio->bi_ioprio = r->ioprio;
	}
	return bio;
}

/**
 * mpagex_reader_add - put a piece of a folio into a bio
 * @r: the reader; its pending bio is submitted if the piece cannot share it.
 * @folio: locked. The piece must be whole blocks.
 * @off: where in the folio the piece starts, in bytes.
 * @len: its length in bytes.
 * @bdev: where it comes from.
 * @block: its first block there.
 *
 * What the device lacks of its last block is zeroed.
 *
 * Return: 0, or -ENOMEM in a readahead.
 */
int mpagex_reader_add(struct mpagex_reader *r, struct folio *folio, size_t off,
		      size_t len, struct block_device *bdev, sector_t block)
{
	sector_t sector = block << (r->inode->i_blkbits - SECTOR_SHIFT);
	size_t there = mpagex_clip_to_device(bdev, sector, len,
					     i_blocksize(r->inode));
	loff_t file = r->size - folio_pos(folio);

	if (there < len)
		folio_zero_segment(folio, off + there, off + len);
	if (r->bio && !mpagex_bio_continues(r->bio, bdev, sector))
		r->bio = mpagex_submit(r->bio, MPAGEX_CUT_DISCONTIGUOUS);
	for (;;) {
		if (!r->bio)
			r->bio = start_bio(r, folio, bdev, sector);
		if (!r->bio)
			return -ENOMEM;
		if (bio_add_folio(r->bio, folio, there, off))
			break;
		r->bio = mpagex_submit(r->bio, MPAGEX_CUT_FULL);
	}
	/* Nothing may follow it in this bio: see mpagex_end_bio_read(). */
	if (file > 0 && file < (loff_t)(off + there)) {
		r->bio->bi_private = (void *)(unsigned long)file;
		r->bio = mpagex_submit(r->bio, MPAGEX_CUT_EOF);
	}
	return 0;
}

/* Submit what is left at the end of a window, or where @err has ended it. */
void mpagex_reader_finish(struct mpagex_reader *r, int err)
{
	enum mpagex_cut reason = MPAGEX_CUT_WINDOW;

	if (err)
		reason = MPAGEX_CUT_ERROR;
	else if (r->size <= (loff_t)r->end_index << PAGE_SHIFT)
		reason = MPAGEX_CUT_EOF;
	r->bio = mpagex_submit(r->bio, reason);
}
