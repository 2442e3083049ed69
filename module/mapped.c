// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that processes have mapped, in the whole path: mpagex_fault() and
 * mpagex_page_mkwrite(); and mpagex_truncate_page(), since by such a mapping
 * there can be anything behind the end of a file when the end moves.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/sched/mm.h>

#include "buffered.h"

/**
 * mpagex_fault - a process touches a page of a mapping that is not there
 * @vmf: the fault.
 *
 * For ->fault. The page cache maps nothing of a folio that cannot be read as a
 * whole; here the page is then read by itself, in a folio of its own, after what is
 * dirty of the other has been written.
 *
 * Context: process context, may sleep. Takes invalidate_lock.
 * Return: what the fault handler is to do.
 */
vm_fault_t mpagex_fault(struct vm_fault *vmf)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	loff_t pos = (loff_t)vmf->pgoff << PAGE_SHIFT;
	vm_fault_t ret = filemap_fault(vmf);
	struct folio *folio;

	if (!(ret & VM_FAULT_SIGBUS) || pos >= i_size_read(mapping->host))
		return ret;
	/* What is dirty of the folio would keep it there. */
	filemap_fdatawrite_range(mapping, pos, pos + PAGE_SIZE - 1);
	filemap_fdatawait_range_keep_errors(mapping, pos, pos + PAGE_SIZE - 1);
	filemap_invalidate_lock_shared(mapping);
	invalidate_inode_pages2_range(mapping, vmf->pgoff, vmf->pgoff);
	folio = read_mapping_folio(mapping, vmf->pgoff, vmf->vma->vm_file);
	filemap_invalidate_unlock_shared(mapping);
	if (IS_ERR(folio))
		return ret;
	folio_put(folio);
	return filemap_fault(vmf);
}

MPAGEX_EXPORT(mpagex_fault);

/*
 * Take space for bytes @from to @to of a locked, uptodate folio, and dirty
 * them: what has been taken has to be written even if not all can be had.
 */
static int dirty_range(struct inode *inode, const struct mpagex_ops *ops,
		       struct folio *folio, size_t from, size_t to)
{
	unsigned int blkbits = inode->i_blkbits;
	sector_t first = folio_pos(folio) >> blkbits;
	unsigned int i = from >> blkbits, end = ((to - 1) >> blkbits) + 1;
	struct mpagex_map map = {};
	int err;

	for (; i < end; i += map.blocks) {
		err = mpagex_ask(&map, inode, ops, folio, first + i, end - i,
				 1);
		if (err)
			return err;
		mpagex_mark_written(inode, folio, i, map.blocks, GFP_NOFS);
	}
	return 0;
}

/*
 * Which bytes of the folio, before the file's end, the fault lets be written: its
 * page, or all that the process has mapped, where the kernel does that at once. A
 * page that could be read already is always made writable by itself.
 */
static void fault_range(struct vm_fault *vmf, struct folio *folio, loff_t size,
			size_t *from, size_t *to)
{
	struct vm_area_struct *vma = vmf->vma;
	pgoff_t first = vmf->pgoff, end = first + 1;

	if (!pte_present(vmf->orig_pte) && mpagex_fault_maps_folio(folio)) {
		first = max(folio->index, vma->vm_pgoff);
		end = min(folio_next_index(folio),
			  vma->vm_pgoff + vma_pages(vma));
	}
	*from = (size_t)(first - folio->index) << PAGE_SHIFT;
	*to = min_t(loff_t, (size_t)(end - folio->index) << PAGE_SHIFT,
		    size - folio_pos(folio));
}

/**
 * mpagex_page_mkwrite - a page of a shared mapping is about to be written
 * @vmf: the fault.
 * @ops: the filesystem.
 *
 * For ->page_mkwrite. Takes the disk space of the page's blocks, and of all that
 * is mapped of its folio where the kernel makes that writable at once, so that a
 * full disk is a signal to the process and not a loss at writeback.
 *
 * Context: process context, may sleep. Takes the freeze protection for faults
 * and invalidate_lock.
 * Return: what the fault handler is to do.
 */
vm_fault_t mpagex_page_mkwrite(struct vm_fault *vmf,
			       const struct mpagex_ops *ops)
{
	struct folio *folio = page_folio(vmf->page);
	struct inode *inode = file_inode(vmf->vma->vm_file);
	loff_t pos = (loff_t)vmf->pgoff << PAGE_SHIFT, size;
	int err = -EFAULT;
	size_t from, to;

	sb_start_pagefault(inode->i_sb);
	file_update_time(vmf->vma->vm_file);
	filemap_invalidate_lock_shared(inode->i_mapping);
	folio_lock(folio);
	size = i_size_read(inode);
	if (folio->mapping != inode->i_mapping || pos >= size)
		goto unlock;

	fault_range(vmf, folio, size, &from, &to);
	err = dirty_range(inode, ops, folio, from, to);
	if (!err)
		folio_wait_stable(folio);
unlock:
	if (err)
		folio_unlock(folio);
	filemap_invalidate_unlock_shared(inode->i_mapping);
	sb_end_pagefault(inode->i_sb);
	return vmf_fs_error(err);
}

MPAGEX_EXPORT(mpagex_page_mkwrite);

/* Zero the rest of the block at @eof, which may be a hole. */
static int zero_block_tail(struct inode *inode, loff_t eof,
			   const struct mpagex_ops *ops)
{
	unsigned int blkbits = inode->i_blkbits;
	size_t from, to, start;
	struct mpagex_map map = {};
	struct folio *folio;
	int err;

	folio = mpagex_get_write_folio(inode->i_mapping, eof, 1);
	if (IS_ERR(folio))
		return PTR_ERR(folio);
	err = mpagex_ask(&map, inode, ops, folio, eof >> blkbits, 1, 0);
	if (err || !buffer_mapped(&map.bh))
		goto unlock;

	from = offset_in_folio(folio, eof);
	start = round_down(from, i_blocksize(inode));
	to = start + i_blocksize(inode);
	if (folio_size(folio) > i_blocksize(inode) &&
	    !folio_test_uptodate(folio) &&
	    !mpagex_state_attach(folio, blkbits, GFP_NOFS,
				 MPAGEX_SLOW_PARTIAL)) {
		err = -ENOMEM;
		goto unlock;
	}
	if (!mpagex_blocks_uptodate(folio, start >> blkbits, 1))
		err = mpagex_read_now(folio, start, to - start,
				      map.bh.b_bdev, map.bh.b_blocknr);
	if (err)
		goto unlock;
	folio_zero_segment(folio, from, to);
	mpagex_mark_written(inode, folio, start >> blkbits, 1, GFP_NOFS);
unlock:
	folio_unlock(folio);
	folio_put(folio);
	return err;
}

/* What is writable of a folio must fault, and take space, before the next store. */
static void ask_before_store(struct folio *folio)
{
	if (folio_mkclean(folio))
		folio_mark_dirty(folio);
}

/**
 * mpagex_truncate_page - zero what is behind the end of a file in its block
 * @inode: the file, its i_rwsem and invalidate_lock held for writing.
 * @size: the size it is about to have, in bytes.
 * @ops: the filesystem.
 *
 * What block_truncate_page() is for buffer heads. To be called before i_size
 * changes, up or down, and with nothing in between that can fail: data is gone
 * afterwards. Upwards it also takes from the page cache what a process has
 * stored behind the end through a mapping.
 *
 * No direct write may be on its way, inode_dio_wait(): the end's block is written
 * anew. invalidate_lock is to be kept until i_size has changed. A store before that
 * takes no space behind the old end, and would be lost if it came later; so it has
 * to fault, which waits for the lock.
 *
 * Context: process context, may sleep. Allocates without recursing into
 * filesystems.
 * Return: 0 or a negative errno.
 */
int mpagex_truncate_page(struct inode *inode, loff_t size,
			 const struct mpagex_ops *ops)
{
	loff_t eof = min(size, i_size_read(inode));
	struct folio *folio;
	unsigned int nofs;
	int err = 0;

	lockdep_assert_held_write(&inode->i_mapping->invalidate_lock);
	nofs = memalloc_nofs_save();
	if (eof & (i_blocksize(inode) - 1))
		err = zero_block_tail(inode, eof, ops);
	memalloc_nofs_restore(nofs);
	if (err || size <= eof)
		return err;

	folio = filemap_lock_folio(inode->i_mapping, eof >> PAGE_SHIFT);
	if (IS_ERR_OR_NULL(folio))
		return 0;
	mpagex_zero_behind_eof(folio, eof);
	ask_before_store(folio);
	folio_unlock(folio);
	folio_put(folio);
	return 0;
}

MPAGEX_EXPORT(mpagex_truncate_page);

/*
 * What pagecache_isize_extended() is for blocks smaller than a page, and here for
 * pages of a folio as well: for a file that has become longer than @from without
 * invalidate_lock. Stores in between took space up to the old end only.
 */
void mpagex_size_extended(struct inode *inode, loff_t from)
{
	struct folio *folio = filemap_lock_folio(inode->i_mapping,
						 from >> PAGE_SHIFT);

	if (IS_ERR_OR_NULL(folio))
		return;
	ask_before_store(folio);
	folio_unlock(folio);
	folio_put(folio);
}
