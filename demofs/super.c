// SPDX-License-Identifier: GPL-2.0-only
/*
 * The superblock: mounting, mount options, the checks of everything that is
 * constant from then on, the state that tells fsck what to expect, messages,
 * and the cache of inodes. No other file reads or writes struct
 * demofs_super_block.
 *
 * On the disk VALID_FS is clear whenever demofs may be writing, so that a
 * crash leaves it clear; unmounting, freezing and remounting read-only set it,
 * after everything else has reached the disk.
 */
#include <linux/backing-dev.h>
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include <linux/writeback.h>

#include "demofs.h"
#include "mpagex.h"

static struct kmem_cache *demofs_inode_cache;

static void demofs_vmsg(struct super_block *sb, const char *level,
			const char *what, const char *fmt, va_list *args)
{
	struct va_format vaf = { .fmt = fmt, .va = args };

	printk("%sdemofs (%s): %s%pV\n", level, sb->s_id, what, &vaf);
}

/**
 * demofs_msg - write to the kernel log, naming the device
 * @sb: the filesystem
 * @level: KERN_ERR and the like
 * @fmt: the message, without a newline
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

/**
 * demofs_err - report I/O that failed
 * @sb: the filesystem
 * @fmt: the message, naming inode and block, without a newline
 *
 * Context: Any.
 */
void demofs_err(struct super_block *sb, const char *fmt, ...)
{
	va_list args;

	if (!__ratelimit(&DEMOFS_SB(sb)->msg_limit))
		return;
	va_start(args, fmt);
	demofs_vmsg(sb, KERN_ERR, "", fmt, &args);
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
 * The caller returns -EUCLEAN. What else happens is what errors= says.
 *
 * Context: May sleep; takes super_lock.
 */
void demofs_corrupt(struct super_block *sb, const char *fmt, ...)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	va_list args;

	if (__ratelimit(&sbi->msg_limit)) {
		va_start(args, fmt);
		demofs_vmsg(sb, KERN_CRIT, "error: ", fmt, &args);
		va_end(args);
	}
	if (demofs_is_shutdown(sb))
		return;
	if (!sb_rdonly(sb))
		demofs_record_error(sb);
	if (sbi->opts.on_error == DEMOFS_ERRORS_PANIC)
		panic("demofs (%s): errors=panic\n", sb->s_id);
	if (sbi->opts.on_error == DEMOFS_ERRORS_RO && !sb_rdonly(sb)) {
		demofs_msg(sb, KERN_CRIT, "now read-only: unmount and run fsck.demofs");
		set_bit(DEMOFS_ERROR_RO, &sbi->flags);
		sb->s_flags |= SB_RDONLY;
	}
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
	if (buffer_write_io_error(bh))
		set_buffer_uptodate(bh);
	if (bh_read(bh, 0) < 0) {
		brelse(bh);
		return NULL;
	}
	return bh;
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

	err = __sync_dirty_buffer(sbi->super_bh,
				  REQ_SYNC | REQ_PREFLUSH | REQ_FUA);
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

/* The disk is about to change. Does not look at SB_RDONLY: it is changing. */
static int demofs_begin_writing(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct demofs_super_block *super = sbi->super;
	u32 unknown = le32_to_cpu(super->s_feature_ro_compat) &
		      ~DEMOFS_FEATURE_RO_COMPAT_SUPP;

	if (unknown) {
		demofs_msg(sb, KERN_ERR, "features %#x allow reading only: mount with -o ro",
			   unknown);
		return -EROFS;
	}

	mutex_lock(&sbi->super_lock);
	sbi->mount_state = le16_to_cpu(super->s_state);
	super->s_state &= ~cpu_to_le16(DEMOFS_VALID_FS);
	le16_add_cpu(&super->s_mnt_count, 1);
	super->s_mtime = cpu_to_le32(ktime_get_real_seconds());
	mutex_unlock(&sbi->super_lock);

	if (!(sbi->mount_state & DEMOFS_VALID_FS))
		demofs_msg(sb, KERN_WARNING, "was not unmounted: run fsck.demofs soon");
	else if (sbi->mount_state & DEMOFS_ERROR_FS)
		demofs_msg(sb, KERN_WARNING, "has known errors: run fsck.demofs");
	return demofs_commit_super(sb, true);
}

/* The disk will not change any more, or not for now: say so on it. */
static int demofs_end_writing(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	int err = sync_blockdev(sb->s_bdev);
	u16 state;

	if (demofs_is_shutdown(sb))
		return -EIO;
	if (err)
		return err;	/* VALID_FS would be a lie */

	mutex_lock(&sbi->super_lock);
	state = sbi->mount_state;
	if (state & DEMOFS_ERROR_FS)
		state &= ~DEMOFS_VALID_FS;
	sbi->super->s_state = cpu_to_le16(state);
	mutex_unlock(&sbi->super_lock);
	return demofs_commit_super(sb, true);
}

static int demofs_sync_fs(struct super_block *sb, int wait)
{
	int err = 0, err2;

	if (demofs_is_shutdown(sb))
		return -EIO;
	/* First all other metadata: the superblock's write flushes it. */
	if (wait)
		err = sync_blockdev(sb->s_bdev);
	err2 = demofs_commit_super(sb, wait);
	return err ? err : err2;
}

static int demofs_freeze_fs(struct super_block *sb)
{
	return demofs_end_writing(sb);
}

static int demofs_unfreeze_fs(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);

	if (demofs_is_shutdown(sb))
		return 0;
	mutex_lock(&sbi->super_lock);
	sbi->super->s_state &= ~cpu_to_le16(DEMOFS_VALID_FS);
	mutex_unlock(&sbi->super_lock);
	demofs_commit_super(sb, true);
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
	buf->f_bfree = percpu_counter_sum_positive(&sbi->free_blocks);
	buf->f_bavail = buf->f_bfree - min_t(u64, buf->f_bfree, reserved);
	buf->f_files = sbi->inodes_count;
	buf->f_ffree = percpu_counter_sum_positive(&sbi->free_inodes);
	buf->f_namelen = DEMOFS_NAME_LEN;
	buf->f_fsid = uuid_to_fsid(sbi->super->s_uuid);
	return 0;
}

enum demofs_param {
	Opt_io,
	Opt_boundary,
	Opt_errors,
};

/* The names of enum demofs_io and of enum demofs_on_error. */
static const struct constant_table demofs_io_names[] = {
	{ "dropin",	DEMOFS_IO_DROPIN },
	{ "mpage",	DEMOFS_IO_MPAGE },
	{ "bh",		DEMOFS_IO_BH },
	{}
};

static const struct constant_table demofs_error_names[] = {
	{ "continue",	DEMOFS_ERRORS_CONTINUE },
	{ "remount-ro",	DEMOFS_ERRORS_RO },
	{ "panic",	DEMOFS_ERRORS_PANIC },
	{}
};

static const struct fs_parameter_spec demofs_params[] = {
	fsparam_enum("io", Opt_io, demofs_io_names),
	fsparam_flag_no("boundary", Opt_boundary),
	fsparam_enum("errors", Opt_errors, demofs_error_names),
	{}
};

/* What a mount or a remount asks for; fc->fs_private. */
struct demofs_request {
	struct demofs_opts opts;
	bool on_error_given;
};

static const char *demofs_name_of(const struct constant_table *table, int value)
{
	while (table->name && table->value != value)
		table++;
	return table->name;
}

static int demofs_show_options(struct seq_file *m, struct dentry *root)
{
	struct demofs_opts *opts = &DEMOFS_SB(root->d_sb)->opts;

	seq_printf(m, ",io=%s,%sboundary,errors=%s",
		   demofs_name_of(demofs_io_names, opts->io),
		   opts->boundary ? "" : "no",
		   demofs_name_of(demofs_error_names, opts->on_error));
	return 0;
}

static int demofs_parse_param(struct fs_context *fc, struct fs_parameter *param)
{
	struct demofs_request *req = fc->fs_private;
	struct fs_parse_result result;

	switch (fs_parse(fc, demofs_params, param, &result)) {
	case Opt_io:
		req->opts.io = result.uint_32;
		return 0;
	case Opt_boundary:
		req->opts.boundary = !result.negated;
		return 0;
	case Opt_errors:
		req->opts.on_error = result.uint_32;
		req->on_error_given = true;
		return 0;
	case -ENOPARAM:
		return -ENOPARAM;	/* may be the VFS's: "source" */
	default:
		return -EINVAL;
	}
}

static struct inode *demofs_alloc_inode(struct super_block *sb)
{
	struct demofs_inode_info *info;

	info = alloc_inode_sb(sb, demofs_inode_cache, GFP_KERNEL);
	if (!info)
		return NULL;
	/* map_sem and the VFS's part outlive the inode that used them. */
	memset(info->data, 0, sizeof(info->data));
	info->block_group = 0;
	info->flags = 0;
	info->dtime = 0;
	info->file_acl = 0;
	info->next_lblk = 0;
	info->next_pblk = 0;
	info->find_hint = 0;
	info->add_hint = 0;
	info->is_new = false;
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
	inode_init_once(&info->vfs_inode);
}

/* Everything that reading the superblock and the groups has allocated. */
static void demofs_free_sb_info(struct demofs_sb_info *sbi)
{
	u32 nr;

	if (!sbi)
		return;
	for (nr = 0; sbi->groups && nr < sbi->group_count; nr++)
		brelse(sbi->groups[nr].desc_bh);
	kvfree(sbi->groups);
	percpu_counter_destroy(&sbi->free_blocks);
	percpu_counter_destroy(&sbi->free_inodes);
	percpu_counter_destroy(&sbi->dirs);
	brelse(sbi->super_bh);
	kfree(sbi);
}

static void demofs_put_super(struct super_block *sb)
{
	if (!sb_rdonly(sb) && demofs_end_writing(sb))
		demofs_msg(sb, KERN_ERR, "not unmounted cleanly: run fsck.demofs");
	demofs_free_sb_info(DEMOFS_SB(sb));
	sb->s_fs_info = NULL;
}

static const struct super_operations demofs_super_operations = {
	.alloc_inode	= demofs_alloc_inode,
	.free_inode	= demofs_free_in_core_inode,
	.write_inode	= demofs_write_inode,
	.evict_inode	= demofs_evict_inode,
	.put_super	= demofs_put_super,
	.sync_fs	= demofs_sync_fs,
	.freeze_fs	= demofs_freeze_fs,
	.unfreeze_fs	= demofs_unfreeze_fs,
	.statfs		= demofs_statfs,
	.show_options	= demofs_show_options,
};

static int demofs_bad_super(struct super_block *sb, const char *what, u64 value)
{
	demofs_msg(sb, KERN_ERR, "superblock: bad %s, %llu: run fsck.demofs",
		   what, value);
	return -EUCLEAN;
}

/* Read the superblock in the block size that @sb has at the moment. */
static int demofs_read_super_block(struct super_block *sb, bool silent)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	u32 offset = DEMOFS_SUPER_OFFSET & (sb->s_blocksize - 1);

	brelse(sbi->super_bh);
	sbi->super_bh = sb_bread(sb, DEMOFS_SUPER_OFFSET / sb->s_blocksize);
	if (!sbi->super_bh) {
		demofs_msg(sb, KERN_ERR, "cannot read the superblock");
		return -EIO;
	}
	sbi->super = (void *)(sbi->super_bh->b_data + offset);
	if (le16_to_cpu(sbi->super->s_magic) == DEMOFS_SUPER_MAGIC)
		return 0;
	if (!silent)
		demofs_msg(sb, KERN_ERR, "no filesystem found: make one with mkfs.demofs");
	return -EINVAL;
}

/* Read the superblock and adopt its block size. */
static int demofs_read_super(struct super_block *sb, bool silent)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	u32 log, features;
	int err;

	if (!sb_min_blocksize(sb, BLOCK_SIZE)) {
		demofs_msg(sb, KERN_ERR, "the device's blocks are too large");
		return -EINVAL;
	}
	err = demofs_read_super_block(sb, silent);
	if (err)
		return err;

	if (le32_to_cpu(sbi->super->s_rev_level) != DEMOFS_DYNAMIC_REV) {
		demofs_msg(sb, KERN_ERR, "format revision %u instead of 1: make it anew with mkfs.demofs",
			   le32_to_cpu(sbi->super->s_rev_level));
		return -EINVAL;
	}
	features = le32_to_cpu(sbi->super->s_feature_incompat);
	if (features & ~DEMOFS_FEATURE_INCOMPAT_SUPP) {
		demofs_msg(sb, KERN_ERR, "unknown features %#x: only a newer driver can mount it",
			   features & ~DEMOFS_FEATURE_INCOMPAT_SUPP);
		return -EINVAL;
	}

	log = le32_to_cpu(sbi->super->s_log_block_size);
	if (log > DEMOFS_MAX_BLOCK_BITS - DEMOFS_MIN_BLOCK_BITS)
		return demofs_bad_super(sb, "block size's logarithm", log);
	log += DEMOFS_MIN_BLOCK_BITS;
	if (log == sb->s_blocksize_bits)
		return 0;
	if (!sb_set_blocksize(sb, 1 << log)) {
		demofs_msg(sb, KERN_ERR, "its %u-byte blocks do not fit the device's of %u bytes",
			   1 << log, bdev_logical_block_size(sb->s_bdev));
		return -EINVAL;
	}
	return demofs_read_super_block(sb, silent);
}

/* Take the sizes of things from the superblock, if they can be true. */
static int demofs_load_geometry(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct demofs_super_block *super = sbi->super;
	u32 bits_per_block = 8 * sb->s_blocksize;
	u64 device = bdev_nr_bytes(sb->s_bdev) >> sb->s_blocksize_bits;

	sbi->blocks_count = le32_to_cpu(super->s_blocks_count);
	sbi->inodes_count = le32_to_cpu(super->s_inodes_count);
	sbi->first_data_block = le32_to_cpu(super->s_first_data_block);
	sbi->blocks_per_group = le32_to_cpu(super->s_blocks_per_group);
	sbi->inodes_per_group = le32_to_cpu(super->s_inodes_per_group);
	sbi->first_ino = le32_to_cpu(super->s_first_ino);
	sbi->inode_size = le16_to_cpu(super->s_inode_size);
	sbi->addr_bits = sb->s_blocksize_bits - 2;

	if (sbi->first_data_block != (sb->s_blocksize == BLOCK_SIZE))
		return demofs_bad_super(sb, "first data block",
					sbi->first_data_block);
	if (sbi->blocks_count <= sbi->first_data_block)
		return demofs_bad_super(sb, "block count", sbi->blocks_count);
	if (sbi->blocks_count > device)
		return demofs_bad_super(sb, "block count (more than the device has)",
					sbi->blocks_count);
	if (le32_to_cpu(super->s_r_blocks_count) > sbi->blocks_count)
		return demofs_bad_super(sb, "reserved block count",
					le32_to_cpu(super->s_r_blocks_count));
	if (!is_power_of_2(sbi->inode_size) ||
	    sbi->inode_size < DEMOFS_GOOD_OLD_INODE_SIZE ||
	    sbi->inode_size > sb->s_blocksize)
		return demofs_bad_super(sb, "inode size", sbi->inode_size);
	if (!sbi->inodes_per_group || sbi->inodes_per_group % 8 ||
	    sbi->inodes_per_group > bits_per_block)
		return demofs_bad_super(sb, "inodes per group",
					sbi->inodes_per_group);
	if (sbi->first_ino < DEMOFS_GOOD_OLD_FIRST_INO ||
	    sbi->first_ino > sbi->inodes_count)
		return demofs_bad_super(sb, "first inode", sbi->first_ino);

	sbi->itable_blocks = DIV_ROUND_UP(sbi->inodes_per_group *
					  sbi->inode_size, sb->s_blocksize);
	if (sbi->blocks_per_group % 8 ||
	    sbi->blocks_per_group > bits_per_block ||
	    sbi->blocks_per_group <= sbi->itable_blocks)
		return demofs_bad_super(sb, "blocks per group",
					sbi->blocks_per_group);
	sbi->group_count = (sbi->blocks_count - sbi->first_data_block - 1) /
			   sbi->blocks_per_group + 1;
	if ((u64)sbi->group_count * sbi->inodes_per_group != sbi->inodes_count)
		return demofs_bad_super(sb, "inode count", sbi->inodes_count);
	return 0;
}

static u32 demofs_desc_blocks(struct super_block *sb)
{
	return DIV_ROUND_UP(DEMOFS_SB(sb)->group_count, sb->s_blocksize /
			    sizeof(struct demofs_group_desc));
}

static bool demofs_is_power_of(u32 nr, u32 base)
{
	while (nr % base == 0)
		nr /= base;
	return nr == 1;
}

/* Does group @nr begin with a copy of the superblock and the descriptors? */
static bool demofs_group_has_super(struct demofs_sb_info *sbi, u32 nr)
{
	if (nr <= 1 || !(le32_to_cpu(sbi->super->s_feature_ro_compat) &
			 DEMOFS_FEATURE_RO_COMPAT_SPARSE_SUPER))
		return true;
	return demofs_is_power_of(nr, 3) || demofs_is_power_of(nr, 5) ||
	       demofs_is_power_of(nr, 7);
}

/* Is what group @nr's descriptor says possible? Count what it takes up. */
static bool demofs_group_sane(struct super_block *sb, u32 nr)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct demofs_group_desc *desc = sbi->groups[nr].desc;
	u32 copies = demofs_group_has_super(sbi, nr) ?
		     1 + demofs_desc_blocks(sb) : 0;
	u32 start = demofs_group_start(sbi, nr), len = demofs_group_len(sbi, nr);
	/* Relative to the group; what lies before it becomes huge. */
	u32 blocks = le32_to_cpu(desc->bg_block_bitmap) - start;
	u32 inodes = le32_to_cpu(desc->bg_inode_bitmap) - start;
	u32 table = le32_to_cpu(desc->bg_inode_table) - start;

	sbi->overhead += copies + 2 + sbi->itable_blocks;
	return blocks >= copies && blocks < len &&
	       inodes >= copies && inodes < len && inodes != blocks &&
	       table >= copies && table < len &&
	       sbi->itable_blocks <= len - table &&
	       (blocks < table || blocks - table >= sbi->itable_blocks) &&
	       (inodes < table || inodes - table >= sbi->itable_blocks) &&
	       le16_to_cpu(desc->bg_free_blocks_count) <= len &&
	       le16_to_cpu(desc->bg_free_inodes_count) <= sbi->inodes_per_group &&
	       le16_to_cpu(desc->bg_used_dirs_count) <= sbi->inodes_per_group;
}

static int demofs_load_groups(struct super_block *sb)
{
	const u32 per_block = sb->s_blocksize / sizeof(struct demofs_group_desc);
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	u32 first = sbi->first_data_block + 1;
	struct buffer_head *bh = NULL;
	u32 nr;

	/* They follow the superblock and stay within the first group. */
	if (demofs_desc_blocks(sb) >= demofs_group_len(sbi, 0))
		return demofs_bad_super(sb, "group count", sbi->group_count);
	sbi->groups = kvcalloc(sbi->group_count, sizeof(*sbi->groups),
			       GFP_KERNEL);
	if (!sbi->groups)
		return -ENOMEM;

	sbi->overhead = sbi->first_data_block;
	for (nr = 0; nr < sbi->group_count; nr++) {
		struct demofs_group *group = &sbi->groups[nr];

		if (nr % per_block == 0)
			bh = sb_bread(sb, first + nr / per_block);
		else
			get_bh(bh);
		if (!bh) {
			demofs_msg(sb, KERN_ERR, "cannot read group descriptors in block %u",
				   first + nr / per_block);
			return -EIO;
		}
		spin_lock_init(&group->lock);
		group->desc_bh = bh;
		group->desc = (struct demofs_group_desc *)bh->b_data +
			      nr % per_block;
		if (!demofs_group_sane(sb, nr)) {
			demofs_msg(sb, KERN_ERR, "group %u: impossible descriptor in block %u: run fsck.demofs",
				   nr, first + nr / per_block);
			return -EUCLEAN;
		}
	}
	return 0;
}

static void demofs_load_counters(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);

	percpu_counter_set(&sbi->free_blocks, demofs_count_free_blocks(sb));
	percpu_counter_set(&sbi->free_inodes, demofs_count_free_inodes(sb));
	percpu_counter_set(&sbi->dirs, demofs_count_dirs(sb));
}

static struct demofs_sb_info *demofs_new_sb_info(struct super_block *sb)
{
	struct demofs_sb_info *sbi = kzalloc(sizeof(*sbi), GFP_KERNEL);

	if (!sbi)
		return NULL;
	sbi->sb = sb;
	mutex_init(&sbi->super_lock);
	ratelimit_state_init(&sbi->msg_limit, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
	if (!percpu_counter_init(&sbi->free_blocks, 0, GFP_KERNEL) &&
	    !percpu_counter_init(&sbi->free_inodes, 0, GFP_KERNEL) &&
	    !percpu_counter_init(&sbi->dirs, 0, GFP_KERNEL))
		return sbi;
	demofs_free_sb_info(sbi);
	return NULL;
}

static void demofs_set_opts(struct demofs_sb_info *sbi,
			    struct demofs_request *req)
{
	sbi->opts = req->opts;
	if (req->on_error_given)
		return;
	switch (le16_to_cpu(sbi->super->s_errors)) {
	case DEMOFS_DISK_ERRORS_RO:
		sbi->opts.on_error = DEMOFS_ERRORS_RO;
		break;
	case DEMOFS_DISK_ERRORS_PANIC:
		sbi->opts.on_error = DEMOFS_ERRORS_PANIC;
		break;
	default:
		sbi->opts.on_error = DEMOFS_ERRORS_CONTINUE;
	}
}

static int demofs_load_root(struct super_block *sb)
{
	struct inode *root = demofs_iget(sb, DEMOFS_ROOT_INO);

	if (IS_ERR(root))
		return PTR_ERR(root) == -ESTALE ? -EUCLEAN : PTR_ERR(root);
	if (!S_ISDIR(root->i_mode)) {
		demofs_corrupt(sb, "inode %u: the root is no directory",
			       DEMOFS_ROOT_INO);
		iput(root);
		return -EUCLEAN;
	}
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

static void demofs_init_sb(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct demofs_super_block *super = sbi->super;

	sbi->max_size = demofs_max_blocks(sbi->addr_bits) <<
			sb->s_blocksize_bits;
	sbi->resuid = make_kuid(&init_user_ns,
				le16_to_cpu(super->s_def_resuid));
	sbi->resgid = make_kgid(&init_user_ns,
				le16_to_cpu(super->s_def_resgid));
	sb->s_magic = DEMOFS_SUPER_MAGIC;
	sb->s_op = &demofs_super_operations;
	sb->s_maxbytes = sbi->max_size;
	sb->s_max_links = DEMOFS_LINK_MAX;
	sb->s_time_gran = NSEC_PER_SEC;
	sb->s_time_min = S32_MIN;
	sb->s_time_max = S32_MAX;
	sb->s_iflags |= SB_I_CGROUPWB;
}

static int demofs_fill_super(struct super_block *sb, struct fs_context *fc)
{
	struct demofs_sb_info *sbi = demofs_new_sb_info(sb);
	int err;

	if (!sbi)
		return -ENOMEM;
	sb->s_fs_info = sbi;

	err = demofs_read_super(sb, fc->sb_flags & SB_SILENT);
	if (!err)
		err = demofs_load_geometry(sb);
	if (!err)
		err = demofs_load_groups(sb);
	if (err)
		goto fail;

	demofs_set_opts(sbi, fc->fs_private);
	demofs_init_sb(sb);
	demofs_load_counters(sb);
	err = demofs_load_root(sb);
	if (!err && !sb_rdonly(sb))
		err = demofs_begin_writing(sb);
	if (!err)
		return 0;
	if (sb->s_root)
		return err;	/* then put_super() frees the rest */
fail:
	demofs_free_sb_info(sbi);
	sb->s_fs_info = NULL;
	return err;
}

static int demofs_get_tree(struct fs_context *fc)
{
	return get_tree_bdev(fc, demofs_fill_super);
}

static int demofs_reconfigure(struct fs_context *fc)
{
	struct super_block *sb = fc->root->d_sb;
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct demofs_request *req = fc->fs_private;
	bool read_only = fc->sb_flags & SB_RDONLY;
	int err = 0;

	if (req->opts.io != sbi->opts.io)
		return invalf(fc, "demofs: io= is settled at mount: unmount first");
	if (demofs_is_shutdown(sb))
		return -EIO;

	sync_filesystem(sb);
	if ((fc->sb_flags_mask & SB_RDONLY) && read_only != sb_rdonly(sb)) {
		if (read_only) {
			err = demofs_end_writing(sb);
		} else {
			/* fsck may have been at work in the meantime. */
			demofs_load_counters(sb);
			err = demofs_begin_writing(sb);
		}
	}
	if (err)
		return err;
	if (!read_only)
		clear_bit(DEMOFS_ERROR_RO, &sbi->flags);
	sbi->opts = req->opts;
	return 0;
}

static void demofs_free_fc(struct fs_context *fc)
{
	kfree(fc->fs_private);
}

static const struct fs_context_operations demofs_context_ops = {
	.parse_param	= demofs_parse_param,
	.get_tree	= demofs_get_tree,
	.reconfigure	= demofs_reconfigure,
	.free		= demofs_free_fc,
};

static int demofs_init_fs_context(struct fs_context *fc)
{
	struct demofs_request *req = kzalloc(sizeof(*req), GFP_KERNEL);

	if (!req)
		return -ENOMEM;
	if (fc->purpose == FS_CONTEXT_FOR_RECONFIGURE) {
		req->opts = DEMOFS_SB(fc->root->d_sb)->opts;
	} else {
		req->opts.io = DEMOFS_IO_DROPIN;
		req->opts.boundary = true;
	}
	fc->fs_private = req;
	fc->ops = &demofs_context_ops;
	return 0;
}

static void demofs_kill_sb(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);

	/*
	 * Unmounting writes no file of a read-only filesystem. One that became
	 * so by an error has dirty ones, written before it by their owners.
	 */
	if (sb->s_root && test_bit(DEMOFS_ERROR_RO, &sbi->flags))
		sync_inodes_sb(sb);
	kill_block_super(sb);
}

static struct file_system_type demofs_type = {
	.owner			= THIS_MODULE,
	.name			= "demofs",
	.fs_flags		= FS_REQUIRES_DEV,
	.init_fs_context	= demofs_init_fs_context,
	.parameters		= demofs_params,
	.kill_sb		= demofs_kill_sb,
};

static int __init demofs_init(void)
{
	int err;

	demofs_inode_cache =
		kmem_cache_create("demofs_inode",
				  sizeof(struct demofs_inode_info), 0,
				  SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT,
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
MODULE_ALIAS_FS("demofs");
MPAGEX_IMPORT;
