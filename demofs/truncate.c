// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking blocks away from a file: the undoing of map.c, which owns the pointers
 * together with this file. Exports demofs_truncate_blocks().
 */
#include <linux/buffer_head.h>
#include <linux/sched.h>

#include "demofs.h"
#include "mpagex.h"

/* Blocks that no pointer leads to any more, gathered to be freed in one call */
struct demofs_trunc {
	struct inode *inode;
	struct demofs_freeing freeing;
	u32 first;
	u32 count;
	int err;	/* the first one met */
};

static void demofs_trunc_flush(struct demofs_trunc *trunc)
{
	struct inode *inode = trunc->inode;
	struct super_block *sb = inode->i_sb;
	loff_t bytes = (loff_t)trunc->count << inode->i_blkbits;

	if (!trunc->count)
		return;
	if (demofs_blocks_valid(DEMOFS_SB(sb), trunc->first, trunc->count)) {
		demofs_free_later(inode, &trunc->freeing, trunc->first,
				  trunc->count);
	} else if (trunc->err != -EUCLEAN) {	/* garbage comes by the block */
		demofs_corrupt(sb, "inode %u: blocks %u to %u cannot be its own",
			       demofs_ino(inode), trunc->first,
			       trunc->first + trunc->count - 1);
		trunc->err = -EUCLEAN;
	}
	/* i_blocks came from the disk as well and can be too small. */
	inode_sub_bytes(inode, min(bytes, inode_get_bytes(inode)));
	trunc->count = 0;
}

static void demofs_trunc_add(struct demofs_trunc *trunc, u32 pblk)
{
	if (trunc->count && pblk != trunc->first + trunc->count)
		demofs_trunc_flush(trunc);
	if (!trunc->count)
		trunc->first = pblk;
	trunc->count++;
}

/* What hangs below an unreadable block is in use until fsck finds it. */
static void demofs_trunc_lose(struct demofs_trunc *trunc, u32 pblk, int err)
{
	struct inode *inode = trunc->inode;

	trunc->err = err;
	if (err == -EUCLEAN)
		return;		/* fsck knows by now that it has to look */
	demofs_corrupt(inode->i_sb,
		       "inode %u: cannot free what indirect block %u leads to",
		       demofs_ino(inode), pblk);
}

/*
 * Free a tree but for its first @keep file blocks.
 * @ptr: leads to its root; is cleared if nothing of the tree stays
 * @height: arrays between @ptr and data
 *
 * The recursion is as deep as the tree is high, three at most. Pointers are
 * cleared even in arrays that are given up themselves: an array which a corrupt
 * tree reaches again, and again from each of those, is empty by then.
 */
static void demofs_trunc_tree(struct demofs_trunc *trunc, __le32 *ptr,
			      unsigned int height, u32 keep)
{
	struct inode *inode = trunc->inode;
	u32 addr_bits = DEMOFS_SB(inode->i_sb)->addr_bits;
	u32 pblk = le32_to_cpu(*ptr);
	u32 shift, kept, i;
	struct buffer_head *bh;
	__le32 *array;

	if (!pblk)
		return;
	if (!height) {
		*ptr = 0;
		/* Pages are gone already, but a directory lies in buffers. */
		if (!S_ISREG(inode->i_mode) &&
		    demofs_blocks_valid(DEMOFS_SB(inode->i_sb), pblk, 1))
			demofs_forget_block(inode, pblk);
		demofs_trunc_add(trunc, pblk);
		return;
	}

	bh = demofs_read_array(inode, pblk);
	if (IS_ERR(bh)) {
		demofs_trunc_lose(trunc, pblk, PTR_ERR(bh));
		if (!keep)
			*ptr = 0;
		return;
	}

	array = (__le32 *)bh->b_data;
	shift = addr_bits * (height - 1);
	kept = keep >> shift;
	for (i = kept; i < 1u << addr_bits; i++)
		demofs_trunc_tree(trunc, array + i, height - 1,
				  i == kept ? keep - (kept << shift) : 0);

	if (!keep || demofs_count_zeros(array, kept + 1) == kept + 1) {
		*ptr = 0;
		demofs_forget_block(inode, pblk);
		demofs_trunc_add(trunc, pblk);
	} else {
		demofs_hold_array(inode, bh, false);
	}
	brelse(bh);
	cond_resched();
}

/**
 * demofs_truncate_blocks - free a file's blocks beyond a length
 * @inode: a regular file, a directory or a symlink with a block of its own
 * @size: bytes to keep; of the block that they end in, all is kept
 *
 * A pointer is cleared, on the disk, before the block that it led to can be
 * allocated again.
 * Blocks that cannot be found or cannot be the file's own stay in use: to leak
 * them is safe, and fsck finds them.
 *
 * Context: Process, may sleep. Takes map_sem exclusively. The caller has taken
 * the pages beyond @size from the page cache and keeps new ones away, so that
 * none of the blocks is being written still.
 * Return: 0, or the first error met, -EIO or -EUCLEAN; all else was freed.
 */
int demofs_truncate_blocks(struct inode *inode, loff_t size)
{
	struct demofs_inode_info *ip = DEMOFS_I(inode);
	u32 addr_bits = DEMOFS_SB(inode->i_sb)->addr_bits;
	struct demofs_trunc trunc = { .inode = inode };
	u64 keep = (u64)(size + i_blocksize(inode) - 1) >> inode->i_blkbits;
	unsigned int i;

	xa_init(&trunc.freeing.maps);
	down_write(&ip->map_sem);
	ip->next_lblk = 0;
	ip->next_pblk = 0;

	for (i = 0; i < DEMOFS_N_BLOCKS; i++) {
		unsigned int height = 0;
		u64 blocks = 1;

		if (i >= DEMOFS_NDIR_BLOCKS) {
			height = i - DEMOFS_NDIR_BLOCKS + 1;
			blocks <<= addr_bits * height;
		}
		if (keep < blocks)
			demofs_trunc_tree(&trunc, ip->data + i, height, keep);
		keep -= min(keep, blocks);
	}
	demofs_trunc_flush(&trunc);
	xa_destroy(&trunc.freeing.maps);

	/* Not before: who asked meanwhile would take an old answer for a new one. */
	mpagex_map_changed(inode);
	demofs_unsettle(inode);
	mark_inode_dirty(inode);
	up_write(&ip->map_sem);
	return trunc.err;
}
