// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which pointers lead to a file block, how far the next gap in them is, and how
 * large a file can get. Owns nothing and exports the functions of path.h.
 *
 * With p pointers to a block, the fifteen pointers in the inode lead to
 *
 *	0..11	a data block each
 *	12	an indirect block, and through it to p data blocks
 *	13	a double indirect block, and through it to p * p
 *	14	a triple indirect block, and through it to p * p * p
 *
 * Sums stay below 2^32 for every block size, since p is 1024 at most.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/byteorder.h>

#include "disk.h"
#include "path.h"

/**
 * demofs_path_to - find which pointers lead to a file block
 * @addr_bits: log2 of the pointers in a block
 * @lblk: the block's number in the file
 * @path: is filled in
 *
 * Context: Any; pure.
 * Return: 0, or -EFBIG if no pointer can lead so far.
 */
int demofs_path_to(u32 addr_bits, u32 lblk, struct demofs_path *path)
{
	u32 mask = (1u << addr_bits) - 1;
	unsigned int height, i;

	if (lblk < DEMOFS_NDIR_BLOCKS) {
		path->depth = 1;
		path->offset[0] = lblk;
		path->left = DEMOFS_NDIR_BLOCKS - lblk;
		return 0;
	}
	lblk -= DEMOFS_NDIR_BLOCKS;

	for (height = 1; height < DEMOFS_MAX_DEPTH; height++) {
		if (lblk < 1u << (addr_bits * height))
			break;
		lblk -= 1u << (addr_bits * height);
	}
	if (height == DEMOFS_MAX_DEPTH)
		return -EFBIG;

	path->depth = height + 1;
	path->offset[0] = DEMOFS_IND_BLOCK + height - 1;
	for (i = 1; i <= height; i++)
		path->offset[i] = lblk >> (addr_bits * (height - i)) & mask;
	path->left = mask + 1 - path->offset[height];
	return 0;
}

/**
 * demofs_path_pointers - count the pointers that follow in one array
 * @path: a way to a file block
 * @addr_bits: log2 of the pointers in a block
 * @level: which array on that way, 0 being the inode's
 *
 * Only pointers that lead as many arrays deep as the first one are counted, so
 * that each stands for the same number of file blocks.
 *
 * Context: Any; pure.
 * Return: pointers from the one on the path, included, to the last.
 */
u32 demofs_path_pointers(const struct demofs_path *path, u32 addr_bits,
			 unsigned int level)
{
	if (level == path->depth - 1)
		return path->left;
	if (level == 0)
		return 1;
	return (1u << addr_bits) - path->offset[level];
}

/**
 * demofs_path_hole - measure the hole that missing pointers make
 * @path: a way to a file block
 * @addr_bits: log2 of the pointers in a block
 * @level: the array on that way in which the pointer is zero
 * @zeros: pointers from that one on that are zero too, itself included
 *
 * Context: Any; pure.
 * Return: file blocks from the path's own to the hole's end.
 */
u32 demofs_path_hole(const struct demofs_path *path, u32 addr_bits,
		     unsigned int level, u32 zeros)
{
	unsigned int height = path->depth - 1 - level;
	u32 before = 0;	/* blocks that lie under the same pointer, before ours */
	unsigned int i;

	for (i = level + 1; i < path->depth; i++)
		before = before << addr_bits | path->offset[i];
	return (zeros << (addr_bits * height)) - before;
}

/**
 * demofs_tree_blocks - count the blocks a full tree of pointers occupies
 * @addr_bits: log2 of the pointers in a block
 * @height: arrays between its root's pointer and data: 0 is a data block
 *
 * Context: Any; pure.
 * Return: blocks, those that hold pointers included.
 */
u32 demofs_tree_blocks(u32 addr_bits, unsigned int height)
{
	u32 blocks = 1;

	while (height--)
		blocks = (blocks << addr_bits) + 1;
	return blocks;
}

/* Blocks of pointers that a file of @blocks data blocks without holes has. */
static u64 demofs_pointer_blocks(u32 addr_bits, u64 blocks)
{
	u64 under[DEMOFS_MAX_DEPTH];	/* data under each indirect pointer */
	u64 count = 0;
	unsigned int height, h;

	blocks -= min_t(u64, blocks, DEMOFS_NDIR_BLOCKS);
	for (height = 1; height < DEMOFS_MAX_DEPTH; height++) {
		under[height] = min_t(u64, blocks, 1ull << addr_bits * height);
		blocks -= under[height];
		for (h = 1; h <= height; h++)	/* rounded up */
			count += (under[height] + (1ull << addr_bits * h) - 1)
				 >> addr_bits * h;
	}
	return count;
}

/**
 * demofs_max_blocks - find the length at which a file cannot grow any more
 * @addr_bits: log2 of the pointers in a block
 *
 * Two limits hold: what pointers can lead to, and i_blocks, which counts all of
 * a file's blocks in 512-byte sectors and has 32 bits. The second one is met
 * first with 4 KiB blocks.
 *
 * Context: Any; pure.
 * Return: data blocks.
 */
u64 demofs_max_blocks(u32 addr_bits)
{
	/* A pointer has 4 bytes, so a block has 1 << (addr_bits + 2 - 9) */
	u64 limit = U32_MAX >> (addr_bits - 7);
	u64 blocks = DEMOFS_NDIR_BLOCKS;
	unsigned int height;

	for (height = 1; height < DEMOFS_MAX_DEPTH; height++)
		blocks += 1ull << addr_bits * height;

	if (blocks + demofs_pointer_blocks(addr_bits, blocks) <= limit)
		return blocks;
	return limit - demofs_pointer_blocks(addr_bits, limit);
}

/* The first is the lower half. */
static u64 two_pointers(const __le32 *ptr)
{
	__le64 two;

	memcpy(&two, ptr, sizeof(two));
	return le64_to_cpu(two);
}

/**
 * demofs_count_run - count pointers that lead to blocks in a row
 * @ptr: the first one, not zero
 * @max: how many there are to look at, at least one
 *
 * Context: Any; pure.
 * Return: how many lead to consecutive blocks.
 */
u32 demofs_count_run(const __le32 *ptr, u32 max)
{
	u64 first = le32_to_cpu(*ptr);
	u64 pair = (first + 2) << 32 | (first + 1);
	const __le32 *next = ptr + 1;
	const __le32 *end;

	/* Zero, which is a hole, does not follow the highest number. */
	end = ptr + min_t(u64, max, (1ull << 32) - first);
	/* Two at once: in a long run this is what a question costs. */
	for (; next + 1 < end && two_pointers(next) == pair; next += 2)
		pair += 2ull << 32 | 2;
	if (next < end && le32_to_cpu(*next) == (u32)pair)
		next++;
	return next - ptr;
}

/**
 * demofs_count_zeros - count pointers that lead nowhere
 * @ptr: the first one
 * @max: how many there are to look at
 *
 * Context: Any; pure.
 * Return: how many are zero before the first that is not.
 */
u32 demofs_count_zeros(const __le32 *ptr, u32 max)
{
	u32 n = 0;

	while (n < max && !ptr[n])
		n++;
	return n;
}

/**
 * demofs_set_run - let pointers lead to blocks in a row
 * @ptr: the first one
 * @first: the block it shall lead to
 * @count: how many to set
 *
 * Context: Any; pure.
 */
void demofs_set_run(__le32 *ptr, u32 first, u32 count)
{
	u32 n;

	for (n = 0; n < count; n++)
		ptr[n] = cpu_to_le32(first + n);
}
