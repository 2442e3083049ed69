// SPDX-License-Identifier: GPL-2.0-only
/*
 * Symlinks: a target is in the inode if it fits there, in place of the block
 * pointers, or else in a block of its own, with a zero behind it.
 */
#include <linux/slab.h>

#include "demofs.h"

/**
 * demofs_write_target - store a symlink's target in a block of its own
 * @inode: the symlink, which has no block yet
 * @target: the target, too long for the inode
 * @len: its length in bytes, less than a block
 *
 * Context: May sleep; takes names_sem.
 * Return: 0 or a negative errno.
 */
int demofs_write_target(struct inode *inode, const char *target, u32 len)
{
	struct super_block *sb = inode->i_sb;
	struct demofs_room room = {};
	struct buffer_head *bh;
	struct demofs_run run;
	int ret;

	do {
		demofs_names_begin(sb);
		ret = demofs_map(inode, 0, 1, true, &run);
		if (ret >= 0)
			break;
		demofs_names_end(sb);
	} while (demofs_make_room(sb, ret, &room, true));
	if (ret < 0)
		return ret;
	bh = sb_getblk(sb, run.pblk);
	if (!bh) {
		demofs_names_end(sb);
		return -ENOMEM;	/* the block goes with the inode */
	}
	lock_buffer(bh);	/* an earlier owner may be writing it still */
	memset(bh->b_data, 0, bh->b_size);
	memcpy(bh->b_data, target, len);
	set_buffer_uptodate(bh);
	unlock_buffer(bh);
	demofs_mark_dirty(bh);
	demofs_names_end(sb);
	brelse(bh);
	return 0;
}

/* Read the target of a symlink that has a block of its own. */
static const char *demofs_get_link(struct dentry *dentry, struct inode *inode,
				   struct delayed_call *done)
{
	struct buffer_head *bh;
	struct demofs_run run;
	char *target;
	int ret;

	if (!dentry)
		return ERR_PTR(-ECHILD);	/* may not sleep: ask again */
	ret = demofs_map(inode, 0, 1, false, &run);
	if (ret < 0)
		return ERR_PTR(ret);
	if (!ret) {
		demofs_corrupt(inode->i_sb, "inode %u: symlink without a block",
			       demofs_ino(inode));
		return ERR_PTR(-EUCLEAN);
	}
	bh = demofs_bread(inode->i_sb, run.pblk);
	if (!bh) {
		demofs_err(inode->i_sb, "inode %u: cannot read symlink, block %u",
			   demofs_ino(inode), run.pblk);
		return ERR_PTR(-EIO);
	}
	if (strnlen(bh->b_data, bh->b_size) != inode->i_size) {
		demofs_corrupt(inode->i_sb, "inode %u: bad length of symlink in block %u",
			       demofs_ino(inode), run.pblk);
		target = ERR_PTR(-EUCLEAN);
	} else {
		target = kmemdup_nul(bh->b_data, inode->i_size, GFP_KERNEL);
	}
	brelse(bh);
	if (!target)
		return ERR_PTR(-ENOMEM);
	if (!IS_ERR(target))
		set_delayed_call(done, kfree_link, target);
	return target;
}

const struct inode_operations demofs_symlink_inode_operations = {
	.get_link	= demofs_get_link,
	.getattr	= demofs_getattr,
	.setattr	= demofs_setattr,
};

const struct inode_operations demofs_fast_symlink_inode_operations = {
	.get_link	= simple_get_link,
	.getattr	= demofs_getattr,
	.setattr	= demofs_setattr,
};
