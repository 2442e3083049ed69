/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of mpagex share. Data flows one way through them: read.c or
 * write.c asks map.c where a folio's blocks lie and hands folios to bio.c,
 * which submits and completes them.
 */
#ifndef MPAGEX_INTERNAL_H
#define MPAGEX_INTERNAL_H

#include <linux/bio.h>
#include <linux/buffer_head.h>
#include <linux/fs.h>
#include <linux/pagemap.h>

#include "compat.h"
#include "mpagex.h"

#undef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

/*
 * The last answer of get_block. It is kept from folio to folio: one answer may
 * serve a whole readahead window.
 */
struct mpagex_map {
	struct buffer_head bh;	/* flags, device and block as answered */
	sector_t first;		/* the file block that bh.b_blocknr is for */
	sector_t blocks;	/* how many follow each other; 0: no answer */
	bool holes_have_length;	/* the filesystem's word: see map.c */
	bool refused;		/* the answer made no sense */
};

static inline bool mpagex_map_covers(const struct mpagex_map *map,
				     sector_t block)
{
	return block >= map->first && block - map->first < map->blocks;
}

/* Device block of file block @block, which @map must cover. */
static inline sector_t mpagex_map_device_block(const struct mpagex_map *map,
					       sector_t block)
{
	return map->bh.b_blocknr + (block - map->first);
}

/* Has all of a BH_Boundary answer been used when @next comes next? */
static inline bool mpagex_map_at_boundary(const struct mpagex_map *map,
					  sector_t next)
{
	return map->blocks && buffer_boundary(&map->bh) &&
	       map->first + map->blocks == next;
}

int mpagex_map_get(struct mpagex_map *map, struct inode *inode,
		   get_block_t *get_block, struct folio *folio, sector_t block,
		   sector_t count, int create);

/* The blocks at the start of a folio that lie in one run on the device. */
struct mpagex_extent {
	struct block_device *bdev;
	sector_t block;		/* of the device */
	unsigned int blocks;
	bool boundary;		/* the last one ends a BH_Boundary mapping */
};

/* @len bytes of @folio from @off on have been read or written, or not. */
typedef void (*mpagex_end_piece_fn)(struct folio *folio, size_t off, size_t len,
				    int err);

/* Why nothing more went into a bio. */
enum mpagex_cut {
	MPAGEX_CUT_WINDOW,	/* that was all there was to read, or write */
	MPAGEX_CUT_FULL,
	MPAGEX_CUT_DISCONTIGUOUS,	/* the next piece lies elsewhere */
	MPAGEX_CUT_BOUNDARY,	/* of a BH_Boundary mapping */
	MPAGEX_CUT_HOLE,	/* its last folio ends with one, or with clean blocks */
	MPAGEX_CUT_EOF,
	MPAGEX_CUT_SYNC,	/* a folio by itself, and somebody waits */
	MPAGEX_CUT_SLOW,	/* the next folio takes the slow way */
	MPAGEX_CUT_ERROR,	/* the next folio has failed */
	MPAGEX_CUTS
};

/* What becomes of a folio that cannot go as a whole, in one piece. */
enum mpagex_way {
	MPAGEX_WAY_READ_BUFFER,	/* fs/buffer.c reads it ... */
	MPAGEX_WAY_WRITE_BUFFER,	/* ... or writes it */
	MPAGEX_WAY_REFUSED,	/* mpagex_write_folio() gives it back */
	MPAGEX_WAY_STATE,	/* whole path: it gets a state */
	MPAGEX_WAY_REDIRTY,	/* whole path: to be written later */
	MPAGEX_WAYS
};

/* And why. None is 0: they are returned beside 0 and errnos. */
enum mpagex_slow {
	MPAGEX_SLOW_BUFFERS = 1,	/* to be read, and has buffer heads */
	MPAGEX_SLOW_HOLE,	/* there is data behind a hole */
	MPAGEX_SLOW_SCATTERED,	/* several runs, or runs and holes */
	MPAGEX_SLOW_CONTENTS,	/* get_block has filled it */
	MPAGEX_SLOW_UNMAPPED,	/* dirty, and no place on the disk */
	MPAGEX_SLOW_PARTIAL,	/* only some blocks are uptodate, or dirty */
	MPAGEX_SLOW_EOF,	/* all of it is behind the file's end */
	MPAGEX_SLOW_SYNC,	/* what is missing is read, somebody waits */
	MPAGEX_SLOW_ERROR,	/* get_block or an allocation has failed */
	MPAGEX_SLOWS
};

/* What a call of get_block took, if anybody wants to know. */
struct mpagex_took {
	u64 ns;
	unsigned long switches;
	bool slept;
};

/* Every bio of mpagex is in one of these. */
struct mpagex_bio {
	u64 submitted;		/* in ns, or 0: nobody wanted to know */
	struct bio bio;		/* the last: its bio_vecs follow */
};

void mpagex_init_stats(void);
void mpagex_exit_stats(void);

int mpagex_init_bios(void);
void mpagex_exit_bios(void);
int mpagex_init_later(void);
void mpagex_exit_later(void);
struct bio *mpagex_alloc_bio(struct block_device *bdev, unsigned int pieces,
			     blk_opf_t opf, gfp_t gfp);
struct inode *mpagex_bio_inode(struct bio *bio);
loff_t mpagex_bio_pos(struct bio *bio);
loff_t mpagex_bio_end(struct bio *bio);
unsigned int mpagex_bio_bytes(struct bio *bio);
unsigned int mpagex_bio_folios(struct bio *bio);

struct bio *mpagex_submit(struct bio *bio, enum mpagex_cut reason);
int mpagex_submit_wait(struct bio *bio);
bool mpagex_bio_continues(struct bio *bio, struct block_device *bdev,
			  sector_t sector);
size_t mpagex_clip_to_device(struct block_device *bdev, sector_t sector,
			     size_t len, unsigned int block);
void mpagex_zero_behind_eof(struct folio *folio, loff_t size);
void mpagex_report(struct bio *bio, struct folio *folio, const char *what,
		   int err);
void mpagex_end_bio_read(struct bio *bio, mpagex_end_piece_fn end);
void mpagex_end_bio_write(struct bio *bio, mpagex_end_piece_fn end);
void mpagex_read_end_io(struct bio *bio);
void mpagex_completed(struct bio *bio);
void mpagex_write_end_io(struct bio *bio);

#endif /* MPAGEX_INTERNAL_H */
