// SPDX-License-Identifier: GPL-2.0-only
/*
 * Telling where a file's data and holes are: mpagex_llseek(), mpagex_fiemap()
 * and mpagex_bmap(). They ask the mapper and nothing else, and so serve every
 * way of moving data that takes space when the data comes: then whatever is in
 * memory only has its blocks already.
 */
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/sched/signal.h>

#include "internal.h"

/* A walk through a file's blocks. */
struct walk {
	struct inode *inode;
	const struct mpagex_ops *ops;
	struct mpagex_map map;
	sector_t end;		/* first block that nobody wants */
	u64 passed;		/* blocks found so far that are no holes */
};

static void walk_init(struct walk *w, struct inode *inode,
		      const struct mpagex_ops *ops)
{
	memset(w, 0, sizeof(*w));
	w->inode = inode;
	w->ops = ops;
	w->map.holes_have_length = ops->holes_have_length;
	w->end = ((u64)i_size_read(inode) + i_blocksize(inode) - 1) >>
		 inode->i_blkbits;
}

static bool is_hole(const struct walk *w)
{
	return !buffer_mapped(&w->map.bh);
}

/*
 * Have w->map answer for @block, before the end. A hole of a filesystem that
 * does not say how long they are is one block.
 */
static int look(struct walk *w, sector_t block)
{
	int err;

	if (mpagex_map_covers(&w->map, block))
		return 0;
	err = mpagex_map_get(&w->map, w->inode, w->ops->get_block, NULL, block,
			     w->end - block, 0);
	if (!err && !w->map.blocks) {
		w->map.first = block;
		w->map.blocks = 1;
	}
	return err;
}

/* The block behind what w->map has answered */
static sector_t behind(const struct walk *w)
{
	return w->map.first + w->map.blocks;
}

/*
 * Account for the data in w->map, which the walk leaves behind. Pointers that
 * lead to the same blocks again and again can make a small disk look like more
 * data than anybody would see the end of.
 */
static int pass(struct walk *w)
{
	w->passed += w->map.blocks;
	return w->ops->check_blocks ?
	       w->ops->check_blocks(w->inode, w->passed) : 0;
}

/*
 * Move *@block on to the first one that is in a hole or is not, as @hole says,
 * or to the end. Return: 0 or a negative errno.
 */
static int seek_block(struct walk *w, bool hole, sector_t *block)
{
	int err;

	while (*block < w->end) {
		if (fatal_signal_pending(current))
			return -EINTR;
		err = look(w, *block);
		if (err)
			return err;
		if (hole == is_hole(w))
			return 0;
		err = is_hole(w) ? 0 : pass(w);
		if (err)
			return err;
		*block = behind(w);
		cond_resched();
	}
	return 0;
}

static loff_t seek_hole_data(struct inode *inode, loff_t pos, bool hole,
			     const struct mpagex_ops *ops)
{
	loff_t size = i_size_read(inode);
	sector_t start, block;
	struct walk w;
	int err;

	if (pos < 0 || pos >= size)
		return -ENXIO;
	walk_init(&w, inode, ops);
	start = pos >> inode->i_blkbits;
	block = start;
	err = seek_block(&w, hole, &block);
	if (err)
		return err;
	if (block > start)
		pos = (loff_t)block << inode->i_blkbits;
	if (pos < size)
		return pos;
	return hole ? size : -ENXIO;	/* the end counts as a hole */
}

/**
 * mpagex_llseek - set the position in an open file
 * @file: the file.
 * @offset: bytes, counted from where @whence says.
 * @whence: SEEK_DATA and SEEK_HOLE find data and holes by block, by asking
 *	get_block; the others are generic_file_llseek()'s.
 * @ops: the filesystem.
 *
 * For ->llseek.
 *
 * Context: process context, may sleep. Takes i_rwsem shared for data and holes.
 * Return: the new position; -ENXIO if there is no such thing from @offset on,
 * -EINTR, or what get_block or check_blocks returned.
 */
loff_t mpagex_llseek(struct file *file, loff_t offset, int whence,
		     const struct mpagex_ops *ops)
{
	struct inode *inode = file_inode(file);
	loff_t pos;

	if (whence != SEEK_HOLE && whence != SEEK_DATA)
		return generic_file_llseek(file, offset, whence);
	inode_lock_shared(inode);
	pos = seek_hole_data(inode, offset, whence == SEEK_HOLE, ops);
	inode_unlock_shared(inode);
	if (pos < 0)
		return pos;
	return vfs_setpos(file, pos, inode->i_sb->s_maxbytes);
}

MPAGEX_EXPORT(mpagex_llseek);

/* A stretch of blocks in a row, in the file and on the device */
struct extent {
	sector_t block;		/* of the file */
	sector_t device_block;
	sector_t blocks;
	bool merged;		/* of several answers of get_block */
};

/*
 * Find the first extent at or after @block; what runs on from one answer to
 * the next is one. Return: 0, without any blocks if there is none before the
 * end, or a negative errno.
 */
static int next_extent(struct walk *w, sector_t block, struct extent *e)
{
	int err;

	*e = (struct extent){};
	err = seek_block(w, false, &block);
	if (err || block >= w->end)
		return err;
	e->block = block;
	e->device_block = mpagex_map_device_block(&w->map, block);
	do {
		err = pass(w);
		if (err)
			return err;
		e->merged = e->blocks;
		e->blocks = behind(w) - e->block;
		if (behind(w) >= w->end)
			break;
		cond_resched();
		err = look(w, behind(w));
	} while (!err && !is_hole(w) && !fatal_signal_pending(current) &&
		 w->map.bh.b_blocknr == e->device_block + e->blocks);
	return err;
}

static int fill_fiemap(struct walk *w, struct fiemap_extent_info *info,
		       sector_t start, sector_t stop)
{
	unsigned int blkbits = w->inode->i_blkbits;
	struct extent e, next;
	int ret;

	ret = next_extent(w, start, &next);
	while (!ret && next.blocks && next.block < stop) {
		e = next;
		/* Only having looked further tells which one is the last. */
		ret = next_extent(w, e.block + e.blocks, &next);
		if (ret)
			break;
		ret = fiemap_fill_next_extent(info, (u64)e.block << blkbits,
					      (u64)e.device_block << blkbits,
					      (u64)e.blocks << blkbits,
					      (e.merged ?
					       FIEMAP_EXTENT_MERGED : 0) |
					      (next.blocks ?
					       0 : FIEMAP_EXTENT_LAST));
	}
	return min(ret, 0);	/* 1: the caller has got all that it can hold */
}

/**
 * mpagex_fiemap - tell where on the device a file is
 * @inode: the file, or a directory.
 * @info: takes the extents, and says how.
 * @start: first byte asked about.
 * @len: how many bytes.
 * @ops: the filesystem.
 *
 * For ->fiemap. An extent may begin inside a run of blocks, at @start, but none
 * ends before its run does. FIEMAP_EXTENT_MERGED says that it took several
 * answers of get_block.
 *
 * Context: process context, may sleep. Takes i_rwsem shared.
 * Return: 0, -EINTR, or what get_block or check_blocks returned.
 */
int mpagex_fiemap(struct inode *inode, struct fiemap_extent_info *info,
		  u64 start, u64 len, const struct mpagex_ops *ops)
{
	unsigned int blkbits = inode->i_blkbits;
	struct walk w;
	int err;

	err = fiemap_prep(inode, info, start, &len, 0);
	if (err)
		return err;
	inode_lock_shared(inode);
	walk_init(&w, inode, ops);
	err = fill_fiemap(&w, info, start >> blkbits,
			  ((start + len - 1) >> blkbits) + 1);
	inode_unlock_shared(inode);
	return err;
}

MPAGEX_EXPORT(mpagex_fiemap);

/**
 * mpagex_bmap - tell where on the device a block of a file is
 * @mapping: the file's.
 * @block: counted in the file.
 * @ops: the filesystem.
 *
 * For ->bmap, that is, for FIBMAP and for swap files. Who asks will go to the
 * device itself: what is dirty is written first.
 *
 * Context: process context, may sleep; waits for the disk.
 * Return: the device's block; 0 for a hole, and when it cannot be told.
 */
sector_t mpagex_bmap(struct address_space *mapping, sector_t block,
		     const struct mpagex_ops *ops)
{
	struct walk w;

	if (filemap_write_and_wait(mapping))
		return 0;
	walk_init(&w, mapping->host, ops);
	if (block >= w.end)
		return 0;
	w.end = block + 1;
	if (look(&w, block) || is_hole(&w))
		return 0;
	return mpagex_map_device_block(&w.map, block);
}

MPAGEX_EXPORT(mpagex_bmap);
