/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mpagex: a filesystem's buffered I/O from its get_block alone.
 *
 * The drop-in half has the contracts of <linux/mpage.h> and lives beside
 * buffer-head write_begin and write_end: rename mpage_ to mpagex_ and import
 * the symbol namespace MPAGEX.
 */
#ifndef MPAGEX_H
#define MPAGEX_H

#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/module.h>

struct fiemap_extent_info;
struct folio;
struct iov_iter;
struct kiocb;
struct readahead_control;
struct vm_fault;
struct writeback_control;

#define MPAGEX_VERSION	"0.1"

/*
 * A using module says MPAGEX_IMPORT; once, beside its MODULE_LICENSE().
 * MODULE_IMPORT_NS() takes a token in some kernels and a string in others.
 */
#define MPAGEX_IMPORT	MODULE_INFO(import_ns, "MPAGEX")

/**
 * typedef mpagex_write_folio_t - a filesystem's say over one folio's write-out
 * @folio: locked, no longer dirty, not under writeback.
 * @wbc: what the caller of writepages asked for.
 *
 * Return: 1 to have the library write @folio, which is still locked; 0 when
 * the hook has written or redirtied it and unlocked it; a negative errno, with
 * @folio unlocked, when that failed.
 */
typedef int (*mpagex_write_folio_t)(struct folio *folio,
				    struct writeback_control *wbc);

void mpagex_readahead(struct readahead_control *rac, get_block_t get_block);
int mpagex_read_folio(struct folio *folio, get_block_t get_block);
int mpagex_writepages(struct address_space *mapping,
		      struct writeback_control *wbc, get_block_t get_block);
int mpagex_writepages_hook(struct address_space *mapping,
			   struct writeback_control *wbc, get_block_t get_block,
			   mpagex_write_folio_t write_folio);
int mpagex_write_folio(struct folio *folio, struct writeback_control *wbc,
		       get_block_t get_block);

/* Either way: optional, in ->put_super, so that counters are of one mount. */
void mpagex_unmount(struct super_block *sb);

/*
 * The whole path: the library supplies everything between the VFS and the
 * disk. No folio of such a mapping has buffer heads; what buffer.c offers
 * (block_write_begin(), block_truncate_page(), block_dirty_folio() ...) must
 * not be used on it.
 */

/**
 * struct mpagex_ops - what the whole path needs to know of a filesystem
 * @get_block: the mapper. Asked for many blocks at once, it may answer fewer.
 *	BH_New on a run says that all of it has just been allocated.
 * @get_block_nowait: the same, never to take space, and never to wait: -EAGAIN
 *	if the answer is not in memory or a lock is held. Optional; without,
 *	there are no writes that do not wait.
 * @holes_have_length: @get_block answers a hole with its length in b_size,
 *	as it does a run. Without, holes are asked for block by block.
 * @map_ahead: optional. The block is the one behind a run that ended with
 *	BH_Boundary and has just been submitted. If @get_block would have to wait
 *	for the disk to map it, begin to read what it lacks, wait for nothing, and
 *	return the place on the device of what is being read; that joins the run on
 *	its way to the disk if it is right behind it. Else return 0, or if in
 *	doubt: an error is for @get_block to report. Folios of the file may be
 *	locked. In answer to more than 0, @get_block is called from a worker for
 *	the rest of the window, without invalidate_lock: but folios in the window
 *	are locked until then.
 * @write_failed: give back the blocks wholly behind i_size: a write took them
 *	and could not use them. Left there, they would show what the disk held
 *	before when the file grows.
 * @check_blocks: a seek or a fiemap has come past so many blocks of a file that
 *	are no holes: what that makes, 0 or a negative errno, which ends it.
 *	Optional. It keeps a damaged disk, whose pointers lead to the same
 *	blocks again and again, from looking like petabytes of data.
 */
struct mpagex_ops {
	get_block_t *get_block;
	get_block_t *get_block_nowait;
	bool holes_have_length;
	sector_t (*map_ahead)(struct inode *inode, sector_t block);
	void (*write_failed)(struct inode *inode);
	int (*check_blocks)(struct inode *inode, u64 blocks);
};

int mpagex_init_mapping(struct inode *inode);
void mpagex_map_changed(struct inode *inode);

void mpagex_buffered_readahead(struct readahead_control *rac,
			       const struct mpagex_ops *ops);
int mpagex_buffered_read_folio(struct folio *folio,
			       const struct mpagex_ops *ops);
int mpagex_open(struct inode *inode, struct file *file);
ssize_t mpagex_read_iter(struct kiocb *iocb, struct iov_iter *to);
ssize_t mpagex_splice_read(struct file *file, loff_t *pos,
			   struct pipe_inode_info *pipe, size_t len,
			   unsigned int flags);
ssize_t mpagex_write_iter(struct kiocb *iocb, struct iov_iter *from,
			  const struct mpagex_ops *ops);
vm_fault_t mpagex_fault(struct vm_fault *vmf);
vm_fault_t mpagex_page_mkwrite(struct vm_fault *vmf,
			       const struct mpagex_ops *ops);
int mpagex_truncate_page(struct inode *inode, loff_t size,
			 const struct mpagex_ops *ops);
int mpagex_zero_range(struct inode *inode, loff_t pos, loff_t len,
		      const struct mpagex_ops *ops);
int mpagex_buffered_writepages(struct address_space *mapping,
			       struct writeback_control *wbc,
			       const struct mpagex_ops *ops);

bool mpagex_dirty_folio(struct address_space *mapping, struct folio *folio);
void mpagex_invalidate_folio(struct folio *folio, size_t offset, size_t len);
bool mpagex_release_folio(struct folio *folio, gfp_t gfp);
bool mpagex_is_partially_uptodate(struct folio *folio, size_t from,
				  size_t count);

loff_t mpagex_llseek(struct file *file, loff_t offset, int whence,
		     const struct mpagex_ops *ops);
int mpagex_fiemap(struct inode *inode, struct fiemap_extent_info *info,
		  u64 start, u64 len, const struct mpagex_ops *ops);
sector_t mpagex_bmap(struct address_space *mapping, sector_t block,
		     const struct mpagex_ops *ops);

/*
 * For the file operations, if ->open is mpagex_open(). On older kernels open
 * says all of it.
 */
#ifdef FOP_BUFFER_WASYNC
#define MPAGEX_FILE_FLAGS	.fop_flags = FOP_BUFFER_WASYNC,
#else
#define MPAGEX_FILE_FLAGS
#endif

/* The address-space operations of the whole path that need no mapper. */
#define MPAGEX_FOLIO_OPS						\
	.dirty_folio		= mpagex_dirty_folio,			\
	.invalidate_folio	= mpagex_invalidate_folio,		\
	.release_folio		= mpagex_release_folio,			\
	.migrate_folio		= filemap_migrate_folio,		\
	.is_partially_uptodate	= mpagex_is_partially_uptodate

#endif /* MPAGEX_H */
