// SPDX-License-Identifier: GPL-2.0-only
/*
 * This test checks map.c, truncate.c and balloc.c together, on a filesystem in
 * memory: layouts, what each answer says, and that a failure leaves no trace.
 * What a broken disk does to them is in test-corrupt.c.
 */
#include "bitmap.h"
#include "device.h"
#include "tap.h"

/* What a file should look like: an entry for each mapped block. */
#define MODEL_MAX	32768

struct model {
	u32 n;
	struct { u32 lblk, pblk; } map[MODEL_MAX];	/* ascending */
};

static u32 model_find(const struct model *m, u32 lblk)
{
	u32 lo = 0, hi = m->n;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (m->map[mid].lblk < lblk)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static u32 model_get(const struct model *m, u32 lblk)
{
	u32 i = model_find(m, lblk);

	return i < m->n && m->map[i].lblk == lblk ? m->map[i].pblk : 0;
}

static void model_add(struct model *m, u32 lblk, u32 pblk, u32 len)
{
	u32 i = model_find(m, lblk), j;

	assert(m->n + len <= MODEL_MAX);
	memmove(&m->map[i + len], &m->map[i], (m->n - i) * sizeof(m->map[0]));
	m->n += len;
	for (j = 0; j < len; j++) {
		m->map[i + j].lblk = lblk + j;
		m->map[i + j].pblk = pblk + j;
	}
}

static u32 pointers_left(struct super_block *sb, u32 lblk)
{
	u32 p = sb->s_blocksize / 4;

	return lblk < 12 ? 12 - lblk : p - (lblk - 12) % p;
}

/* Look a block up and compare every part of the answer with the model. */
static void check_lookup(struct inode *inode, const struct model *m, u32 lblk,
			 u32 len)
{
	u32 first = model_get(m, lblk), left, want = 0;
	struct demofs_run run;
	int ret = demofs_map(inode, lblk, len, false, &run);

	if (!first) {
		u32 next = model_find(m, lblk);

		CHECK(ret == 0, "block %u: %d", lblk, ret);
		CHECK(run.len >= 1 && run.len <= len, "block %u: hole of %u",
		      lblk, run.len);
		CHECK(next == m->n || m->map[next].lblk >= lblk + run.len,
		      "block %u: hole of %u ends in data", lblk, run.len);
		CHECK(!run.boundary && !run.new, "block %u", lblk);
		return;
	}
	left = pointers_left(inode->i_sb, lblk);
	while (want < len && want < left &&
	       model_get(m, lblk + want) == first + want)
		want++;
	CHECK(ret == want && run.len == want, "block %u: %d, not %u", lblk, ret,
	      want);
	CHECK(run.pblk == first, "block %u", lblk);
	CHECK(run.boundary == (want == left), "block %u+%u: boundary %d", lblk,
	      want, run.boundary);
	CHECK(!run.new, "block %u", lblk);
}

/* Create and note the outcome. Return: what demofs_map() did. */
static int create(struct inode *inode, struct model *m, u32 lblk, u32 len)
{
	u32 left = pointers_left(inode->i_sb, lblk), i;
	struct demofs_run run = {};
	int ret = demofs_map(inode, lblk, len, true, &run);

	if (ret <= 0)
		return ret ? ret : -1000;
	CHECK(ret == run.len && run.len <= len && run.len <= left,
	      "block %u: %d of %u", lblk, ret, len);
	CHECK(run.boundary == (run.len == left), "block %u+%u: boundary %d",
	      lblk, run.len, run.boundary);
	CHECK(run.new == !model_get(m, lblk), "block %u: new %d", lblk,
	      run.new);
	for (i = 0; i < run.len; i++)
		CHECK(model_get(m, lblk + i) == (run.new ? 0 : run.pblk + i),
		      "block %u+%u: old and new mixed", lblk, i);
	if (run.new && !tap_broken)
		model_add(m, lblk, run.pblk, run.len);
	return ret;
}

/* Write a stretch as a caller does, a run at a time. */
static int write_blocks(struct inode *inode, struct model *m, u32 lblk, u32 len)
{
	while (len) {
		int ret = create(inode, m, lblk, len);

		if (ret < 0)
			return ret;
		lblk += ret;
		len -= ret;
	}
	return 0;
}

static int truncate_to(struct inode *inode, struct model *m, u32 blocks,
		       int slack)
{
	loff_t size = (loff_t)blocks << inode->i_blkbits;

	/* A partial block is kept whole. */
	if (blocks)
		size -= slack;
	m->n = model_find(m, blocks);
	return demofs_truncate_blocks(inode, size);
}

static struct model *new_model(void)
{
	return calloc(1, sizeof(struct model));
}

static void forget(struct inode *inode)
{
	free(DEMOFS_I(inode));
}

static u32 pblk_of(struct inode *inode, u32 lblk)
{
	struct demofs_run run;

	return demofs_map(inode, lblk, 1, false, &run) == 1 ? run.pblk : 0;
}

/* A file in order: 0-11, IND, 12-..., DIND, IND, ... without a gap */
static void test_layout(unsigned int block_bits)
{
	struct super_block *sb = make_fs(block_bits, 8192, 2, 0);
	struct inode *inode = make_inode(sb, 1);
	u32 p = sb->s_blocksize / 4, at, lblk, calls = 0, len = 12 + 3 * p;
	struct model *m = new_model();
	struct demofs_run run;
	u32 n = 0;

	for (lblk = 0; lblk < len; lblk += n) {
		n = create(inode, m, lblk, len - lblk);
		calls++;
	}
	CHECK(calls == 4, "%u calls", calls);
	at = pblk_of(inode, 0);
	CHECK(at + 11 == pblk_of(inode, 11), "direct");
	CHECK(at + 13 == pblk_of(inode, 12), "an indirect block between");
	CHECK(le32_to_cpu(DEMOFS_I(inode)->data[12]) == at + 12, "indirect");
	CHECK(at + 13 + p + 2 == pblk_of(inode, 12 + p), "two between");
	CHECK(le32_to_cpu(DEMOFS_I(inode)->data[13]) == at + 13 + p, "double");
	CHECK(at + 13 + p + 2 + p + 1 == pblk_of(inode, 12 + 2 * p), "one");

	CHECK(demofs_map(inode, 0, 100, false, &run) == 12 && run.boundary,
	      "direct");
	CHECK(demofs_map(inode, 0, 11, false, &run) == 11 && !run.boundary,
	      "one before the end");
	CHECK(demofs_map(inode, 12, U32_MAX, false, &run) == p && run.boundary,
	      "indirect");
	CHECK(demofs_map(inode, 12 + p - 1, 5, false, &run) == 1 &&
	      run.boundary, "last pointer");
	fsck(sb, &inode, 1);

	/* Continued by someone who has not written what went before */
	CHECK(!truncate_to(inode, m, 12, 0), "truncate");
	CHECK(create(inode, m, 12, p) == p &&
	      pblk_of(inode, 12) == pblk_of(inode, 11) + 2,
	      "appending after direct blocks");
	CHECK(!write_blocks(inode, m, 12 + p, len - 12 - p), "write");
	DEMOFS_I(inode)->next_pblk = 0;
	CHECK(create(inode, m, len, 10) == 10 &&
	      pblk_of(inode, len) == pblk_of(inode, len - 1) + 2,
	      "appending after a new indirect block");
	CHECK(!truncate_to(inode, m, 12 + p, 0), "truncate");
	CHECK(create(inode, m, 12 + p, 10) == 10 &&
	      pblk_of(inode, 12 + p) == pblk_of(inode, 11 + p) + 3,
	      "appending after two");
	fsck(sb, &inode, 1);
	inode->dirty = false;
	DEMOFS_I(inode)->unsettled = false;
	CHECK(!truncate_to(inode, m, 0, 0), "truncate");
	CHECK(!inode->bytes, "blocks are left");
	CHECK(inode->dirty, "the inode would not be written");
	CHECK(DEMOFS_I(inode)->unsettled, "it would be written before the data");
	fsck(sb, &inode, 1);

	CHECK(demofs_map(inode, demofs_max_blocks(block_bits - 2) < U32_MAX ?
			 12 + p + p * p + p * p * p : 0, 1, true, &run) ==
	      -EFBIG, "beyond the last pointer");
	forget(inode);
	drop_fs(sb);
	free(m);
}

/* One block at each end of each array, then cut at each of them. */
static void test_edges(unsigned int block_bits)
{
	struct super_block *sb = make_fs(block_bits, 8192, 2, 100);
	struct inode *inode = make_inode(sb, 1);
	u64 p = sb->s_blocksize / 4;
	const u64 ends[] = {
		0, 12, 12 + p, 12 + 2 * p, 12 + p + p * p, 12 + 2 * p + p * p,
		12 + p + 2 * p * p, 12 + p + p * p + p * p * p,
	};
	struct model *m = new_model();
	unsigned int n = sizeof(ends) / sizeof(*ends), cut, i, slack;
	int d;

	for (cut = 0; cut < n * 5; cut++) {
		u64 size = ends[cut / 5] + cut % 5;

		if (size < 2 || size - 2 > ends[n - 1])
			continue;
		size -= 2;
		for (i = 0; i < n; i++)
			for (d = -2; d < 2; d++)
				if ((s64)ends[i] + d >= 0 &&
				    ends[i] + d < ends[n - 1])
					CHECK(create(inode, m, ends[i] + d,
						     1) == 1, "create");
		for (i = 0; i < n; i++)
			for (d = -3; d < 3; d++)
				if ((s64)ends[i] + d >= 0 &&
				    ends[i] + d < ends[n - 1])
					check_lookup(inode, m, ends[i] + d,
						     U32_MAX);
		fsck(sb, &inode, 1);
		slack = cut % 2 ? 0 : random() % sb->s_blocksize;
		CHECK(!truncate_to(inode, m, size, slack), "cut %ju", size);
		for (i = 0; i < n; i++)
			for (d = -3; d < 3; d++)
				if ((s64)ends[i] + d >= 0 &&
				    ends[i] + d < ends[n - 1])
					check_lookup(inode, m, ends[i] + d,
						     1000);
		fsck(sb, &inode, 1);
	}
	CHECK(!truncate_to(inode, m, 0, 0) && !inode->bytes, "all");
	fsck(sb, &inode, 1);
	CHECK(!corruptions, "%u corruptions", corruptions);
	forget(inode);
	drop_fs(sb);
	free(m);
}

static u32 random_block(struct super_block *sb)
{
	u64 p = sb->s_blocksize / 4;
	const u64 ends[] = { 0, 12, 12 + p, 12 + p + p * p };
	u32 near = ends[random() % 4];

	return near + random() % (p * (1 + random() % 3)) - min(near, 8u);
}

/* Many files, random writes, cuts and failures; no failure may leave a trace */
static void test_random(unsigned int block_bits, unsigned int seed)
{
	struct super_block *sb = make_fs(block_bits, 512, 5, 100);
	struct inode *inodes[4];
	struct model *models[4];
	unsigned int i, step, full = 0, failed = 0;

	srandom(seed);
	for (i = 0; i < 4; i++) {
		inodes[i] = make_inode(sb, 1 + 32 * i);
		models[i] = new_model();
	}
	for (step = 0; step < 1500; step++) {
		u32 n = random() % 4, lblk = random_block(sb);
		u32 len = 1 + random() % (1 << random() % 11);
		struct inode *inode = inodes[n];
		struct model *m = models[n];
		int ret;

		switch (random() % 8) {
		case 0:
			if (random() % 8)
				lblk += random() % 4096;
			ret = truncate_to(inode, m, random() % 3 ? lblk : 0,
					  random() % 1024);
			CHECK(!ret, "truncate: %d", ret);
			break;
		case 1:
			fail_getblk = random() % 3;
			ret = create(inode, m, lblk, len);
			CHECK(ret > 0 || ret == -ENOSPC || ret == -ENOMEM,
			      "%d", ret);
			failed += ret == -ENOMEM;
			fail_getblk = -1;
			break;
		case 2:
			if (random() % 2)
				drop_caches(sb);
			fail_bread = random() % 4;
			ret = create(inode, m, lblk, len);
			CHECK(ret > 0 || ret == -ENOSPC || ret == -EIO, "%d",
			      ret);
			failed += ret == -EIO;
			fail_bread = -1;
			break;
		case 3:
			drop_caches(sb);
			break;
		case 4:
			for (i = 0; i < 50; i++)
				check_lookup(inode, m, random_block(sb),
					     1 + random() % 2000);
			break;
		default:
			ret = write_blocks(inode, m, lblk, len);
			CHECK(!ret || ret == -ENOSPC, "%d", ret);
			full += ret == -ENOSPC;
		}
		if (step % 16 == 0)
			fsck(sb, inodes, 4);
		if (tap_broken)
			break;
	}
	CHECK(full && failed, "%u times full, %u failed", full, failed);
	for (i = 0; i < 4; i++)
		CHECK(!truncate_to(inodes[i], models[i], 0, 0), "truncate");
	fsck(sb, inodes, 4);
	CHECK(!corruptions, "%u corruptions", corruptions);
	for (i = 0; i < 4; i++) {
		forget(inodes[i]);
		free(models[i]);
	}
	drop_fs(sb);
}

static struct inode *contended;

static void fill_first(void)
{
	struct demofs_run run;

	demofs_map(contended, 14, 3, true, &run);
}

/* Lookups stay out of each other's way, and so do rewrites. */
static void test_locking(void)
{
	struct super_block *sb = make_fs(10, 8192, 1, 0);
	struct inode *inode = make_inode(sb, 1);
	struct model *m = new_model();
	struct demofs_run run;

	CHECK(create(inode, m, 0, 12) == 12, "create");
	CHECK(DEMOFS_I(inode)->map_sem.writes == 1, "allocated exclusively");
	demofs_map(inode, 0, 12, true, &run);
	demofs_map(inode, 3, 1, false, &run);
	demofs_map(inode, 500, 1, false, &run);
	CHECK(DEMOFS_I(inode)->map_sem.writes == 1, "all others shared");
	CHECK(inode->dirty, "fsync() must write the inode");
	result("only allocation locks exclusively");

	CHECK(demofs_map(inode, 12, 100, false, &run) == 0 && run.len == 100,
	      "as long as asked for");
	CHECK(demofs_map(inode, 13, U32_MAX, false, &run) == 0 &&
	      run.len == 255, "all that an indirect block would map");
	CHECK(demofs_map(inode, 12 + 256 + 10, U32_MAX, false, &run) == 0 &&
	      run.len == 65536 - 10, "all that a double one would");
	CHECK(create(inode, m, 12 + 256 + 512, 1) == 1, "create");
	CHECK(demofs_map(inode, 12 + 256, U32_MAX, false, &run) == 0 &&
	      run.len == 512, "up to the next that is there");
	CHECK(demofs_map(inode, 12 + 256 + 513, U32_MAX, false, &run) == 0 &&
	      run.len == 255, "pointers to data");
	result("missing indirect blocks are one hole");

	truncate_to(inode, m, 0, 0);
	CHECK(create(inode, m, 12 + 256 + 256 + 100, 1) == 1, "create");
	CHECK(!truncate_to(inode, m, 12 + 256 + 256 + 101, 0) &&
	      inode->bytes == 3 << 10, "nothing to cut");
	CHECK(!truncate_to(inode, m, 12 + 256 + 256 + 100, 0) &&
	      !inode->bytes, "nothing is left but pointers to holes");
	result("arrays in which nothing is left are freed");

	contended = inode;
	before_down_write = fill_first;
	CHECK(demofs_map(inode, 14, 9, true, &run) == 3 && !run.new,
	      "what the other one allocated");
	before_down_write = fill_first;
	CHECK(demofs_map(inode, 12, 9, true, &run) == 2 && run.new,
	      "up to what the other one allocated");
	fsck(sb, &inode, 1);
	result("someone else fills the hole between the two lookups");

	demofs_truncate_blocks(inode, 0);
	forget(inode);
	free(m);
	drop_fs(sb);
}

/* Who must not wait gets an answer from memory, and touches nothing else. */
static void test_nowait(void)
{
	struct super_block *sb = make_fs(10, 8192, 1, 0);
	struct inode *inode = make_inode(sb, 1);
	struct model *m = new_model();
	struct demofs_run run;
	unsigned int before;

	CHECK(write_blocks(inode, m, 0, 400) == 0, "write");
	CHECK(demofs_map_nowait(inode, 3, 20, &run) == 9 &&
	      run.pblk == model_get(m, 3) && run.boundary, "direct");
	CHECK(demofs_map_nowait(inode, 300, 5, &run) == 5 &&
	      run.pblk == model_get(m, 300), "cached");
	CHECK(demofs_map_nowait(inode, 5000, 1, &run) == 0 && run.len == 1,
	      "hole");
	CHECK(demofs_map_nowait(inode, U32_MAX, 1, &run) == -EFBIG, "beyond");

	drop_caches(sb);
	before = breads;
	CHECK(demofs_map_nowait(inode, 300, 5, &run) == -EAGAIN, "dropped");
	CHECK(demofs_map_nowait(inode, 3, 1, &run) == 1, "inode");
	CHECK(breads == before, "nothing is read");
	CHECK(demofs_map(inode, 300, 5, false, &run) == 5, "read again");
	CHECK(demofs_map_nowait(inode, 300, 5, &run) == 5, "cached again");

	DEMOFS_I(inode)->map_sem.writer = true;
	CHECK(demofs_map_nowait(inode, 3, 1, &run) == -EAGAIN, "locked");
	DEMOFS_I(inode)->map_sem.writer = false;
	fsck(sb, &inode, 1);
	demofs_truncate_blocks(inode, 0);
	forget(inode);
	free(m);
	drop_fs(sb);
}

/* Two files that append in turn */
static void test_concurrent(void)
{
	struct super_block *sb = make_fs(10, 8192, 4, 0);
	struct inode *inodes[2] = { make_inode(sb, 1), make_inode(sb, 2) };
	struct model *models[2] = { new_model(), new_model() };
	u32 i, n, breaks = 0;

	for (n = 0; n < 8000; n++)
		CHECK(create(inodes[n % 2], models[n % 2], n / 2, 1) == 1,
		      "block %u", n);
	for (i = 0; i < 2; i++)
		for (n = 1; n < 4000; n++)
			breaks += model_get(models[i], n) !=
				  model_get(models[i], n - 1) + 1;
	/* 16 are made by indirect blocks, in each file */
	CHECK(breaks <= 32 + 14, "%u breaks", breaks);
	fsck(sb, inodes, 2);
	result("two files that append in turn do not interleave");
	for (i = 0; i < 2; i++) {
		truncate_to(inodes[i], models[i], 0, 0);
		forget(inodes[i]);
		free(models[i]);
	}
	drop_fs(sb);
}

/* One file, filled in any order: no order to keep, so no room to leave */
static void test_scattered(void)
{
	struct super_block *sb = make_fs(10, 8192, 4, 0);
	struct inode *inode = make_inode(sb, 40);
	struct model *m = new_model();
	u32 n, lblk, pblk, lowest = U32_MAX, highest = 0;

	/* The inode's group is another one by now: go where the file is. */
	CHECK(create(inode, m, 300, 1) == 1, "create");
	DEMOFS_I(inode)->block_group = 3;
	for (n = 0; n < 250; n++) {
		lblk = 12 + 256 + n * 77 % 250;
		CHECK(create(inode, m, lblk, 1) == 1, "block %u", lblk);
		pblk = model_get(m, lblk);
		lowest = min(lowest, pblk);
		highest = highest > pblk ? highest : pblk;
	}
	CHECK(highest - lowest < 260, "from %u to %u", lowest, highest);
	fsck(sb, &inode, 1);
	result("a file written in no order is packed densely");
	truncate_to(inode, m, 0, 0);
	forget(inode);
	free(m);
	drop_fs(sb);
}

static void test_full(void)
{
	struct super_block *sb = make_fs(10, 1024, 2, 0);
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct inode *inode = make_inode(sb, 1);
	struct model *m = new_model();
	struct demofs_run run;
	u32 i;

	sbi->super->s_r_blocks_count = cpu_to_le32(100);
	CHECK(write_blocks(inode, m, 0, 4096) == -ENOSPC, "more than there is");
	CHECK(sbi->free_blocks.count == 100, "%jd left, not the reserved 100",
	      sbi->free_blocks.count);
	unit_capable = true;
	CHECK(write_blocks(inode, m, 0, 4096) == -ENOSPC, "even for root");
	CHECK(sbi->free_blocks.count == 0, "%jd left", sbi->free_blocks.count);
	unit_capable = false;
	fsck(sb, &inode, 1);

	/* Free every other block: a write still gets one at a time. */
	truncate_to(inode, m, 0, 0);
	sbi->super->s_r_blocks_count = 0;
	fsck(sb, &inode, 1);
	result("a full disk, and what is reserved of it");

	for (i = 0; i < 2; i++) {
		u32 start = demofs_group_start(sbi, i), j;
		struct buffer_head *bh =
			demofs_bread(sb, le32_to_cpu(sbi->groups[i].desc->bg_block_bitmap));

		/* Where the files of another one would be */
		for (j = 0; j < 1024; j += 2)
			if (!test_bit_le(j, bh->b_data)) {
				__set_bit_le(j, bh->b_data);
				le16_add_cpu(&sbi->groups[i].desc->bg_free_blocks_count,
					     -1);
				sbi->free_blocks.count--;
			}
		brelse(bh);
		CHECK(start, "group");
	}
	CHECK(create(inode, m, 12 + 256, 20) == 1, "two indirect blocks, one of data");
	CHECK(create(inode, m, 12 + 256 + 1, 20) == 1, "one of data");
	CHECK(write_blocks(inode, m, 0, 4096) == -ENOSPC, "all of it");
	CHECK(sbi->free_blocks.count == 0, "%jd left", sbi->free_blocks.count);
	for (i = 0; i < 300; i++)
		check_lookup(inode, m, i, 1000);
	CHECK(!truncate_to(inode, m, 0, 0) && !inode->bytes, "truncate");
	CHECK(!corruptions, "%u corruptions", corruptions);
	result("a disk on which no two free blocks are adjacent");

	set_bit(DEMOFS_SHUTDOWN, &sbi->flags);
	CHECK(demofs_map(inode, 0, 1, true, &run) == -EIO, "shut down");
	result("a filesystem that is shut down allocates nothing");
	forget(inode);
	free(m);
	drop_fs(sb);
}

/*
 * Get ready for a block. Return: blocks of pointers that this begins to read, and
 * *@missing whether it says that one is still to come.
 */
static unsigned int ahead(struct inode *inode, u32 lblk, bool *missing)
{
	read_aheads = 0;
	breads = 0;
	*missing = demofs_map_ahead(inode, lblk);
	CHECK(!breads, "block %u: %u waited for", lblk, breads);
	return read_aheads;
}

static bool nothing_ahead(struct inode *inode, u32 lblk)
{
	bool missing;

	return !ahead(inode, lblk, &missing) && !missing;
}

/* Each look begins to read one, if the one above it is there. */
static void check_ahead(struct super_block *sb, struct inode *inode, u32 lblk,
			unsigned int levels)
{
	bool missing;

	for (; levels; levels--) {
		CHECK(ahead(inode, lblk, &missing) == 1 && missing,
		      "block %u, %u levels", lblk, levels);
		CHECK(!ahead(inode, lblk, &missing) && missing,
		      "block %u, %u levels, once more", lblk, levels);
		finish_read_ahead(sb);
	}
	CHECK(nothing_ahead(inode, lblk), "block %u, in memory", lblk);
}

static void test_ahead(void)
{
	struct super_block *sb = make_fs(10, 8192, 2, 0);
	struct inode *inode = make_inode(sb, 20);
	struct model *m = new_model();
	struct demofs_run run;
	bool missing;

	CHECK(!write_blocks(inode, m, 0, 12 + 256 + 512), "write");
	drop_caches(sb);
	slow_read_ahead = true;
	CHECK(nothing_ahead(inode, 11), "direct");
	check_ahead(sb, inode, 12, 1);
	check_ahead(sb, inode, 268, 2);
	CHECK(nothing_ahead(inode, 268 + 255), "the same");
	check_ahead(sb, inode, 268 + 256, 1);
	CHECK(nothing_ahead(inode, 268 + 512), "a hole");
	CHECK(nothing_ahead(inode, 12 + 256 + 65536) &&
	      nothing_ahead(inode, U32_MAX), "beyond");
	fail_bread = 0;
	check_lookup(inode, m, 12, 5);
	check_lookup(inode, m, 268, 5);
	check_lookup(inode, m, 268 + 256, 5);
	CHECK(!fail_bread, "something was read again");
	fail_bread = -1;

	drop_caches(sb);
	slow_read_ahead = false;
	CHECK(ahead(inode, 268, &missing) == 2 && !missing,
	      "from a disk that does not make anybody wait");

	drop_caches(sb);
	down_write(&DEMOFS_I(inode)->map_sem);
	CHECK(nothing_ahead(inode, 12), "while somebody changes the tree");
	up_write(&DEMOFS_I(inode)->map_sem);

	corruptions = 0;
	DEMOFS_I(inode)->data[13] = cpu_to_le32(1);
	CHECK(nothing_ahead(inode, 268), "a pointer to the superblock");
	DEMOFS_I(inode)->data[13] = cpu_to_le32(U32_MAX);
	CHECK(nothing_ahead(inode, 268), "a pointer off the disk");
	CHECK(!corruptions, "it is not the one to complain");
	CHECK(demofs_map(inode, 268, 1, false, &run) == -EUCLEAN, "lookup");
	free(m);
	forget(inode);
	drop_fs(sb);
	result("indirect blocks are read ahead one at a time, and no others");
}

int main(void)
{
	unsigned int bits, seed;

	srandom(3);
	for (bits = 10; bits <= 12; bits++)
		test_layout(bits);
	result("a file written in order is laid out in order");
	for (bits = 10; bits <= 12; bits++)
		test_edges(bits);
	result("blocks and cuts at the edges of all arrays");
	for (bits = 10; bits <= 12; bits++)
		for (seed = 0; seed < 8; seed++)
			test_random(bits, seed);
	result("random writes, cuts and failures");
	test_locking();
	test_nowait();
	result("looking without waiting");
	test_concurrent();
	test_scattered();
	test_full();
	test_ahead();
	return finish();
}
