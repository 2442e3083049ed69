/* SPDX-License-Identifier: GPL-2.0-only */
/* A small filesystem in memory, made and checked by device.c. */
#ifndef UNIT_DEVICE_H
#define UNIT_DEVICE_H

#include "demofs.h"

/* Set to make things fail. Each counts down and fails at 0; -1 never. */
extern int fail_getblk;		/* no memory for a buffer */
extern int fail_bread;		/* the device cannot read what is not cached */

/* What is read ahead comes while nobody looks, or by finish_read_ahead(). */
extern bool slow_read_ahead;
void finish_read_ahead(struct super_block *sb);

extern unsigned int breads;	/* metadata blocks asked for */
extern unsigned int read_aheads;	/* and begun to be read before that */
extern unsigned int corruptions;	/* demofs_corrupt() was called */

/*
 * Make a filesystem of @groups groups of @per_group blocks, the last one
 * @cut shorter, and bitmaps that say so.
 */
struct super_block *make_fs(unsigned int block_bits, u32 per_group, u32 groups,
			    u32 cut);
struct inode *make_inode(struct super_block *sb, unsigned long ino);
void drop_fs(struct super_block *sb);

/* Forget what is cached and clean, as memory pressure does. */
void drop_caches(struct super_block *sb);

/*
 * Check that the trees of @inodes have all blocks that the bitmaps call used
 * and each once, that counts agree, and that no lock or buffer is held.
 */
void fsck(struct super_block *sb, struct inode **inodes, unsigned int n);

#endif /* UNIT_DEVICE_H */
