// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open files: what lies between a process's call and the page cache, fsync,
 * and shutdown. Data itself, and where it is, are aops.c's matter.
 */
#include <linux/blkdev.h>
#include <linux/compat.h>
#include <linux/mm.h>
#include <linux/splice.h>

#include "demofs.h"
#include "mpagex.h"

/* Newer headers have it; the number is that of XFS, ext4 and f2fs. */
#ifndef FS_IOC_SHUTDOWN
#define FS_IOC_SHUTDOWN		_IOR('X', 125, __u32)
#endif

/* How to prepare for a shutdown */
#define DEMOFS_GOING_SYNC	0	/* write everything */
#define DEMOFS_GOING_METADATA	1	/* write what is in buffers by now */
#define DEMOFS_GOING_NOW	2	/* nothing: what waits is lost */

static ssize_t demofs_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct super_block *sb = file_inode(iocb->ki_filp)->i_sb;
	struct demofs_room room = {};
	ssize_t ret, done = 0;
	int err;

	err = demofs_may_change(sb);
	if (err)
		return err;
	do {
		ret = demofs_write_data(iocb, from);
		err = min_t(ssize_t, ret, 0);
		if (ret > 0) {
			done += ret;
			/*
			 * It may have ended where the disk was full. The rest
			 * of an append could land behind another one.
			 */
			if (iov_iter_count(from) && is_sync_kiocb(iocb) &&
			    !(iocb->ki_flags & (IOCB_NOWAIT | IOCB_APPEND)))
				err = -ENOSPC;
		}
	} while (demofs_make_room(sb, err, &room, false));
	return done ? done : ret;
}

static const struct vm_operations_struct demofs_vm_ops = {
	.fault		= demofs_fault,
	.map_pages	= filemap_map_pages,
	.page_mkwrite	= demofs_page_mkwrite,
};

static int demofs_mmap(struct file *file, struct vm_area_struct *vma)
{
	file_accessed(file);
	vma->vm_ops = &demofs_vm_ops;
	return 0;
}

/* Let the disk have an inode, and what leads to its data. */
static int demofs_settle_inode(struct inode *inode, bool locked)
{
	if (S_ISREG(inode->i_mode))
		return demofs_settle(inode, locked);
	return demofs_commit_names(inode->i_sb);
}

/**
 * demofs_sync_metadata - write what it takes to find a file's data
 * @inode: the file or directory
 * @datasync: leave out what is not needed to read the data
 * @locked: the caller has locked it
 *
 * That is indirect blocks, or all names; then the inode. One that is being
 * written (I_SYNC) is not in its block yet, and one that is given blocks
 * meanwhile does not get there before it is settled.
 *
 * Context: May sleep; takes order.c's locks.
 * Return: 0 or a negative errno.
 */
int demofs_sync_metadata(struct inode *inode, bool datasync, bool locked)
{
	unsigned long dirty = I_SYNC |
			      (datasync ? I_DIRTY_DATASYNC : I_DIRTY_ALL);
	int err, err2 = 0;

	err = demofs_settle_inode(inode, locked);
	if (inode_state_read_once(inode) & dirty)
		err2 = sync_inode_metadata(inode, 1);
	if (!err)
		err = err2;
	if (!err && READ_ONCE(DEMOFS_I(inode)->unsettled))
		err = demofs_settle_inode(inode, locked);
	return err ? err : demofs_sync_inode_block(inode);
}

/**
 * demofs_fsync - write a file, or a directory, and all that it takes to find it
 * @file: the file
 * @start: first byte of the data to write
 * @end: last byte
 * @datasync: leave out what is not needed to read the data
 *
 * Context: May sleep; takes order.c's locks.
 * Return: 0 or a negative errno.
 */
int demofs_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *inode = file_inode(file);
	int err, err2;

	if (demofs_is_shutdown(inode->i_sb))
		return -EIO;
	err = file_write_and_wait_range(file, start, end);
	if (!err)
		err = demofs_sync_metadata(inode, datasync, false);
	/* Writing it may have shown that other data had failed before. */
	err2 = file_check_and_advance_wb_err(file);
	err = err ? err : err2;
	if (!err)
		err = blkdev_issue_flush(inode->i_sb->s_bdev);
	if (err && err != -EINTR) {
		/* Who reported the block could not tell whose it is. */
		demofs_err(inode->i_sb, "inode %u: not on the disk: error %d",
			   demofs_ino(inode), err);
		demofs_check_writes(inode->i_sb);
	}
	return err;
}

static loff_t demofs_llseek(struct file *file, loff_t offset, int whence)
{
	return mpagex_llseek(file, offset, whence, &demofs_mpagex_ops);
}

/**
 * demofs_fiemap - tell where on the disk a file is
 * @inode: the file or directory
 * @info: takes the extents, and says how
 * @start: first byte asked about
 * @len: how many bytes
 *
 * Context: May sleep; takes the inode's lock shared.
 * Return: 0 or a negative errno.
 */
int demofs_fiemap(struct inode *inode, struct fiemap_extent_info *info,
		  u64 start, u64 len)
{
	return mpagex_fiemap(inode, info, start, len, &demofs_mpagex_ops);
}

static int demofs_shut_down(struct super_block *sb, u32 how)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	int err = 0;

	switch (how) {
	case DEMOFS_GOING_SYNC:
		err = bdev_freeze(sb->s_bdev);
		if (err)
			return err;
		set_bit(DEMOFS_SHUTDOWN, &sbi->flags);
		bdev_thaw(sb->s_bdev);
		break;
	case DEMOFS_GOING_METADATA:
		err = sync_blockdev(sb->s_bdev);
		fallthrough;
	case DEMOFS_GOING_NOW:
		set_bit(DEMOFS_SHUTDOWN, &sbi->flags);
		break;
	default:
		return -EINVAL;
	}
	demofs_msg(sb, KERN_ALERT, "shut down on request");
	return err;
}

/**
 * demofs_ioctl - ioctls that are the filesystem's own
 * @file: an open file or directory
 * @cmd: which one
 * @arg: its argument
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
long demofs_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct super_block *sb = file_inode(file)->i_sb;
	u32 how;

	if (cmd != FS_IOC_SHUTDOWN)
		return -ENOTTY;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (get_user(how, (u32 __user *)arg))
		return -EFAULT;
	return demofs_is_shutdown(sb) ? 0 : demofs_shut_down(sb, how);
}

const struct file_operations demofs_file_operations = {
	.llseek		= demofs_llseek,
	.read_iter	= demofs_read_data,
	.write_iter	= demofs_write_iter,
	.mmap		= demofs_mmap,
	.open		= demofs_open,
	MPAGEX_FILE_FLAGS
	.fsync		= demofs_fsync,
	.splice_read	= demofs_splice_read,
	.splice_write	= iter_file_splice_write,
	.setlease	= generic_setlease,
	.unlocked_ioctl	= demofs_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

const struct inode_operations demofs_file_inode_operations = {
	.getattr	= demofs_getattr,
	.setattr	= demofs_setattr,
	.fiemap		= demofs_fiemap,
};
