// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VFS's operations on names, turned into calls on dir.c, ialloc.c and
 * inode.c; and symlinks. It knows no format but that of a symlink's block.
 *
 * Each operation does first what can fail, and undoes it when a later step
 * does: fsck finds nothing to mend after any of them.
 */
#include <linux/mount.h>
#include <linux/slab.h>
#include <linux/writeback.h>

#include "demofs.h"

static const struct qstr demofs_dotdot = QSTR_INIT("..", 2);

/* One link less, though a corrupt disk may have had too few. */
static void demofs_drop_link(struct inode *inode)
{
	u32 least = S_ISDIR(inode->i_mode) ? 3 : 1;

	if (inode->i_nlink < least)
		demofs_corrupt(inode->i_sb, "inode %lu: only %u links, fewer than names",
			       inode->i_ino, inode->i_nlink);
	else
		drop_nlink(inode);
	inode_set_ctime_current(inode);
	mark_inode_dirty(inode);
}

static void demofs_add_link(struct inode *inode)
{
	inc_nlink(inode);
	inode_set_ctime_current(inode);
	mark_inode_dirty(inode);
}

/* An inode's last name is gone: so are a directory's own two links. */
static void demofs_drop_name(struct inode *inode)
{
	if (S_ISDIR(inode->i_mode)) {
		clear_nlink(inode);
		inode_set_ctime_current(inode);
		mark_inode_dirty(inode);
	} else {
		demofs_drop_link(inode);
	}
}

/* Give up a new inode that has got no name. */
static void demofs_abandon(struct inode *inode)
{
	clear_nlink(inode);
	discard_new_inode(inode);
}

static struct dentry *demofs_lookup(struct inode *dir, struct dentry *dentry,
				    unsigned int flags)
{
	struct inode *inode = NULL;
	u32 ino;
	int err;

	if (dentry->d_name.len > DEMOFS_NAME_LEN)
		return ERR_PTR(-ENAMETOOLONG);
	err = demofs_dir_find(dir, &dentry->d_name, &ino);
	if (err)
		return ERR_PTR(err);
	if (ino)
		inode = demofs_iget(dir->i_sb, ino);
	if (inode == ERR_PTR(-ESTALE)) {
		demofs_corrupt(dir->i_sb, "inode %lu: a name leads to inode %u, which is deleted",
			       dir->i_ino, ino);
		inode = ERR_PTR(-EUCLEAN);
	}
	return d_splice_alias(inode, dentry);
}

/*
 * Enter a new inode in @dir, which is done when everything else is. The inode
 * is used up in any case.
 */
static int demofs_add_new(struct inode *dir, struct dentry *dentry,
			  struct inode *inode)
{
	int err = 0;

	/* First what a name leads to, then the name. */
	mark_inode_dirty(inode);
	if (IS_DIRSYNC(dir))
		err = sync_inode_metadata(inode, 1);
	if (!err)
		err = demofs_dir_add(dir, &dentry->d_name, inode);
	if (err) {
		demofs_abandon(inode);
		return err;
	}
	if (S_ISDIR(inode->i_mode))
		demofs_add_link(dir);
	d_instantiate_new(dentry, inode);
	return demofs_dir_sync(dir);
}

static int demofs_mknod(struct mnt_idmap *idmap, struct inode *dir,
			struct dentry *dentry, umode_t mode, dev_t rdev)
{
	struct inode *inode = demofs_new_inode(dir, mode);

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	demofs_set_inode_ops(inode, rdev);
	return demofs_add_new(dir, dentry, inode);
}

static int demofs_create(struct mnt_idmap *idmap, struct inode *dir,
			 struct dentry *dentry, umode_t mode, bool excl)
{
	return demofs_mknod(idmap, dir, dentry, mode, 0);
}

static int demofs_tmpfile(struct mnt_idmap *idmap, struct inode *dir,
			  struct file *file, umode_t mode)
{
	struct inode *inode = demofs_new_inode(dir, mode);

	if (IS_ERR(inode))
		return finish_open_simple(file, PTR_ERR(inode));
	demofs_set_inode_ops(inode, 0);
	d_tmpfile(file, inode);
	unlock_new_inode(inode);
	return finish_open_simple(file, 0);
}

static int demofs_mkdir(struct mnt_idmap *idmap, struct inode *dir,
			struct dentry *dentry, umode_t mode)
{
	struct inode *inode = demofs_new_inode(dir, S_IFDIR | mode);
	int err;

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	demofs_set_inode_ops(inode, 0);
	set_nlink(inode, 2);
	err = demofs_dir_make_empty(inode, dir);
	if (!err)
		err = demofs_dir_sync(inode);
	if (err) {
		demofs_abandon(inode);
		return err;
	}
	return demofs_add_new(dir, dentry, inode);
}

/* Store a symlink's target in a block of its own. */
static int demofs_write_target(struct inode *inode, const char *target, u32 len)
{
	struct buffer_head *bh;
	struct demofs_run run;
	int ret;

	ret = demofs_map(inode, 0, 1, true, &run);
	if (ret < 0)
		return ret;
	bh = sb_getblk(inode->i_sb, run.pblk);
	if (!bh)
		return -ENOMEM;	/* the block goes with the inode */
	lock_buffer(bh);	/* an earlier owner may be writing it still */
	memset(bh->b_data, 0, bh->b_size);
	memcpy(bh->b_data, target, len);
	set_buffer_uptodate(bh);
	unlock_buffer(bh);
	mark_buffer_dirty_inode(bh, inode);
	brelse(bh);
	return 0;
}

static int demofs_symlink(struct mnt_idmap *idmap, struct inode *dir,
			  struct dentry *dentry, const char *target)
{
	u32 len = strlen(target);
	struct inode *inode;
	int err = 0;

	if (len >= dir->i_sb->s_blocksize)
		return -ENAMETOOLONG;
	inode = demofs_new_inode(dir, S_IFLNK | 0777);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	if (len < sizeof(DEMOFS_I(inode)->data))
		memcpy(DEMOFS_I(inode)->data, target, len);
	else
		err = demofs_write_target(inode, target, len);
	if (!err && IS_DIRSYNC(dir))
		err = sync_mapping_buffers(inode->i_mapping);
	if (err) {
		demofs_abandon(inode);
		return err;
	}
	i_size_write(inode, len);
	demofs_set_inode_ops(inode, 0);
	return demofs_add_new(dir, dentry, inode);
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
		demofs_corrupt(inode->i_sb, "inode %lu: symlink without a block",
			       inode->i_ino);
		return ERR_PTR(-EUCLEAN);
	}
	bh = demofs_bread(inode->i_sb, run.pblk);
	if (!bh) {
		demofs_err(inode->i_sb, "inode %lu: cannot read symlink, block %u",
			   inode->i_ino, run.pblk);
		return ERR_PTR(-EIO);
	}
	if (strnlen(bh->b_data, bh->b_size) != inode->i_size) {
		demofs_corrupt(inode->i_sb, "inode %lu: symlink not as long as its size, in block %u",
			       inode->i_ino, run.pblk);
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

static int demofs_link(struct dentry *old_dentry, struct inode *dir,
		       struct dentry *dentry)
{
	struct inode *inode = d_inode(old_dentry);
	int err;

	if (demofs_is_shutdown(dir->i_sb))
		return -EIO;
	err = demofs_dir_add(dir, &dentry->d_name, inode);
	if (err)
		return err;
	demofs_add_link(inode);
	ihold(inode);
	d_instantiate(dentry, inode);
	if (IS_DIRSYNC(dir))
		err = sync_inode_metadata(inode, 1);
	return err ? err : demofs_dir_sync(dir);
}

static int demofs_unlink(struct inode *dir, struct dentry *dentry)
{
	int err;

	if (demofs_is_shutdown(dir->i_sb))
		return -EIO;
	err = demofs_dir_remove(dir, &dentry->d_name);
	if (err)
		return err;
	demofs_drop_name(d_inode(dentry));
	return demofs_dir_sync(dir);
}

static int demofs_rmdir(struct inode *dir, struct dentry *dentry)
{
	int ret;

	if (demofs_is_shutdown(dir->i_sb))
		return -EIO;
	ret = demofs_dir_is_empty(d_inode(dentry));
	if (ret <= 0)
		return ret ? ret : -ENOTEMPTY;
	ret = demofs_dir_remove(dir, &dentry->d_name);
	if (ret)
		return ret;
	demofs_drop_name(d_inode(dentry));
	demofs_drop_link(dir);
	return demofs_dir_sync(dir);
}

/* Write whatever a rename has changed, if it is to be written at once. */
static int demofs_sync_rename(struct inode *old_dir, struct inode *new_dir,
			      struct inode *moved, bool new_parent)
{
	int err = 0;

	if (new_parent && IS_DIRSYNC(new_dir)) {
		err = sync_mapping_buffers(moved->i_mapping);
		if (!err)
			err = sync_inode_metadata(moved, 1);
	}
	if (!err)
		err = demofs_dir_sync(new_dir);	/* first there, then not here */
	return err ? err : demofs_dir_sync(old_dir);
}

/* Let the name in @new_dir, which may exist as @victim, lead to @moved. */
static int demofs_rename_to(struct inode *new_dir, struct dentry *new_dentry,
			    struct inode *moved, struct inode *victim)
{
	int ret;

	if (!victim)
		return demofs_dir_add(new_dir, &new_dentry->d_name, moved);
	if (S_ISDIR(victim->i_mode)) {
		ret = demofs_dir_is_empty(victim);
		if (ret <= 0)
			return ret ? ret : -ENOTEMPTY;
	}
	return demofs_dir_set(new_dir, &new_dentry->d_name, moved);
}

static void demofs_undo_rename_to(struct inode *new_dir,
				  struct dentry *new_dentry,
				  struct inode *victim)
{
	if (victim)
		demofs_dir_set(new_dir, &new_dentry->d_name, victim);
	else
		demofs_dir_remove(new_dir, &new_dentry->d_name);
}

static int demofs_move(struct inode *old_dir, struct dentry *old_dentry,
		       struct inode *new_dir, struct dentry *new_dentry)
{
	struct inode *moved = d_inode(old_dentry);
	struct inode *victim = d_inode(new_dentry);
	bool is_dir = S_ISDIR(moved->i_mode);
	bool new_parent = is_dir && old_dir != new_dir;
	int err = 0;

	if (new_parent)
		err = demofs_dir_set(moved, &demofs_dotdot, new_dir);
	if (err)
		return err;
	err = demofs_rename_to(new_dir, new_dentry, moved, victim);
	if (err)
		goto undo_parent;
	err = demofs_dir_remove(old_dir, &old_dentry->d_name);
	if (err)
		goto undo_name;

	if (new_parent) {
		demofs_add_link(new_dir);
		demofs_drop_link(old_dir);
	}
	if (victim) {
		demofs_drop_name(victim);
		if (is_dir)
			demofs_drop_link(new_dir);
	}
	inode_set_ctime_current(moved);
	mark_inode_dirty(moved);
	return demofs_sync_rename(old_dir, new_dir, moved, new_parent);

undo_name:
	demofs_undo_rename_to(new_dir, new_dentry, victim);
undo_parent:
	if (new_parent)
		demofs_dir_set(moved, &demofs_dotdot, old_dir);
	return err;
}

/* Let @inode, if it is a directory, have another parent. */
static int demofs_set_parent(struct inode *inode, struct inode *parent)
{
	if (!S_ISDIR(inode->i_mode))
		return 0;
	return demofs_dir_set(inode, &demofs_dotdot, parent);
}

static int demofs_exchange(struct inode *old_dir, struct dentry *old_dentry,
			   struct inode *new_dir, struct dentry *new_dentry)
{
	struct inode *a = d_inode(old_dentry), *b = d_inode(new_dentry);
	int err, err2;

	/* Steps already taken are undone by taking them back to front. */
	err = demofs_set_parent(a, new_dir);
	if (err)
		return err;
	err = demofs_set_parent(b, old_dir);
	if (err)
		goto undo_a;
	err = demofs_dir_set(new_dir, &new_dentry->d_name, a);
	if (err)
		goto undo_b;
	err = demofs_dir_set(old_dir, &old_dentry->d_name, b);
	if (err)
		goto undo_name;

	if (old_dir != new_dir && S_ISDIR(a->i_mode) != S_ISDIR(b->i_mode)) {
		demofs_add_link(S_ISDIR(a->i_mode) ? new_dir : old_dir);
		demofs_drop_link(S_ISDIR(a->i_mode) ? old_dir : new_dir);
	}
	inode_set_ctime_current(a);
	inode_set_ctime_current(b);
	mark_inode_dirty(a);
	mark_inode_dirty(b);
	err = demofs_sync_rename(old_dir, new_dir, a, true);
	err2 = demofs_sync_rename(old_dir, new_dir, b, true);
	return err ? err : err2;

undo_name:
	demofs_dir_set(new_dir, &new_dentry->d_name, b);
undo_b:
	demofs_set_parent(b, new_dir);
undo_a:
	demofs_set_parent(a, old_dir);
	return err;
}

static int demofs_rename(struct mnt_idmap *idmap, struct inode *old_dir,
			 struct dentry *old_dentry, struct inode *new_dir,
			 struct dentry *new_dentry, unsigned int flags)
{
	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	if (demofs_is_shutdown(old_dir->i_sb))
		return -EIO;
	if (flags & RENAME_EXCHANGE)
		return demofs_exchange(old_dir, old_dentry, new_dir,
				       new_dentry);
	/* The VFS has seen to NOREPLACE. */
	return demofs_move(old_dir, old_dentry, new_dir, new_dentry);
}

const struct inode_operations demofs_dir_inode_operations = {
	.lookup		= demofs_lookup,
	.create		= demofs_create,
	.link		= demofs_link,
	.unlink		= demofs_unlink,
	.symlink	= demofs_symlink,
	.mkdir		= demofs_mkdir,
	.rmdir		= demofs_rmdir,
	.mknod		= demofs_mknod,
	.rename		= demofs_rename,
	.tmpfile	= demofs_tmpfile,
	.getattr	= demofs_getattr,
	.setattr	= demofs_setattr,
	.fiemap		= demofs_fiemap,
	.fileattr_get	= demofs_fileattr_get,
	.fileattr_set	= demofs_fileattr_set,
};

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

const struct inode_operations demofs_special_inode_operations = {
	.getattr	= demofs_getattr,
	.setattr	= demofs_setattr,
};
