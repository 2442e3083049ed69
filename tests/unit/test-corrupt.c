// SPDX-License-Identifier: GPL-2.0-only
/*
 * This test checks what map.c, truncate.c and balloc.c make of a disk that is
 * broken or hostile: no harm, and a report.
 */
#include "bitmap.h"
#include "device.h"
#include "tap.h"

static int write_blocks(struct inode *inode, u32 lblk, u32 len)
{
	struct demofs_run run;

	while (len) {
		int ret = demofs_map(inode, lblk, len, true, &run);

		if (ret <= 0)
			return ret ? ret : -1000;
		lblk += ret;
		len -= ret;
	}
	return 0;
}

static u32 pblk_of(struct inode *inode, u32 lblk)
{
	struct demofs_run run;

	return demofs_map(inode, lblk, 1, false, &run) == 1 ? run.pblk : 0;
}

static void test_valid(void)
{
	struct super_block *sb = make_fs(10, 1024, 10, 24);
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	/* Super, descriptor, two bitmaps, inode table of 4 blocks */
	const u32 g1 = 1025, g2 = 2049, g3 = 3073;

	CHECK(!demofs_blocks_valid(sbi, 0, 1), "boot block");
	CHECK(!demofs_blocks_valid(sbi, 1, 1), "superblock");
	CHECK(!demofs_blocks_valid(sbi, 8, 1), "end of the inode table");
	CHECK(demofs_blocks_valid(sbi, 9, 1), "first one free");
	CHECK(demofs_blocks_valid(sbi, 9, g1 - 9), "a whole group");
	CHECK(!demofs_blocks_valid(sbi, 9, g1 - 9 + 1), "and the next");
	CHECK(!demofs_blocks_valid(sbi, g1 - 1, 2), "across groups");
	CHECK(!demofs_blocks_valid(sbi, 9, 5000), "several groups");
	CHECK(!demofs_blocks_valid(sbi, g2, 1), "a bitmap first");
	CHECK(demofs_blocks_valid(sbi, g2 + 6, 1), "no backup there");
	CHECK(!demofs_blocks_valid(sbi, g3 + 6, 1), "a backup there");
	CHECK(!demofs_blocks_valid(sbi, g3, 1), "the backup");
	CHECK(demofs_blocks_valid(sbi, sbi->blocks_count - 1, 1), "last");
	CHECK(!demofs_blocks_valid(sbi, sbi->blocks_count - 1, 2), "beyond");
	CHECK(!demofs_blocks_valid(sbi, sbi->blocks_count, 1), "beyond");
	CHECK(!demofs_blocks_valid(sbi, U32_MAX, 1), "far beyond");
	CHECK(!demofs_blocks_valid(sbi, sbi->blocks_count - 1, U32_MAX),
	      "around");

	/* A table need not be at its group's start. */
	sbi->groups[2].desc->bg_inode_table = cpu_to_le32(g2 + 500);
	sbi->groups[2].meta_end = demofs_meta_end(sbi, 2);
	CHECK(sbi->groups[2].meta_end == g2 + 504, "end of the metadata");
	CHECK(demofs_blocks_valid(sbi, g2 + 2, 498), "before the table");
	CHECK(!demofs_blocks_valid(sbi, g2 + 2, 499), "into the table");
	CHECK(!demofs_blocks_valid(sbi, g2 + 503, 1), "its last block");
	CHECK(demofs_blocks_valid(sbi, g2 + 504, g3 - g2 - 504), "behind it");
	result("which blocks can be a file's");
	drop_fs(sb);
}

/* A filesystem with one file, for each test anew */
static struct super_block *sb;
static struct demofs_sb_info *sbi;
static struct inode *inode;
static struct demofs_inode_info *ip;
static struct demofs_run run;

static void set_up(void)
{
	sb = make_fs(10, 8192, 2, 0);
	sbi = DEMOFS_SB(sb);
	inode = make_inode(sb, 1);
	ip = DEMOFS_I(inode);
}

static void tear_down(void)
{
	free(ip);
	drop_fs(sb);
}

static struct buffer_head *first_bitmap(void)
{
	return demofs_bread(sb, le32_to_cpu(sbi->groups[0].desc->bg_block_bitmap));
}

static void test_pointers(void)
{
	s64 before;
	int i;

	set_up();
	ip->data[0] = cpu_to_le32(1);
	ip->data[1] = cpu_to_le32(sbi->blocks_count);
	ip->data[2] = cpu_to_le32(8192);
	ip->data[3] = cpu_to_le32(8193);
	ip->data[12] = cpu_to_le32(3);
	ip->data[13] = cpu_to_le32(U32_MAX);
	CHECK(demofs_map(inode, 0, 1, false, &run) == -EUCLEAN, "superblock");
	CHECK(demofs_map(inode, 1, 1, true, &run) == -EUCLEAN, "beyond");
	CHECK(demofs_map(inode, 2, 1, false, &run) == 1, "harmless");
	CHECK(demofs_map(inode, 2, 2, false, &run) == -EUCLEAN, "runs into it");
	CHECK(demofs_map(inode, 12, 1, false, &run) == -EUCLEAN, "bitmap");
	CHECK(demofs_map(inode, 900, 1, true, &run) == -EUCLEAN, "far beyond");
	CHECK(corruptions == 5, "%u reports", corruptions);
	before = sbi->free_blocks.count;
	ip->data[2] = 0;
	CHECK(demofs_truncate_blocks(inode, 0) == -EUCLEAN, "said so");
	CHECK(sbi->free_blocks.count == before, "nothing freed");
	for (i = 0; i < 15; i++)
		CHECK(!ip->data[i], "pointer %u is left", i);
	fsck(sb, &inode, 1);
	tear_down();
	result("pointers to what is not the file's");
}

/* A directory's blocks are buffers: gone with it, and only with it. */
static void test_directory(void)
{
	struct buffer_head *bh, *table;

	set_up();
	inode->i_mode = S_IFDIR;
	CHECK(!write_blocks(inode, 0, 3), "write");
	bh = demofs_bread(sb, pblk_of(inode, 1));
	ip->map_sem.writer = true;
	demofs_hold_array(&ip->vfs_inode, bh, true);
	ip->map_sem.writer = false;
	table = demofs_bread(sb, le32_to_cpu(sbi->groups[0].desc->bg_inode_table));
	mark_buffer_dirty(table);
	ip->data[3] = sbi->groups[0].desc->bg_inode_table;
	CHECK(demofs_truncate_blocks(inode, 0) == -EUCLEAN, "said so");
	CHECK(!bh->dirty && !bh->holder, "would be written over what comes");
	CHECK(table->dirty, "others' inodes are lost");
	brelse(bh);
	brelse(table);
	fsck(sb, &inode, 1);
	tear_down();
	result("blocks of a directory are forgotten");
}

/* Trees that lead back to themselves, 2^24 ways */
static void test_loop(void)
{
	struct buffer_head *bh;
	u32 pblk = 300, count, i;

	set_up();
	for (i = 0; i < 2; i++) {
		bh = demofs_bread(sb, pblk + i);
		demofs_set_run((__le32 *)bh->b_data, 0, 256);
		for (count = 0; count < 256; count++)
			((__le32 *)bh->b_data)[count] =
				cpu_to_le32(pblk + (i ^ (count & 1)));
		mark_buffer_dirty(bh);
		brelse(bh);
	}
	ip->data[14] = cpu_to_le32(pblk);
	CHECK(demofs_map(inode, 12 + 256 + 65536 + 12345, 9, false, &run) == 1,
	      "finds something");
	breads = 0;
	demofs_truncate_blocks(inode, 0);
	CHECK(breads < 100000, "%u blocks read", breads);
	CHECK(!ip->data[14] && !inode->bytes, "gone");
	drop_caches(sb);
	fsck(sb, &inode, 1);
	tear_down();
	result("a tree with a loop ends");
}

/* Blocks freed twice */
static void test_double_free(void)
{
	s64 before;
	u32 pblk;

	set_up();
	CHECK(!write_blocks(inode, 0, 12), "write");
	pblk = pblk_of(inode, 0);
	before = sbi->free_blocks.count;
	demofs_free_blocks(sb, pblk + 3, 2);
	CHECK(!corruptions && sbi->free_blocks.count == before + 2, "once");
	demofs_free_blocks(sb, pblk, 12);
	CHECK(corruptions == 1 && sbi->free_blocks.count == before + 12, "twice");
	demofs_free_blocks(sb, 1, 3);
	demofs_free_blocks(sb, sbi->blocks_count - 1, 2);
	CHECK(corruptions == 3 && sbi->free_blocks.count == before + 12,
	      "not a file's");
	memset(ip->data, 0, sizeof(ip->data));
	inode->bytes = 0;
	fsck(sb, &inode, 1);
	tear_down();
	result("blocks freed twice are counted once");
}

/* i_blocks too small */
static void test_i_blocks(void)
{
	set_up();
	CHECK(!write_blocks(inode, 0, 400), "write");
	inode->bytes = 5000;
	CHECK(!demofs_truncate_blocks(inode, 0) && !inode->bytes, "truncate");
	fsck(sb, &inode, 1);
	tear_down();
	result("i_blocks never goes below zero");
}

static void test_bitmap(void)
{
	u32 first, count = 1;
	struct buffer_head *bh;
	s64 before;

	set_up();
	/* A bitmap that has an inode table as free */
	bh = first_bitmap();
	__test_and_clear_bit_le(5, bh->b_data);
	CHECK(!write_blocks(inode, 0, 20), "write");
	CHECK(pblk_of(inode, 0) > 8192, "from another group");
	CHECK(corruptions == 1, "%u reports", corruptions);
	CHECK(test_bit(DEMOFS_GROUP_BAD, &sbi->groups[0].state), "marked");
	__set_bit_le(5, bh->b_data);
	before = sbi->free_blocks.count;
	demofs_free_blocks(sb, 100, 3);
	CHECK(corruptions == 1 && sbi->free_blocks.count == before, "left alone");
	brelse(bh);
	fsck(sb, &inode, 1);

	/* One that loses it later */
	CHECK(!demofs_truncate_blocks(inode, 0), "truncate");
	sbi->groups[0].state = 0;
	CHECK(!write_blocks(inode, 0, 20), "write");
	CHECK(pblk_of(inode, 0) < 8192, "from the first group");
	bh = first_bitmap();
	__test_and_clear_bit_le(5, bh->b_data);
	corruptions = 0;
	CHECK(!demofs_new_blocks(inode, 6, &count, &first), "new blocks");
	CHECK(corruptions == 1 && first > 8192, "from another group");
	demofs_free_blocks(sb, first, count);
	__set_bit_le(5, bh->b_data);
	brelse(bh);
	sbi->groups[0].state = 0;
	CHECK(!demofs_truncate_blocks(inode, 0), "truncate");
	fsck(sb, &inode, 1);
	tear_down();
	result("a bitmap that would give metadata away");
}

/* A device that cannot read */
static void test_unreadable(void)
{
	set_up();
	CHECK(!write_blocks(inode, 0, 600), "write");
	drop_caches(sb);
	fail_bread = 0;
	CHECK(demofs_map(inode, 12, 1, false, &run) == -EIO, "lookup");
	fail_bread = 0;
	CHECK(demofs_truncate_blocks(inode, 0) == -EIO, "truncate");
	CHECK(!ip->data[0] && !ip->data[12] && !ip->data[13], "all else gone");
	fail_bread = -1;
	tear_down();
	result("an indirect block that cannot be read");
}

int main(void)
{
	test_valid();
	test_pointers();
	test_directory();
	test_loop();
	test_double_free();
	test_i_blocks();
	test_bitmap();
	test_unreadable();
	return finish();
}
