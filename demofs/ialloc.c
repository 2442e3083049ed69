// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which inodes are free. Owns the inode bitmaps and the counts of inodes and
 * directories in the group descriptors; exports making a new inode, freeing
 * one, and counting.
 *
 * Directories are spread over the groups, and files are put in their
 * directory's group: so that what is used together lies together, and what is
 * not leaves it room to grow.
 */
#include <linux/random.h>

#include "demofs.h"

#define DEMOFS_INHERITED_FLAGS	(FS_SYNC_FL | FS_NODUMP_FL | FS_NOATIME_FL)

static u32 demofs_group_free_inodes(struct demofs_sb_info *sbi, u32 nr)
{
	if (test_bit(DEMOFS_GROUP_BAD, &sbi->groups[nr].state))
		return 0;
	return le16_to_cpu(sbi->groups[nr].desc->bg_free_inodes_count);
}

static u32 demofs_group_free_blocks(struct demofs_sb_info *sbi, u32 nr)
{
	return le16_to_cpu(sbi->groups[nr].desc->bg_free_blocks_count);
}

static s64 demofs_bad_inode_bitmap(struct super_block *sb, u32 nr,
				   const char *why)
{
	struct demofs_group *group = &DEMOFS_SB(sb)->groups[nr];

	if (!test_and_set_bit(DEMOFS_GROUP_BAD, &group->state))
		demofs_corrupt(sb, "group %u: %s in inode bitmap, block %u", nr,
			       why, le32_to_cpu(group->desc->bg_inode_bitmap));
	return -EUCLEAN;
}

/* Does the bitmap know that the reserved inodes are in use? */
static bool demofs_reserved_in_use(struct demofs_sb_info *sbi, u32 nr,
				   const void *map)
{
	u32 start = 1 + nr * sbi->inodes_per_group;
	u32 count;

	if (start >= sbi->first_ino)
		return true;
	count = min(sbi->first_ino - start, sbi->inodes_per_group);
	return find_next_zero_bit_le(map, count, 0) >= count;
}

/* Return: the bitmap, or ERR_PTR(-EIO), or ERR_PTR(-EUCLEAN) if not sane. */
static struct buffer_head *demofs_read_inode_bitmap(struct super_block *sb,
						    u32 nr)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct demofs_group *group = &sbi->groups[nr];
	u32 block = le32_to_cpu(group->desc->bg_inode_bitmap);
	struct buffer_head *bh;

	if (test_bit(DEMOFS_GROUP_BAD, &group->state))
		return ERR_PTR(-EUCLEAN);
	bh = demofs_bread(sb, block);
	if (!bh) {
		demofs_err(sb, "group %u: cannot read inode bitmap, block %u",
			   nr, block);
		return ERR_PTR(-EIO);
	}
	if (!demofs_reserved_in_use(sbi, nr, bh->b_data)) {
		brelse(bh);
		return ERR_PTR(demofs_bad_inode_bitmap(sb, nr, "reserved inodes are free"));
	}
	return bh;
}

/* Adjust a descriptor's counts. Under group->lock. */
static void demofs_count_inode(struct demofs_sb_info *sbi, u32 nr, bool is_dir,
			       int n)
{
	struct demofs_group_desc *desc = sbi->groups[nr].desc;

	le16_add_cpu(&desc->bg_free_inodes_count, -n);
	percpu_counter_sub(&sbi->free_inodes, n);
	/* The disk may have counted too few directories. */
	if (is_dir && (n > 0 || desc->bg_used_dirs_count))
		le16_add_cpu(&desc->bg_used_dirs_count, n);
}

/* Let what was changed under group->lock reach the disk. Drops @bh. */
static void demofs_dirty_inode_group(struct super_block *sb, u32 nr,
				     struct buffer_head *bh)
{
	demofs_mark_dirty(DEMOFS_SB(sb)->groups[nr].desc_bh);
	demofs_mark_dirty(bh);
	if (sb->s_flags & SB_SYNCHRONOUS)
		sync_dirty_buffer(bh);
	brelse(bh);
}

/* Take an inode from group @nr. Return: its number, or 0, or an errno. */
static s64 demofs_take_inode(struct super_block *sb, u32 nr, bool is_dir)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct demofs_group *group = &sbi->groups[nr];
	u32 ipg = sbi->inodes_per_group;
	struct buffer_head *bh;
	u32 bit, left;

	if (!demofs_group_free_inodes(sbi, nr))
		return 0;
	bh = demofs_read_inode_bitmap(sb, nr);
	if (IS_ERR(bh))
		return PTR_ERR(bh);

	spin_lock(&group->lock);
	left = demofs_group_free_inodes(sbi, nr);
	bit = left ? find_next_zero_bit_le(bh->b_data, ipg, 0) : ipg;
	if (bit < ipg) {
		__set_bit_le(bit, bh->b_data);
		demofs_count_inode(sbi, nr, is_dir, 1);
	}
	spin_unlock(&group->lock);
	if (bit < ipg) {
		demofs_dirty_inode_group(sb, nr, bh);
		return (s64)nr * ipg + bit + 1;
	}

	brelse(bh);
	if (!left)
		return 0;	/* someone was faster */
	return demofs_bad_inode_bitmap(sb, nr, "fewer inodes are free than counted");
}

/* Is group @nr's stock of inodes and blocks not much below the average? */
static bool demofs_group_roomy(struct demofs_sb_info *sbi, u32 nr)
{
	u64 inodes = percpu_counter_read_positive(&sbi->free_inodes);
	u64 blocks = percpu_counter_read_positive(&sbi->free_blocks);
	u32 count = sbi->group_count;

	return (u64)demofs_group_free_inodes(sbi, nr) * count >= inodes / 2 &&
	       (u64)demofs_group_free_blocks(sbi, nr) * count >= blocks / 2;
}

/* The group for a directory in the root: whatever it holds will be apart. */
static u32 demofs_emptiest_group(struct demofs_sb_info *sbi)
{
	u32 best = 0, best_blocks = 0, best_dirs = U32_MAX;
	u32 nr;

	for (nr = 0; nr < sbi->group_count; nr++) {
		u32 blocks = demofs_group_free_blocks(sbi, nr);
		u32 dirs = le16_to_cpu(sbi->groups[nr].desc->bg_used_dirs_count);

		/* Directories just made are empty: count them, then blocks. */
		if (!demofs_group_roomy(sbi, nr) || dirs > best_dirs ||
		    (dirs == best_dirs && blocks <= best_blocks))
			continue;
		best = nr;
		best_blocks = blocks;
		best_dirs = dirs;
	}
	return best;
}

/* Where to begin looking for an inode in @dir. */
static u32 demofs_choose_group(struct inode *dir, bool is_dir)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(dir->i_sb);
	u32 first = DEMOFS_I(dir)->block_group, nr = first, i;

	if (is_dir && (dir->i_ino == DEMOFS_ROOT_INO ||
		       DEMOFS_I(dir)->flags & FS_TOPDIR_FL))
		return demofs_emptiest_group(sbi);

	for (i = 0; i < sbi->group_count; i++) {
		/* For a file any room does, for what will hold files it not. */
		if (is_dir ? demofs_group_roomy(sbi, nr) :
			     demofs_group_free_inodes(sbi, nr) &&
			     demofs_group_free_blocks(sbi, nr))
			return nr;
		if (++nr == sbi->group_count)
			nr = 0;
	}
	return first;
}

/* Take an inode in any group. Return: its number, or an errno. */
static s64 demofs_take_any_inode(struct inode *dir, bool is_dir)
{
	u32 groups = DEMOFS_SB(dir->i_sb)->group_count, i;
	u32 nr = demofs_choose_group(dir, is_dir);
	s64 err = -ENOSPC;

	for (i = 0; i < groups; i++) {
		s64 ino = demofs_take_inode(dir->i_sb, nr, is_dir);

		if (ino > 0)
			return ino;
		if (ino == -EIO)
			err = ino;
		if (++nr == groups)
			nr = 0;
	}
	return err;
}

static void demofs_init_inode(struct inode *inode, struct inode *dir,
			      umode_t mode)
{
	struct demofs_inode_info *info = DEMOFS_I(inode);

	inode_init_owner(&nop_mnt_idmap, inode, dir, mode);
	simple_inode_init_ts(inode);
	inode->i_generation = get_random_u32();
	info->flags = DEMOFS_I(dir)->flags & DEMOFS_INHERITED_FLAGS;
	if (S_ISDIR(mode))
		info->flags |= DEMOFS_I(dir)->flags & FS_DIRSYNC_FL;
	info->block_group = (demofs_ino(inode) - 1) /
			    DEMOFS_SB(inode->i_sb)->inodes_per_group;
	info->is_new = true;
	demofs_set_vfs_flags(inode);
}

/**
 * demofs_new_inode - make an inode
 * @dir: the directory that it is for
 * @mode: its type and permissions
 *
 * The caller gives it its operations and its name. If it must give up
 * instead, it clears the link count and calls discard_new_inode().
 *
 * Context: May sleep; takes the groups' spinlocks, and names_sem if no inode is
 * free.
 * Return: the inode, locked as new, with one link; or an ERR_PTR.
 */
struct inode *demofs_new_inode(struct inode *dir, umode_t mode)
{
	struct super_block *sb = dir->i_sb;
	struct demofs_inode *raw;
	struct buffer_head *bh;
	struct demofs_room room = {};
	struct inode *inode;
	bool in_use;
	s64 ino;
	int err;

	err = demofs_may_change(sb);
	if (err)
		return ERR_PTR(err);
	inode = new_inode(sb);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	do {
		ino = demofs_take_any_inode(dir, S_ISDIR(mode));
	} while (demofs_make_room(sb, ino < 0 ? ino : 0, &room, true));
	if (ino < 0) {
		iput(inode);
		return ERR_PTR(ino);
	}

	inode->i_ino = ino;
	/* A name must not lead to what cannot be written for want of its block. */
	raw = demofs_read_inode(sb, ino, &bh);
	if (IS_ERR(raw)) {
		demofs_free_inode(sb, ino, S_ISDIR(mode));
		iput(inode);
		return ERR_CAST(raw);
	}
	in_use = raw->i_links_count;
	brelse(bh);
	if (in_use || insert_inode_locked(inode) < 0) {
		/* The bitmap was wrong: it stays marked from now on. */
		demofs_corrupt(sb, "inode %lld: marked as free while in use",
			       ino);
		iput(inode);
		return ERR_PTR(-EUCLEAN);
	}
	demofs_init_inode(inode, dir, mode);
	mark_inode_dirty(inode);
	return inode;
}

/**
 * demofs_free_inode - mark an inode as free on the disk
 * @sb: the filesystem
 * @ino: the inode's number; nothing on the disk leads to it
 * @is_dir: it was a directory
 *
 * Context: May sleep; takes the group's spinlock.
 */
void demofs_free_inode(struct super_block *sb, u32 ino, bool is_dir)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	u32 nr = (ino - 1) / sbi->inodes_per_group;
	u32 bit = (ino - 1) % sbi->inodes_per_group;
	struct demofs_group *group = &sbi->groups[nr];
	struct buffer_head *bh;
	bool was_used;

	bh = demofs_read_inode_bitmap(sb, nr);
	if (IS_ERR(bh)) {
		if (PTR_ERR(bh) != -EUCLEAN)
			demofs_corrupt(sb, "inode %u: cannot be freed: error %ld",
				       ino, PTR_ERR(bh));
		return;
	}
	spin_lock(&group->lock);
	was_used = __test_and_clear_bit_le(bit, bh->b_data) &&
		   demofs_group_free_inodes(sbi, nr) < sbi->inodes_per_group;
	if (was_used)
		demofs_count_inode(sbi, nr, is_dir, -1);
	spin_unlock(&group->lock);
	demofs_dirty_inode_group(sb, nr, bh);
	if (!was_used)
		demofs_corrupt(sb, "inode %u: was free already, in block %u",
			       ino, le32_to_cpu(group->desc->bg_inode_bitmap));
}

/**
 * demofs_count_free_inodes - sum up what the group descriptors say
 * @sb: the filesystem
 *
 * Context: Any. Takes no lock: exact only when nobody allocates.
 * Return: free inodes.
 */
u32 demofs_count_free_inodes(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	u32 count = 0, nr;

	for (nr = 0; nr < sbi->group_count; nr++)
		count += le16_to_cpu(sbi->groups[nr].desc->bg_free_inodes_count);
	return count;
}
