// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a bio: allocating it, submitting it once others have filled it with
 * folios, and completing it.
 */
#include <linux/blkdev.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>

#include "internal.h"
#include "mpagex_trace.h"

static struct bio_set bios;

int mpagex_init_bios(void)
{
	return bioset_init(&bios, BIO_POOL_SIZE,
			   offsetof(struct mpagex_bio, bio),
			   BIOSET_NEED_BVECS);
}

/*
 * Whoever waited for the last folio may be here before its bio was put: that is
 * why a bio is completed under rcu_read_lock().
 */
void mpagex_exit_bios(void)
{
	synchronize_rcu();
	bioset_exit(&bios);
}

/* As bio_alloc(), with room for when the bio was submitted. */
struct bio *mpagex_alloc_bio(struct block_device *bdev, unsigned int pieces,
			     blk_opf_t opf, gfp_t gfp)
{
	return bio_alloc_bioset(bdev, pieces, opf, gfp, &bios);
}

static struct folio *folio_of(const struct bio_vec *bv)
{
	return page_folio(bv->bv_page);
}

/* Place in the file of a bio_vec's first byte. */
static loff_t pos_of(const struct bio_vec *bv)
{
	struct folio *folio = folio_of(bv);

	return folio_pos(folio) + bv->bv_offset +
	       folio_page_idx(folio, bv->bv_page) * PAGE_SIZE;
}

/*
 * Of a bio that has something in it, from its first folio on until that folio's
 * end: whose data it carries, from where ...
 */
struct inode *mpagex_bio_inode(struct bio *bio)
{
	return folio_of(&bio->bi_io_vec[0])->mapping->host;
}

loff_t mpagex_bio_pos(struct bio *bio)
{
	return pos_of(&bio->bi_io_vec[0]);
}

/* ... and to where. Its last folio may have joined others in a bio_vec. */
loff_t mpagex_bio_end(struct bio *bio)
{
	struct bio_vec last = bio->bi_io_vec[bio->bi_vcnt - 1];
	unsigned int end = last.bv_offset + last.bv_len - 1;

	last.bv_page = pfn_to_page(page_to_pfn(last.bv_page) + end / PAGE_SIZE);
	last.bv_offset = end % PAGE_SIZE;
	return pos_of(&last) + 1;
}

/* How much there is in a bio, also when it has been done. */
unsigned int mpagex_bio_bytes(struct bio *bio)
{
	unsigned int bytes = 0, i;

	for (i = 0; i < bio->bi_vcnt; i++)
		bytes += bio->bi_io_vec[i].bv_len;
	return bytes;
}

/* How many folios have a part in a bio. */
unsigned int mpagex_bio_folios(struct bio *bio)
{
	struct folio *last = NULL;
	unsigned int folios = 0;
	struct folio_iter fi;

	bio_for_each_folio_all(fi, bio) {
		folios += fi.folio != last;
		last = fi.folio;
	}
	return folios;
}

static struct mpagex_bio *mpagex_bio(struct bio *bio)
{
	return container_of(bio, struct mpagex_bio, bio);
}

static void about_to_submit(struct bio *bio, enum mpagex_cut reason)
{
	mpagex_bio(bio)->submitted = trace_mpagex_complete_enabled() ?
				     ktime_get_ns() : 0;
	trace_mpagex_submit(bio, reason);
}

/**
 * mpagex_submit - hand a bio to the block layer, if there is one
 * @bio: the bio, or NULL.
 * @reason: why nothing more goes into it.
 *
 * Return: NULL, the caller's new "bio under construction".
 */
struct bio *mpagex_submit(struct bio *bio, enum mpagex_cut reason)
{
	if (bio) {
		about_to_submit(bio, reason);
		submit_bio(bio);
	}
	return NULL;
}

/* Submit a bio and wait for it. Return: 0 or a negative errno. */
int mpagex_submit_wait(struct bio *bio)
{
	int err;

	about_to_submit(bio, MPAGEX_CUT_SYNC);
	err = submit_bio_wait(bio);
	mpagex_completed(bio);
	return err;
}

static void trace_completed(struct bio *bio)
{
	u64 submitted = mpagex_bio(bio)->submitted;

	trace_mpagex_complete(bio, submitted ? ktime_get_ns() - submitted : 0);
}

/* To be called when a bio is done, before its folios are let go. */
void mpagex_completed(struct bio *bio)
{
	if (trace_mpagex_complete_enabled())
		trace_completed(bio);
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
 * @len: its length in bytes, whole blocks.
 * @block: the length of one.
 *
 * A device need not be a whole number of blocks long, and its last block can
 * be in use all the same. A piece that goes on behind that is left alone, as is
 * one that begins there: the block layer refuses it with a message and an error.
 *
 * Return: bytes, a multiple of 512 if less than @len.
 */
size_t mpagex_clip_to_device(struct block_device *bdev, sector_t sector,
			     size_t len, unsigned int block)
{
	sector_t end = bdev_nr_sectors(bdev);
	sector_t behind = sector + (len >> SECTOR_SHIFT);

	if (behind <= end || behind - end >= block >> SECTOR_SHIFT)
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

	rcu_read_lock();
	mpagex_completed(bio);
	if (eof)
		zero_last_folio(bio, eof);
	bio_for_each_folio_all(fi, bio) {
		if (unlikely(err) && !(bio->bi_opf & REQ_RAHEAD))
			mpagex_report(bio, fi.folio, "read", err);
		end(fi.folio, fi.offset, fi.length, err);
	}
	bio_put(bio);
	rcu_read_unlock();
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
 * mpagex_end_bio_write - end the writeback of every piece of a folio in a bio
 * @bio: complete. An error is left in the mapping, where fsync finds it.
 * @end: called for each piece.
 *
 * Context: any, interrupts included.
 */
void mpagex_end_bio_write(struct bio *bio, mpagex_end_piece_fn end)
{
	int err = blk_status_to_errno(bio->bi_status);
	struct folio_iter fi;

	rcu_read_lock();
	mpagex_completed(bio);
	bio_for_each_folio_all(fi, bio) {
		if (err) {
			mpagex_report(bio, fi.folio, "write", err);
			mapping_set_error(fi.folio->mapping, err);
		}
		end(fi.folio, fi.offset, fi.length, err);
	}
	bio_put(bio);
	rcu_read_unlock();
}

static void end_whole_writeback(struct folio *folio, size_t off, size_t len,
				int err)
{
	folio_end_writeback(folio);
}

/* A bi_end_io for bios that hold all of each folio that is written. */
void mpagex_write_end_io(struct bio *bio)
{
	mpagex_end_bio_write(bio, end_whole_writeback);
}
