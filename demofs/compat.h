/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The 7.3 interfaces that demofs is written to, made from what older kernels
 * have. Kernel versions are tested here and nowhere else in demofs.
 *
 * A stand-in gets a name of its own and a macro leads to it, because stable
 * releases take over some of these later, and then both exist.
 */
#ifndef DEMOFS_COMPAT_H
#define DEMOFS_COMPAT_H

#include <linux/blkdev.h>
#include <linux/buffer_head.h>
#include <linux/fs.h>
#include <linux/version.h>

/* From then on <linux/writeback.h> has it. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
#include <linux/pagevec.h>
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define mnt_idmap		user_namespace
#define nop_mnt_idmap		init_user_ns
#else
#include <linux/filelock.h>
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define filemap_splice_read	generic_file_splice_read
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
static inline struct timespec64
demofs_set_ctime_current(struct inode *inode)
{
	inode->i_ctime = current_time(inode);
	return inode->i_ctime;
}

static inline void demofs_fillattr(struct mnt_idmap *idmap, u32 request_mask,
				   struct inode *inode, struct kstat *stat)
{
	generic_fillattr(idmap, inode, stat);
}

#define inode_set_ctime_current	demofs_set_ctime_current
#define generic_fillattr	demofs_fillattr
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
static inline struct timespec64 demofs_sec(time64_t sec)
{
	return (struct timespec64) { .tv_sec = sec };
}

static inline struct timespec64 demofs_init_ts(struct inode *inode)
{
	inode->i_ctime = current_time(inode);
	inode->i_mtime = inode->i_ctime;
	inode->i_atime = inode->i_ctime;
	return inode->i_ctime;
}

/* demofs keeps whole seconds, so the nanoseconds it passes are 0. */
#define inode_get_atime_sec(inode)	((inode)->i_atime.tv_sec)
#define inode_get_mtime_sec(inode)	((inode)->i_mtime.tv_sec)
#define inode_get_ctime_sec(inode)	((inode)->i_ctime.tv_sec)
#define inode_set_atime(inode, sec, ns)	((inode)->i_atime = demofs_sec(sec))
#define inode_set_mtime(inode, sec, ns)	((inode)->i_mtime = demofs_sec(sec))
#define inode_set_ctime(inode, sec, ns)	((inode)->i_ctime = demofs_sec(sec))
#define inode_set_mtime_to_ts(inode, ts)	((inode)->i_mtime = (ts))
#define simple_inode_init_ts		demofs_init_ts
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define demofs_bdev_mapping(bdev)	((bdev)->bd_inode->i_mapping)
#else
#define demofs_bdev_mapping(bdev)	((bdev)->bd_mapping)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define bdev_freeze		freeze_bdev
#define bdev_thaw		thaw_bdev
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define vmf_fs_error		block_page_mkwrite_return
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define error_remove_folio	error_remove_page
#define generic_error_remove_folio	generic_error_remove_page
#endif

/* Who tells a filesystem that its disk has been unplugged */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define DEMOFS_DEVICE_GONE(fn)
#else
#define DEMOFS_DEVICE_GONE(fn)	.shutdown = (fn),
#endif

/* What write_begin and write_end hand on, a folio by now, was a page. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define write_folio		page
#else
#define write_folio		folio
#endif

/* From then on a search that must not sleep misses what is being moved. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
#define sb_find_get_block_nonatomic	sb_find_get_block
#endif

/* On whose behalf they are called, nobody asks. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define write_context		struct file
#else
#define write_context		const struct kiocb
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
struct dentry *demofs_mkdir(struct mnt_idmap *idmap, struct inode *dir,
			    struct dentry *dentry, umode_t mode);

static inline int demofs_mkdir_op(struct mnt_idmap *idmap, struct inode *dir,
				  struct dentry *dentry, umode_t mode)
{
	return PTR_ERR(demofs_mkdir(idmap, dir, dentry, mode));
}
#else
#define demofs_mkdir_op		demofs_mkdir
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
static inline unsigned long demofs_inode_state(struct inode *inode)
{
	return READ_ONCE(inode->i_state);
}

#define inode_state_read_once	demofs_inode_state
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 3, 0)
int demofs_create(struct mnt_idmap *idmap, struct inode *dir,
		  struct dentry *dentry, umode_t mode);

static inline int demofs_create_op(struct mnt_idmap *idmap, struct inode *dir,
				   struct dentry *dentry, umode_t mode,
				   bool excl)
{
	return demofs_create(idmap, dir, dentry, mode);
}
#else
#define demofs_create_op	demofs_create
#endif

/* It lost its handler in 6.8, and took a page before 6.5. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
static inline int demofs_write_full_folio(struct inode *inode,
					  struct folio *folio,
					  get_block_t *get_block,
					  struct writeback_control *wbc)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
	return __block_write_full_page(inode, &folio->page, get_block, wbc,
				       end_buffer_async_write);
#else
	return __block_write_full_folio(inode, folio, get_block, wbc,
					end_buffer_async_write);
#endif
}

#define __block_write_full_folio	demofs_write_full_folio
#endif

#endif /* DEMOFS_COMPAT_H */
