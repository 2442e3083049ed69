// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes: chmod and its kind, stat, and changes of size. What the disk has of
 * them is inode.c's matter.
 */
#include <linux/blkdev.h>
#include <linux/mm.h>
#include <linux/stat.h>

#include "demofs.h"
#include "mpagex.h"

/**
 * demofs_write_failed - take back what a write has allocated beyond the end
 * @inode: the file, locked
 * @to: where the write would have ended, in bytes
 *
 * Context: May sleep; takes the mapping's invalidate_lock and map_sem.
 */
void demofs_write_failed(struct inode *inode, loff_t to)
{
	loff_t size = i_size_read(inode);

	if (to <= size)
		return;
	filemap_invalidate_lock(inode->i_mapping);
	truncate_pagecache(inode, size);
	demofs_truncate_blocks(inode, size);
	filemap_invalidate_unlock(inode->i_mapping);
}

/*
 * Can a file be cut off at @size? Where it cannot be found out which blocks are
 * behind, these would come back with the next extension, once they can be found.
 */
static int demofs_may_cut(struct inode *inode, loff_t size)
{
	unsigned int blkbits = inode->i_blkbits;
	u32 keep = (size + i_blocksize(inode) - 1) >> blkbits;
	struct demofs_run run;
	int ret = 0;

	if (keep && (loff_t)keep << blkbits < i_size_read(inode))
		ret = demofs_map(inode, keep, 1, false, &run);
	return ret == -EUCLEAN ? 0 : min(ret, 0);
}

static int demofs_set_size(struct inode *inode, loff_t size)
{
	bool shorter = size < i_size_read(inode);
	int err;

	if (!S_ISREG(inode->i_mode))
		return -EINVAL;
	inode_dio_wait(inode);
	err = demofs_may_cut(inode, size);
	if (err)
		return err;

	/*
	 * Either way nothing but zeros may follow the end in its block: a
	 * later extension shows them, and a mapping may have written there.
	 * That takes data away: what can fail without it comes before it.
	 */
	filemap_invalidate_lock(inode->i_mapping);
	err = demofs_truncate_page(inode, size);
	if (!err) {
		truncate_setsize(inode, size);
		if (shorter)
			err = demofs_truncate_blocks(inode, size);
		inode_set_mtime_to_ts(inode, inode_set_ctime_current(inode));
		mark_inode_dirty(inode);
	}
	filemap_invalidate_unlock(inode->i_mapping);
	return err;
}

/**
 * demofs_setattr - chmod, chown, utimes, truncate
 * @idmap: of the mount
 * @dentry: leads to the inode, which is locked
 * @attr: what to change
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int demofs_setattr(struct mnt_idmap *idmap, struct dentry *dentry,
		   struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	int err, cut = 0;

	err = demofs_may_change(inode->i_sb);
	if (!err)
		err = setattr_prepare(idmap, dentry, attr);
	if (err)
		return err;
	if (attr->ia_valid & ATTR_SIZE && attr->ia_size != inode->i_size) {
		cut = demofs_set_size(inode, attr->ia_size);
		if (cut && attr->ia_size != inode->i_size)
			return cut;
	}
	setattr_copy(idmap, inode, attr);
	mark_inode_dirty(inode);
	if (cut)	/* it is shorter, but not all of its blocks are free */
		return cut;
	if (!inode_needs_sync(inode))
		return 0;
	err = S_ISREG(inode->i_mode) ?
	      demofs_sync_metadata(inode, false, true) :
	      sync_inode_metadata(inode, 1);
	return err ? err : blkdev_issue_flush(inode->i_sb->s_bdev);
}

/**
 * demofs_getattr - stat
 * @idmap: of the mount
 * @path: leads to the inode
 * @stat: is filled in
 * @request_mask: what the caller wants to know
 * @flags: how much trouble to take
 *
 * Context: May sleep.
 * Return: 0.
 */
int demofs_getattr(struct mnt_idmap *idmap, const struct path *path,
		   struct kstat *stat, u32 request_mask, unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);
	u32 on_disk = DEMOFS_I(inode)->flags;

	if (on_disk & FS_APPEND_FL)
		stat->attributes |= STATX_ATTR_APPEND;
	if (on_disk & FS_IMMUTABLE_FL)
		stat->attributes |= STATX_ATTR_IMMUTABLE;
	if (on_disk & FS_NODUMP_FL)
		stat->attributes |= STATX_ATTR_NODUMP;
	stat->attributes_mask |= STATX_ATTR_APPEND | STATX_ATTR_IMMUTABLE |
				 STATX_ATTR_NODUMP;
	generic_fillattr(idmap, request_mask, inode, stat);
	return 0;
}
