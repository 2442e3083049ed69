// SPDX-License-Identifier: GPL-2.0-only
/* This test checks path.c: paths, runs and holes of pointers, largest files. */
#include "disk.h"
#include "path.h"
#include "tap.h"

/* The same as demofs_path_to(), by subtracting instead of shifting. */
static int naive_path(u64 p, u64 lblk, struct demofs_path *path)
{
	u64 size[DEMOFS_MAX_DEPTH] = { 1, p, p * p, p * p * p };
	unsigned int h, i;

	if (lblk < 12) {
		path->depth = 1;
		path->offset[0] = lblk;
		path->left = 12 - lblk;
		return 0;
	}
	lblk -= 12;
	for (h = 1; h < DEMOFS_MAX_DEPTH; h++) {
		if (lblk < size[h])
			break;
		lblk -= size[h];
	}
	if (h == DEMOFS_MAX_DEPTH)
		return -EFBIG;
	path->depth = h + 1;
	path->offset[0] = 11 + h;
	for (i = 1; i <= h; i++) {
		path->offset[i] = lblk / size[h - i];
		lblk %= size[h - i];
	}
	path->left = p - path->offset[h];
	return 0;
}

static void check_path(u32 bits, u32 lblk)
{
	struct demofs_path is = {}, should = {};
	int ret = demofs_path_to(bits, lblk, &is);

	CHECK(ret == naive_path(1u << bits, lblk, &should), "%u bits, block %u",
	      bits, lblk);
	if (!ret)
		CHECK(!memcmp(&is, &should, sizeof(is)), "%u bits, block %u",
		      bits, lblk);
}

static void test_edges(u32 bits)
{
	u64 p = 1u << bits;
	const u64 edges[] = {
		0, 11, 12, 12 + p, 12 + 2 * p, 12 + p * p, 12 + p + p * p,
		12 + 2 * p + p * p, 12 + p + 2 * p * p,
		12 + p * p * p, 12 + p + p * p + p * p * p, U32_MAX,
	};
	unsigned int i;
	int d;

	for (i = 0; i < sizeof(edges) / sizeof(*edges); i++)
		for (d = -2; d <= 2; d++)
			if ((s64)edges[i] + d >= 0 && edges[i] + d <= U32_MAX)
				check_path(bits, edges[i] + d);
}

/* Spelled out, so that not only two programs agree. */
static void test_known(void)
{
	struct demofs_path path;

	CHECK(!demofs_path_to(10, 11, &path) && path.depth == 1 &&
	      path.offset[0] == 11 && path.left == 1, "last direct");
	CHECK(!demofs_path_to(10, 12, &path) && path.depth == 2 &&
	      path.offset[0] == DEMOFS_IND_BLOCK && path.offset[1] == 0 &&
	      path.left == 1024, "first indirect");
	CHECK(!demofs_path_to(10, 1035, &path) && path.depth == 2 &&
	      path.offset[1] == 1023 && path.left == 1, "last indirect");
	CHECK(!demofs_path_to(10, 1036, &path) && path.depth == 3 &&
	      path.offset[0] == DEMOFS_DIND_BLOCK && path.offset[1] == 0 &&
	      path.offset[2] == 0 && path.left == 1024, "first double");
	CHECK(!demofs_path_to(8, 12 + 256 + 65536, &path) && path.depth == 4 &&
	      path.offset[0] == DEMOFS_TIND_BLOCK && path.offset[1] == 0 &&
	      path.offset[2] == 0 && path.offset[3] == 0 && path.left == 256,
	      "first triple");
	CHECK(!demofs_path_to(8, 16843019, &path) && path.depth == 4 &&
	      path.offset[1] == 255 && path.offset[2] == 255 &&
	      path.offset[3] == 255 && path.left == 1, "last of all");
	CHECK(demofs_path_to(8, 16843020, &path) == -EFBIG, "one too many");
	result("paths to well-known blocks");
}

static void test_random(void)
{
	u32 bits;
	int i;

	srandom(1);
	for (bits = 8; bits <= 10; bits++)
		for (i = 0; i < 300000; i++)
			check_path(bits, (u32)random() << 1 >> random() % 32);
	result("random paths against the reference");
}

/* What hangs below a missing pointer: the next path that does not share it. */
static void test_holes(u32 bits)
{
	struct demofs_path path, next;
	unsigned int level, i;
	u32 lblk, zeros, max, end;
	int n;

	for (n = 0; n < 30000; n++) {
		lblk = (u32)random() % (1u << (4 + random() % 20));
		if (demofs_path_to(bits, lblk, &path))
			continue;
		level = random() % path.depth;
		max = demofs_path_pointers(&path, bits, level);
		CHECK(level || path.depth == 1 || max == 1, "block %u", lblk);
		CHECK(level != path.depth - 1 || max == path.left, "block %u",
		      lblk);
		zeros = 1 + random() % max;
		end = lblk + demofs_path_hole(&path, bits, level, zeros);

		/* The block before the end is under the last zero pointer... */
		CHECK(!demofs_path_to(bits, end - 1, &next), "block %u", lblk);
		CHECK(next.depth == path.depth, "block %u", lblk);
		for (i = 0; i < level; i++)
			CHECK(next.offset[i] == path.offset[i], "block %u",
			      lblk);
		CHECK(next.offset[level] == path.offset[level] + zeros - 1,
		      "block %u", lblk);
		/* ... and the one at the end is not. */
		if (!demofs_path_to(bits, end, &next) && zeros < max)
			CHECK(next.offset[level] == path.offset[level] + zeros,
			      "block %u", lblk);
		if (!demofs_path_to(bits, end, &next) && zeros == max &&
		    (level || path.depth == 1))
			CHECK(next.offset[level] == 0 ||
			      next.depth != path.depth, "block %u", lblk);
	}
}

static u64 blocks_with_pointers(u64 p, u64 n)
{
	u64 total = n, part;
	u64 size = 1;
	int h, i;

	n -= n < 12 ? n : 12;
	for (h = 1; h <= 3 && n; h++) {
		size *= p;
		part = n < size ? n : size;
		n -= part;
		for (i = 0; i < h; i++) {
			part = (part + p - 1) / p;
			total += part;
		}
	}
	return total;
}

static void test_limits(void)
{
	/* Reached by the pointers: 16 GiB and 256 GiB, a little more */
	CHECK(demofs_max_blocks(8) == 12 + 256 + 65536 + 16777216, "%ju",
	      demofs_max_blocks(8));
	CHECK(demofs_max_blocks(9) == 12 + 512 + 262144 + 134217728, "%ju",
	      demofs_max_blocks(9));
	/* Held back by i_blocks: 2 TiB with indirect blocks included */
	CHECK(demofs_max_blocks(10) << 12 == 2196873666560, "%ju",
	      demofs_max_blocks(10) << 12);
	CHECK(blocks_with_pointers(1024, demofs_max_blocks(10)) * 8 <= U32_MAX,
	      "i_blocks overflows");
	CHECK(blocks_with_pointers(1024, demofs_max_blocks(10) + 1024) * 8 >
	      U32_MAX, "larger files were possible");
	result("largest files");
}

static void test_runs(void)
{
	__le32 ptr[8] = {};
	unsigned int i;

	demofs_set_run(ptr + 2, 100, 4);
	for (i = 0; i < 4; i++)
		CHECK(le32_to_cpu(ptr[2 + i]) == 100 + i, "%u", i);
	CHECK(!ptr[1] && !ptr[6], "beyond the run");
	CHECK(demofs_count_zeros(ptr, 8) == 2, "hole before a run");
	CHECK(demofs_count_zeros(ptr, 1) == 1, "hole up to the limit");
	CHECK(demofs_count_zeros(ptr + 6, 2) == 2, "hole up to the end");
	CHECK(demofs_count_zeros(ptr + 2, 6) == 0, "no hole");
	CHECK(demofs_count_run(ptr + 2, 6) == 4, "run before a hole");
	CHECK(demofs_count_run(ptr + 2, 3) == 3, "run up to the limit");
	CHECK(demofs_count_run(ptr + 5, 1) == 1, "run of one");
	ptr[6] = cpu_to_le32(105);
	CHECK(demofs_count_run(ptr + 2, 6) == 4, "next is one too far");
	ptr[6] = cpu_to_le32(103);
	CHECK(demofs_count_run(ptr + 2, 6) == 4, "next is the same");
	ptr[0] = cpu_to_le32(U32_MAX);
	CHECK(demofs_count_run(ptr, 2) == 1, "a hole does not follow the last");
	result("runs of pointers and of zeros");
}

/* A run of each length from each number, in an array that ends with it or not. */
static void test_run(u32 first, u32 len, u32 spare)
{
	__le32 *ptr = calloc(len + spare, sizeof(*ptr));
	u32 n;

	assert(ptr);
	demofs_set_run(ptr, first, len);
	for (n = 1; n <= len + spare; n++)
		CHECK(demofs_count_run(ptr, n) == min(n, len),
		      "%u from %u, %u looked at", len, first, n);
	/* And one that is broken, by a bit, at each place. */
	for (n = 1; n < len; n++) {
		ptr[n] ^= cpu_to_le32(1u << n % 32);
		CHECK(demofs_count_run(ptr, len + spare) == n,
		      "%u from %u, broken at %u", len, first, n);
		ptr[n] ^= cpu_to_le32(1u << n % 32);
	}
	free(ptr);
}

static void test_run_lengths(void)
{
	u32 len, spare;

	for (len = 1; len <= 70; len++)
		for (spare = 0; spare < 4; spare++) {
			test_run(1, len, spare);
			test_run(0x7ffffff0, len, spare);
			test_run(U32_MAX - len + 1, len, spare);
		}
	result("runs of each length, broken at each place");
}

int main(void)
{
	u32 bits;

	test_known();
	for (bits = 8; bits <= 10; bits++)
		test_edges(bits);
	result("paths at the edges of arrays");
	test_random();
	for (bits = 8; bits <= 10; bits++)
		test_holes(bits);
	result("lengths of holes");
	CHECK(demofs_tree_blocks(8, 0) == 1, "data");
	CHECK(demofs_tree_blocks(8, 1) == 257, "indirect");
	CHECK(demofs_tree_blocks(8, 2) == 1 + 256 * 257, "double");
	CHECK(demofs_tree_blocks(10, 3) == 1 + 1024 * (1 + 1024 * 1025),
	      "triple");
	result("blocks of a full tree");
	test_limits();
	test_runs();
	test_run_lengths();
	return finish();
}
