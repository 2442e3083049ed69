// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that processes have mapped, in the whole path: mpagex_fault() and
 * mpagex_page_mkwrite().
 */
#include <linux/mm.h>
#include <linux/pagemap.h>

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
 * page that could be read already is made writable by itself, unless it was part of
 * a huge one: that is gone by now, which a pte of NULL says, and orig_pte is what it
 * was.
 */
static void fault_range(struct vm_fault *vmf, struct folio *folio, loff_t size,
			size_t *from, size_t *to)
{
	struct vm_area_struct *vma = vmf->vma;
	pgoff_t first = vmf->pgoff, end = first + 1;

	if ((!vmf->pte || !pte_present(vmf->orig_pte)) &&
	    mpagex_fault_maps_folio(folio)) {
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
