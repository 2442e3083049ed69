// SPDX-License-Identifier: GPL-2.0-only
/*
 * Submitting and completing the bios that read.c and write.c fill with whole
 * folios.
 */
#include <linux/blkdev.h>

#include "internal.h"

/**
 * mpagex_submit - hand a bio to the block layer, if there is one
 * @bio: the bio, or NULL.
 *
 * Return: NULL, the caller's new "bio under construction".
 */
struct bio *mpagex_submit(struct bio *bio)
{
	if (bio)
		submit_bio(bio);
	return NULL;
}

/**
 * mpagex_bio_continues - would the next byte of a bio lie at a given place?
 * @bio: the bio under construction.
 * @bdev: device of what comes next.
 * @sector: its place there, in sectors of 512 bytes.
 *
 * Return: true if it can share @bio.
 */
bool mpagex_bio_continues(struct bio *bio, struct block_device *bdev,
			  sector_t sector)
{
	return bio->bi_bdev == bdev && bio_end_sector(bio) == sector;
}

/**
 * mpagex_clip_to_device - how much of a piece of I/O is on the device
 * @bdev: the device.
 * @sector: where the piece starts, in sectors of 512 bytes.
 * @len: its length in bytes.
 *
 * A device need not be a whole number of blocks long, and its last block can
 * be in use all the same. What starts beyond the end is left alone: the block
 * layer refuses it with a message and an error.
 *
 * Return: bytes, a multiple of 512 if less than @len.
 */
size_t mpagex_clip_to_device(struct block_device *bdev, sector_t sector,
			     size_t len)
{
	sector_t end = bdev_nr_sectors(bdev);

	if (sector >= end || end - sector >= DIV_ROUND_UP(len, SECTOR_SIZE))
		return len;
	return (end - sector) << SECTOR_SHIFT;
}

/* Tell the log what fsync and read can only say by a number. */
void mpagex_report(struct bio *bio, struct folio *folio, const char *what,
		   int err)
{
	pr_err_ratelimited("%pg: inode %llu: %s error %d at byte %lld\n",
			   bio->bi_bdev, (u64)folio->mapping->host->i_ino, what, err,
			   folio_pos(folio));
}

/*
 * What lies behind the end of the file in its last block may be anything the
 * disk held: a process that maps the page must see zeroes. Only the last folio
 * can straddle the end; in memory, it may lie right behind others.
 */
static void zero_last_folio(struct bio *bio, size_t eof)
{
	struct bio_vec *last = &bio->bi_io_vec[bio->bi_vcnt - 1];
	unsigned long pfn = page_to_pfn(last->bv_page) +
			    (last->bv_offset + last->bv_len - 1) / PAGE_SIZE;
	struct folio *folio = page_folio(pfn_to_page(pfn));

	folio_zero_segment(folio, eof, folio_size(folio));
}

/**
 * mpagex_end_bio_read - end the read of every piece of a folio in a bio
 * @bio: complete. Its bi_private is the number of bytes of the last folio
 *	that belong to the file, or 0 for all of them.
 * @end: called for each piece.
 *
 * Context: any, interrupts included.
 */
void mpagex_end_bio_read(struct bio *bio, mpagex_end_piece_fn end)
{
	size_t eof = (unsigned long)bio->bi_private;
	int err = blk_status_to_errno(bio->bi_status);
	struct folio_iter fi;

	if (eof)
		zero_last_folio(bio, eof);
	bio_for_each_folio_all(fi, bio) {
		if (unlikely(err) && !(bio->bi_opf & REQ_RAHEAD))
			mpagex_report(bio, fi.folio, "read", err);
		end(fi.folio, fi.offset, fi.length, err);
	}
	bio_put(bio);
}

static void end_whole_folio(struct folio *folio, size_t off, size_t len,
			    int err)
{
	folio_end_read(folio, !err);
}

/* A bi_end_io for bios that hold all of each folio that is to be read. */
void mpagex_read_end_io(struct bio *bio)
{
	mpagex_end_bio_read(bio, end_whole_folio);
}

/**
 * mpagex_write_end_io - end the writeback of every folio in a bio
 * @bio: complete. An error is left in the mapping, where fsync finds it.
 *
 * Context: any, interrupts included.
 */
void mpagex_write_end_io(struct bio *bio)
{
	int err = blk_status_to_errno(bio->bi_status);
	struct folio_iter fi;

	bio_for_each_folio_all(fi, bio) {
		if (err) {
			mpagex_report(bio, fi.folio, "write", err);
			mapping_set_error(fi.folio->mapping, err);
		}
		folio_end_writeback(fi.folio);
	}
	bio_put(bio);
}
