/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of mpagex share. Data flows one way through them: read.c or
 * write.c asks map.c where a folio's blocks lie and hands folios to bio.c,
 * which submits and completes them.
 */
#ifndef MPAGEX_INTERNAL_H
#define MPAGEX_INTERNAL_H

#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/buffer_head.h>

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

/* @len bytes of @folio from @off on have been read, or not. */
typedef void (*mpagex_end_piece_fn)(struct folio *folio, size_t off, size_t len,
				    int err);

struct bio *mpagex_submit(struct bio *bio);
bool mpagex_bio_continues(struct bio *bio, struct block_device *bdev,
			  sector_t sector);
size_t mpagex_clip_to_device(struct block_device *bdev, sector_t sector,
			     size_t len);
void mpagex_zero_behind_eof(struct folio *folio, loff_t size);
void mpagex_report(struct bio *bio, struct folio *folio, const char *what,
		   int err);
void mpagex_end_bio_read(struct bio *bio, mpagex_end_piece_fn end);
void mpagex_read_end_io(struct bio *bio);
void mpagex_write_end_io(struct bio *bio);

#endif /* MPAGEX_INTERNAL_H */
