// SPDX-License-Identifier: GPL-2.0-only
/*
 * File data between the page cache and the disk: demofs's get_block, and the
 * address-space operations that each io= way of moving data puts around it.
 * The ways differ in the three or four helpers named in their tables at the
 * end of this file and in nothing else.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mpage.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/uio.h>
#include <linux/writeback.h>

#include "demofs.h"
#include "mpagex.h"

/* Put the answer of demofs_map(), which is in @ret and @run, into @bh. */
static int answer(struct inode *inode, int ret, const struct demofs_run *run,
		  struct buffer_head *bh)
{
	if (ret < 0)
		return ret;
	if (ret)
		map_bh(bh, inode->i_sb, run->pblk);
	bh->b_size = (size_t)run->len << inode->i_blkbits;
	if (run->new)
		set_buffer_new(bh);
	if (run->boundary && DEMOFS_SB(inode->i_sb)->opts.boundary)
		set_buffer_boundary(bh);
	return 0;
}

/* Blocks asked for, as demofs_map() counts them */
static u32 asked(struct inode *inode, const struct buffer_head *bh)
{
	return min_t(size_t, bh->b_size >> inode->i_blkbits, U32_MAX);
}

/**
 * demofs_get_block - answer where a file's blocks are, the way the VFS asks
 * @inode: the file.
 * @iblock: first block asked for, counted in the file.
 * @bh: b_size says how many bytes are asked for. Receives the answer: mapped,
 *	with a run of b_size bytes, or unmapped, with a hole of b_size bytes.
 * @create: allocate what is missing.
 *
 * BH_Boundary on a run says that behind it the next pointer must be read from
 * a block of pointers that is not in memory yet, and that most likely lies on
 * the disk right behind the run.
 *
 * Context: process context, takes map_sem.
 * Return: 0 or a negative errno.
 */
int demofs_get_block(struct inode *inode, sector_t iblock,
		     struct buffer_head *bh, int create)
{
	struct demofs_run run;

	if (iblock > U32_MAX)
		return create ? -EFBIG : -EIO;
	return answer(inode, demofs_map(inode, iblock, asked(inode, bh), create,
					&run), &run, bh);
}

static int get_block_nowait(struct inode *inode, sector_t iblock,
			    struct buffer_head *bh, int create)
{
	struct demofs_run run;

	if (iblock > U32_MAX)
		return -EIO;
	return answer(inode, demofs_map_nowait(inode, iblock, asked(inode, bh),
					       &run), &run, bh);
}

static sector_t map_ahead(struct inode *inode, sector_t block)
{
	return block <= U32_MAX ? demofs_map_ahead(inode, block) : 0;
}

static void write_failed(struct inode *inode)
{
	demofs_write_failed(inode, LLONG_MAX);
}

/* Pointers that lead in circles would have a seek go on and on. */
static int check_blocks(struct inode *inode, u64 blocks)
{
	if (blocks <= DEMOFS_SB(inode->i_sb)->blocks_count)
		return 0;
	demofs_corrupt(inode->i_sb,
		       "inode %u: has more blocks than the filesystem",
		       demofs_ino(inode));
	return -EUCLEAN;
}

/* All that mpagex needs to know of demofs when it does the whole job. */
const struct mpagex_ops demofs_mpagex_ops = {
	.get_block		= demofs_get_block,
	.get_block_nowait	= get_block_nowait,
	.holes_have_length	= true,
	.map_ahead		= map_ahead,
	.write_failed		= write_failed,
	.check_blocks		= check_blocks,
};

static bool is_whole_path(struct inode *inode)
{
	return DEMOFS_SB(inode->i_sb)->opts.io == DEMOFS_IO_MPAGEX;
}

/*
 * A process that maps a file's last page can store behind the end of the file.
 * Before the end moves, what it left there must go.
 */
static void zero_behind_eof(struct inode *inode, loff_t eof)
{
	struct folio *folio;

	if (!(eof & (PAGE_SIZE - 1)))
		return;
	folio = filemap_lock_folio(inode->i_mapping, eof >> PAGE_SHIFT);
	if (IS_ERR_OR_NULL(folio))
		return;
	folio_zero_segment(folio, offset_in_folio(folio, eof),
			   folio_size(folio));
	folio_unlock(folio);
	folio_put(folio);
}

/**
 * demofs_truncate_page - zero what is behind the end of a file in its block
 * @inode: the file, its i_rwsem and invalidate_lock held for writing.
 * @size: the size it is about to have, in bytes.
 *
 * To be called before i_size changes, up or down.
 *
 * Return: 0 or a negative errno.
 */
int demofs_truncate_page(struct inode *inode, loff_t size)
{
	loff_t eof = min(size, i_size_read(inode));
	unsigned int nofs;
	int err;

	if (is_whole_path(inode))
		return mpagex_truncate_page(inode, size, &demofs_mpagex_ops);
	nofs = memalloc_nofs_save();
	err = block_truncate_page(inode->i_mapping, eof, demofs_get_block);
	if (!err && size > eof)
		zero_behind_eof(inode, eof);
	memalloc_nofs_restore(nofs);
	return err;
}

/**
 * demofs_fault - a page of a mapping is not there
 * @vmf: the fault.
 *
 * Return: what the fault handler is to do.
 */
vm_fault_t demofs_fault(struct vm_fault *vmf)
{
	if (is_whole_path(file_inode(vmf->vma->vm_file)))
		return mpagex_fault(vmf);
	return filemap_fault(vmf);
}

static vm_fault_t page_mkwrite(struct vm_fault *vmf)
{
	struct inode *inode = file_inode(vmf->vma->vm_file);
	int err;

	if (is_whole_path(inode))
		return mpagex_page_mkwrite(vmf, &demofs_mpagex_ops);

	sb_start_pagefault(inode->i_sb);
	file_update_time(vmf->vma->vm_file);
	filemap_invalidate_lock_shared(inode->i_mapping);
	if (demofs_is_shutdown(inode->i_sb))
		err = -EIO;
	else
		err = block_page_mkwrite(vmf->vma, vmf, demofs_get_block);
	filemap_invalidate_unlock_shared(inode->i_mapping);
	sb_end_pagefault(inode->i_sb);
	return vmf_fs_error(err);
}

/**
 * demofs_page_mkwrite - a page of a shared mapping is about to be written
 * @vmf: the fault.
 *
 * Takes the disk space now, so that a full disk is a signal to the process and
 * not a loss when the page is written back.
 *
 * Return: what the fault handler is to do.
 */
vm_fault_t demofs_page_mkwrite(struct vm_fault *vmf)
{
	struct super_block *sb = file_inode(vmf->vma->vm_file)->i_sb;
	struct demofs_room room = {};
	vm_fault_t ret;
	bool again;

	if (demofs_may_change(sb))
		return VM_FAULT_SIGBUS;
	for (;;) {	/* what fails may have failed for want of space */
		ret = page_mkwrite(vmf);
		if (!(ret & VM_FAULT_SIGBUS))
			return ret;
		/* It changes the disk: not while that is frozen. */
		sb_start_pagefault(sb);
		again = demofs_make_room(sb, -ENOSPC, &room, true);
		sb_end_pagefault(sb);
		if (!again)
			return ret;
	}
}

/*
 * A page fault may have taken a block since the cache was written out for a
 * direct read: its contents are in the cache only. Such a fault has dirtied the
 * page before it lets go of the lock. A read that cannot be told where its data is
 * ends there, short, if it is asynchronous; only one that has read nothing yet is
 * left to the page cache.
 */
static int direct_read_get_block(struct inode *inode, sector_t iblock,
				 struct buffer_head *bh, int create)
{
	struct address_space *mapping = inode->i_mapping;
	int err = demofs_get_block(inode, iblock, bh, create);
	loff_t pos = (loff_t)iblock << inode->i_blkbits, last;

	if (err || !buffer_mapped(bh))
		return err;
	last = pos + bh->b_size - 1;
	if (!filemap_range_has_page(mapping, pos, last))
		return 0;
	filemap_invalidate_lock(mapping);
	filemap_invalidate_unlock(mapping);
	return filemap_write_and_wait_range(mapping, pos, last) ? -ENOTBLK : 0;
}

/**
 * demofs_direct_io - move data between a process and the disk, uncached
 * @iocb: file and position.
 * @iter: the process's memory.
 *
 * Holes within the file are left to buffered writing, which falls in for what
 * this call does not do. Writes with O_DSYNC are waited for: else each would be
 * synced by a worker, in which the next one's end waits to be noticed, while
 * settling the file waits for all of them.
 *
 * Return: bytes moved or a negative errno.
 */
ssize_t demofs_direct_io(struct kiocb *iocb, struct iov_iter *iter)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	loff_t end = iocb->ki_pos + iov_iter_count(iter);
	struct kiocb waiting;
	ssize_t ret;

	if (iov_iter_rw(iter) == WRITE && iocb_is_dsync(iocb)) {
		waiting = *iocb;
		waiting.ki_complete = NULL;
		iocb = &waiting;
	}
	ret = blockdev_direct_IO(iocb, inode, iter,
				 iov_iter_rw(iter) == WRITE ?
				 demofs_get_block : direct_read_get_block);
	if (ret < 0 && iov_iter_rw(iter) == WRITE)
		demofs_write_failed(inode, end);
	return ret;
}

static int demofs_write_begin(write_context *writer,
			      struct address_space *mapping, loff_t pos, unsigned int len,
			      struct write_folio **foliop, void **fsdata)
{
	int err = block_write_begin(mapping, pos, len, foliop,
				    demofs_get_block);

	if (err)
		demofs_write_failed(mapping->host, pos + len);
	return err;
}

static int demofs_write_end(write_context *writer,
			    struct address_space *mapping, loff_t pos,
			    unsigned int len, unsigned int copied,
			    struct write_folio *folio, void *fsdata)
{
	int ret = generic_write_end(writer, mapping, pos, len, copied, folio,
				    fsdata);

	if (ret < len)
		demofs_write_failed(mapping->host, pos + len);
	return ret;
}

/**
 * demofs_open - open a file
 * @inode: the file.
 * @file: being opened.
 *
 * Return: 0 or a negative errno.
 */
int demofs_open(struct inode *inode, struct file *file)
{
	if (is_whole_path(inode))
		return mpagex_open(inode, file);
	return generic_file_open(inode, file);
}

/**
 * demofs_read_data - read from a file
 * @iocb: file and position.
 * @to: where to.
 *
 * Return: bytes read or a negative errno.
 */
ssize_t demofs_read_data(struct kiocb *iocb, struct iov_iter *to)
{
	if (is_whole_path(file_inode(iocb->ki_filp)))
		return mpagex_read_iter(iocb, to);
	return generic_file_read_iter(iocb, to);
}

/**
 * demofs_splice_read - splice(2), sendfile(2) and their kind from a file
 * @file: the file.
 * @pos: where in it.
 * @pipe: where to.
 * @len: how much, in bytes.
 * @flags: how.
 *
 * Return: bytes spliced or a negative errno.
 */
ssize_t demofs_splice_read(struct file *file, loff_t *pos,
			   struct pipe_inode_info *pipe, size_t len,
			   unsigned int flags)
{
	if (is_whole_path(file_inode(file)))
		return mpagex_splice_read(file, pos, pipe, len, flags);
	return filemap_splice_read(file, pos, pipe, len, flags);
}

/**
 * demofs_write_data - write to a file
 * @iocb: file and position.
 * @from: the data.
 *
 * Return: bytes written or a negative errno.
 */
ssize_t demofs_write_data(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t ret;
	int err = 0;

	if (is_whole_path(inode))
		return mpagex_write_iter(iocb, from, &demofs_mpagex_ops);

	inode_lock(inode);
	ret = generic_write_checks(iocb, from);
	if (ret > 0 && iocb->ki_pos > i_size_read(inode)) {
		inode_dio_wait(inode);
		filemap_invalidate_lock(inode->i_mapping);
		err = demofs_truncate_page(inode, iocb->ki_pos);
		filemap_invalidate_unlock(inode->i_mapping);
	}
	if (ret > 0)
		ret = err ?: __generic_file_write_iter(iocb, from);
	inode_unlock(inode);
	return ret > 0 ? generic_write_sync(iocb, ret) : ret;
}

static sector_t demofs_bmap(struct address_space *mapping, sector_t block)
{
	return mpagex_bmap(mapping, block, &demofs_mpagex_ops);
}

/* io=mpagex: all of it by mpagex */

static void whole_readahead(struct readahead_control *rac)
{
	mpagex_buffered_readahead(rac, &demofs_mpagex_ops);
}

static int whole_read_folio(struct file *file, struct folio *folio)
{
	return mpagex_buffered_read_folio(folio, &demofs_mpagex_ops);
}

static int whole_writepages(struct address_space *mapping,
			    struct writeback_control *wbc)
{
	return mpagex_buffered_writepages(mapping, wbc, &demofs_mpagex_ops);
}

/* io=dropin: mpage's functions from mpagex */

static void dropin_readahead(struct readahead_control *rac)
{
	mpagex_readahead(rac, demofs_get_block);
}

static int dropin_read_folio(struct file *file, struct folio *folio)
{
	return mpagex_read_folio(folio, demofs_get_block);
}

static int dropin_writepages(struct address_space *mapping,
			     struct writeback_control *wbc)
{
	return mpagex_writepages(mapping, wbc, demofs_get_block);
}

/* io=mpage: the same from the kernel */

static void mpage_readahead_op(struct readahead_control *rac)
{
	mpage_readahead(rac, demofs_get_block);
}

static int mpage_read_folio_op(struct file *file, struct folio *folio)
{
	return mpage_read_folio(folio, demofs_get_block);
}

static int mpage_writepages_op(struct address_space *mapping,
			       struct writeback_control *wbc)
{
	return mpage_writepages(mapping, wbc, demofs_get_block);
}

/* io=bh: no bio of more than a block */

static int bh_read_folio(struct file *file, struct folio *folio)
{
	return block_read_full_folio(folio, demofs_get_block);
}

static int bh_write_folio(struct folio *folio, struct writeback_control *wbc)
{
	struct inode *inode = folio->mapping->host;
	loff_t size = i_size_read(inode);

	if (folio_pos(folio) >= size) {
		folio_unlock(folio);
		return 0;
	}
	if (folio_pos(folio) + folio_size(folio) > size)
		folio_zero_segment(folio, offset_in_folio(folio, size),
				   folio_size(folio));
	return __block_write_full_folio(inode, folio, demofs_get_block, wbc);
}

static int bh_writepages(struct address_space *mapping,
			 struct writeback_control *wbc)
{
	return mpagex_writepages_hook(mapping, wbc, demofs_get_block,
				      bh_write_folio);
}

/* What every way that keeps buffer heads has in common. */
#define DEMOFS_BUFFER_HEAD_OPS						\
	.write_begin		= demofs_write_begin,			\
	.write_end		= demofs_write_end,			\
	.dirty_folio		= block_dirty_folio,			\
	.invalidate_folio	= block_invalidate_folio,		\
	.migrate_folio		= buffer_migrate_folio,			\
	.is_partially_uptodate	= block_is_partially_uptodate,		\
	.error_remove_folio	= generic_error_remove_folio,		\
	.bmap			= demofs_bmap,				\
	.direct_IO		= demofs_direct_io

static const struct address_space_operations whole_aops = {
	.readahead		= whole_readahead,
	.read_folio		= whole_read_folio,
	.writepages		= whole_writepages,
	.error_remove_folio	= generic_error_remove_folio,
	.bmap			= demofs_bmap,
	.direct_IO		= demofs_direct_io,
	MPAGEX_FOLIO_OPS,
};

static const struct address_space_operations dropin_aops = {
	.readahead	= dropin_readahead,
	.read_folio	= dropin_read_folio,
	.writepages	= dropin_writepages,
	DEMOFS_BUFFER_HEAD_OPS,
};

static const struct address_space_operations mpage_aops = {
	.readahead	= mpage_readahead_op,
	.read_folio	= mpage_read_folio_op,
	.writepages	= mpage_writepages_op,
	DEMOFS_BUFFER_HEAD_OPS,
};

static const struct address_space_operations bh_aops = {
	.read_folio	= bh_read_folio,
	.writepages	= bh_writepages,
	DEMOFS_BUFFER_HEAD_OPS,
};

/**
 * demofs_set_aops - give a regular file the operations that io= asks for
 * @inode: being set up, not in use yet.
 */
void demofs_set_aops(struct inode *inode)
{
	switch (DEMOFS_SB(inode->i_sb)->opts.io) {
	case DEMOFS_IO_MPAGEX:
		inode->i_mapping->a_ops = &whole_aops;
		mpagex_init_mapping(inode);
		break;
	case DEMOFS_IO_DROPIN:
		inode->i_mapping->a_ops = &dropin_aops;
		break;
	case DEMOFS_IO_MPAGE:
		inode->i_mapping->a_ops = &mpage_aops;
		break;
	case DEMOFS_IO_BH:
		inode->i_mapping->a_ops = &bh_aops;
		break;
	}
}
