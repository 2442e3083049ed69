// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VFS's operations on names, turned into calls on dir.c, ialloc.c, inode.c
 * and symlink.c. It knows no format.
 *
 * Each operation does first what can fail, and undoes it when a later step
 * does: fsck finds nothing to mend after any of them.
 */
#include <linux/mount.h>
#include <linux/slab.h>
#include <linux/writeback.h>

#include "demofs.h"

static const struct qstr demofs_dotdot = QSTR_INIT("..", 2);

/*
 * A name is about to be gone, from memory. When it is from the disk too, is known
 * before the count of links that demofs_disk_links() makes something of.
 */
static void demofs_nameless_from_now(struct inode *inode)
{
	WRITE_ONCE(DEMOFS_I(inode)->nameless_since,
		   DEMOFS_SB(inode->i_sb)->order.commits);
	smp_wmb();	/* pairs with demofs_disk_links() */
}

/* One name, or one subdirectory, less; a corrupt disk may have counted less. */
static void demofs_drop_link(struct inode *inode)
{
	demofs_nameless_from_now(inode);
	if (inode->i_nlink < (S_ISDIR(inode->i_mode) ? 3 : 1))
		demofs_corrupt(inode->i_sb, "inode %u: has only %u links",
			       demofs_ino(inode), inode->i_nlink);
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

/* A name is gone: with a directory's only one go the two links to itself. */
static void demofs_drop_name(struct inode *inode)
{
	if (!S_ISDIR(inode->i_mode)) {
		demofs_drop_link(inode);
		return;
	}
	demofs_nameless_from_now(inode);
	clear_nlink(inode);
	inode_set_ctime_current(inode);
	mark_inode_dirty(inode);
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
		demofs_corrupt(dir->i_sb, "inode %u: a name leads to inode %u, which is deleted",
			       demofs_ino(dir), ino);
		inode = ERR_PTR(-EUCLEAN);
	}
	return d_splice_alias(inode, dentry);
}

/* Between demofs_names_begin() and demofs_names_end(): have all names written. */
static int demofs_commit_now(struct super_block *sb)
{
	int err;

	demofs_names_end(sb);
	err = demofs_commit_names(sb);
	demofs_names_begin(sb);
	return err;
}

/* Tell names.c of a new directory: nothing in it is found without its name. */
static void demofs_order_made(struct inode *dir, struct dentry *dentry,
			      struct inode *made)
{
	struct buffer_head *in = demofs_dir_block_of(dir, &dentry->d_name);

	if (IS_ERR(in) || !demofs_order_mkdir(dir, in, made))
		demofs_commit_now(dir->i_sb);
	if (!IS_ERR(in))
		brelse(in);
}

/*
 * For a name that finds no room: what the file itself has given back nobody else can
 * have used, since the VFS has it locked, as it has all but directories.
 */
static void demofs_settle_locked(struct inode *inode, int err)
{
	if (err == -ENOSPC && S_ISREG(inode->i_mode))
		demofs_settle(inode, true);
}

/* demofs_dir_add() with all that belongs to it */
static int demofs_add_name(struct inode *dir, struct dentry *dentry,
			   struct inode *inode)
{
	struct super_block *sb = dir->i_sb;
	struct demofs_room room = {};
	int err;

	do {
		demofs_names_begin(sb);
		err = demofs_dir_add(dir, &dentry->d_name, inode);
		if (!err && S_ISDIR(inode->i_mode))
			demofs_order_made(dir, dentry, inode);
		demofs_names_end(sb);
		demofs_settle_locked(inode, err);
	} while (demofs_make_room(sb, err, &room, true));
	return err;
}

/*
 * Enter a new inode in @dir, which is done when everything else is. The inode
 * is used up in any case.
 */
static int demofs_add_new(struct inode *dir, struct dentry *dentry,
			  struct inode *inode)
{
	struct demofs_inode_info *info = DEMOFS_I(inode);
	int err = 0;

	/* First what a name leads to, then the name. */
	mark_inode_dirty(inode);
	down_read(&info->map_sem);
	if (!info->unsettled)
		err = demofs_put_inode(inode);
	up_read(&info->map_sem);
	if (!err)
		err = demofs_add_name(dir, dentry, inode);
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

/**
 * demofs_create - make a regular file
 * @idmap: of the mount
 * @dir: the directory, locked
 * @dentry: the name, which is not there yet
 * @mode: of the file
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int demofs_create(struct mnt_idmap *idmap, struct inode *dir,
		  struct dentry *dentry, umode_t mode)
{
	return demofs_mknod(idmap, dir, dentry, mode, 0);
}

static int demofs_tmpfile(struct mnt_idmap *idmap, struct inode *dir,
			  struct file *file, umode_t mode)
{
	struct inode *inode = demofs_new_inode(dir, mode);
	int err;

	if (IS_ERR(inode))
		return finish_open_simple(file, PTR_ERR(inode));
	demofs_set_inode_ops(inode, 0);
	d_tmpfile(file, inode);
	err = demofs_put_inode(inode);	/* it may get a name later */
	unlock_new_inode(inode);
	return finish_open_simple(file, err);
}

/**
 * demofs_mkdir - make a directory
 * @idmap: of the mount
 * @dir: the directory that it is to be in, locked
 * @dentry: the name, which is not there yet
 * @mode: of the new directory
 *
 * Context: May sleep.
 * Return: NULL, for @dentry it is, or an ERR_PTR.
 */
struct dentry *demofs_mkdir(struct mnt_idmap *idmap, struct inode *dir,
			    struct dentry *dentry, umode_t mode)
{
	struct inode *inode = demofs_new_inode(dir, S_IFDIR | mode);
	struct super_block *sb = dir->i_sb;
	struct demofs_room room = {};
	int err;

	if (IS_ERR(inode))
		return ERR_CAST(inode);
	demofs_set_inode_ops(inode, 0);
	set_nlink(inode, 2);
	do {
		demofs_names_begin(sb);
		err = demofs_dir_make_empty(inode, dir);
		demofs_names_end(sb);
	} while (demofs_make_room(sb, err, &room, true));
	if (err) {
		demofs_abandon(inode);
		return ERR_PTR(err);
	}
	return ERR_PTR(demofs_add_new(dir, dentry, inode));
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
	if (err) {
		demofs_abandon(inode);
		return err;
	}
	i_size_write(inode, len);
	demofs_set_inode_ops(inode, 0);
	return demofs_add_new(dir, dentry, inode);
}

static int demofs_link(struct dentry *old_dentry, struct inode *dir,
		       struct dentry *dentry)
{
	struct inode *inode = d_inode(old_dentry);
	int err;

	err = demofs_may_change(dir->i_sb);
	if (err)
		return err;
	/* As for a new inode: one without a name can get one. */
	demofs_add_link(inode);
	err = demofs_put_links(inode);
	if (!err)
		err = demofs_add_name(dir, dentry, inode);
	if (err) {
		demofs_drop_link(inode);
		return err;
	}
	ihold(inode);
	d_instantiate(dentry, inode);
	return demofs_dir_sync(dir);
}

/*
 * The VFS takes a name to be as it was if a change of it ends with an error. Let it
 * be looked up again. @gone is what had the name, if it has none now.
 */
static void demofs_forget_name(struct dentry *dentry, struct inode *gone)
{
	if (gone && S_ISDIR(gone->i_mode)) {
		gone->i_flags |= S_DEAD;
		dont_mount(dentry);
	}
	d_drop(dentry);
}

/* With -o sync or dirsync: have it on the disk that a name has been removed. */
static int demofs_sync_removal(struct inode *dir, struct dentry *dentry)
{
	int err = demofs_dir_sync(dir);

	if (err)
		demofs_forget_name(dentry, d_inode(dentry));
	return err;
}

static int demofs_unlink(struct inode *dir, struct dentry *dentry)
{
	int err;

	err = demofs_may_change(dir->i_sb);
	if (err)
		return err;
	demofs_names_begin(dir->i_sb);
	err = demofs_dir_remove(dir, &dentry->d_name);
	if (!err)
		demofs_drop_name(d_inode(dentry));
	demofs_names_end(dir->i_sb);
	return err ? err : demofs_sync_removal(dir, dentry);
}

/* Before the name in @dir is removed, what has left the directory is elsewhere. */
static int demofs_order_gone(struct inode *dir, struct dentry *dentry)
{
	struct super_block *sb = dir->i_sb;
	struct buffer_head *from;
	int err = 0;

	if (!demofs_names_wait(sb, DEMOFS_I(d_inode(dentry))->left_since))
		return 0;
	from = demofs_dir_block_of(dir, &dentry->d_name);
	if (IS_ERR(from))
		return PTR_ERR(from);
	if (!demofs_order_rmdir(dir, from))
		err = demofs_commit_now(sb);
	brelse(from);
	return err;
}

static int demofs_rmdir(struct inode *dir, struct dentry *dentry)
{
	int ret;

	ret = demofs_may_change(dir->i_sb);
	if (ret)
		return ret;
	ret = demofs_dir_is_empty(d_inode(dentry));
	if (ret <= 0)
		return ret ? ret : -ENOTEMPTY;
	demofs_names_begin(dir->i_sb);
	ret = demofs_order_gone(dir, dentry);
	if (!ret)
		ret = demofs_dir_remove(dir, &dentry->d_name);
	if (!ret) {
		demofs_drop_name(d_inode(dentry));
		demofs_drop_link(dir);
	}
	demofs_names_end(dir->i_sb);
	return ret ? ret : demofs_sync_removal(dir, dentry);
}

/* Let the name in @dir, which leads to @old if that is not NULL, lead to @new */
static int demofs_point_name(struct inode *dir, struct dentry *dentry,
			     struct inode *old, struct inode *new)
{
	if (!old)
		return demofs_dir_add(dir, &dentry->d_name, new);
	if (!new)
		return demofs_dir_remove(dir, &dentry->d_name);
	return demofs_dir_set(dir, &dentry->d_name, new);
}

/* A directory's name in another one may be on the disk beside the old one. */
static void demofs_moved_now(struct inode *inode)
{
	DEMOFS_I(inode)->moved_since = DEMOFS_SB(inode->i_sb)->order.commits;
}

/* Let @inode, if it is a directory that moves, or back, have another parent. */
static int demofs_point_parent(struct inode *inode, struct inode *from,
			       struct inode *to)
{
	if (!inode || !S_ISDIR(inode->i_mode) || from == to)
		return 0;
	demofs_moved_now(inode);
	return demofs_dir_set(inode, &demofs_dotdot, to);
}

/* What waits for the disk is there when this returns, should it be needed. */
static int demofs_order_entries(struct inode *old_dir,
				struct dentry *old_dentry,
				struct inode *new_dir,
				struct dentry *new_dentry)
{
	struct super_block *sb = old_dir->i_sb;
	struct buffer_head *from, *to;
	int err = 0;

	to = demofs_dir_block_of(new_dir, &new_dentry->d_name);
	if (IS_ERR(to))
		return PTR_ERR(to);
	from = demofs_dir_block_of(old_dir, &old_dentry->d_name);
	if (IS_ERR(from)) {
		brelse(to);
		return PTR_ERR(from);
	}
	if (!demofs_order_rename(old_dir, from, new_dir, to))
		err = demofs_commit_now(sb);
	brelse(from);
	brelse(to);
	return err;
}

/*
 * The four entries that a rename can change: @moved gets the name in @new_dir,
 * and what had that name goes to @back, which is @old_dir's or nowhere.
 */
static int demofs_move_entries(struct inode *old_dir, struct dentry *old_dentry,
			       struct inode *new_dir, struct dentry *new_dentry,
			       struct inode *back)
{
	struct inode *moved = d_inode(old_dentry);
	struct inode *target = d_inode(new_dentry);
	int err;

	err = demofs_point_parent(moved, old_dir, new_dir);
	if (err)
		return err;
	err = demofs_point_parent(back, new_dir, old_dir);
	if (err)
		goto undo_moved;
	err = demofs_point_name(new_dir, new_dentry, target, moved);
	if (err)
		goto undo_back;
	err = demofs_order_entries(old_dir, old_dentry, new_dir, new_dentry);
	if (!err)
		err = demofs_point_name(old_dir, old_dentry, moved, back);
	if (!err)
		return 0;

	demofs_point_name(new_dir, new_dentry, moved, target);
undo_back:
	demofs_point_parent(back, old_dir, new_dir);
undo_moved:
	demofs_point_parent(moved, new_dir, old_dir);
	return err;
}

/* Account for the ".." of @inode, if it is a directory that has moved. */
static void demofs_moved(struct inode *inode, struct inode *from,
			 struct inode *to)
{
	if (S_ISDIR(inode->i_mode) && from != to) {
		demofs_moved_now(inode);
		demofs_add_link(to);
		demofs_drop_link(from);
	}
	inode_set_ctime_current(inode);
	mark_inode_dirty(inode);
}

/*
 * The same for a rename: first there, then no longer here. @gone is what had the new
 * name, if it has no other now.
 */
static int demofs_sync_rename(struct inode *old_dir, struct dentry *old_dentry,
			      struct inode *new_dir, struct dentry *new_dentry,
			      struct inode *gone)
{
	int err;

	err = demofs_dir_sync(d_inode(old_dentry));
	if (!err)
		err = demofs_dir_sync(new_dir);
	if (!err)
		err = demofs_dir_sync(old_dir);
	if (err) {
		demofs_forget_name(old_dentry, NULL);
		demofs_forget_name(new_dentry, gone);
	}
	return err;
}

/* Before directories get another parent, their places are on the disk. */
static int demofs_order_dirs(struct inode *old_dir, struct dentry *old_dentry,
			     struct inode *new_dir, struct dentry *new_dentry,
			     struct inode *back)
{
	int err = 0;

	if (old_dir == new_dir)
		return 0;
	if (S_ISDIR(d_inode(old_dentry)->i_mode))
		err = demofs_order_above(new_dentry);
	if (!err && back && S_ISDIR(back->i_mode))
		err = demofs_order_above(old_dentry);
	return err;
}

static int demofs_rename(struct mnt_idmap *idmap, struct inode *old_dir,
			 struct dentry *old_dentry, struct inode *new_dir,
			 struct dentry *new_dentry, unsigned int flags)
{
	struct inode *moved = d_inode(old_dentry);
	struct inode *target = d_inode(new_dentry);
	struct inode *back = flags & RENAME_EXCHANGE ? target : NULL;
	struct super_block *sb = old_dir->i_sb;
	struct demofs_room room = {};
	int err;

	/* Whether the target may exist, the VFS has seen to. */
	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	err = demofs_may_change(old_dir->i_sb);
	if (err)
		return err;
	if (target && !back && S_ISDIR(target->i_mode)) {
		err = demofs_dir_is_empty(target);
		if (err <= 0)
			return err ? err : -ENOTEMPTY;
		/* Its name cannot be both early and late. */
		err = demofs_order_change(sb, DEMOFS_I(target)->left_since);
		if (err)
			return err;
	}
	err = demofs_order_dirs(old_dir, old_dentry, new_dir, new_dentry, back);
	if (err)
		return err;
	do {
		demofs_names_begin(sb);
		err = demofs_move_entries(old_dir, old_dentry, new_dir,
					  new_dentry, back);
		if (!err)
			break;
		demofs_names_end(sb);
		demofs_settle_locked(moved, err);
		if (target)
			demofs_settle_locked(target, err);
	} while (demofs_make_room(sb, err, &room, true));
	if (err)
		return err;

	demofs_moved(moved, old_dir, new_dir);
	if (back) {
		demofs_moved(back, new_dir, old_dir);
	} else if (target) {
		demofs_drop_name(target);
		if (S_ISDIR(target->i_mode))
			demofs_drop_link(new_dir);
	}
	demofs_names_end(sb);
	/*
	 * Two directories in each other's place depend on each other. Nothing
	 * that is moved there shall depend on that.
	 */
	if (back && (S_ISDIR(moved->i_mode) || S_ISDIR(back->i_mode)))
		demofs_commit_names(sb);
	return demofs_sync_rename(old_dir, old_dentry, new_dir, new_dentry,
				  back ? NULL : target);
}

const struct inode_operations demofs_dir_inode_operations = {
	.lookup		= demofs_lookup,
	.create		= demofs_create_op,
	.link		= demofs_link,
	.unlink		= demofs_unlink,
	.symlink	= demofs_symlink,
	.mkdir		= demofs_mkdir_op,
	.rmdir		= demofs_rmdir,
	.mknod		= demofs_mknod,
	.rename		= demofs_rename,
	.tmpfile	= demofs_tmpfile,
	.getattr	= demofs_getattr,
	.setattr	= demofs_setattr,
	.fiemap		= demofs_fiemap,
};

const struct inode_operations demofs_special_inode_operations = {
	.getattr	= demofs_getattr,
	.setattr	= demofs_setattr,
};
