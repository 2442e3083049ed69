/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What both ways of writing share: dirty folios on their way into bios.
 */
#ifndef MPAGEX_WRITER_H
#define MPAGEX_WRITER_H

#include "internal.h"

struct mpagex_writer {
	struct inode *inode;
	struct writeback_control *wbc;
	get_block_t *get_block;
	mpagex_write_folio_t write_folio;
	struct bio *bio;
	bio_end_io_t *end_io;
	bool single;		/* no folio follows the first */

	/* The whole path keeps an answer of get_block from folio to folio. */
	struct mpagex_map map;
	unsigned int map_version;
};

void mpagex_writer_add(struct mpagex_writer *w, struct folio *folio, size_t off,
		       size_t len, struct block_device *bdev, sector_t block);
void mpagex_writer_finish(struct mpagex_writer *w, int err);
void mpagex_writer_boundary(struct mpagex_writer *w, struct block_device *bdev,
			    sector_t behind);

#endif /* MPAGEX_WRITER_H */
