// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the fragments of module/PORTING.md leave to the reader, so that they can
 * be compiled. tests/guide/run puts them into fragments.h.
 */
#include <linux/buffer_head.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/writeback.h>

#include "mpagex.h"

struct foo_run {
	sector_t block;
	sector_t blocks;
	bool mapped;
	bool is_new;
	bool boundary;
};

static int foo_map(struct inode *inode, sector_t block, sector_t count,
		   int create, struct foo_run *run)
{
	*run = (struct foo_run) { .block = block, .blocks = count };
	return create ? -ENOSPC : 0;
}

static int foo_detach_blocks(struct inode *inode, loff_t size)
{
	return 0;
}

static int foo_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	return file_write_and_wait_range(file, start, end);
}

#include "fragments.h"

/* Nothing calls it; what it names is used. */
void foo_use(struct inode *inode);

void foo_use(struct inode *inode)
{
	foo_set_file_ops(inode);
	foo_set_size(inode, 0);
}

MODULE_DESCRIPTION("module/PORTING.md compiles");
MODULE_LICENSE("GPL");
MPAGEX_IMPORT;
