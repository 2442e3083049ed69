// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which blocks of the device are free. Owns the block bitmaps and the counts of
 * free blocks in the group descriptors; exports allocation, freeing, counting,
 * and the test whether blocks can belong to a file at all.
 *
 * Each group has a spinlock for its bitmap and descriptor. Bitmaps are read
 * before it is taken, and live in the block device's cache.
 */
#include <linux/buffer_head.h>
#include <linux/capability.h>
#include <linux/cred.h>

#include "bitmap.h"
#include "demofs.h"

/* A run away from the goal that is this long is as good as any longer one. */
#define DEMOFS_GOOD_RUN		64

/* How far apart files settle that grow at the same time, in blocks */
#define DEMOFS_APART		1024

static u32 demofs_group_of(struct demofs_sb_info *sbi, u32 pblk)
{
	return (pblk - sbi->first_data_block) / sbi->blocks_per_group;
}

static bool demofs_is_power_of(u32 nr, u32 base)
{
	while (nr % base == 0)
		nr /= base;
	return nr == 1;
}

/**
 * demofs_super_blocks - tell what lies at a group's start
 * @sbi: the filesystem
 * @nr: the group
 *
 * Context: Any.
 * Return: blocks that copies of the superblock and the descriptors take there.
 */
u32 demofs_super_blocks(struct demofs_sb_info *sbi, u32 nr)
{
	u64 table = (u64)sbi->group_count * sizeof(struct demofs_group_desc);

	if (nr > 1 && !demofs_is_power_of(nr, 3) &&
	    !demofs_is_power_of(nr, 5) && !demofs_is_power_of(nr, 7) &&
	    sbi->super->s_feature_ro_compat &
	    cpu_to_le32(DEMOFS_FEATURE_RO_COMPAT_SPARSE_SUPER))
		return 0;
	return 1 + ((table + sbi->sb->s_blocksize - 1) >>
		    sbi->sb->s_blocksize_bits);
}

/**
 * demofs_meta_end - tell where a group's metadata ends
 * @sbi: the filesystem
 * @nr: the group, whose descriptor has been found sane
 *
 * Context: Any.
 * Return: the first block of the device behind all of the group's metadata.
 */
u32 demofs_meta_end(struct demofs_sb_info *sbi, u32 nr)
{
	const struct demofs_group_desc *desc = sbi->groups[nr].desc;

	return max3(demofs_group_start(sbi, nr) + demofs_super_blocks(sbi, nr),
		    le32_to_cpu(desc->bg_inode_table) + sbi->itable_blocks,
		    max(le32_to_cpu(desc->bg_block_bitmap),
			le32_to_cpu(desc->bg_inode_bitmap)) + 1);
}

static bool demofs_overlap(u64 a, u32 a_len, u64 b, u32 b_len)
{
	return max(a, b) < min(a + a_len, b + b_len);
}

/* Has group @nr metadata of its own among these blocks? */
static bool demofs_hits_metadata(struct demofs_sb_info *sbi, u32 nr,
				 u32 first, u32 count)
{
	const struct demofs_group_desc *desc = sbi->groups[nr].desc;

	/* Nearly always: mkfs puts all of it at the group's start. */
	if (first >= sbi->groups[nr].meta_end)
		return false;
	return demofs_overlap(first, count, demofs_group_start(sbi, nr),
			      demofs_super_blocks(sbi, nr)) ||
	       demofs_overlap(first, count,
			      le32_to_cpu(desc->bg_block_bitmap), 1) ||
	       demofs_overlap(first, count,
			      le32_to_cpu(desc->bg_inode_bitmap), 1) ||
	       demofs_overlap(first, count,
			      le32_to_cpu(desc->bg_inode_table),
			      sbi->itable_blocks);
}

/**
 * demofs_blocks_valid - tell whether blocks can belong to a file
 * @sbi: the filesystem
 * @first: first of the blocks
 * @count: how many, at least one
 *
 * Context: Any. Takes no lock, reads no disk.
 * Return: true if all are on the device and none is a superblock, a descriptor,
 * a bitmap or part of an inode table.
 */
bool demofs_blocks_valid(struct demofs_sb_info *sbi, u32 first, u32 count)
{
	u32 nr, last;

	if (first < sbi->first_data_block || first >= sbi->blocks_count ||
	    count > sbi->blocks_count - first)
		return false;

	last = demofs_group_of(sbi, first + count - 1);
	for (nr = demofs_group_of(sbi, first); nr <= last; nr++)
		if (demofs_hits_metadata(sbi, nr, first, count))
			return false;
	return true;
}

/* Are these blocks in group @nr, and in use as its bitmap has it? */
static bool demofs_in_use(struct demofs_sb_info *sbi, u32 nr, const void *map,
			  u32 first, u32 count)
{
	u32 len = demofs_group_len(sbi, nr);
	u32 bit = first - demofs_group_start(sbi, nr);

	return bit < len && count <= len - bit &&
	       demofs_bits_all_set(map, bit, count);
}

/* Does the bitmap know that the group's own metadata is in use? */
static bool demofs_bitmap_sane(struct demofs_sb_info *sbi, u32 nr,
			       const void *map)
{
	const struct demofs_group_desc *desc = sbi->groups[nr].desc;

	return demofs_in_use(sbi, nr, map, demofs_group_start(sbi, nr),
			     demofs_super_blocks(sbi, nr)) &&
	       demofs_in_use(sbi, nr, map,
			     le32_to_cpu(desc->bg_block_bitmap), 1) &&
	       demofs_in_use(sbi, nr, map,
			     le32_to_cpu(desc->bg_inode_bitmap), 1) &&
	       demofs_in_use(sbi, nr, map,
			     le32_to_cpu(desc->bg_inode_table),
			     sbi->itable_blocks);
}

/* Touch a group no more. Its files stay readable. */
static void demofs_group_bad(struct demofs_sb_info *sbi, u32 nr,
			     const char *why)
{
	if (!test_and_set_bit(DEMOFS_GROUP_BAD, &sbi->groups[nr].state))
		demofs_corrupt(sbi->sb, "group %u: %s", nr, why);
}

/* Return: the bitmap, or ERR_PTR(-EIO), or ERR_PTR(-EUCLEAN) if not sane. */
static struct buffer_head *demofs_read_bitmap(struct demofs_sb_info *sbi,
					      u32 nr)
{
	struct demofs_group *group = &sbi->groups[nr];
	struct buffer_head *bh;
	u32 pblk;

	if (test_bit(DEMOFS_GROUP_BAD, &group->state))
		return ERR_PTR(-EUCLEAN);

	pblk = le32_to_cpu(group->desc->bg_block_bitmap);
	bh = demofs_bread(sbi->sb, pblk);
	if (!bh) {
		demofs_err(sbi->sb, "group %u: cannot read block bitmap, block %u",
			   nr, pblk);
		return ERR_PTR(-EIO);
	}
	if (!test_bit(DEMOFS_GROUP_BLOCKS_CHECKED, &group->state)) {
		if (!demofs_bitmap_sane(sbi, nr, bh->b_data)) {
			demofs_group_bad(sbi, nr,
					 "bitmap has metadata blocks as free");
			brelse(bh);
			return ERR_PTR(-EUCLEAN);
		}
		set_bit(DEMOFS_GROUP_BLOCKS_CHECKED, &group->state);
	}
	return bh;
}

/* Adjust a descriptor's count, within what is possible. Under group->lock. */
static void demofs_group_add_free(struct demofs_sb_info *sbi, u32 nr, int n)
{
	struct demofs_group_desc *desc = sbi->groups[nr].desc;
	int old = le16_to_cpu(desc->bg_free_blocks_count);
	int new = clamp_t(int, old + n, 0, demofs_group_len(sbi, nr));

	desc->bg_free_blocks_count = cpu_to_le16(new);
	percpu_counter_add(&sbi->free_blocks, new - old);
}

/* Let what was changed under group->lock reach the disk. Drops @bh. */
static void demofs_dirty_group(struct demofs_sb_info *sbi, u32 nr,
			       struct buffer_head *bh)
{
	demofs_mark_dirty(sbi->groups[nr].desc_bh);
	demofs_mark_dirty(bh);
	if (sbi->sb->s_flags & SB_SYNCHRONOUS)
		sync_dirty_buffer(bh);
	brelse(bh);
}

/* What the caller may take of the free blocks: the last ones are reserved. */
static u32 demofs_may_take(struct demofs_sb_info *sbi, u32 count)
{
	s64 reserved = le32_to_cpu(sbi->super->s_r_blocks_count);
	s64 free = percpu_counter_read_positive(&sbi->free_blocks);

	if (uid_eq(sbi->resuid, current_fsuid()) ||
	    (!gid_eq(sbi->resgid, GLOBAL_ROOT_GID) &&
	     in_group_p(sbi->resgid)))
		reserved = 0;
	/* The cheap count is off by up to a batch for each CPU. */
	if (free - reserved - count <
	    (s64)percpu_counter_batch * num_online_cpus()) {
		free = percpu_counter_sum_positive(&sbi->free_blocks);
		/* Asked only when it matters: using the privilege is logged. */
		if (free - reserved < count && capable(CAP_SYS_RESOURCE))
			reserved = 0;
	}
	return clamp_t(s64, free - reserved, 0, count);
}

/* What demofs_new_blocks() looks for. */
struct demofs_want {
	u32 goal;	/* preferred block in the group it lies in */
	u32 min;	/* shortest run to accept elsewhere */
	u32 max;
	u32 apart;	/* see demofs_bits_choose() */
};

/* Try one group. Return: 1, 0 if it has nothing suitable, or an errno. */
static int demofs_take_from_group(struct demofs_sb_info *sbi, u32 nr,
				  const struct demofs_want *want,
				  u32 *first, u32 *count)
{
	struct demofs_group *group = &sbi->groups[nr];
	u32 start = demofs_group_start(sbi, nr);
	u32 len = demofs_group_len(sbi, nr);
	u32 goal = 0, apart = 0, min = want->min;
	struct buffer_head *bh;
	u32 bit;

	if (demofs_group_of(sbi, want->goal) == nr) {
		goal = want->goal - start;
		apart = want->apart;
		min = 1;	/* a short run is fine if it begins at the goal */
	}
	if (le16_to_cpu(group->desc->bg_free_blocks_count) < min)
		return 0;
	bh = demofs_read_bitmap(sbi, nr);
	if (IS_ERR(bh))
		return PTR_ERR(bh);

	spin_lock(&group->lock);
	bit = demofs_bits_choose(bh->b_data, len, goal, want->min, want->max,
				 apart, count);
	*first = start + bit;
	if (!*count) {
		spin_unlock(&group->lock);
		brelse(bh);
		return 0;
	}
	if (!demofs_blocks_valid(sbi, *first, *count)) {
		spin_unlock(&group->lock);
		brelse(bh);
		demofs_group_bad(sbi, nr, "metadata blocks became free");
		return -EUCLEAN;
	}
	demofs_bits_set(bh->b_data, bit, *count);
	demofs_group_add_free(sbi, nr, -(int)*count);
	spin_unlock(&group->lock);
	demofs_dirty_group(sbi, nr, bh);
	return 1;
}

/* Try all groups, from the goal's on. Return: as of a single group. */
static int demofs_take_from_any(struct demofs_sb_info *sbi,
				const struct demofs_want *want,
				u32 *first, u32 *count)
{
	u32 nr = demofs_group_of(sbi, want->goal);
	int err = 0;
	u32 i;

	for (i = 0; i < sbi->group_count; i++) {
		int ret = demofs_take_from_group(sbi, nr, want, first, count);

		if (ret > 0)
			return ret;
		if (ret == -EIO)
			err = ret;
		if (++nr == sbi->group_count)
			nr = 0;
	}
	return err;
}

/**
 * demofs_new_blocks - allocate blocks in a row
 * @inode: the file that they are for
 * @goal: the block to begin at if it is free, since it continues the file; 0,
 *	or a block that no file can have, asks for any near the inode
 * @count: how many are wanted, at least one; receives how many there are
 * @first: receives the first one
 *
 * If the goal is taken, a file that is being written in order gets a stretch
 * that nobody else is growing into. Otherwise the next run of a fair length
 * will do, in this group or in those that follow; and then whatever there is.
 *
 * Context: Process, may sleep; the caller holds map_sem exclusively. Takes the
 * groups' spinlocks.
 * Return: 0; -ENOSPC if none is left but for the reserved ones, -EIO if some
 * could be but their bitmap cannot be read, or if the filesystem is shut down.
 */
int demofs_new_blocks(struct inode *inode, u32 goal, u32 *count, u32 *first)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(inode->i_sb);
	struct demofs_inode_info *ip = DEMOFS_I(inode);
	struct demofs_want want = { .goal = goal };
	int ret;

	if (demofs_is_shutdown(inode->i_sb))
		return -EIO;
	want.max = demofs_may_take(sbi, *count);
	if (!want.max)
		return -ENOSPC;
	/* The first data block is never one of a file: see disk.h. */
	if (goal <= sbi->first_data_block || goal >= sbi->blocks_count)
		want.goal = demofs_group_start(sbi, ip->block_group);
	else if (goal == ip->next_pblk)
		want.apart = DEMOFS_APART;

	want.min = min_t(u32, want.max, DEMOFS_GOOD_RUN);
	ret = demofs_take_from_any(sbi, &want, first, count);
	if (ret <= 0 && want.min > 1) {
		want.min = 1;
		ret = demofs_take_from_any(sbi, &want, first, count);
	}
	if (ret > 0)
		return 0;
	return ret ? ret : -ENOSPC;
}

/**
 * demofs_free_blocks - give blocks back
 * @sb: the filesystem
 * @first: first of the blocks
 * @count: how many, in any number of groups
 *
 * No pointer may lead to them any more, and no buffer of theirs be dirty. What
 * cannot be freed, for it is no file's or is free already, is reported and
 * counted as it was before.
 *
 * Context: Process, may sleep. Takes the groups' spinlocks.
 */
void demofs_free_blocks(struct super_block *sb, u32 first, u32 count)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);

	if (!demofs_blocks_valid(sbi, first, count)) {
		demofs_corrupt(sb, "blocks %u to %u cannot be freed", first,
			       first + count - 1);
		return;
	}

	while (count) {
		u32 nr = demofs_group_of(sbi, first);
		u32 bit = first - demofs_group_start(sbi, nr);
		u32 n = min(count, demofs_group_len(sbi, nr) - bit);
		struct demofs_group *group = &sbi->groups[nr];
		struct buffer_head *bh = demofs_read_bitmap(sbi, nr);
		u32 freed;

		if (!IS_ERR(bh)) {
			spin_lock(&group->lock);
			freed = demofs_bits_clear(bh->b_data, bit, n);
			demofs_group_add_free(sbi, nr, freed);
			spin_unlock(&group->lock);
			demofs_dirty_group(sbi, nr, bh);
			if (freed != n)
				demofs_corrupt(sb, "blocks %u to %u: %u of them were free already",
					       first, first + n - 1, n - freed);
		} else if (PTR_ERR(bh) != -EUCLEAN) {
			demofs_corrupt(sb, "blocks %u to %u: cannot be freed: error %ld",
				       first, first + n - 1, PTR_ERR(bh));
		}
		first += n;
		count -= n;
	}
}

/**
 * demofs_count_free_blocks - sum up what the group descriptors say
 * @sb: the filesystem
 *
 * Context: Any. Takes no lock: exact only when nobody allocates.
 * Return: free blocks, the reserved ones included.
 */
u32 demofs_count_free_blocks(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	u32 free = 0;
	u32 nr;

	for (nr = 0; nr < sbi->group_count; nr++)
		free += min_t(u32, demofs_group_len(sbi, nr),
			      le16_to_cpu(sbi->groups[nr].desc->bg_free_blocks_count));
	return free;
}
