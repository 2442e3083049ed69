// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order in which names reach the disk: what they lead to before them, and
 * before a name is removed, the one that its file has instead. order.c says why.
 *
 * Changed blocks of directories are held until all of them are committed
 * together. Within a commit a block can be early, since others wait for it, or
 * late. What that cannot express commits what there is before it changes more.
 */
#include <linux/buffer_head.h>

#include "demofs.h"

static struct demofs_order *demofs_order(struct super_block *sb)
{
	return &DEMOFS_SB(sb)->order;
}

/* Write names, and before them what they lead to. Under names_sem. */
static int demofs_write_names(struct super_block *sb)
{
	struct demofs_order *order = demofs_order(sb);
	struct demofs_inode_info *ip, *next;
	bool made = false;
	int err = 0, err2;

	list_for_each_entry(ip, &order->others, unsettled_link) {
		down_write(&ip->map_sem);
		err2 = demofs_write_held(&ip->held, DEMOFS_FRESH, true);
		up_write(&ip->map_sem);
		err = err ? err : err2;
	}
	err2 = demofs_flush(sb);
	err = err ? err : err2;
	list_for_each_entry_safe(ip, next, &order->others, unsettled_link) {
		down_write(&ip->map_sem);
		made |= ip->is_new;
		err2 = demofs_expose(&ip->vfs_inode);
		up_write(&ip->map_sem);
		err = err ? err : err2;
	}
	if (made) {	/* a name leads to it: that comes behind it */
		err2 = demofs_flush(sb);
		err = err ? err : err2;
	}
	err2 = demofs_write_held(&order->names, DEMOFS_LATE, false);
	err = err ? err : err2;
	if (xa_marked(&order->names, DEMOFS_LATE)) {
		err2 = demofs_flush(sb);
		err = err ? err : err2;
		err2 = demofs_write_held(&order->names, DEMOFS_LATE, true);
		err = err ? err : err2;
	}
	demofs_let_go(sb, &order->names);
	err2 = demofs_flush(sb);
	WRITE_ONCE(order->commits, order->commits + 1);
	return err ? err : err2;
}

/**
 * demofs_commit_names - put all names, and all that was freed, on the disk
 * @sb: the filesystem
 *
 * A disk that fails gets everything all the same, in whatever order.
 *
 * Context: May sleep; takes names_sem exclusively.
 * Return: 0 or a negative errno.
 */
int demofs_commit_names(struct super_block *sb)
{
	struct demofs_order *order = demofs_order(sb);
	int err = 0;

	if (demofs_is_shutdown(sb))
		return -EIO;
	down_write(&order->names_sem);
	if (!xa_empty(&order->names) || !list_empty(&order->others))
		err = demofs_write_names(sb);
	if (!err)	/* or names may still lead there */
		demofs_free_now(sb);
	up_write(&order->names_sem);
	return err;
}

/**
 * demofs_order_change - have an earlier change of names on the disk before another
 * @sb: the filesystem
 * @change: order.commits as of when that was made
 *
 * Context: May sleep; takes names_sem exclusively if that change still waits.
 * Return: 0 or a negative errno.
 */
int demofs_order_change(struct super_block *sb, u32 change)
{
	return demofs_names_wait(sb, change) ? demofs_commit_names(sb) : 0;
}

/**
 * demofs_order_above - have a place on the disk before a directory is moved there
 * @place: the name that the directory is to have, with another parent
 *
 * Until its old name is gone from the disk, a directory that was moved has two.
 * With another one's two they could make a circle, which fsck would cut off the
 * tree with all that is below. The last move of a circle would be to a place from
 * which the way up comes back to what moves. It does not if each directory on it has
 * one name only, since the VFS has seen to that.
 *
 * Context: May sleep; takes names_sem exclusively if there is something to wait
 * for. The caller has s_vfs_rename_mutex, so that the way up stays as it is.
 * Return: 0 or a negative errno.
 */
int demofs_order_above(struct dentry *place)
{
	struct dentry *dir;
	int err = 0;

	for (dir = place->d_parent; !err && !IS_ROOT(dir); dir = dir->d_parent)
		err = demofs_order_change(dir->d_sb,
					  DEMOFS_I(d_inode(dir))->moved_since);
	return err;
}

/**
 * demofs_order_forget - a directory leaves memory
 * @dir: being evicted, and not deleted
 *
 * If a change of it waits for the disk, only the filesystem knows from then on that
 * there is such a directory.
 *
 * Context: Any.
 */
void demofs_order_forget(struct inode *dir)
{
	struct demofs_inode_info *ip = DEMOFS_I(dir);
	struct demofs_order *order = demofs_order(dir->i_sb);
	u32 now;

	spin_lock(&order->lock);	/* for the last one to have the last word */
	now = READ_ONCE(order->commits);
	if (ip->named_since == now || ip->left_since == now ||
	    ip->moved_since == now)
		WRITE_ONCE(order->forgotten, now);
	spin_unlock(&order->lock);
}

/**
 * demofs_order_recall - a directory is in memory again
 * @dir: just read
 *
 * It may be the one that was forgotten: then all may have happened to it.
 *
 * Context: Any.
 */
void demofs_order_recall(struct inode *dir)
{
	struct demofs_inode_info *ip = DEMOFS_I(dir);

	ip->named_since = READ_ONCE(demofs_order(dir->i_sb)->forgotten);
	ip->left_since = ip->named_since;
	ip->moved_since = ip->named_since;
}

/* Nothing is found in @dir, if that is new, before its own name is on the disk. */
static bool demofs_name_early(struct inode *dir, struct buffer_head *from)
{
	struct demofs_order *order = demofs_order(dir->i_sb);
	struct demofs_inode_info *ip = DEMOFS_I(dir);

	if (!demofs_names_wait(dir->i_sb, ip->named_since) ||
	    (from && ip->named_in == from->b_blocknr))
		return true;
	if (!ip->named_in)	/* forgotten */
		return false;
	if (xa_get_mark(&order->names, ip->named_in, DEMOFS_LATE))
		return false;
	xa_set_mark(&order->names, ip->named_in, DEMOFS_EARLY);
	return true;
}

/**
 * demofs_order_mkdir - have a new directory's name on the disk before others
 * @dir: where it is
 * @in: the block with the name
 * @made: the new one
 *
 * Context: The caller holds names_sem shared, and has locked @dir.
 * Return: whether it can be so; if not, names must be committed.
 */
bool demofs_order_mkdir(struct inode *dir, struct buffer_head *in,
			struct inode *made)
{
	DEMOFS_I(made)->named_in = in->b_blocknr;
	DEMOFS_I(made)->named_since = demofs_order(dir->i_sb)->commits;
	return demofs_name_early(dir, NULL);
}

/**
 * demofs_order_rmdir - have what has left a directory on the disk before it goes
 * @dir: where it is
 * @from: the block with its name, about to be removed
 *
 * Context: The caller holds names_sem shared, and has locked both.
 * Return: whether it can be so; if not, names must be committed before.
 */
bool demofs_order_rmdir(struct inode *dir, struct buffer_head *from)
{
	struct demofs_order *order = demofs_order(dir->i_sb);

	if (xa_get_mark(&order->names, from->b_blocknr, DEMOFS_EARLY))
		return false;
	demofs_hold_names(dir, from);
	xa_set_mark(&order->names, from->b_blocknr, DEMOFS_LATE);
	DEMOFS_I(dir)->left_since = order->commits;
	return true;
}

/**
 * demofs_order_rename - have a new name on the disk before the old one goes
 * @old_dir: the directory with the old one
 * @from: the block with the old one, about to be removed
 * @new_dir: the directory with the new one
 * @to: the block with the new one
 *
 * Context: The caller holds names_sem shared, and has locked the directories.
 * Return: whether it can be so; if not, names must be committed before.
 */
bool demofs_order_rename(struct inode *old_dir, struct buffer_head *from,
			 struct inode *new_dir, struct buffer_head *to)
{
	struct demofs_order *order = demofs_order(old_dir->i_sb);
	struct xarray *names = &order->names;

	if (old_dir != new_dir)
		DEMOFS_I(old_dir)->left_since = order->commits;
	if (to == from || !xa_load(names, to->b_blocknr))
		return true;
	if (xa_get_mark(names, to->b_blocknr, DEMOFS_LATE) ||
	    xa_get_mark(names, from->b_blocknr, DEMOFS_EARLY) ||
	    !demofs_name_early(new_dir, from))
		return false;
	demofs_hold_names(old_dir, from);
	xa_set_mark(names, to->b_blocknr, DEMOFS_EARLY);
	xa_set_mark(names, from->b_blocknr, DEMOFS_LATE);
	return true;
}
