// SPDX-License-Identifier: GPL-2.0-only
/*
 * The superblock of a mounted filesystem: the state in it that tells fsck what
 * to expect, messages, sync, freeze, statfs; the cache of inodes, and the
 * module. No other file writes struct demofs_super_block.
 *
 * On the disk VALID_FS is clear whenever demofs may be writing, so that a
 * crash leaves it clear; unmounting, freezing and remounting read-only set it,
 * after everything else has reached the disk.
 */
#include <linux/bio.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/statfs.h>

#include "demofs.h"
#include "mpagex.h"

static struct kmem_cache *demofs_inode_cache;

static void demofs_vmsg(struct super_block *sb, const char *level,
			const char *what, const char *fmt, va_list *args)
{
	struct va_format vaf = { .fmt = fmt, .va = args };
	/* CRIT and ALERT, but not errors, which repeat themselves */
	bool said_once = level[1] < KERN_ERR[1] && !*what;

	if (said_once || __ratelimit(&DEMOFS_SB(sb)->msg_limit))
		_printk("%sdemofs (%s): %s%pV\n", level, sb->s_id, what, &vaf);
}

/**
 * demofs_msg - write to the kernel log, at a limited rate, naming the device
 * @sb: the filesystem
 * @level: KERN_ERR and the like; what is worse is said once a mount, and never
 *	lost among errors that come of it
 * @fmt: the message, without a newline; it names inode and block if it can
 *
 * Context: Any.
 */
void demofs_msg(struct super_block *sb, const char *level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	demofs_vmsg(sb, level, "", fmt, &args);
	va_end(args);
}

/* Let fsck know, at once but only once. */
static void demofs_record_error(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	bool first;

	mutex_lock(&sbi->super_lock);
	first = !(sbi->mount_state & DEMOFS_ERROR_FS);
	sbi->mount_state |= DEMOFS_ERROR_FS;
	sbi->super->s_state |= cpu_to_le16(DEMOFS_ERROR_FS);
	mutex_unlock(&sbi->super_lock);

	/* Thawing writes the superblock in any case. */
	if (first && sb->s_writers.frozen != SB_FREEZE_COMPLETE)
		demofs_commit_super(sb, true);
}

/**
 * demofs_corrupt - report that what the disk says cannot be true
 * @sb: the filesystem
 * @fmt: the message, naming inode and block, without a newline
 *
 * The caller returns -EUCLEAN. What else happens is what errors= says, but not
 * while mounting: a mount that is refused leaves the disk as it was.
 *
 * Context: May sleep; takes super_lock.
 */
void demofs_corrupt(struct super_block *sb, const char *fmt, ...)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	va_list args;

	va_start(args, fmt);
	demofs_vmsg(sb, KERN_CRIT, "error: ", fmt, &args);
	va_end(args);
	if (demofs_is_shutdown(sb) || !(sb->s_flags & SB_BORN))
		return;
	if (!sb_rdonly(sb))
		demofs_record_error(sb);
	if (sbi->opts.on_error == DEMOFS_ERRORS_PANIC)
		panic("demofs (%s): errors=panic\n", sb->s_id);
	if (sbi->opts.on_error == DEMOFS_ERRORS_RO && !sb_rdonly(sb) &&
	    !test_and_set_bit(DEMOFS_ERROR_RO, &sbi->flags)) {
		demofs_msg(sb, KERN_CRIT, "now read-only: unmount and run fsck.demofs");
		demofs_call_worker(sb, 0);	/* to show it */
	}
}

/**
 * demofs_show_error_ro - let the VFS know of an error that has made it read-only
 * @sb: the filesystem
 *
 * demofs_may_change() has known at once. This has to wait while @sb is frozen:
 * thawing what is read-only does nothing, and who waits would wait for good. And
 * what is read-only the VFS does not sync: what was changed before is written here.
 *
 * Context: May sleep; takes order.c's locks. The caller holds s_umount, shared at
 * least.
 */
void demofs_show_error_ro(struct super_block *sb)
{
	int err;

	if (!test_bit(DEMOFS_ERROR_RO, &DEMOFS_SB(sb)->flags) ||
	    sb_rdonly(sb) || sb->s_writers.frozen != SB_UNFROZEN)
		return;
	err = sync_filesystem(sb);
	if (err)
		errseq_set(&sb->s_wb_err, err);	/* syncfs can say no more */
	sb->s_flags |= SB_RDONLY;
}

/**
 * demofs_bread - read a block of metadata
 * @sb: the filesystem
 * @block: number on the device, known to lie on it
 *
 * A buffer that could not be written is not read again: that would replace
 * what is newest by what the disk has.
 *
 * Context: May sleep.
 * Return: the buffer, up to date, to be released; or NULL.
 */
struct buffer_head *demofs_bread(struct super_block *sb, u32 block)
{
	struct buffer_head *bh = sb_getblk(sb, block);

	if (!bh)
		return NULL;
	if (bh_uptodate_or_lock(bh))
		return bh;
	if (buffer_write_io_error(bh)) {
		set_buffer_uptodate(bh);
		unlock_buffer(bh);
	} else if (__bh_read(bh, 0, true)) {
		brelse(bh);
		return NULL;
	}
	return bh;
}

/*
 * Not sync_dirty_buffer(): if the kernel has just written the buffer, for its own
 * reasons, that would do nothing, and what was written before it not be flushed.
 */
static int demofs_write_super(struct super_block *sb)
{
	struct buffer_head *bh = DEMOFS_SB(sb)->super_bh;
	struct bio_vec vec;
	struct bio bio;
	int err;

	bio_init(&bio, sb->s_bdev, &vec, 1,
		 REQ_OP_WRITE | REQ_SYNC | REQ_PREFLUSH | REQ_FUA);
	bio.bi_iter.bi_sector = bh->b_blocknr * (bh->b_size >> SECTOR_SHIFT);
	__bio_add_page(&bio, virt_to_page(bh->b_data), bh->b_size,
		       offset_in_page(bh->b_data));
	lock_buffer(bh);
	clear_buffer_dirty(bh);
	clear_buffer_write_io_error(bh);
	err = submit_bio_wait(&bio);
	if (err)
		mark_buffer_write_io_error(bh);
	unlock_buffer(bh);
	bio_uninit(&bio);
	return err ? -EIO : 0;
}

/**
 * demofs_commit_super - bring the superblock up to date and write it
 * @sb: the filesystem, mounted writable or about to be
 * @wait: until it is on the disk, and whatever was written before it too
 *
 * Context: May sleep; takes super_lock.
 * Return: 0 or a negative errno.
 */
int demofs_commit_super(struct super_block *sb, bool wait)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct demofs_super_block *super = sbi->super;
	int err;

	if (demofs_is_shutdown(sb))
		return -EIO;

	mutex_lock(&sbi->super_lock);
	super->s_free_blocks_count = cpu_to_le32(demofs_count_free_blocks(sb));
	super->s_free_inodes_count = cpu_to_le32(demofs_count_free_inodes(sb));
	super->s_wtime = cpu_to_le32(ktime_get_real_seconds());
	demofs_mark_dirty(sbi->super_bh);
	mutex_unlock(&sbi->super_lock);
	if (!wait)
		return 0;

	err = demofs_write_super(sb);
	if (err)
		demofs_err(sb, "cannot write the superblock: error %d", err);
	return err;
}

/**
 * demofs_set_large_file - note that a file of 2 GiB or more exists
 * @sb: the filesystem
 *
 * Context: May sleep; takes super_lock.
 * Return: 0 or a negative errno.
 */
int demofs_set_large_file(struct super_block *sb)
{
	const __le32 bit = cpu_to_le32(DEMOFS_FEATURE_RO_COMPAT_LARGE_FILE);
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	bool had;

	mutex_lock(&sbi->super_lock);
	had = sbi->super->s_feature_ro_compat & bit;
	sbi->super->s_feature_ro_compat |= bit;
	mutex_unlock(&sbi->super_lock);
	return had ? 0 : demofs_commit_super(sb, true);
}

/* In memory: does the disk have everything, and is nothing changing? */
static void demofs_set_valid(struct demofs_sb_info *sbi, bool valid)
{
	u16 state;

	mutex_lock(&sbi->super_lock);
	state = sbi->mount_state & ~DEMOFS_VALID_FS;
	if (valid)
		state |= DEMOFS_VALID_FS;
	sbi->super->s_state = cpu_to_le16(state);
	mutex_unlock(&sbi->super_lock);
}

/**
 * demofs_begin_writing - let the disk say that it is changing
 * @sb: the filesystem, mounted or remounted writable in a moment
 *
 * Not of one that was not unmounted: the order that order.c keeps does not include
 * bitmaps, which can have blocks as free that a synced file has. What has been
 * writable in this mount is in memory as it should be.
 *
 * Context: May sleep; takes super_lock.
 * Return: 0; -EROFS if it must not change, or another negative errno.
 */
int demofs_begin_writing(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct demofs_super_block *super = sbi->super;
	u32 unknown = le32_to_cpu(super->s_feature_ro_compat) &
		      ~DEMOFS_FEATURE_RO_COMPAT_SUPP;
	int err;

	if (unknown) {
		demofs_err(sb, "features %#x allow reading only: mount with -o ro",
			   unknown);
		return -EROFS;
	}
	if (!(le16_to_cpu(super->s_state) & DEMOFS_VALID_FS) &&
	    !test_bit(DEMOFS_WRITTEN, &sbi->flags)) {
		demofs_err(sb, "was not unmounted: run fsck.demofs, or mount with -o ro");
		return -EROFS;
	}

	mutex_lock(&sbi->super_lock);
	sbi->mount_state = le16_to_cpu(super->s_state);
	super->s_state &= ~cpu_to_le16(DEMOFS_VALID_FS);
	le16_add_cpu(&super->s_mnt_count, 1);
	super->s_mtime = cpu_to_le32(ktime_get_real_seconds());
	mutex_unlock(&sbi->super_lock);

	if (sbi->mount_state & DEMOFS_ERROR_FS)
		demofs_msg(sb, KERN_WARNING, "has known errors: run fsck.demofs");
	err = demofs_commit_super(sb, true);
	if (err)
		demofs_set_valid(sbi, sbi->mount_state & DEMOFS_VALID_FS);
	else
		set_bit(DEMOFS_WRITTEN, &sbi->flags);
	return err;
}

/**
 * demofs_end_writing - write everything and let the disk say that it is done
 * @sb: the filesystem, which nobody changes any more, or not for now
 *
 * Context: May sleep; takes super_lock.
 * Return: 0 or a negative errno.
 */
int demofs_end_writing(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	bool nameless;
	int err;

	if (demofs_is_shutdown(sb))
		return -EIO;
	demofs_retry_writes(sb);
	err = demofs_commit_names(sb);
	if (!err)
		err = sync_blockdev(sb->s_bdev);
	/* What waits has not been written; it would be, some time. */
	if (!err && demofs_anything_freed(sb))
		err = -EIO;
	demofs_check_writes(sb);
	/* Somebody else may have been told of what the device could not write. */
	if (!err && test_bit(DEMOFS_UNWRITTEN, &sbi->flags))
		err = -EIO;
	if (err)
		return err;	/* VALID_FS would be a lie */

	/* Files without a name, which are open, are for fsck after a crash. */
	nameless = atomic_long_read(&sb->s_remove_count) ||
		   test_bit(DEMOFS_ORPHANS, &sbi->flags);
	demofs_set_valid(sbi, !nameless);
	err = demofs_commit_super(sb, true);
	if (err)	/* it goes on being written to */
		demofs_set_valid(sbi, false);
	return err;
}

static int demofs_sync_fs(struct super_block *sb, int wait)
{
	int err = 0, err2;

	if (demofs_is_shutdown(sb))
		return -EIO;
	if (sb->s_writers.frozen == SB_FREEZE_COMPLETE)
		return 0;	/* nothing has changed since, and nothing shall */
	/* First all other metadata: the superblock's write flushes it. */
	if (wait) {
		demofs_retry_writes(sb);
		err = demofs_commit(sb);
		err2 = sync_blockdev(sb->s_bdev);
		err = err ? err : err2;
		demofs_check_writes(sb);
	}
	err2 = demofs_commit_super(sb, wait);
	return err ? err : err2;
}

static int demofs_unfreeze_fs(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);

	if (demofs_is_shutdown(sb))
		return 0;
	demofs_set_valid(sbi, false);
	/* Or the disk would say that nothing is changing. */
	if (demofs_commit_super(sb, true))
		set_bit(DEMOFS_ERROR_RO, &sbi->flags);
	if (test_bit(DEMOFS_ERROR_RO, &sbi->flags))
		demofs_call_worker(sb, HZ / 10);	/* when it is thawed */
	return 0;	/* or it would stay frozen for good */
}

static int demofs_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	struct super_block *sb = dentry->d_sb;
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	u32 reserved = le32_to_cpu(sbi->super->s_r_blocks_count);

	buf->f_type = DEMOFS_SUPER_MAGIC;
	buf->f_bsize = sb->s_blocksize;
	buf->f_blocks = sbi->blocks_count - sbi->overhead;
	buf->f_bfree = percpu_counter_sum_positive(&sbi->free_blocks) +
		       READ_ONCE(sbi->order.blocks);
	buf->f_bavail = buf->f_bfree - min_t(u64, buf->f_bfree, reserved);
	buf->f_files = sbi->inodes_count;
	buf->f_ffree = percpu_counter_sum_positive(&sbi->free_inodes) +
		       READ_ONCE(sbi->order.inodes);
	buf->f_namelen = DEMOFS_NAME_LEN;
	buf->f_fsid = uuid_to_fsid(sbi->super->s_uuid);
	return 0;
}

static struct inode *demofs_alloc_inode(struct super_block *sb)
{
	struct demofs_inode_info *info;

	info = alloc_inode_sb(sb, demofs_inode_cache, GFP_KERNEL);
	if (!info)
		return NULL;
	/* map_sem and the VFS's part outlive the inode that used them. */
	memset(info, 0, offsetof(struct demofs_inode_info, map_sem));
	return &info->vfs_inode;
}

static void demofs_free_in_core_inode(struct inode *inode)
{
	kmem_cache_free(demofs_inode_cache, DEMOFS_I(inode));
}

static void demofs_init_once(void *object)
{
	struct demofs_inode_info *info = object;

	init_rwsem(&info->map_sem);
	xa_init(&info->held);
	INIT_LIST_HEAD(&info->unsettled_link);
	INIT_LIST_HEAD(&info->freed);
	inode_init_once(&info->vfs_inode);
}

/**
 * demofs_free_sb_info - free what mounting has allocated
 * @sbi: complete or not, or NULL
 *
 * Context: Any.
 */
void demofs_free_sb_info(struct demofs_sb_info *sbi)
{
	u32 nr;

	if (!sbi)
		return;
	demofs_order_exit(sbi);
	for (nr = 0; sbi->groups && nr < sbi->group_count; nr++)
		brelse(sbi->groups[nr].desc_bh);
	kvfree(sbi->groups);
	percpu_counter_destroy(&sbi->free_blocks);
	percpu_counter_destroy(&sbi->free_inodes);
	brelse(sbi->super_bh);
	kfree(sbi);
}

static void demofs_put_super(struct super_block *sb)
{
	if (!sb_rdonly(sb) && demofs_end_writing(sb))
		demofs_err(sb, "not unmounted cleanly: run fsck.demofs");
	else
		demofs_commit_names(sb);	/* if an error made it read-only */
	mpagex_unmount(sb);
	demofs_free_sb_info(DEMOFS_SB(sb));
	sb->s_fs_info = NULL;
}

/* The device is gone: nothing that is asked from now on can come true. */
static void __maybe_unused demofs_device_gone(struct super_block *sb)
{
	if (!test_and_set_bit(DEMOFS_SHUTDOWN, &DEMOFS_SB(sb)->flags))
		demofs_msg(sb, KERN_ALERT, "the disk is gone: shut down");
}

const struct super_operations demofs_super_operations = {
	.alloc_inode	= demofs_alloc_inode,
	.free_inode	= demofs_free_in_core_inode,
	.write_inode	= demofs_write_inode,
	.evict_inode	= demofs_evict_inode,
	.put_super	= demofs_put_super,
	.sync_fs	= demofs_sync_fs,
	.freeze_fs	= demofs_end_writing,
	.unfreeze_fs	= demofs_unfreeze_fs,
	.statfs		= demofs_statfs,
	.show_options	= demofs_show_options,
	DEMOFS_DEVICE_GONE(demofs_device_gone)
};

static int __init demofs_init(void)
{
	const size_t size = sizeof(struct demofs_inode_info);
	const size_t data = offsetof(struct demofs_inode_info, data);
	const size_t len = sizeof_field(struct demofs_inode_info, data);
	const slab_flags_t flags = SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT;
	int err;

	/* Targets of short symlinks are copied to processes out of @data. */
	demofs_inode_cache = kmem_cache_create_usercopy("demofs_inode", size, 0,
							flags, data, len,
							demofs_init_once);
	if (!demofs_inode_cache)
		return -ENOMEM;
	err = register_filesystem(&demofs_type);
	if (err)
		kmem_cache_destroy(demofs_inode_cache);
	return err;
}

static void __exit demofs_exit(void)
{
	unregister_filesystem(&demofs_type);
	/* Inodes are freed after a grace period. */
	rcu_barrier();
	kmem_cache_destroy(demofs_inode_cache);
}

module_init(demofs_init);
module_exit(demofs_exit);

MODULE_DESCRIPTION("A small ext2-format filesystem that shows how to use mpagex");
MODULE_LICENSE("GPL");
MODULE_VERSION(MPAGEX_VERSION);
MODULE_ALIAS_FS("demofs");
MPAGEX_IMPORT;
