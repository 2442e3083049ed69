// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reader's end of the whole path: mpagex_open(), mpagex_read_iter() and
 * mpagex_splice_read().
 */
#include <linux/fs.h>
#include <linux/splice.h>
#include <linux/uio.h>

#include "internal.h"

/* Read up to the end of the block that @iocb is in. */
static ssize_t read_block(struct kiocb *iocb, struct iov_iter *to)
{
	unsigned int size = i_blocksize(file_inode(iocb->ki_filp));
	size_t count = iov_iter_count(to);
	ssize_t ret;

	iov_iter_truncate(to, size - (iocb->ki_pos & (size - 1)));
	ret = generic_file_read_iter(iocb, to);
	iov_iter_reexpand(to, count - max(ret, 0));
	return ret;
}

/*
 * Read what is in memory. Readahead is not started either: to find out what to
 * read, it would have to wait for the blocks that say where that is. So where
 * readahead is due there is nothing to be had: whoever may wait must come by first.
 */
static ssize_t read_nowait(struct kiocb *iocb, struct iov_iter *to)
{
	ssize_t ret;

	if (iocb->ki_flags & IOCB_DIRECT)
		return -EAGAIN;
	iocb->ki_flags |= IOCB_NOIO;
	ret = generic_file_read_iter(iocb, to);
	iocb->ki_flags &= ~IOCB_NOIO;
	return ret;
}

/**
 * mpagex_read_iter - read from a file
 * @iocb: file and position; IOCB_DIRECT goes to the mapping's direct_IO.
 * @to: where to.
 *
 * For ->read_iter. The page cache gives up in front of a folio that cannot be
 * read as far as it was asked for; here it is asked for less, up to the block
 * that cannot be read.
 *
 * IOCB_NOWAIT reads what is in memory and starts nothing; where readahead is due, and
 * with IOCB_DIRECT, it is -EAGAIN.
 *
 * Context: process context, may sleep.
 * Return: bytes read, or a negative errno if there were none.
 */
ssize_t mpagex_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	int waitq = iocb->ki_flags & IOCB_WAITQ;
	ssize_t ret, more;

	if (iocb->ki_flags & IOCB_NOWAIT)
		return read_nowait(iocb, to);
	ret = generic_file_read_iter(iocb, to);
	if (iocb->ki_flags & IOCB_DIRECT || !ret ||
	    (ret < 0 && ret != -EIO && ret != -EUCLEAN))
		return ret;
	/* A part of it may be there: no wake-up may be on its way to who has that. */
	iocb->ki_flags &= ~IOCB_WAITQ;
	while (iov_iter_count(to) && iocb->ki_pos < i_size_read(inode)) {
		more = read_block(iocb, to);
		if (more <= 0)
			break;
		ret = max(ret, 0) + more;
	}
	iocb->ki_flags |= waitq;
	return ret;
}

MPAGEX_EXPORT(mpagex_read_iter);

/**
 * mpagex_splice_read - splice(2), sendfile(2) and their kind from a file
 * @file: the file.
 * @pos: where in it, in bytes; moves on.
 * @pipe: where to.
 * @len: how much, in bytes.
 * @flags: SPLICE_F_...
 *
 * For ->splice_read. The pipe gets the page cache's own folios. It cannot have one
 * that cannot be read as a whole: what can be read of that is copied.
 *
 * Context: process context, may sleep.
 * Return: bytes spliced, or a negative errno if there were none.
 */
ssize_t mpagex_splice_read(struct file *file, loff_t *pos,
			   struct pipe_inode_info *pipe, size_t len,
			   unsigned int flags)
{
	ssize_t ret = filemap_splice_read(file, pos, pipe, len, flags);

	if (ret != -EIO && ret != -EUCLEAN)
		return ret;
	return copy_splice_read(file, pos, pipe, len, flags);
}

MPAGEX_EXPORT(mpagex_splice_read);

/**
 * mpagex_open - open a file whose reads and writes are mpagex's
 * @inode: the file.
 * @file: being opened.
 *
 * For ->open, instead of generic_file_open(), if the filesystem has a
 * get_block_nowait: says that IOCB_NOWAIT (RWF_NOWAIT, io_uring) is understood.
 * MPAGEX_FILE_FLAGS in the file operations is the other half of it.
 *
 * Context: any.
 * Return: 0 or a negative errno.
 */
int mpagex_open(struct inode *inode, struct file *file)
{
	file->f_mode |= FMODE_NOWAIT | FMODE_BUF_WASYNC;
	return generic_file_open(inode, file);
}

MPAGEX_EXPORT(mpagex_open);
