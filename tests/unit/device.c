// SPDX-License-Identifier: GPL-2.0-only
/*
 * A filesystem in memory for tests: the device, its cache, the layout that
 * mke2fs would give it, and a checker that knows nothing of demofs's code.
 */
#include "bitmap.h"
#include "device.h"
#include "tap.h"

#define INODES_PER_GROUP	32

int tap_tests, tap_failures, tap_broken;
int spinlocks_held;
void (*before_down_write)(void);
bool unit_capable;
int fail_getblk = -1, fail_bread = -1;
unsigned int breads, read_aheads, corruptions;
bool slow_read_ahead;

static char *disk;
static struct buffer_head *cache;

static bool fails(int *countdown)
{
	if (*countdown < 0)
		return false;
	return (*countdown)-- == 0;
}

/* The block device's cache */

struct buffer_head *sb_getblk(struct super_block *sb, sector_t block)
{
	struct buffer_head *bh = &cache[block];

	might_sleep();
	assert(block < DEMOFS_SB(sb)->blocks_count);
	if (fails(&fail_getblk))
		return NULL;
	if (!bh->b_data) {
		bh->b_size = sb->s_blocksize;
		bh->b_blocknr = block;
		bh->b_data = malloc(bh->b_size);
		memset(bh->b_data, 0xa5, bh->b_size);
	}
	bh->refs++;
	return bh;
}

struct buffer_head *demofs_bread(struct super_block *sb, u32 block)
{
	struct buffer_head *bh;
	int saved = fail_getblk;

	might_sleep();
	breads++;
	if (!cache[block].uptodate && fails(&fail_bread))
		return NULL;
	fail_getblk = -1;
	bh = sb_getblk(sb, block);
	fail_getblk = saved;
	if (!bh->uptodate)
		memcpy(bh->b_data, disk + block * bh->b_size, bh->b_size);
	bh->uptodate = true;
	return bh;
}

void finish_read_ahead(struct super_block *sb)
{
	u32 i;

	for (i = 0; i < DEMOFS_SB(sb)->blocks_count; i++) {
		if (!cache[i].b_data || cache[i].uptodate)
			continue;
		memcpy(cache[i].b_data, disk + i * sb->s_blocksize,
		       sb->s_blocksize);
		cache[i].uptodate = true;
	}
}

void demofs_read_ahead(struct super_block *sb, u32 block)
{
	if (cache[block].b_data)
		return;
	read_aheads++;
	brelse(sb_getblk(sb, block));
	if (!slow_read_ahead)
		finish_read_ahead(sb);
}

void brelse(struct buffer_head *bh)
{
	if (!bh)
		return;
	assert(bh->refs > 0);
	bh->refs--;
}

struct buffer_head *sb_find_get_block(struct super_block *sb, sector_t block)
{
	assert(block < DEMOFS_SB(sb)->blocks_count);
	if (!cache[block].b_data)
		return NULL;
	cache[block].refs++;
	return &cache[block];
}

void bforget(struct buffer_head *bh)
{
	if (!bh)
		return;
	bh->dirty = false;
	brelse(bh);
}

void lock_buffer(struct buffer_head *bh)
{
	might_sleep();
	assert(!bh->locked);
	bh->locked = true;
}

void unlock_buffer(struct buffer_head *bh)
{
	assert(bh->locked);
	bh->locked = false;
}

bool buffer_uptodate(const struct buffer_head *bh)
{
	return bh->uptodate;
}

void set_buffer_uptodate(struct buffer_head *bh)
{
	bh->uptodate = true;
}

void mark_buffer_dirty(struct buffer_head *bh)
{
	assert(bh->uptodate && bh->refs);
	bh->dirty = true;
}

/* Of order.c, which tests/powercut tries: is it told of all that it must be? */

static void unhold(struct buffer_head *bh)
{
	bh->holder = NULL;
	brelse(bh);
}

void demofs_hold_array(struct inode *inode, struct buffer_head *bh, bool fresh)
{
	const __le32 *new = (const __le32 *)bh->b_data;
	const __le32 *old = (const __le32 *)(disk + bh->b_blocknr * bh->b_size);
	u32 i;

	might_sleep();
	assert(DEMOFS_I(inode)->map_sem.writer);
	if (bh->holder) {
		assert(bh->holder == inode);
		return;
	}
	for (i = 0; !fresh && i < bh->b_size / 4; i++)
		CHECK(!new[i] || new[i] == old[i],
		      "block %ju was held too late, it has a new pointer",
		      bh->b_blocknr);
	bh->holder = inode;
	bh->refs++;
}

void demofs_forget_block(struct inode *inode, u32 pblk)
{
	struct buffer_head *bh = sb_find_get_block(inode->i_sb, pblk);

	might_sleep();
	if (bh && bh->holder)
		unhold(bh);
	bforget(bh);
}

void demofs_unsettle(struct inode *inode)
{
	assert(DEMOFS_I(inode)->map_sem.writer);
	DEMOFS_I(inode)->unsettled = true;
	DEMOFS_I(inode)->changes++;
}

void demofs_free_later(struct inode *inode, struct demofs_freeing *freeing,
		       u32 first, u32 count)
{
	assert(DEMOFS_I(inode)->map_sem.writer);
	demofs_free_blocks(inode->i_sb, first, count);
}

int sync_dirty_buffer(struct buffer_head *bh)
{
	might_sleep();
	memcpy(disk + bh->b_blocknr * bh->b_size, bh->b_data, bh->b_size);
	bh->dirty = false;
	return 0;
}

void drop_caches(struct super_block *sb)
{
	u32 i;

	for (i = 0; i < DEMOFS_SB(sb)->blocks_count; i++) {
		if (cache[i].dirty || cache[i].holder)
			sync_dirty_buffer(&cache[i]);
		if (cache[i].holder)
			unhold(&cache[i]);
		if (!cache[i].refs) {
			free(cache[i].b_data);
			cache[i] = (struct buffer_head){};
		}
	}
}

/* Messages */

void demofs_msg(struct super_block *sb, const char *level, const char *fmt, ...)
{
}

void demofs_corrupt(struct super_block *sb, const char *fmt, ...)
{
	might_sleep();
	corruptions++;
}

/* The filesystem */

static bool has_super(u32 nr)
{
	return nr <= 1 || nr == 3 || nr == 5 || nr == 7 || nr == 9 ||
	       nr == 25 || nr == 27 || nr == 49;
}

static u32 meta_start(struct demofs_sb_info *sbi, u32 nr)
{
	u32 start = demofs_group_start(sbi, nr);

	return has_super(nr) ? start + 1 +
	       DIV_ROUND_UP(sbi->group_count * 32, sbi->sb->s_blocksize) : start;
}

struct super_block *make_fs(unsigned int block_bits, u32 per_group, u32 groups,
			    u32 cut)
{
	struct super_block *sb = calloc(1, sizeof(*sb));
	struct demofs_sb_info *sbi = calloc(1, sizeof(*sbi));
	struct demofs_group_desc *desc;
	u32 nr;

	sb->s_blocksize_bits = block_bits;
	sb->s_blocksize = 1ul << block_bits;
	sb->s_fs_info = sbi;
	sbi->sb = sb;
	sbi->first_data_block = block_bits == 10;
	sbi->blocks_per_group = per_group;
	sbi->group_count = groups;
	sbi->blocks_count = sbi->first_data_block + groups * per_group - cut;
	sbi->inodes_per_group = INODES_PER_GROUP;
	sbi->itable_blocks = INODES_PER_GROUP * 128 >> block_bits;
	sbi->addr_bits = block_bits - 2;
	sbi->groups = calloc(groups, sizeof(*sbi->groups));
	sbi->super = calloc(1, sizeof(*sbi->super));
	sbi->super->s_feature_ro_compat =
		cpu_to_le32(DEMOFS_FEATURE_RO_COMPAT_SPARSE_SUPER);
	sbi->resuid.val = 1;
	disk = malloc((size_t)sbi->blocks_count << block_bits);
	memset(disk, 0x5a, (size_t)sbi->blocks_count << block_bits);
	cache = calloc(sbi->blocks_count, sizeof(*cache));

	for (nr = 0; nr < groups; nr++) {
		u32 start = demofs_group_start(sbi, nr);
		u32 len = demofs_group_len(sbi, nr);
		u32 used = meta_start(sbi, nr) - start + 2 + sbi->itable_blocks;
		struct demofs_group *group = &sbi->groups[nr];
		struct buffer_head *bh;

		group->desc_bh = demofs_bread(sb, sbi->first_data_block + 1 +
					      nr / (sb->s_blocksize / 32));
		desc = (struct demofs_group_desc *)group->desc_bh->b_data +
		       nr % (sb->s_blocksize / 32);
		group->desc = desc;
		*desc = (struct demofs_group_desc){
			.bg_block_bitmap = cpu_to_le32(start + used - 2 -
						       sbi->itable_blocks),
			.bg_inode_bitmap = cpu_to_le32(start + used - 1 -
						       sbi->itable_blocks),
			.bg_inode_table = cpu_to_le32(start + used -
						      sbi->itable_blocks),
			.bg_free_blocks_count = cpu_to_le16(len - used),
		};
		group->meta_end = demofs_meta_end(sbi, nr);
		bh = demofs_bread(sb, le32_to_cpu(desc->bg_block_bitmap));
		memset(bh->b_data, 0xff, bh->b_size);
		demofs_bits_clear(bh->b_data, used, len - used);
		mark_buffer_dirty(bh);
		brelse(bh);
		sbi->free_blocks.count += len - used;
	}
	corruptions = 0;
	return sb;
}

struct inode *make_inode(struct super_block *sb, unsigned long ino)
{
	struct demofs_inode_info *ip = calloc(1, sizeof(*ip));

	ip->vfs_inode.i_sb = sb;
	ip->vfs_inode.i_ino = ino;
	ip->vfs_inode.i_mode = S_IFREG;
	ip->vfs_inode.i_blkbits = sb->s_blocksize_bits;
	ip->block_group = ino / INODES_PER_GROUP % DEMOFS_SB(sb)->group_count;
	return &ip->vfs_inode;
}

void drop_fs(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	u32 nr;

	for (nr = 0; nr < sbi->group_count; nr++)
		brelse(sbi->groups[nr].desc_bh);
	drop_caches(sb);
	free(cache);
	free(disk);
	free(sbi->groups);
	free(sbi->super);
	free(sbi);
	free(sb);
}

/* The checker */

static u8 *seen;
static u64 found;

static void see(struct super_block *sb, struct inode *inode, u32 pblk,
		unsigned int height)
{
	u32 i;

	CHECK(pblk < DEMOFS_SB(sb)->blocks_count, "inode %lu: block %u",
	      inode->i_ino, pblk);
	if (pblk >= DEMOFS_SB(sb)->blocks_count)
		return;
	CHECK(!seen[pblk], "inode %lu: block %u is used twice", inode->i_ino,
	      pblk);
	seen[pblk] = 1;
	found++;
	if (!height)
		return;

	CHECK(!cache[pblk].uptodate || cache[pblk].holder == inode ||
	      !memcmp(cache[pblk].b_data, disk + (size_t)pblk * sb->s_blocksize,
		      sb->s_blocksize),
	      "inode %lu: fsync would not write indirect block %u",
	      inode->i_ino, pblk);
	CHECK(!cache[pblk].dirty, "indirect block %u can be written too early",
	      pblk);
	for (i = 0; i < sb->s_blocksize / 4; i++) {
		const char *data = cache[pblk].uptodate ? cache[pblk].b_data :
				   disk + (size_t)pblk * sb->s_blocksize;
		u32 child = le32_to_cpu(((const __le32 *)data)[i]);

		if (child)
			see(sb, inode, child, height - 1);
	}
}

void fsck(struct super_block *sb, struct inode **inodes, unsigned int n)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	s64 total = 0;
	u32 nr, i, j;

	seen = calloc(sbi->blocks_count, 1);
	for (i = 0; i < n; i++) {
		struct demofs_inode_info *ip = DEMOFS_I(inodes[i]);

		found = 0;
		for (j = 0; j < DEMOFS_N_BLOCKS; j++)
			if (ip->data[j])
				see(sb, inodes[i], le32_to_cpu(ip->data[j]),
				    j < 12 ? 0 : j - 11);
		CHECK(inodes[i]->bytes == found << sb->s_blocksize_bits,
		      "inode %lu: has %ju blocks, i_blocks says %ju",
		      inodes[i]->i_ino, found,
		      inodes[i]->bytes >> sb->s_blocksize_bits);
		CHECK(!ip->map_sem.readers && !ip->map_sem.writer,
		      "inode %lu: still locked", inodes[i]->i_ino);
	}

	for (nr = 0; nr < sbi->group_count; nr++) {
		u32 start = demofs_group_start(sbi, nr);
		u32 first = meta_start(sbi, nr), free = 0;
		const struct demofs_group_desc *desc = sbi->groups[nr].desc;
		struct buffer_head *bh =
			demofs_bread(sb, le32_to_cpu(desc->bg_block_bitmap));

		for (i = start; i < first + 2 + sbi->itable_blocks; i++) {
			CHECK(!seen[i], "metadata block %u is in a file", i);
			seen[i] = 1;
		}
		for (i = 0; i < sb->s_blocksize * 8; i++) {
			bool used = i >= demofs_group_len(sbi, nr) ||
				    seen[start + i];

			CHECK(test_bit_le(i, bh->b_data) == used,
			      "block %u: bitmap says %d", start + i, !used);
			free += !used;
		}
		CHECK(le16_to_cpu(desc->bg_free_blocks_count) == free,
		      "group %u: %u free", nr, free);
		total += free;
		brelse(bh);
	}
	CHECK(sbi->free_blocks.count == total, "%jd free", total);
	CHECK(demofs_count_free_blocks(sb) == total, "%jd free", total);
	CHECK(!spinlocks_held, "a spinlock is held");

	for (i = 0; i < sbi->blocks_count; i++) {
		int desc_refs = 0;

		for (nr = 0; nr < sbi->group_count; nr++)
			desc_refs += sbi->groups[nr].desc_bh == &cache[i];
		CHECK(cache[i].refs == desc_refs + !!cache[i].holder, "buffer of block %u: %d held",
		      i, cache[i].refs);
		CHECK((!cache[i].dirty && !cache[i].holder) || seen[i],
		      "block %u is free, but would be written", i);
	}
	free(seen);
}
