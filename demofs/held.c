// SPDX-License-Identifier: GPL-2.0-only
/*
 * What waits for something else to be on the disk: blocks of metadata that are
 * held, which is to say changed in memory and clean, so that nobody writes them;
 * and inodes that are to be free, with their blocks, which freed.c gathers. order.c
 * says why, and knows when.
 *
 * A held block is in an xarray, by its number: an inode's, if it is an indirect
 * block, or the filesystem's, if it has names. Its pointers change under map_sem
 * held exclusively, its names under names_sem held shared; it is written under
 * that lock, exclusively.
 */
#include <linux/blkdev.h>
#include <linux/slab.h>

#include "demofs.h"

#define DEMOFS_DELETE_DELAY	(5 * HZ)
#define DEMOFS_MOST_WAITING	16384	/* things: then the worker is called */

/* A buffer that somebody holds: only they say when it is dirty. */
enum { BH_HELD = BH_PrivateStart };
BUFFER_FNS(HELD, held)

/* An inode to be free later; @bh, its place in the inode table, can be read. */
struct demofs_deleted {
	struct list_head link;
	struct buffer_head *bh;
	u32 ino;
	u32 dtime;
	bool is_dir;
};

static struct demofs_order *demofs_order(struct super_block *sb)
{
	return &DEMOFS_SB(sb)->order;
}

/**
 * demofs_flush - write all that may be written, and have it on the disk
 * @sb: the filesystem
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int demofs_flush(struct super_block *sb)
{
	int err = sync_blockdev(sb->s_bdev);
	int err2 = blkdev_issue_flush(sb->s_bdev);

	return err ? err : err2;
}

/**
 * demofs_is_held - is a block of metadata not to be written for now?
 * @bh: its buffer, locked
 *
 * Context: Any.
 * Return: whether somebody holds it.
 */
bool demofs_is_held(const struct buffer_head *bh)
{
	return buffer_held(bh);
}

/**
 * demofs_count_waiting - count something that waits
 * @sb: the filesystem
 *
 * Context: Any.
 */
void demofs_count_waiting(struct super_block *sb)
{
	if (atomic_inc_return(&demofs_order(sb)->waiting) ==
	    DEMOFS_MOST_WAITING)
		demofs_call_worker(sb, 0);
}

/*
 * Hold @bh, which is about to change. What it has by now may be on the disk,
 * what it will have may not yet, so one that is dirty is written first.
 */
static void demofs_hold(struct super_block *sb, struct xarray *held,
			struct buffer_head *bh)
{
	if (xa_load(held, bh->b_blocknr))
		return;
	lock_buffer(bh);	/* against failed.c */
	set_buffer_held(bh);
	unlock_buffer(bh);
	sync_dirty_buffer(bh);
	get_bh(bh);
	/* On a bad disk two directories can have the same block. */
	if (xa_cmpxchg(held, bh->b_blocknr, NULL, bh, GFP_NOFS | __GFP_NOFAIL))
		brelse(bh);
	else
		demofs_count_waiting(sb);
}

static void demofs_unhold(struct super_block *sb, struct xarray *held,
			  unsigned long pblk)
{
	struct buffer_head *bh = xa_erase(held, pblk);

	if (!bh)
		return;
	clear_buffer_held(bh);
	atomic_dec(&demofs_order(sb)->waiting);
	brelse(bh);
}

/**
 * demofs_hold_array - keep an indirect block from being written for now
 * @inode: whose it is
 * @bh: its buffer, before a pointer is added
 * @fresh: it is a new one
 *
 * Context: Process, may sleep; the caller holds map_sem exclusively.
 */
void demofs_hold_array(struct inode *inode, struct buffer_head *bh, bool fresh)
{
	struct xarray *held = &DEMOFS_I(inode)->held;

	demofs_hold(inode->i_sb, held, bh);
	if (fresh)
		xa_set_mark(held, bh->b_blocknr, DEMOFS_FRESH);
}

/**
 * demofs_hold_names - keep a block of a directory from being written for now
 * @dir: whose it is
 * @bh: its buffer, before a name in it changes
 *
 * Context: Process, may sleep; names_sem is held shared.
 */
void demofs_hold_names(struct inode *dir, struct buffer_head *bh)
{
	demofs_hold(dir->i_sb, &demofs_order(dir->i_sb)->names, bh);
}

/**
 * demofs_forget_block - drop the buffer of a file's metadata that is freed
 * @inode: whose block it was
 * @pblk: the block, which can be a file's
 *
 * Context: Process, may sleep; names_sem is held shared if it had names.
 */
void demofs_forget_block(struct inode *inode, u32 pblk)
{
	struct super_block *sb = inode->i_sb;

	demofs_unhold(sb, &DEMOFS_I(inode)->held, pblk);
	if (!S_ISREG(inode->i_mode))
		demofs_unhold(sb, &demofs_order(sb)->names, pblk);
	demofs_forget(sb_find_get_block_nonatomic(sb, pblk));
}

/**
 * demofs_write_held - write held blocks, and wait for them
 * @held: the blocks
 * @mark: DEMOFS_FRESH, DEMOFS_LATE or DEMOFS_EARLY
 * @marked: write those that have it, or else those that have not
 *
 * Context: May sleep; the lock that they change under is held exclusively.
 * Return: 0 or -EIO.
 */
int demofs_write_held(struct xarray *held, xa_mark_t mark, bool marked)
{
	struct buffer_head *bh;
	struct blk_plug plug;
	unsigned long pblk;
	int err = 0;

	blk_start_plug(&plug);
	xa_for_each(held, pblk, bh) {
		if (xa_get_mark(held, pblk, mark) != marked)
			continue;
		demofs_mark_dirty(bh);
		write_dirty_buffer(bh, REQ_SYNC);
	}
	blk_finish_plug(&plug);
	xa_for_each(held, pblk, bh) {
		if (xa_get_mark(held, pblk, mark) != marked)
			continue;
		wait_on_buffer(bh);
		if (buffer_write_io_error(bh))
			err = -EIO;
	}
	return err;
}

/**
 * demofs_let_go - hold no longer what has been written
 * @sb: the filesystem
 * @held: the blocks; what could not be written stays, to be tried again
 *
 * Context: As for demofs_write_held().
 */
void demofs_let_go(struct super_block *sb, struct xarray *held)
{
	struct buffer_head *bh;
	unsigned long pblk;

	xa_for_each(held, pblk, bh)
		if (!buffer_write_io_error(bh))
			demofs_unhold(sb, held, pblk);
}

/**
 * demofs_delete_later - free an inode as soon as no name on the disk leads there
 * @inode: being evicted; its blocks have been given to demofs_free_later()
 * @bh: its place in the inode table
 *
 * Context: May sleep; names_sem is held shared if it is no regular file's.
 */
void demofs_delete_later(struct inode *inode, struct buffer_head *bh)
{
	struct demofs_order *order = demofs_order(inode->i_sb);
	struct demofs_inode_info *ip = DEMOFS_I(inode);
	struct demofs_deleted *deleted = kmalloc(sizeof(*deleted),
						 GFP_NOFS | __GFP_NOFAIL);

	get_bh(bh);
	deleted->bh = bh;
	deleted->ino = demofs_ino(inode);
	deleted->dtime = ip->dtime;
	deleted->is_dir = S_ISDIR(inode->i_mode);
	spin_lock(&order->lock);
	list_del_init(&ip->unsettled_link);
	ip->unsettled = false;
	list_add_tail(&deleted->link, &order->deleted);
	list_splice_tail_init(&ip->freed, &order->deleted_blocks);
	order->inodes++;
	spin_unlock(&order->lock);
	demofs_count_waiting(inode->i_sb);
	demofs_call_worker(inode->i_sb, DEMOFS_DELETE_DELAY);
}

/**
 * demofs_free_now - end inodes on the disk; let others have them, and blocks
 * @sb: the filesystem; what led to all these is in buffers by now, or gone
 *
 * All of it waits on while there is metadata that cannot be written: on the disk
 * something may still lead there. No caller has been promised otherwise.
 *
 * Context: May sleep; names_sem is held exclusively.
 */
void demofs_free_now(struct super_block *sb)
{
	struct demofs_order *order = demofs_order(sb);
	struct demofs_deleted *deleted, *next_deleted;
	LIST_HEAD(inodes);
	LIST_HEAD(blocks);

	spin_lock(&order->lock);
	list_splice_init(&order->deleted, &inodes);
	list_splice_init(&order->deleted_blocks, &blocks);
	list_splice_tail_init(&order->freed, &blocks);
	spin_unlock(&order->lock);
	if (list_empty(&inodes) && list_empty(&blocks))
		return;

	list_for_each_entry(deleted, &inodes, link)
		demofs_end_inode(sb, deleted->ino, deleted->dtime);
	if (demofs_flush_all(sb)) {
		spin_lock(&order->lock);
		list_splice(&inodes, &order->deleted);
		list_splice(&blocks, &order->freed);
		spin_unlock(&order->lock);
		demofs_check_writes(sb);
		return;
	}

	demofs_end_freed(sb, &blocks, true);
	list_for_each_entry_safe(deleted, next_deleted, &inodes, link) {
		demofs_free_inode(sb, deleted->ino, deleted->is_dir);
		spin_lock(&order->lock);
		order->inodes--;
		spin_unlock(&order->lock);
		atomic_dec(&order->waiting);
		brelse(deleted->bh);
		kfree(deleted);
	}
}

/**
 * demofs_stop_waiting - take an inode out of all that waits
 * @inode: being evicted
 *
 * What of it should have been written by now, and was not because the disk has
 * failed, is left to be written some time.
 *
 * Context: May sleep; names_sem is held shared.
 */
void demofs_stop_waiting(struct inode *inode)
{
	struct demofs_order *order = demofs_order(inode->i_sb);
	struct demofs_inode_info *ip = DEMOFS_I(inode);
	bool keep = inode->i_nlink && !demofs_is_shutdown(inode->i_sb);
	struct buffer_head *bh;
	unsigned long pblk;
	LIST_HEAD(lost);

	if (keep && ip->unsettled)
		keep = !demofs_put_inode(inode);
	xa_for_each(&ip->held, pblk, bh) {
		if (keep)
			demofs_mark_dirty(bh);
		demofs_unhold(inode->i_sb, &ip->held, pblk);
	}
	spin_lock(&order->lock);
	list_del_init(&ip->unsettled_link);
	ip->unsettled = false;
	list_splice_tail_init(&ip->freed, keep ? &order->freed : &lost);
	spin_unlock(&order->lock);
	demofs_end_freed(inode->i_sb, &lost, false);
}

/**
 * demofs_order_exit - drop what still waits, for the disk has failed
 * @sbi: the filesystem, without any inode
 *
 * Context: May sleep.
 */
void demofs_order_exit(struct demofs_sb_info *sbi)
{
	struct demofs_order *order = &sbi->order;
	struct demofs_deleted *deleted, *next_deleted;
	struct buffer_head *bh;
	unsigned long pblk;

	cancel_delayed_work_sync(&order->work);
	xa_for_each(&order->names, pblk, bh) {
		if (!demofs_is_shutdown(sbi->sb))
			demofs_mark_dirty(bh);
		demofs_unhold(sbi->sb, &order->names, pblk);
	}
	demofs_end_freed(sbi->sb, &order->deleted_blocks, false);
	demofs_end_freed(sbi->sb, &order->freed, false);
	list_for_each_entry_safe(deleted, next_deleted, &order->deleted, link) {
		brelse(deleted->bh);
		kfree(deleted);
	}
}
