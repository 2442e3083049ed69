// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a file's blocks are. Owns the pointers in an inode and in its indirect
 * blocks, along with truncate.c, which takes away what this file adds. Exports
 * demofs_map() and demofs_map_ahead() to everyone, and what reads indirect blocks
 * to truncate.c.
 *
 * Nothing in here knows what the blocks are wanted for: an answer is a run of
 * blocks, a hole or an error, and demofs_get_block() translates.
 */
#include <linux/buffer_head.h>

#include "demofs.h"

/*
 * The arrays on a path that exist, with the pointer in each that the path
 * takes. All of those pointers but the last lead to the next array.
 */
struct demofs_chain {
	unsigned int len;
	__le32 *ptr[DEMOFS_MAX_DEPTH];
	struct buffer_head *bh[DEMOFS_MAX_DEPTH];	/* [0]: no, the inode */
};

/* Blocks to hang into a chain: indirect ones, then data below the last. */
struct demofs_branch {
	unsigned int arrays;
	u32 array[DEMOFS_MAX_DEPTH - 1];
	u32 first;
	u32 count;
};

/**
 * demofs_read_array - read an indirect block
 * @inode: whose it is
 * @pblk: what a pointer said
 *
 * Context: Process; takes no lock and may sleep. Allocates with GFP_NOFS.
 * Return: the buffer, or ERR_PTR(-EUCLEAN) if no indirect block can be there,
 * or ERR_PTR(-EIO) if it cannot be read.
 */
struct buffer_head *demofs_read_array(struct inode *inode, u32 pblk)
{
	struct super_block *sb = inode->i_sb;
	struct buffer_head *bh;

	if (!demofs_blocks_valid(DEMOFS_SB(sb), pblk, 1)) {
		demofs_corrupt(sb, "inode %u: block %u cannot be an indirect block",
			       demofs_ino(inode), pblk);
		return ERR_PTR(-EUCLEAN);
	}

	bh = demofs_bread(sb, pblk);
	if (!bh) {
		demofs_err(sb, "inode %u: cannot read indirect block %u",
			   demofs_ino(inode), pblk);
		return ERR_PTR(-EIO);
	}
	return bh;
}

/* The same if it is in memory, else ERR_PTR(-EAGAIN). Does not sleep. */
static struct buffer_head *demofs_find_array(struct inode *inode, u32 pblk)
{
	struct super_block *sb = inode->i_sb;
	struct buffer_head *bh = NULL;

	if (demofs_blocks_valid(DEMOFS_SB(sb), pblk, 1))
		bh = sb_find_get_block(sb, pblk);
	if (bh && buffer_uptodate(bh))
		return bh;
	brelse(bh);
	return ERR_PTR(-EAGAIN);
}

static void demofs_put_chain(struct demofs_chain *chain)
{
	unsigned int i;

	for (i = 1; i < chain->len; i++)
		brelse(chain->bh[i]);
}

/*
 * Follow @path as far as there are arrays, or, with @nowait, until one is not in
 * memory. On success, put the chain.
 */
static int demofs_get_chain(struct inode *inode, const struct demofs_path *path,
			    bool nowait, struct demofs_chain *chain)
{
	struct buffer_head *bh;
	u32 pblk;

	chain->ptr[0] = DEMOFS_I(inode)->data + path->offset[0];
	for (chain->len = 1; chain->len < path->depth; chain->len++) {
		pblk = le32_to_cpu(*chain->ptr[chain->len - 1]);
		if (!pblk)
			break;
		bh = nowait ? demofs_find_array(inode, pblk) :
			      demofs_read_array(inode, pblk);
		if (IS_ERR(bh)) {
			demofs_put_chain(chain);
			return PTR_ERR(bh);
		}
		chain->bh[chain->len] = bh;
		chain->ptr[chain->len] = (__le32 *)bh->b_data +
					 path->offset[chain->len];
	}
	return 0;
}

/* What the last pointer of a chain says: as demofs_map() returns it. */
static int demofs_look(struct inode *inode, const struct demofs_path *path,
		       const struct demofs_chain *chain, u32 len,
		       struct demofs_run *run)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(inode->i_sb);
	unsigned int level = chain->len - 1;
	const __le32 *ptr = chain->ptr[level];
	/* A pointer is for one block at least: no more of them are of interest. */
	u32 max = min(len, demofs_path_pointers(path, sbi->addr_bits, level));

	run->pblk = le32_to_cpu(*ptr);
	run->new = false;
	run->boundary = false;
	if (!run->pblk) {
		max = demofs_count_zeros(ptr, max);
		run->len = min(len, demofs_path_hole(path, sbi->addr_bits,
						     level, max));
		return 0;
	}

	run->len = demofs_count_run(ptr, max);
	run->boundary = run->len == path->left;
	if (!demofs_blocks_valid(sbi, run->pblk, run->len)) {
		demofs_corrupt(inode->i_sb,
			       "inode %u: blocks %u to %u cannot be data",
			       demofs_ino(inode), run->pblk,
			       run->pblk + run->len - 1);
		return -EUCLEAN;
	}
	return run->len;
}

/*
 * Where the block that the chain's missing pointer shall lead to would be best.
 *
 * A file written in order lies on the disk in the order in which it is read,
 * each indirect block just before what it maps: 0-11, IND, 12-1035, DIND, IND,
 * 1036-... So what follows a pointer's block is the block after all that a full
 * tree below that pointer would take. Return: 0 for anywhere near the inode.
 */
static u32 demofs_goal(struct inode *inode, const struct demofs_path *path,
		       const struct demofs_chain *chain, u32 lblk)
{
	struct demofs_inode_info *ip = DEMOFS_I(inode);
	unsigned int level = chain->len - 1;
	unsigned int height = path->depth - chain->len;
	u32 addr_bits = DEMOFS_SB(inode->i_sb)->addr_bits;
	const __le32 *ptr = chain->ptr[level];
	u32 i;

	if (ip->next_pblk && ip->next_lblk == lblk)
		return ip->next_pblk;

	for (i = 1; i <= path->offset[level]; i++) {
		u32 pblk = le32_to_cpu(*(ptr - i));

		/* In the inode, trees get higher from one pointer to the next */
		if (level == 0 && height)
			height--;
		if (pblk)
			return pblk + demofs_tree_blocks(addr_bits, height);
	}
	return level ? chain->bh[level]->b_blocknr + 1 : 0;
}

static void demofs_free_branch(struct super_block *sb,
			       const struct demofs_branch *branch)
{
	unsigned int i;

	for (i = 0; i < branch->arrays; i++)
		demofs_free_blocks(sb, branch->array[i], 1);
	if (branch->count)
		demofs_free_blocks(sb, branch->first, branch->count);
}

/*
 * Allocate @arrays indirect blocks and up to @count blocks of data, in one row
 * if the disk has it. Accepts less data, but not none.
 */
static int demofs_alloc_branch(struct inode *inode, u32 goal,
			       unsigned int arrays, u32 count,
			       struct demofs_branch *branch)
{
	*branch = (struct demofs_branch){};

	while (!branch->count) {
		u32 got = arrays - branch->arrays + count;
		u32 first;
		int err;

		err = demofs_new_blocks(inode, goal, &got, &first);
		if (err) {
			demofs_free_branch(inode->i_sb, branch);
			return err;
		}
		for (; got && branch->arrays < arrays; got--)
			branch->array[branch->arrays++] = first++;
		branch->first = first;
		branch->count = got;
		goal = first;
	}
	return 0;
}

/* Make an indirect block of block @pblk, which leads to blocks in a row. */
static struct buffer_head *demofs_new_array(struct inode *inode, u32 pblk,
					    u32 offset, u32 first, u32 count)
{
	struct buffer_head *bh = sb_getblk(inode->i_sb, pblk);

	if (!bh)
		return ERR_PTR(-ENOMEM);

	lock_buffer(bh);	/* waits for what an earlier owner still writes */
	memset(bh->b_data, 0, bh->b_size);
	demofs_set_run((__le32 *)bh->b_data + offset, first, count);
	set_buffer_uptodate(bh);
	unlock_buffer(bh);
	demofs_hold_array(inode, bh, true);
	return bh;
}

/* Fill a branch's indirect blocks. Nothing leads to the first of them yet. */
static int demofs_fill_branch(struct inode *inode,
			      const struct demofs_path *path,
			      const struct demofs_branch *branch)
{
	struct buffer_head *bh[DEMOFS_MAX_DEPTH - 1];
	unsigned int top = path->depth - branch->arrays;
	unsigned int i;
	int err = 0;

	for (i = 0; i < branch->arrays; i++) {
		bool last = i == branch->arrays - 1;

		bh[i] = demofs_new_array(inode, branch->array[i],
					 path->offset[top + i],
					 last ? branch->first :
						branch->array[i + 1],
					 last ? branch->count : 1);
		if (IS_ERR(bh[i])) {
			err = PTR_ERR(bh[i]);
			break;
		}
	}
	while (i--) {
		if (err)
			demofs_forget_block(inode, branch->array[i]);
		brelse(bh[i]);
	}
	return err;
}

/* Fill the hole at the chain's end with up to @len blocks. */
static int demofs_fill_hole(struct inode *inode, const struct demofs_path *path,
			    struct demofs_chain *chain, u32 lblk, u32 len,
			    struct demofs_run *run)
{
	struct demofs_inode_info *ip = DEMOFS_I(inode);
	unsigned int level = chain->len - 1;
	unsigned int arrays = path->depth - chain->len;
	struct demofs_branch branch;
	int err;

	err = demofs_alloc_branch(inode,
				  demofs_goal(inode, path, chain, lblk),
				  arrays, min(len, path->left), &branch);
	if (err)
		return err;
	err = demofs_fill_branch(inode, path, &branch);
	if (err) {
		demofs_free_branch(inode->i_sb, &branch);
		return err;
	}

	/* The branch is complete: hang it into the tree. */
	if (level)
		demofs_hold_array(inode, chain->bh[level], false);
	if (arrays)
		demofs_set_run(chain->ptr[level], branch.array[0], 1);
	else
		demofs_set_run(chain->ptr[level], branch.first, branch.count);
	demofs_unsettle(inode);

	ip->next_lblk = lblk + branch.count;
	ip->next_pblk = branch.first + branch.count;
	inode_add_bytes(inode, (loff_t)(arrays + branch.count) <<
			       inode->i_blkbits);
	mark_inode_dirty(inode);

	run->pblk = branch.first;
	run->len = branch.count;
	run->new = true;
	run->boundary = branch.count == path->left;
	return branch.count;
}

/* Look up, and allocate if @create: demofs_map() under the lock. */
static int demofs_map_locked(struct inode *inode,
			     const struct demofs_path *path, u32 lblk, u32 len,
			     bool create, struct demofs_run *run)
{
	struct demofs_chain chain;
	int ret;

	ret = demofs_get_chain(inode, path, false, &chain);
	if (ret)
		return ret;
	ret = demofs_look(inode, path, &chain, len, run);
	if (!ret && create)
		ret = demofs_fill_hole(inode, path, &chain, lblk, run->len,
				       run);
	demofs_put_chain(&chain);
	return ret;
}

/**
 * demofs_map - find, or make, the blocks of a stretch of a file
 * @inode: a regular file, a directory or a symlink with a block of its own
 * @lblk: first block of the stretch
 * @len: its length in blocks, at least one
 * @create: allocate blocks if @lblk is in a hole
 * @run: is filled in unless an error is returned
 *
 * Answers with as long a run as begins at @lblk, is no longer than @len, and
 * is contiguous on the disk; it never reaches beyond the array of pointers that
 * it begins in, nor has it both old blocks and new ones. @run->boundary tells
 * that it ends where the array does: to map the block that follows it takes
 * reading another indirect block, which was likely put just there.
 *
 * New blocks hold what was on the disk: the caller writes or zeroes them all,
 * and first drops buffers of the block device that may alias them
 * (clean_bdev_aliases()), since they could have been metadata before.
 *
 * A hole's length is a lower bound, to which missing indirect blocks add all
 * that they would have mapped.
 *
 * Context: Process, may sleep. Takes map_sem: shared, and exclusively if it
 * must allocate. Allocates memory with GFP_NOFS, so folio locks may be held.
 * Return: blocks mapped; 0 for a hole, never with @create; -EFBIG beyond what
 * pointers can lead to, -ENOSPC, -EUCLEAN if the tree is corrupt, -EIO, -ENOMEM.
 */
int demofs_map(struct inode *inode, u32 lblk, u32 len, bool create,
	       struct demofs_run *run)
{
	struct demofs_inode_info *ip = DEMOFS_I(inode);
	struct demofs_path path;
	int ret;

	ret = demofs_path_to(DEMOFS_SB(inode->i_sb)->addr_bits, lblk, &path);
	if (ret)
		return ret;

	down_read(&ip->map_sem);
	ret = demofs_map_locked(inode, &path, lblk, len, false, run);
	up_read(&ip->map_sem);
	if (ret || !create)
		return ret;

	/* Someone may have filled the hole meanwhile; then so much the better. */
	down_write(&ip->map_sem);
	ret = demofs_map_locked(inode, &path, lblk, len, true, run);
	up_write(&ip->map_sem);
	return ret;
}

/**
 * demofs_map_nowait - find the blocks of a stretch of a file without waiting
 * @inode: as for demofs_map()
 * @lblk: first block of the stretch
 * @len: its length in blocks, at least one
 * @run: is filled in unless an error is returned
 *
 * Context: Process. Tries to take map_sem; sleeps only over a damaged tree.
 * Return: as demofs_map() without @create; -EAGAIN if an indirect block is not
 * in memory or map_sem is taken.
 */
int demofs_map_nowait(struct inode *inode, u32 lblk, u32 len,
		      struct demofs_run *run)
{
	struct demofs_inode_info *ip = DEMOFS_I(inode);
	struct demofs_chain chain;
	struct demofs_path path;
	int ret;

	ret = demofs_path_to(DEMOFS_SB(inode->i_sb)->addr_bits, lblk, &path);
	if (ret)
		return ret;
	if (!down_read_trylock(&ip->map_sem))
		return -EAGAIN;
	ret = demofs_get_chain(inode, &path, true, &chain);
	if (!ret) {
		ret = demofs_look(inode, &path, &chain, len, run);
		demofs_put_chain(&chain);
	}
	up_read(&ip->map_sem);
	return ret;
}

static u32 demofs_missing_array(struct inode *inode,
				const struct demofs_path *path)
{
	struct super_block *sb = inode->i_sb;
	__le32 ptr = DEMOFS_I(inode)->data[path->offset[0]];
	unsigned int level;

	for (level = 1; level < path->depth; level++) {
		u32 pblk = le32_to_cpu(ptr);
		struct buffer_head *bh;

		if (!demofs_blocks_valid(DEMOFS_SB(sb), pblk, 1))
			return 0;	/* a hole, or demofs_map() will tell */
		demofs_read_ahead(sb, pblk);
		bh = demofs_find_array(inode, pblk);
		if (IS_ERR(bh))
			return pblk;
		ptr = ((__le32 *)bh->b_data)[path->offset[level]];
		brelse(bh);
	}
	return 0;
}

/**
 * demofs_map_ahead - get ready for a block to be mapped soon
 * @inode: a regular file
 * @lblk: the block
 *
 * Begins to read the first indirect block on the way to it that is not in memory.
 * What is wrong with the disk or the tree is for demofs_map() to say.
 *
 * Context: Process. Waits neither for the disk nor for map_sem, whose holder
 * may be waiting for the disk.
 * Return: where on the device that block is; 0 if nothing is missing, or if that
 * cannot be told.
 */
u32 demofs_map_ahead(struct inode *inode, u32 lblk)
{
	struct demofs_inode_info *ip = DEMOFS_I(inode);
	struct demofs_path path;
	u32 missing;

	if (demofs_path_to(DEMOFS_SB(inode->i_sb)->addr_bits, lblk, &path) ||
	    !down_read_trylock(&ip->map_sem))
		return 0;
	missing = demofs_missing_array(inode, &path);
	up_read(&ip->map_sem);
	return missing;
}
