// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounting: the options, the checks of all that is constant once mounted, and
 * remounting. What changes in between is super.c's. Exports demofs_type.
 */
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/writeback.h>

#include "demofs.h"

enum {
	DEMOFS_OPT_IO,
	DEMOFS_OPT_BOUNDARY,
	DEMOFS_OPT_ERRORS,
};

/* The names of enum demofs_io and of enum demofs_on_error. */
static const struct constant_table demofs_io_names[] = {
	{ "mpagex",	DEMOFS_IO_MPAGEX },
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
	fsparam_enum("io", DEMOFS_OPT_IO, demofs_io_names),
	fsparam_flag_no("boundary", DEMOFS_OPT_BOUNDARY),
	fsparam_enum("errors", DEMOFS_OPT_ERRORS, demofs_error_names),
	{}
};

/* What a mount or a remount asks for; fc->fs_private. */
struct demofs_mount_args {
	struct demofs_opts opts;
	bool on_error_given;
};

static const char *demofs_name_of(const struct constant_table *table, int value)
{
	while (table->name && table->value != value)
		table++;
	return table->name;
}

/**
 * demofs_show_options - tell of the options in /proc/mounts
 * @m: receives them
 * @root: of the filesystem
 *
 * Context: May sleep.
 * Return: 0.
 */
int demofs_show_options(struct seq_file *m, struct dentry *root)
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
	struct demofs_mount_args *args = fc->fs_private;
	struct fs_parse_result result;

	switch (fs_parse(fc, demofs_params, param, &result)) {
	case DEMOFS_OPT_IO:
		args->opts.io = result.uint_32;
		return 0;
	case DEMOFS_OPT_BOUNDARY:
		args->opts.boundary = !result.negated;
		return 0;
	case DEMOFS_OPT_ERRORS:
		args->opts.on_error = result.uint_32;
		args->on_error_given = true;
		return 0;
	case -ENOPARAM:
		return -ENOPARAM;	/* may be the VFS's: "source" */
	default:
		return -EINVAL;
	}
}

/* Read the superblock in the block size that @sb has at the moment. */
static int demofs_read_super_block(struct super_block *sb, bool silent)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct demofs_super_block *super;
	u32 unknown;

	sbi->super_bh = sb_bread(sb, DEMOFS_SUPER_OFFSET / sb->s_blocksize);
	if (!sbi->super_bh) {
		demofs_err(sb, "cannot read the superblock");
		return -EIO;
	}
	super = (void *)(sbi->super_bh->b_data +
			 DEMOFS_SUPER_OFFSET % sb->s_blocksize);
	sbi->super = super;

	if (le16_to_cpu(super->s_magic) != DEMOFS_SUPER_MAGIC) {
		if (!silent)
			demofs_err(sb, "no filesystem found: make one with mkfs.demofs");
		return -EINVAL;
	}
	unknown = le32_to_cpu(super->s_feature_incompat) &
		  ~DEMOFS_FEATURE_INCOMPAT_SUPP;
	if (le32_to_cpu(super->s_rev_level) != DEMOFS_DYNAMIC_REV || unknown) {
		demofs_err(sb, "revision %u with unknown features %#x: mount it with ext4",
			   le32_to_cpu(super->s_rev_level), unknown);
		return -EINVAL;
	}
	if (super->s_feature_compat &
	    cpu_to_le32(DEMOFS_FEATURE_COMPAT_SPARSE_SUPER2)) {
		demofs_err(sb, "has the feature sparse_super2: mount it with ext4");
		return -EINVAL;
	}
	return 0;
}

/* Read the superblock and adopt its block size. */
static int demofs_read_super(struct super_block *sb, bool silent)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	u32 log;
	int err;

	if (!sb_min_blocksize(sb, BLOCK_SIZE))
		return -EINVAL;
	err = demofs_read_super_block(sb, silent);
	if (err)
		return err;
	log = le32_to_cpu(sbi->super->s_log_block_size);
	if (log > DEMOFS_MAX_BLOCK_BITS - DEMOFS_MIN_BLOCK_BITS) {
		demofs_err(sb, "superblock: block size 1024 << %u is not supported",
			   log);
		return -EUCLEAN;
	}
	log += DEMOFS_MIN_BLOCK_BITS;
	if (log == sb->s_blocksize_bits)
		return 0;
	/* Buffers that are held when their size changes are never freed. */
	brelse(sbi->super_bh);
	sbi->super_bh = NULL;
	sbi->super = NULL;
	if (!sb_set_blocksize(sb, 1 << log)) {
		demofs_err(sb, "its blocks of %u bytes are smaller than the device's of %u: make it anew with mkfs.demofs -b 4096",
			   1 << log, bdev_logical_block_size(sb->s_bdev));
		return -EINVAL;
	}
	/* What an earlier mount could not write is not to be tried again by this. */
	sync_blockdev(sb->s_bdev);
	invalidate_bdev(sb->s_bdev);
	return demofs_read_super_block(sb, silent);
}

/* Take the sizes of things from the superblock, if they can be true. */
static int demofs_load_geometry(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct demofs_super_block *super = sbi->super;
	u32 bs = sb->s_blocksize;
	const char *bad = NULL;

	sbi->blocks_count = le32_to_cpu(super->s_blocks_count);
	sbi->inodes_count = le32_to_cpu(super->s_inodes_count);
	sbi->first_data_block = le32_to_cpu(super->s_first_data_block);
	sbi->blocks_per_group = le32_to_cpu(super->s_blocks_per_group);
	sbi->inodes_per_group = le32_to_cpu(super->s_inodes_per_group);
	sbi->first_ino = le32_to_cpu(super->s_first_ino);
	sbi->inode_size = le16_to_cpu(super->s_inode_size);
	sbi->addr_bits = sb->s_blocksize_bits - 2;

	/* Each test relies on those before it. */
	if (sbi->first_data_block != (bs == BLOCK_SIZE ? 1 : 0))
		bad = "first data block";
	else if (sbi->blocks_count <= sbi->first_data_block ||
		 sbi->blocks_count >
			 bdev_nr_bytes(sb->s_bdev) >> sb->s_blocksize_bits)
		bad = "block count (larger than the device?)";
	else if (le32_to_cpu(super->s_r_blocks_count) > sbi->blocks_count)
		bad = "reserved block count";
	else if (!is_power_of_2(sbi->inode_size) || sbi->inode_size > bs ||
		 sbi->inode_size < DEMOFS_GOOD_OLD_INODE_SIZE)
		bad = "inode size";
	else if (!sbi->inodes_per_group || sbi->inodes_per_group % 8 ||
		 sbi->inodes_per_group > 8 * bs)
		bad = "inodes per group";
	else if (sbi->first_ino < DEMOFS_GOOD_OLD_FIRST_INO ||
		 sbi->first_ino > sbi->inodes_count)
		bad = "first inode";
	if (!bad) {
		sbi->itable_blocks = DIV_ROUND_UP(sbi->inodes_per_group *
						  sbi->inode_size, bs);
		if (sbi->blocks_per_group <= sbi->itable_blocks ||
		    sbi->blocks_per_group > 8 * bs || sbi->blocks_per_group % 8)
			bad = "blocks per group";
	}
	if (!bad) {
		sbi->group_count = (sbi->blocks_count - sbi->first_data_block -
				    1) / sbi->blocks_per_group + 1;
		if (sbi->inodes_count !=
		    (u64)sbi->group_count * sbi->inodes_per_group)
			bad = "inode count";
		/* Group 0 has all descriptors, hence each supers' copies. */
		else if (demofs_super_blocks(sbi, 0) >=
			 demofs_group_len(sbi, 0))
			bad = "group count";
	}
	if (!bad)
		return 0;
	demofs_err(sb, "superblock: bad %s: run fsck.demofs", bad);
	return -EUCLEAN;
}

/* Is what group @nr's descriptor says possible? Count what it takes up. */
static bool demofs_group_sane(struct super_block *sb, u32 nr)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct demofs_group_desc *desc = sbi->groups[nr].desc;
	u32 copies = demofs_super_blocks(sbi, nr);
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
			demofs_err(sb, "cannot read group descriptors in block %u",
				   first + nr / per_block);
			return -EIO;
		}
		spin_lock_init(&group->lock);
		group->desc_bh = bh;
		group->desc = (struct demofs_group_desc *)bh->b_data +
			      nr % per_block;
		if (!demofs_group_sane(sb, nr)) {
			demofs_err(sb, "group %u: impossible descriptor in block %u: run fsck.demofs",
				   nr, first + nr / per_block);
			return -EUCLEAN;
		}
		group->meta_end = demofs_meta_end(sbi, nr);
	}
	return 0;
}

static void demofs_load_counters(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);

	percpu_counter_set(&sbi->free_blocks, demofs_count_free_blocks(sb));
	percpu_counter_set(&sbi->free_inodes, demofs_count_free_inodes(sb));
}

static struct demofs_sb_info *demofs_new_sb_info(struct super_block *sb)
{
	struct demofs_sb_info *sbi = kzalloc(sizeof(*sbi), GFP_KERNEL);

	if (!sbi)
		return NULL;
	sbi->sb = sb;
	mutex_init(&sbi->super_lock);
	mutex_init(&sbi->retry_lock);
	demofs_order_init(sbi);
	ratelimit_state_init(&sbi->msg_limit, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
	if (!percpu_counter_init(&sbi->free_blocks, 0, GFP_KERNEL) &&
	    !percpu_counter_init(&sbi->free_inodes, 0, GFP_KERNEL))
		return sbi;
	demofs_free_sb_info(sbi);
	return NULL;
}

static void demofs_set_opts(struct demofs_sb_info *sbi,
			    struct demofs_mount_args *args)
{
	sbi->opts = args->opts;
	if (args->on_error_given)
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
	demofs_watch_writes(sb);

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
	sb->s_flags |= SB_RDONLY;	/* it is as it was: leave it so */
	if (sb->s_root)
		return err;	/* put_super() will do the rest */
fail:
	demofs_free_sb_info(sbi);
	sb->s_fs_info = NULL;
	return err;
}

static int demofs_get_tree(struct fs_context *fc)
{
	return get_tree_bdev(fc, demofs_fill_super);
}

static int demofs_remount(struct fs_context *fc)
{
	struct super_block *sb = fc->root->d_sb;
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct demofs_mount_args *args = fc->fs_private;
	bool asked = fc->sb_flags_mask & SB_RDONLY;	/* ro or rw is among the options */
	bool read_only = asked ? fc->sb_flags & SB_RDONLY : sb_rdonly(sb);
	int err = 0;

	if (args->opts.io != sbi->opts.io)
		return invalf(fc, "demofs: io= is settled at mount: unmount first");
	if (demofs_is_shutdown(sb))
		return -EIO;

	sync_filesystem(sb);
	if (read_only)
		sync_filesystem(sb);	/* inodes that waited for their data */
	if (read_only != sb_rdonly(sb)) {
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
	if (asked && !read_only)
		clear_bit(DEMOFS_ERROR_RO, &sbi->flags);
	sbi->opts = args->opts;
	return 0;
}

static int demofs_reconfigure(struct fs_context *fc)
{
	int err = demofs_remount(fc);

	/* What is forced is done in any case, and an error would be a warning. */
	return fc->sb_flags & SB_FORCE ? 0 : err;
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
	struct demofs_mount_args *args = kzalloc(sizeof(*args), GFP_KERNEL);

	if (!args)
		return -ENOMEM;
	if (fc->purpose == FS_CONTEXT_FOR_RECONFIGURE) {
		args->opts = DEMOFS_SB(fc->root->d_sb)->opts;
	} else {
		args->opts.io = DEMOFS_IO_MPAGEX;
		args->opts.boundary = true;
	}
	fc->fs_private = args;
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
	if (sb->s_root && test_bit(DEMOFS_ERROR_RO, &sbi->flags)) {
		sync_inodes_sb(sb);
		demofs_commit(sb);
		demofs_retry_writes(sb);
	}
	kill_block_super(sb);
}

struct file_system_type demofs_type = {
	.owner			= THIS_MODULE,
	.name			= "demofs",
	.fs_flags		= FS_REQUIRES_DEV,
	.init_fs_context	= demofs_init_fs_context,
	.parameters		= demofs_params,
	.kill_sb		= demofs_kill_sb,
};
