/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic on a file's tree of block pointers: path.c. None of it touches a
 * disk, an inode or a lock, so it also compiles, and is tested, outside the
 * kernel (tests/unit).
 *
 * addr_bits is log2 of the pointers that fit in a block: 8, 9 or 10.
 */
#ifndef DEMOFS_PATH_H
#define DEMOFS_PATH_H

#include <linux/types.h>

#define DEMOFS_MAX_DEPTH	4

/*
 * The way to one file block: through @depth arrays of pointers, of which the
 * first is the inode's own, taking pointer offset[i] in the i-th.
 */
struct demofs_path {
	unsigned int depth;
	u32 offset[DEMOFS_MAX_DEPTH];
	u32 left;	/* pointers from the last one to its array's end */
};

int demofs_path_to(u32 addr_bits, u32 lblk, struct demofs_path *path);
u32 demofs_path_pointers(const struct demofs_path *path, u32 addr_bits,
			 unsigned int level);
u32 demofs_path_hole(const struct demofs_path *path, u32 addr_bits,
		     unsigned int level, u32 zeros);
u32 demofs_tree_blocks(u32 addr_bits, unsigned int height);
u64 demofs_max_blocks(u32 addr_bits);

u32 demofs_count_run(const __le32 *ptr, u32 max);
u32 demofs_count_zeros(const __le32 *ptr, u32 max);
void demofs_set_run(__le32 *ptr, u32 first, u32 count);

#endif /* DEMOFS_PATH_H */
