// SPDX-License-Identifier: GPL-2.0-only
/*
 * What both ways of writing share: putting pieces of dirty folios into bios.
 */
#include <linux/backing-dev.h>
#include <linux/blkdev.h>
#include <linux/mm.h>
#include <linux/writeback.h>
#include <linux/xarray.h>

#include "writer.h"

/*
 * How many pieces a bio that starts with @folio can hope to carry: as many
 * dirty folios as follow each other in the file and this writeback still wants.
 */
static unsigned int count_ahead(struct mpagex_writer *w, struct folio *folio)
{
	struct writeback_control *wbc = w->wbc;
	bool tagged = wbc->sync_mode == WB_SYNC_ALL || wbc->tagged_writepages;
	xa_mark_t mark = tagged ? PAGECACHE_TAG_TOWRITE : PAGECACHE_TAG_DIRTY;
	pgoff_t last = wbc->range_cyclic ? ULONG_MAX :
					   wbc->range_end >> PAGE_SHIFT;
	unsigned int most = clamp_t(long, wbc->nr_to_write, 1, BIO_MAX_VECS);
	pgoff_t next = folio_next_index(folio);
	XA_STATE(xas, &folio->mapping->i_pages, next);
	unsigned int count = 1;

	rcu_read_lock();
	while (count < most && next <= last) {
		struct folio *ahead = xas_find_marked(&xas, next, mark);

		/* Not pinned, so it must not be asked for its size. */
		if (!ahead || xas_retry(&xas, ahead) || xa_is_value(ahead))
			break;
		next += 1UL << xas_get_order(&xas);
		count++;
	}
	rcu_read_unlock();
	return count;
}

static struct bio *start_bio(struct mpagex_writer *w, struct folio *folio,
			     struct block_device *bdev, sector_t sector)
{
	struct bio *bio;

	/* Without __GFP_FS, but from a mempool: this cannot fail. */
	bio = mpagex_alloc_bio(bdev, w->single ? 1 : count_ahead(w, folio),
			       REQ_OP_WRITE | wbc_to_write_flags(w->wbc),
			       GFP_NOFS);
	bio->bi_iter.bi_sector = sector;
	bio->bi_end_io = w->end_io;
	mpagex_set_write_hint(bio, w->inode);
	wbc_init_bio(w->wbc, bio);
	return bio;
}

/**
 * mpagex_writer_add - put a piece of a folio into a bio
 * @w: the writer; its pending bio is submitted if the piece cannot share it.
 * @folio: locked. The piece must be whole blocks.
 * @off: where in the folio the piece starts, in bytes.
 * @len: its length in bytes.
 * @bdev: where it goes.
 * @block: its first block there.
 *
 * What the device lacks of its last block is left out.
 */
void mpagex_writer_add(struct mpagex_writer *w, struct folio *folio, size_t off,
		       size_t len, struct block_device *bdev, sector_t block)
{
	sector_t sector = block << (w->inode->i_blkbits - SECTOR_SHIFT);

	len = mpagex_clip_to_device(bdev, sector, len, i_blocksize(w->inode));
	if (w->bio && !mpagex_bio_continues(w->bio, bdev, sector))
		w->bio = mpagex_submit(w->bio, MPAGEX_CUT_DISCONTIGUOUS);
	for (;;) {
		if (!w->bio)
			w->bio = start_bio(w, folio, bdev, sector);
		if (bio_add_folio(w->bio, folio, len, off))
			return;
		w->bio = mpagex_submit(w->bio, MPAGEX_CUT_FULL);
	}
}

/* Submit what is left when all folios have been seen, or @err has come up. */
void mpagex_writer_finish(struct mpagex_writer *w, int err)
{
	enum mpagex_cut reason = MPAGEX_CUT_WINDOW;

	if (!w->bio)
		return;
	/* Only writing for integrity goes on behind an error. */
	if (err && w->wbc->sync_mode == WB_SYNC_NONE)
		reason = MPAGEX_CUT_ERROR;
	else if (mpagex_bio_end(w->bio) >= i_size_read(w->inode))
		reason = MPAGEX_CUT_EOF;
	w->bio = mpagex_submit(w->bio, reason);
}

/**
 * mpagex_writer_boundary - submit at the end of a BH_Boundary mapping
 * @w: the writer.
 * @bdev: the device.
 * @behind: the block behind the mapping.
 *
 * Starts to write the metadata block there as well, if it is dirty: it is what
 * maps the data that follows, and the disk's head is just there.
 */
void mpagex_writer_boundary(struct mpagex_writer *w, struct block_device *bdev,
			    sector_t behind)
{
	struct buffer_head *bh;

	w->bio = mpagex_submit(w->bio, MPAGEX_CUT_BOUNDARY);
	bh = __find_get_block(bdev, behind, i_blocksize(w->inode));
	if (!bh)
		return;
	if (buffer_dirty(bh))
		write_dirty_buffer(bh, 0);
	brelse(bh);
}

/*
 * A process that maps a file's last page can store behind the end of the file
 * at any time. Such bytes must not turn up when the file grows.
 */
void mpagex_zero_behind_eof(struct folio *folio, loff_t size)
{
	if (folio_pos(folio) < size &&
	    folio_pos(folio) + folio_size(folio) > size)
		folio_zero_segment(folio, size - folio_pos(folio),
				   folio_size(folio));
}
