// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inodes between memory and disk: reading and checking them, writing them, and
 * the end of those without a name. No other file reads or writes struct
 * demofs_inode.
 */
#include <linux/mm.h>
#include <linux/writeback.h>

#include "demofs.h"

/* Files laid out otherwise, which an ext4 driver could have left behind. */
#define DEMOFS_FOREIGN_FLAGS	(FS_EXTENT_FL | FS_INLINE_DATA_FL | \
				 FS_ENCRYPT_FL | FS_EA_INODE_FL | \
				 FS_HUGE_FILE_FL)

/* Where inode @ino is in the inode table. */
static u32 demofs_inode_block(struct super_block *sb, u32 ino, u32 *offset)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct demofs_group *group =
		&sbi->groups[(ino - 1) / sbi->inodes_per_group];
	u32 byte = (ino - 1) % sbi->inodes_per_group * sbi->inode_size;

	*offset = byte & (sb->s_blocksize - 1);
	return le32_to_cpu(group->desc->bg_inode_table) +
	       (byte >> sb->s_blocksize_bits);
}

/**
 * demofs_read_inode - read the part of the inode table with an inode
 * @sb: the filesystem
 * @ino: the inode's number, which is possible
 * @bh: receives the buffer, to be released
 *
 * Context: May sleep.
 * Return: the inode in @bh, or ERR_PTR(-EIO).
 */
struct demofs_inode *demofs_read_inode(struct super_block *sb, u32 ino,
				       struct buffer_head **bh)
{
	u32 offset, block = demofs_inode_block(sb, ino, &offset);

	*bh = demofs_bread(sb, block);
	if (!*bh) {
		demofs_err(sb, "inode %u: cannot read it from block %u", ino,
			   block);
		return ERR_PTR(-EIO);
	}
	return (struct demofs_inode *)((*bh)->b_data + offset);
}

/* Sectors that belong to attributes kept for another driver. */
static u32 demofs_acl_sectors(struct inode *inode)
{
	return DEMOFS_I(inode)->file_acl ? inode->i_sb->s_blocksize >> 9 : 0;
}

/**
 * demofs_is_fast_symlink - does the inode itself hold the symlink's target?
 * @inode: any
 *
 * Context: Any.
 * Return: true if it does.
 */
bool demofs_is_fast_symlink(struct inode *inode)
{
	return S_ISLNK(inode->i_mode) &&
	       inode->i_blocks == demofs_acl_sectors(inode);
}

/**
 * demofs_set_inode_ops - give an inode the methods of its type
 * @inode: complete except for these
 * @rdev: the device that it leads to, if it is a device's
 *
 * Context: Any; the inode is not in use yet.
 */
void demofs_set_inode_ops(struct inode *inode, dev_t rdev)
{
	if (S_ISREG(inode->i_mode)) {
		inode->i_op = &demofs_file_inode_operations;
		inode->i_fop = &demofs_file_operations;
		demofs_set_aops(inode);
	} else if (S_ISDIR(inode->i_mode)) {
		inode->i_op = &demofs_dir_inode_operations;
		inode->i_fop = &demofs_dir_operations;
	} else if (demofs_is_fast_symlink(inode)) {
		inode->i_op = &demofs_fast_symlink_inode_operations;
		inode->i_link = (char *)DEMOFS_I(inode)->data;
	} else if (S_ISLNK(inode->i_mode)) {
		inode->i_op = &demofs_symlink_inode_operations;
	} else {
		inode->i_op = &demofs_special_inode_operations;
		init_special_inode(inode, inode->i_mode, rdev);
	}
}

/**
 * demofs_set_vfs_flags - tell the VFS of the flags that it heeds
 * @inode: its on-disk flags are known
 *
 * Context: Any.
 */
void demofs_set_vfs_flags(struct inode *inode)
{
	u32 flags = DEMOFS_I(inode)->flags;

	inode_set_flags(inode,
			(flags & FS_SYNC_FL ? S_SYNC : 0) |
			(flags & FS_APPEND_FL ? S_APPEND : 0) |
			(flags & FS_IMMUTABLE_FL ? S_IMMUTABLE : 0) |
			(flags & FS_NOATIME_FL ? S_NOATIME : 0) |
			(flags & FS_DIRSYNC_FL ? S_DIRSYNC : 0),
			S_SYNC | S_APPEND | S_IMMUTABLE | S_NOATIME |
			S_DIRSYNC);
}

static bool demofs_symlink_sane(struct inode *inode)
{
	const char *target = (char *)DEMOFS_I(inode)->data;
	u32 sectors = demofs_acl_sectors(inode) + (i_blocksize(inode) >> 9);

	if (!demofs_is_fast_symlink(inode))
		return inode->i_size > 0 && inode->i_size < i_blocksize(inode) &&
		       inode->i_blocks == sectors &&
		       demofs_count_zeros(DEMOFS_I(inode)->data + 1,
					  DEMOFS_N_BLOCKS - 1) ==
		       DEMOFS_N_BLOCKS - 1;
	return inode->i_size > 0 &&
	       inode->i_size < sizeof(DEMOFS_I(inode)->data) &&
	       strnlen(target, inode->i_size + 1) == inode->i_size;
}

/* What is wrong with an inode that has just been read; NULL if nothing is. */
static const char *demofs_inode_fault(struct inode *inode)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(inode->i_sb);
	unsigned int sector_bits = inode->i_blkbits - SECTOR_SHIFT;

	if (DEMOFS_I(inode)->flags & DEMOFS_FOREIGN_FLAGS)
		return "unknown flags";
	if (inode->i_blocks >> sector_bits > sbi->blocks_count)
		return "more blocks than the filesystem has";
	switch (inode->i_mode & S_IFMT) {
	case S_IFREG:
		if (inode->i_size < 0 || inode->i_size > sbi->max_size)
			return "impossible size";
		return NULL;
	case S_IFDIR:
		if (!inode->i_size || inode->i_size > S32_MAX ||
		    inode->i_size & (inode->i_sb->s_blocksize - 1))
			return "impossible directory size";
		/* It has no holes; and a search for a name reads all of it. */
		if (inode->i_size >> 9 > inode->i_blocks)
			return "a directory larger than its blocks";
		return NULL;
	case S_IFLNK:
		return demofs_symlink_sane(inode) ? NULL : "impossible symlink";
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return NULL;
	default:
		return "unknown type";
	}
}

/* A device's number, in the old form of 8 + 8 bits or else the new one. */
static dev_t demofs_get_rdev(const struct demofs_inode_info *info)
{
	if (info->data[0])
		return old_decode_dev(le32_to_cpu(info->data[0]));
	return new_decode_dev(le32_to_cpu(info->data[1]));
}

static void demofs_set_rdev(struct demofs_inode_info *info, dev_t rdev)
{
	bool old = old_valid_dev(rdev);

	info->data[0] = cpu_to_le32(old ? old_encode_dev(rdev) : 0);
	info->data[1] = cpu_to_le32(old ? 0 : new_encode_dev(rdev));
}

/* Copy @raw to @inode. */
static void demofs_decode_inode(struct inode *inode,
				const struct demofs_inode *raw)
{
	struct demofs_inode_info *info = DEMOFS_I(inode);

	inode->i_mode = le16_to_cpu(raw->i_mode);
	i_uid_write(inode, le16_to_cpu(raw->i_uid) |
			   (u32)le16_to_cpu(raw->i_uid_high) << 16);
	i_gid_write(inode, le16_to_cpu(raw->i_gid) |
			   (u32)le16_to_cpu(raw->i_gid_high) << 16);
	inode->i_size = le32_to_cpu(raw->i_size) |
			(u64)le32_to_cpu(raw->i_size_high) << 32;
	inode_set_atime(inode, (s32)le32_to_cpu(raw->i_atime), 0);
	inode_set_ctime(inode, (s32)le32_to_cpu(raw->i_ctime), 0);
	inode_set_mtime(inode, (s32)le32_to_cpu(raw->i_mtime), 0);
	inode->i_blocks = le32_to_cpu(raw->i_blocks);
	inode->i_generation = le32_to_cpu(raw->i_generation);
	info->flags = le32_to_cpu(raw->i_flags);
	info->file_acl = le32_to_cpu(raw->i_file_acl);
	info->block_group = (demofs_ino(inode) - 1) /
			    DEMOFS_SB(inode->i_sb)->inodes_per_group;
	memcpy(info->data, raw->i_block, sizeof(info->data));
}

/*
 * An inode without a name keeps a link on the disk until the name is gone there:
 * else what a rename has replaced could be missing, and its successor too.
 */
static u16 demofs_disk_links(struct inode *inode)
{
	unsigned int links = READ_ONCE(inode->i_nlink);

	if (links)
		return links;
	smp_rmb();	/* pairs with demofs_nameless_from_now() */
	return demofs_names_wait(inode->i_sb,
				 READ_ONCE(DEMOFS_I(inode)->nameless_since));
}

/*
 * Copy @inode to @raw. Fields that demofs does not know keep their values.
 * map_sem is held.
 */
static void demofs_encode_inode(struct inode *inode, struct demofs_inode *raw)
{
	struct demofs_inode_info *info = DEMOFS_I(inode);
	uid_t uid = i_uid_read(inode);
	gid_t gid = i_gid_read(inode);
	loff_t size = i_size_read(inode);

	if (info->is_new)
		memset(raw, 0, DEMOFS_SB(inode->i_sb)->inode_size);
	info->is_new = false;

	raw->i_mode = cpu_to_le16(inode->i_mode);
	raw->i_uid = cpu_to_le16(uid);
	raw->i_uid_high = cpu_to_le16(uid >> 16);
	raw->i_gid = cpu_to_le16(gid);
	raw->i_gid_high = cpu_to_le16(gid >> 16);
	raw->i_links_count = cpu_to_le16(demofs_disk_links(inode));
	raw->i_size = cpu_to_le32(size);
	raw->i_size_high = cpu_to_le32(size >> 32);
	raw->i_atime = cpu_to_le32(inode_get_atime_sec(inode));
	raw->i_ctime = cpu_to_le32(inode_get_ctime_sec(inode));
	raw->i_mtime = cpu_to_le32(inode_get_mtime_sec(inode));
	raw->i_dtime = cpu_to_le32(info->dtime);
	raw->i_generation = cpu_to_le32(inode->i_generation);
	raw->i_flags = cpu_to_le32(info->flags);
	raw->i_file_acl = cpu_to_le32(info->file_acl);

	if (S_ISCHR(inode->i_mode) || S_ISBLK(inode->i_mode))
		demofs_set_rdev(info, inode->i_rdev);
	raw->i_blocks = cpu_to_le32(inode->i_blocks);
	memcpy(raw->i_block, info->data, sizeof(info->data));
}

static int demofs_load_inode(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;
	struct demofs_inode *raw;
	struct buffer_head *bh;
	const char *fault;
	int err = 0;

	raw = demofs_read_inode(sb, inode->i_ino, &bh);
	if (IS_ERR(raw))
		return PTR_ERR(raw);
	demofs_decode_inode(inode, raw);
	fault = demofs_inode_fault(inode);
	if (!raw->i_links_count) {
		err = -ESTALE;		/* deleted: who knew its number? */
	} else if (fault) {
		demofs_corrupt(sb, "inode %u: %s, in block %llu", demofs_ino(inode),
			       fault, (u64)bh->b_blocknr);
		err = -EUCLEAN;
	} else {
		set_nlink(inode, le16_to_cpu(raw->i_links_count));
		demofs_set_vfs_flags(inode);
		demofs_set_inode_ops(inode, demofs_get_rdev(DEMOFS_I(inode)));
		if (S_ISDIR(inode->i_mode))
			demofs_order_recall(inode);
	}
	brelse(bh);
	return err;
}

/**
 * demofs_iget - get an inode by its number, from memory or disk
 * @sb: the filesystem
 * @ino: its number, which may come from the disk unchecked
 *
 * Context: May sleep.
 * Return: the inode; or an ERR_PTR of -ESTALE if it is deleted, -EUCLEAN if it
 * cannot be one, -EIO or -ENOMEM.
 */
struct inode *demofs_iget(struct super_block *sb, unsigned long ino)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct inode *inode;
	int err;

	if ((ino < sbi->first_ino && ino != DEMOFS_ROOT_INO) ||
	    ino > sbi->inodes_count) {
		demofs_corrupt(sb, "inode %lu: no file can have this number",
			       ino);
		return ERR_PTR(-EUCLEAN);
	}
	inode = iget_locked(sb, ino);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	if (!(inode_state_read_once(inode) & I_NEW))
		return inode;

	err = demofs_load_inode(inode);
	if (err) {
		iget_failed(inode);
		return ERR_PTR(err);
	}
	unlock_new_inode(inode);
	return inode;
}

/**
 * demofs_put_inode - put an inode into its place in the inode table
 * @inode: the inode, whose pointers the disk may know
 *
 * Context: May sleep; map_sem is held, or nobody uses the inode.
 * Return: 0 or a negative errno.
 */
int demofs_put_inode(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;
	struct demofs_inode *raw;
	struct buffer_head *bh;
	int err = 0;

	if (S_ISREG(inode->i_mode) && i_size_read(inode) > S32_MAX)
		err = demofs_set_large_file(sb);

	raw = demofs_read_inode(sb, inode->i_ino, &bh);
	if (IS_ERR(raw)) {
		/* Nobody may hear of it now: let fsync tell, and try again. */
		mapping_set_error(inode->i_mapping, PTR_ERR(raw));
		demofs_corrupt(sb, "inode %u: cannot be written: error %ld",
			       demofs_ino(inode), PTR_ERR(raw));
		mark_inode_dirty(inode);
		return PTR_ERR(raw);
	}
	demofs_encode_inode(inode, raw);
	demofs_freed_by(inode, bh);
	demofs_mark_dirty(bh);
	brelse(bh);
	return err;
}

/**
 * demofs_put_links - tell the disk of links of an inode, and of nothing else
 * @inode: the inode; one that is new gets there as a whole, before its names
 *
 * Context: May sleep; takes map_sem exclusively, since others who put the inode
 * there may have looked at its links already.
 * Return: 0 or a negative errno.
 */
int demofs_put_links(struct inode *inode)
{
	struct demofs_inode_info *info = DEMOFS_I(inode);
	struct demofs_inode *raw;
	struct buffer_head *bh;

	raw = demofs_read_inode(inode->i_sb, inode->i_ino, &bh);
	if (IS_ERR(raw))
		return PTR_ERR(raw);
	down_write(&info->map_sem);
	if (!info->is_new) {
		raw->i_links_count = cpu_to_le16(inode->i_nlink);
		demofs_mark_dirty(bh);
	}
	up_write(&info->map_sem);
	brelse(bh);
	return 0;
}

/**
 * demofs_end_inode - let the inode table have an inode as deleted
 * @sb: the filesystem
 * @ino: its number
 * @dtime: when, in seconds
 *
 * Context: May sleep.
 */
void demofs_end_inode(struct super_block *sb, u32 ino, u32 dtime)
{
	struct demofs_inode *raw;
	struct buffer_head *bh;

	raw = demofs_read_inode(sb, ino, &bh);
	if (IS_ERR(raw))
		return;
	raw->i_links_count = 0;
	raw->i_dtime = cpu_to_le32(dtime);
	raw->i_size = 0;
	raw->i_size_high = 0;
	raw->i_blocks = 0;
	memset(raw->i_block, 0, sizeof(raw->i_block));
	demofs_mark_dirty(bh);
	brelse(bh);
}

/**
 * demofs_write_inode - write an inode to its place in the inode table
 * @inode: the inode
 * @wbc: says whether to wait until it is on the disk
 *
 * One whose pointers the disk must not know yet stays dirty.
 *
 * Context: May sleep; takes map_sem for reading.
 * Return: 0 or a negative errno.
 */
int demofs_write_inode(struct inode *inode, struct writeback_control *wbc)
{
	struct demofs_inode_info *info = DEMOFS_I(inode);
	struct super_block *sb = inode->i_sb;
	bool unsettled;
	int err = 0;

	if (demofs_is_shutdown(sb))
		return -EIO;
	demofs_check_writes(sb);
	down_read(&info->map_sem);
	/* A frozen filesystem has only those that wait for their last user. */
	unsettled = info->unsettled ||
		    sb->s_writers.frozen == SB_FREEZE_COMPLETE;
	if (!unsettled)
		err = demofs_put_inode(inode);
	up_read(&info->map_sem);
	if (unsettled || (!inode->i_nlink && demofs_disk_links(inode)))
		mark_inode_dirty(inode);
	if (wbc->sync_mode == WB_SYNC_NONE &&
	    (unsettled || S_ISDIR(inode->i_mode)))
		demofs_call_worker(sb, 0);
	/* sync(2) writes the device's buffers later, each of them once. */
	if (wbc->sync_mode == WB_SYNC_ALL && !wbc->for_sync && !unsettled &&
	    !err)
		err = demofs_sync_inode_block(inode);
	return err;
}

/**
 * demofs_sync_inode_block - write the part of the inode table with an inode
 * @inode: the inode
 *
 * Needed even for a clean inode: background writeback cleans it by leaving it
 * in a dirty buffer.
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int demofs_sync_inode_block(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;
	u32 offset, block = demofs_inode_block(sb, inode->i_ino, &offset);
	struct buffer_head *bh = sb_find_get_block_nonatomic(sb, block);
	int err;

	if (!bh)
		return 0;
	if (buffer_write_io_error(bh))
		demofs_mark_dirty(bh);	/* a new call, a new try */
	err = sync_dirty_buffer(bh);
	if (!err && buffer_write_io_error(bh))
		err = -EIO;
	if (err)
		demofs_err(sb, "inode %u: cannot write it to block %u",
			   demofs_ino(inode), block);
	brelse(bh);
	return err;
}

/* What a device's number or a short symlink's target is, no block ever was. */
static bool demofs_has_blocks(struct inode *inode)
{
	if (inode->i_blocks <= demofs_acl_sectors(inode))
		return false;
	return S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode) ||
	       S_ISLNK(inode->i_mode);
}

/*
 * May a file be deleted that nobody uses any more? Not from a disk that has become
 * read-only while it was open: there it is for fsck to find. A remount that is on
 * its way gives up if there is such a file, so it does not count.
 */
static bool demofs_may_delete(struct super_block *sb)
{
	return !demofs_is_shutdown(sb) && !demofs_is_read_only(sb);
}

/* Give back all that a file without a name has. */
static void demofs_delete_inode(struct inode *inode)
{
	struct demofs_inode *raw;
	struct buffer_head *bh;

	/* A frozen filesystem stays as it is. */
	sb_start_intwrite(inode->i_sb);
	/*
	 * An inode that cannot be ended on the disk keeps its blocks: there it
	 * would still lead to them, and then two files would.
	 */
	raw = demofs_read_inode(inode->i_sb, inode->i_ino, &bh);
	if (IS_ERR(raw)) {
		demofs_corrupt(inode->i_sb, "inode %u: cannot be deleted: error %ld",
			       demofs_ino(inode), PTR_ERR(raw));
		goto out;
	}
	DEMOFS_I(inode)->dtime = ktime_get_real_seconds();
	i_size_write(inode, 0);
	if (!S_ISREG(inode->i_mode))
		demofs_names_begin(inode->i_sb);
	if (demofs_has_blocks(inode))
		demofs_truncate_blocks(inode, 0);
	/*
	 * Blocks that could not be freed stay marked as in use until fsck. So
	 * does the block of attributes, which other inodes may share.
	 */
	demofs_delete_later(inode, bh);
	if (!S_ISREG(inode->i_mode))
		demofs_names_end(inode->i_sb);
	brelse(bh);
out:
	sb_end_intwrite(inode->i_sb);
}

/**
 * demofs_evict_inode - let go of an inode, and of the file if it has no name
 * @inode: the inode, which nobody uses any more
 *
 * Context: May sleep.
 */
void demofs_evict_inode(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;

	truncate_inode_pages_final(&inode->i_data);
	if (!inode->i_nlink && !is_bad_inode(inode)) {
		if (demofs_may_delete(sb))
			demofs_delete_inode(inode);
		else
			set_bit(DEMOFS_ORPHANS, &DEMOFS_SB(sb)->flags);
	}
	demofs_order_evict(inode);
	if (S_ISDIR(inode->i_mode) && inode->i_nlink)
		demofs_order_forget(inode);
	clear_inode(inode);
}
