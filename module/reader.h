/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What both ways of reading share: a window of folios on its way into bios.
 */
#ifndef MPAGEX_READER_H
#define MPAGEX_READER_H

#include "internal.h"

struct mpagex_reader {
	struct inode *inode;
	get_block_t *get_block;
	struct mpagex_map map;
	struct bio *bio;
	sector_t (*map_ahead)(struct inode *inode, sector_t block);	/* or wait */
	bio_end_io_t *end_io;
	loff_t size;		/* the file's, while its folios are locked */
	sector_t end;		/* first file block that nobody wants */
	pgoff_t end_index;	/* first page behind the window */
	blk_opf_t opf;
	gfp_t gfp;
	unsigned short ioprio;	/* of the bios; 0: of who submits them */
};

void mpagex_reader_init(struct mpagex_reader *r, struct address_space *mapping,
			get_block_t *get_block, pgoff_t end_index);
void mpagex_reader_init_readahead(struct mpagex_reader *r,
				  struct readahead_control *rac,
				  get_block_t *get_block);
bool mpagex_reader_map_ahead(struct mpagex_reader *r, sector_t block);
int mpagex_reader_map(struct mpagex_reader *r, struct folio *folio,
		      sector_t block);
int mpagex_reader_add(struct mpagex_reader *r, struct folio *folio, size_t off,
		      size_t len, struct block_device *bdev, sector_t block);
void mpagex_reader_finish(struct mpagex_reader *r, int err);

/* To go on with @block, would one have to wait for metadata from the disk? */
static inline bool mpagex_reader_must_wait(struct mpagex_reader *r,
					   sector_t block)
{
	return mpagex_map_at_boundary(&r->map, block) &&
	       mpagex_reader_map_ahead(r, block);
}

#endif /* MPAGEX_READER_H */
