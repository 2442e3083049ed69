/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the whole path share.
 */
#ifndef MPAGEX_BUFFERED_H
#define MPAGEX_BUFFERED_H

#include "internal.h"
#include "state.h"

int mpagex_read_now(struct folio *folio, size_t off, size_t len,
		    struct block_device *bdev, sector_t block);
unsigned int mpagex_map_version(struct inode *inode);
int mpagex_ask(struct mpagex_map *map, struct inode *inode,
	       const struct mpagex_ops *ops, struct folio *folio,
	       sector_t block, sector_t count, int create);
void mpagex_mark_written(struct inode *inode, struct folio *folio,
			 unsigned int first, unsigned int count, gfp_t gfp);

#endif /* MPAGEX_BUFFERED_H */
