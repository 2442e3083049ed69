/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A walk over a directory's entries: dir.c, which changes them, and readdir.c.
 */
#ifndef DEMOFS_DIR_H
#define DEMOFS_DIR_H

#include <linux/types.h>

struct buffer_head;
struct inode;
struct demofs_dir_entry;

/*
 * A place in a block, with the lengths that were found there, which are read
 * once and are what counts from then on: in a corrupt filesystem the block can
 * belong to something else too and change at any time.
 */
struct demofs_cursor {
	struct buffer_head *bh;
	u32 off;	/* of the entry in the block */
	u32 len;	/* of the entry; 0 before the first one */
	u32 name_len;
};

struct buffer_head *demofs_dir_block(struct inode *dir, u32 lblk,
				     struct buffer_head *bh);
struct demofs_dir_entry *demofs_next_entry(struct inode *dir,
					   struct demofs_cursor *at);

#endif /* DEMOFS_DIR_H */
