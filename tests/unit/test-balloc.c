// SPDX-License-Identifier: GPL-2.0-only
/* This test checks balloc.c: from which group a run of blocks comes, and back. */
#include "bitmap.h"
#include "device.h"
#include "tap.h"

static struct super_block *sb;
static struct demofs_sb_info *sbi;
static struct inode *inode;

static void set_up(u32 per_group, u32 groups)
{
	sb = make_fs(10, per_group, groups, 0);
	sbi = DEMOFS_SB(sb);
	inode = make_inode(sb, 1);
}

static void tear_down(void)
{
	fsck(sb, NULL, 0);
	CHECK(!corruptions, "%u corruptions", corruptions);
	free(DEMOFS_I(inode));
	drop_fs(sb);
}

static struct buffer_head *bitmap(u32 nr)
{
	return demofs_bread(sb, le32_to_cpu(sbi->groups[nr].desc->bg_block_bitmap));
}

/* Allocate and expect to get just that. */
static void get(u32 goal, u32 want, u32 first, u32 count)
{
	u32 got = want, block;
	int ret = demofs_new_blocks(inode, goal, &got, &block);

	CHECK(!ret && block == first && got == count,
	      "goal %u, %u blocks: %d, %u+%u, not %u+%u", goal, want, ret,
	      block, got, first, count);
}

/* With 1 KiB blocks a group's first 8 blocks are metadata, or 6 in group 2. */
static void test_goal(void)
{
	set_up(1024, 4);
	get(0, 5, 9, 5);			/* anywhere: the inode's group */
	get(1, 5, 14, 5);			/* no file's block */
	get(sbi->blocks_count, 5, 19, 5);
	get(500, 5, 500, 5);
	get(498, 5, 498, 2);			/* up to what is in use */
	get(2000, 5, 2000, 5);			/* another group */
	get(500, 5, 505, 5);			/* taken: the next */
	get(2047, 64, 2047, 2);			/* does not leave the group */
	demofs_free_blocks(sb, 9, 15);
	demofs_free_blocks(sb, 498, 12);
	demofs_free_blocks(sb, 2000, 5);
	demofs_free_blocks(sb, 2047, 2);
	tear_down();
	result("the goal, and what there is instead");

	set_up(1024, 4);
	get(9, 1016 - 10, 9, 1016 - 10);
	get(1015, 200, 1015, 10);	/* few, but they continue the file */
	get(1015, 200, 1024 + 9, 200);	/* taken: a longer run elsewhere */
	demofs_free_blocks(sb, 9, 1016);
	demofs_free_blocks(sb, 1024 + 9, 200);
	DEMOFS_I(inode)->block_group = 3;
	get(1, 1016, 3 * 1024 + 9, 1016);
	get(0, 10, 9, 10);			/* around the end */
	demofs_free_blocks(sb, 3 * 1024 + 9, 1016);
	demofs_free_blocks(sb, 9, 10);
	tear_down();
	result("groups that are nearly full, or full");
}

static void test_short_runs(void)
{
	struct buffer_head *bh;
	u32 i;

	set_up(1024, 1);
	for (i = 9; i < 500; i += 2)
		get(i, 1, i, 1);
	get(0, 200, 500, 200);		/* no need to take single blocks */
	get(0, 10, 700, 10);
	get(0, 1, 10, 1);		/* but for one block they do */
	get(0, 1000, 710, 315);
	get(0, 1000, 12, 1);		/* nothing longer is left */
	bh = bitmap(0);
	for (i = 9; i < 1025; i++)
		if (test_bit_le(i - 1, bh->b_data))
			demofs_free_blocks(sb, i, 1);
	brelse(bh);
	tear_down();
	result("long runs are preferred to short ones");
}

/* A file in order moves away from others; one in no order does not. */
static void test_apart(void)
{
	set_up(8192, 1);
	get(100, 10, 100, 10);
	DEMOFS_I(inode)->next_pblk = 105;
	get(105, 10, 1025, 10);
	get(104, 10, 110, 10);
	demofs_free_blocks(sb, 100, 20);
	demofs_free_blocks(sb, 1025, 10);
	tear_down();
	result("only files in order are kept apart");
}

/*
 * A group whose metadata is not at its start, as mke2fs -E stride makes them:
 * files can go on from the group before.
 */
static void test_across(void)
{
	const u32 start = 2 * 1024 + 1, meta = 500;
	struct demofs_group_desc *desc;
	struct buffer_head *bh, *old;

	set_up(1024, 4);
	desc = sbi->groups[2].desc;
	old = bitmap(2);
	bh = demofs_bread(sb, start + meta);
	memcpy(bh->b_data, old->b_data, bh->b_size);
	demofs_bits_clear(bh->b_data, 0, 6);
	demofs_bits_set(bh->b_data, meta, 6);
	mark_buffer_dirty(bh);
	bforget(old);
	desc->bg_block_bitmap = cpu_to_le32(start + meta);
	desc->bg_inode_bitmap = cpu_to_le32(start + meta + 1);
	desc->bg_inode_table = cpu_to_le32(start + meta + 2);

	get(start - 3, 6, start - 3, 3);
	get(start, 3, start, 3);
	CHECK(demofs_blocks_valid(sbi, start - 3, 6), "both groups'");
	demofs_free_blocks(sb, start - 3, 6);
	CHECK(!demofs_bits_clear(bh->b_data, 0, 3), "still in use");
	CHECK(le16_to_cpu(desc->bg_free_blocks_count) == 1018, "%u free",
	      le16_to_cpu(desc->bg_free_blocks_count));
	CHECK(le16_to_cpu(sbi->groups[1].desc->bg_free_blocks_count) == 1016,
	      "%u free",
	      le16_to_cpu(sbi->groups[1].desc->bg_free_blocks_count));
	brelse(bh);
	free(DEMOFS_I(inode));
	drop_fs(sb);
	result("a run across two groups");
}

/* What the bitmap says of blocks that are not there */
static void test_padding(void)
{
	struct buffer_head *bh;

	sb = make_fs(10, 1024, 2, 300);
	sbi = DEMOFS_SB(sb);
	inode = make_inode(sb, 1);
	bh = bitmap(1);
	demofs_bits_clear(bh->b_data, 724, 300);
	get(sbi->blocks_count - 10, 50, sbi->blocks_count - 10, 10);
	demofs_free_blocks(sb, sbi->blocks_count - 10, 10);
	demofs_bits_set(bh->b_data, 724, 300);
	brelse(bh);
	tear_down();
	result("a last group that is short");
}

int main(void)
{
	test_goal();
	test_short_runs();
	test_apart();
	test_across();
	test_padding();
	return finish();
}
