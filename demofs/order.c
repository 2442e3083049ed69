// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order in which changes reach the disk, so that a power cut at any moment
 * leaves what fsck can mend without losing what was synced, and no file with
 * bytes that were never written to it. There is no journal. Between two flushes
 * a disk may keep any of the blocks that it was given and lose any other, so
 * what must come after something waits until that is written and flushed:
 *
 *  1. a block's data, then the pointer that leads to it;
 *  2. an inode, then the name that leads to it;
 *  3. a renamed file's new name, then the old one's removal, if the two are in
 *     different blocks; and the removal of a name, then the end of its inode;
 *     and of a moved directory's old name, then another's new one below it;
 *  4. the removal of what led to a block or an inode, then its next use.
 *
 * The kernel writes a dirty buffer when it likes to. Hence one rule for all of
 * metadata: what is in a dirty buffer may reach the disk now. What may not yet
 * is kept where nobody writes it:
 *
 *  - pointers are in the in-core inode and in indirect blocks that are held:
 *    changed in memory, but clean. An inode with such is unsettled; to settle
 *    it is to write its data, flush, and put the pointers into dirty buffers.
 *  - names are in blocks of directories that are held. To commit names is to
 *    write what they lead to, flush, write them, and flush. A new directory, or
 *    a symlink with a block of its own, takes a flush between block and inode.
 *  - blocks and inodes that were freed stay in use in the bitmaps until that.
 *
 * Bitmaps and counts need no order: fsck finds them from the rest, and before that
 * demofs_begin_writing() lets nobody write.
 *
 * fsync settles a file, for a directory it commits names; sync does both, and
 * so does a worker when the kernel finds that an inode has been dirty for long
 * enough, or when memory or the disk run short of what waits.
 *
 * Locks, outermost first: settle_lock, i_rwsem and invalidate_lock of a regular
 * file, names_sem, map_sem.
 */
#include <linux/blkdev.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/writeback.h>

#include "demofs.h"

#define DEMOFS_BATCH		32	/* files settled with one flush */
#define DEMOFS_RELIEF		(HZ / 5)

#define DEMOFS_TRIES		10	/* to find room on a full disk, or */
#define DEMOFS_PATIENCE		(5 * HZ)	/* if others have it locked */
#define DEMOFS_NAP		(HZ / 50)

struct demofs_batch {
	unsigned int count;
	struct inode *inode[DEMOFS_BATCH];
	u32 changes[DEMOFS_BATCH];	/* as of when data was written */
};

static struct demofs_order *demofs_order(struct super_block *sb)
{
	return &DEMOFS_SB(sb)->order;
}

/**
 * demofs_call_worker - have everything settled and committed
 * @sb: the filesystem
 * @delay: jiffies
 *
 * Context: Any.
 */
void demofs_call_worker(struct super_block *sb, unsigned long delay)
{
	struct demofs_order *order = demofs_order(sb);

	if (delay)
		queue_delayed_work(system_long_wq, &order->work, delay);
	else
		mod_delayed_work(system_long_wq, &order->work, 0);
}

/**
 * demofs_unsettle - note that pointers of an inode have changed
 * @inode: the inode
 *
 * Context: Process; the caller holds map_sem exclusively.
 */
void demofs_unsettle(struct inode *inode)
{
	struct demofs_order *order = demofs_order(inode->i_sb);
	struct demofs_inode_info *ip = DEMOFS_I(inode);

	ip->changes++;
	if (ip->unsettled)
		return;
	ip->unsettled = true;
	spin_lock(&order->lock);
	list_add_tail(&ip->unsettled_link, S_ISREG(inode->i_mode) ?
					   &order->files : &order->others);
	spin_unlock(&order->lock);
}

/**
 * demofs_expose - let the disk have an inode's pointers
 * @inode: what they lead to is on the disk
 *
 * Context: May sleep; the caller holds map_sem exclusively.
 * Return: 0 or a negative errno.
 */
int demofs_expose(struct inode *inode)
{
	struct demofs_order *order = demofs_order(inode->i_sb);
	struct demofs_inode_info *ip = DEMOFS_I(inode);
	int err;

	err = demofs_put_inode(inode);
	if (err)
		return err;
	err = demofs_write_held(&ip->held, DEMOFS_FRESH, false);
	demofs_let_go(inode->i_sb, &ip->held);
	spin_lock(&order->lock);
	if (!err)	/* or a pointer on the disk may still lead there */
		list_splice_tail_init(&ip->freed, &order->freed);
	if (xa_empty(&ip->held)) {
		ip->unsettled = false;
		list_del_init(&ip->unsettled_link);
	}
	spin_unlock(&order->lock);
	return err;
}

/*
 * How to get at a file's i_rwsem. While the filesystem is being frozen, all who
 * could change files have ended or wait for the thaw; with i_rwsem, if they
 * read directly into the mapping of a file. So then it must not be taken.
 */
enum demofs_lock { DEMOFS_LOCK, DEMOFS_TRYLOCK, DEMOFS_LOCKED, DEMOFS_FROZEN };

/* Keep all from giving the file blocks but the writing back of its data. */
static bool demofs_lock_file(struct inode *inode, enum demofs_lock how)
{
	if (how == DEMOFS_FROZEN)
		return true;
	if (how == DEMOFS_LOCK)
		inode_lock(inode);
	else if (how == DEMOFS_TRYLOCK && !inode_trylock(inode))
		return false;
	inode_dio_wait(inode);
	filemap_invalidate_lock(inode->i_mapping);
	return true;
}

static void demofs_unlock_file(struct inode *inode, enum demofs_lock how)
{
	if (how == DEMOFS_FROZEN)
		return;
	filemap_invalidate_unlock(inode->i_mapping);
	if (how != DEMOFS_LOCKED)
		inode_unlock(inode);
}

/*
 * Write what a locked file's pointers lead to. Data that cannot be written is
 * for fsync to report; the rest of the file shall not be lost with it.
 * @changes: receives the number of the last change that this covers
 * Return: 0 or -EIO.
 */
static int demofs_write_below(struct inode *inode, u32 *changes)
{
	struct demofs_inode_info *ip = DEMOFS_I(inode);
	int err;

	down_read(&ip->map_sem);
	*changes = ip->changes;
	up_read(&ip->map_sem);
	filemap_write_and_wait(inode->i_mapping);
	down_write(&ip->map_sem);
	err = demofs_write_held(&ip->held, DEMOFS_FRESH, true);
	up_write(&ip->map_sem);
	return err;
}

/* Settle one file, with the flush that this takes; -EBUSY if it cannot be locked. */
static int demofs_settle_one(struct inode *inode, enum demofs_lock how)
{
	struct demofs_inode_info *ip = DEMOFS_I(inode);
	int err, err2;
	u32 changes;

	if (!demofs_lock_file(inode, how))
		return -EBUSY;
	err = demofs_write_below(inode, &changes);
	err2 = blkdev_issue_flush(inode->i_sb->s_bdev);
	err = err ? err : err2;
	down_write(&ip->map_sem);
	err2 = ip->unsettled ? demofs_expose(inode) : 0;
	up_write(&ip->map_sem);
	demofs_unlock_file(inode, how);
	return err ? err : err2;
}

/**
 * demofs_settle - write a file's data, then let the disk know where it is
 * @inode: a regular file
 * @locked: the caller has locked it
 *
 * The inode's part of the inode table may still have to be written.
 *
 * Context: May sleep; takes i_rwsem, invalidate_lock and map_sem.
 * Return: 0 or a negative errno.
 */
int demofs_settle(struct inode *inode, bool locked)
{
	if (!READ_ONCE(DEMOFS_I(inode)->unsettled))
		return 0;
	return demofs_settle_one(inode, locked ? DEMOFS_LOCKED : DEMOFS_LOCK);
}

/* Take files from @todo, which goes back to where it came from. */
static bool demofs_take_batch(struct demofs_order *order,
			      struct list_head *todo,
			      struct demofs_batch *batch)
{
	struct demofs_inode_info *ip;

	batch->count = 0;
	spin_lock(&order->lock);
	while (batch->count < DEMOFS_BATCH && !list_empty(todo)) {
		ip = list_first_entry(todo, struct demofs_inode_info,
				      unsettled_link);
		list_move_tail(&ip->unsettled_link, &order->files);
		/* One that is being evicted goes another way. */
		batch->inode[batch->count] = igrab(&ip->vfs_inode);
		batch->count += !!batch->inode[batch->count];
	}
	spin_unlock(&order->lock);
	return batch->count;
}

/* Settle what nobody has changed since its data was written. */
static int demofs_settle_unchanged(struct inode *inode, u32 changes, bool *busy)
{
	struct demofs_inode_info *ip = DEMOFS_I(inode);
	int err = 0;

	down_write(&ip->map_sem);
	*busy = ip->unsettled && ip->changes != changes;
	if (ip->unsettled && !*busy)
		err = demofs_expose(inode);
	up_write(&ip->map_sem);
	return err;
}

/* Settle many files with one flush, but those that grow meanwhile. */
static int demofs_settle_batch(struct super_block *sb,
			       struct demofs_batch *batch,
			       enum demofs_lock how)
{
	unsigned int i;
	int err, err2;
	bool busy;

	for (i = 0; i < batch->count; i++)
		filemap_flush(batch->inode[i]->i_mapping);
	for (i = 0; i < batch->count; i++) {
		struct inode *inode = batch->inode[i];

		batch->changes[i] = DEMOFS_I(inode)->changes - 1;
		if (!demofs_lock_file(inode, how))
			continue;
		err = demofs_write_below(inode, &batch->changes[i]);
		if (err)
			mapping_set_error(inode->i_mapping, err);
		demofs_unlock_file(inode, how);
	}
	err = blkdev_issue_flush(sb->s_bdev);
	for (i = 0; i < batch->count; i++) {
		struct inode *inode = batch->inode[i];

		err2 = demofs_settle_unchanged(inode, batch->changes[i], &busy);
		if (busy)
			err2 = demofs_settle_one(inode, how);
		if (err2 && err2 != -EBUSY)
			mapping_set_error(inode->i_mapping, err2);
		err = err ? err : err2;
		iput(inode);
		cond_resched();
	}
	return err;
}

static int demofs_settle_all(struct super_block *sb, enum demofs_lock how)
{
	struct demofs_order *order = demofs_order(sb);
	struct demofs_batch batch;
	int err = 0, err2;
	LIST_HEAD(todo);

	if (how == DEMOFS_LOCK) {
		mutex_lock(&order->settle_lock);
	} else if (how == DEMOFS_TRYLOCK &&
		   !mutex_trylock(&order->settle_lock)) {
		return -EBUSY;	/* someone else is at it */
	}
	spin_lock(&order->lock);
	list_splice_init(&order->files, &todo);
	spin_unlock(&order->lock);
	while (demofs_take_batch(order, &todo, &batch)) {
		err2 = demofs_settle_batch(sb, &batch, how);
		err = err ? err : err2;
	}
	if (how != DEMOFS_FROZEN)
		mutex_unlock(&order->settle_lock);
	return err;
}

static int demofs_commit_how(struct super_block *sb, enum demofs_lock how)
{
	int err, err2;

	if (demofs_is_shutdown(sb))
		return -EIO;
	err = demofs_settle_all(sb, how);
	err2 = demofs_commit_names(sb);
	return err ? err : err2;
}

/*
 * Writers are held back, with their file locked, while too much memory is dirty.
 * The kernel's flusher passes a filesystem by whose s_umount someone has, or
 * waits for, exclusively. So who has it and wants those locks lets a worker
 * write.
 */
struct demofs_relief {
	struct delayed_work work;
	struct super_block *sb;
};

static void demofs_relieve(struct work_struct *work)
{
	struct demofs_relief *relief = container_of(to_delayed_work(work),
						    struct demofs_relief, work);

	writeback_inodes_sb(relief->sb, WB_REASON_SYNC);
	queue_delayed_work(system_long_wq, &relief->work, DEMOFS_RELIEF);
}

/**
 * demofs_commit - put everything on the disk that waits for something else
 * @sb: the filesystem
 *
 * Context: May sleep; takes all of this file's locks; s_umount is held.
 * Return: 0 or a negative errno.
 */
int demofs_commit(struct super_block *sb)
{
	struct demofs_relief relief = { .sb = sb };
	int err;

	if (sb->s_writers.frozen >= SB_FREEZE_PAGEFAULT)
		return demofs_commit_how(sb, DEMOFS_FROZEN);
	INIT_DELAYED_WORK_ONSTACK(&relief.work, demofs_relieve);
	queue_delayed_work(system_long_wq, &relief.work, DEMOFS_RELIEF);
	err = demofs_commit_how(sb, DEMOFS_LOCK);
	cancel_delayed_work_sync(&relief.work);
	destroy_delayed_work_on_stack(&relief.work);
	return err;
}

/**
 * demofs_make_room - see whether a full disk only waits for being less so
 * @sb: the filesystem
 * @err: how an operation has ended
 * @room: how it has been looked for so far, zeros at first
 * @locks: the caller may have locked a file, or its memory
 *
 * Context: May sleep; takes what demofs_commit() does.
 * Return: whether to try the operation again.
 */
bool demofs_make_room(struct super_block *sb, int err, struct demofs_room *room,
		      bool locks)
{
	if (err != -ENOSPC || !demofs_anything_freed(sb) ||
	    fatal_signal_pending(current) || demofs_may_change(sb))
		return false;
	if (room->tries >= DEMOFS_TRIES ||
	    (room->until && time_after(jiffies, room->until)))
		return false;
	err = demofs_commit_how(sb, locks ? DEMOFS_TRYLOCK : DEMOFS_LOCK);
	if (err != -EBUSY) {
		room->tries++;
		return true;
	}
	/* Who has locked nothing can wait for whoever has locked the file. */
	if (!room->until)
		room->until = (jiffies + DEMOFS_PATIENCE) | 1;
	demofs_call_worker(sb, 0);
	schedule_timeout_killable(DEMOFS_NAP);
	return true;
}

/**
 * demofs_order_evict - take an inode out of all that waits
 * @inode: being evicted
 *
 * Context: May sleep; takes names_sem.
 */
void demofs_order_evict(struct inode *inode)
{
	struct demofs_inode_info *ip = DEMOFS_I(inode);

	if (!ip->unsettled && xa_empty(&ip->held) && list_empty(&ip->freed))
		return;
	demofs_names_begin(inode->i_sb);
	demofs_stop_waiting(inode);
	demofs_names_end(inode->i_sb);
}

static void demofs_order_work(struct work_struct *work)
{
	struct demofs_order *order = container_of(to_delayed_work(work),
						  struct demofs_order, work);
	struct super_block *sb = order->sb;

	/* Unmounting waits for this; freezing and remounting do it themselves. */
	if (!down_read_trylock(&sb->s_umount)) {
		demofs_call_worker(sb, HZ);
		return;
	}
	if (sb->s_writers.frozen == SB_FREEZE_COMPLETE) {
		demofs_call_worker(sb, HZ);	/* or when it is thawed */
	} else if (sb->s_root && !demofs_is_shutdown(sb)) {
		demofs_show_error_ro(sb);
		demofs_commit(sb);
		demofs_check_writes(sb);
	}
	up_read(&sb->s_umount);
}

/**
 * demofs_order_init - begin with nothing that waits
 * @sbi: the filesystem, being mounted
 *
 * Context: Any.
 */
void demofs_order_init(struct demofs_sb_info *sbi)
{
	struct demofs_order *order = &sbi->order;

	order->sb = sbi->sb;
	order->commits = 1;
	init_rwsem(&order->names_sem);
	mutex_init(&order->settle_lock);
	spin_lock_init(&order->lock);
	xa_init(&order->names);
	INIT_LIST_HEAD(&order->files);
	INIT_LIST_HEAD(&order->others);
	INIT_LIST_HEAD(&order->freed);
	INIT_LIST_HEAD(&order->deleted);
	INIT_LIST_HEAD(&order->deleted_blocks);
	INIT_DELAYED_WORK(&order->work, demofs_order_work);
}
