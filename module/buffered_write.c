// SPDX-License-Identifier: GPL-2.0-only
/*
 * Putting data into the page cache in the whole path: mpagex_write_iter(), and
 * mpagex_init_mapping() that comes before it all.
 *
 * Disk space is taken here, and in mapped.c. No new block can show what the
 * disk held before: behind the end of the file nobody can read it, and before
 * the end it is taken while the folio that will cover it is locked, and zeroed
 * or written before the lock goes.
 */
#include <linux/backing-dev.h>
#include <linux/blkdev.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/uio.h>
#include <linux/writeback.h>

#include "buffered.h"

/*
 * How much of the source is faulted in at a time. More could be thrown out of
 * memory again before it is copied.
 */
#define FAULT_IN_BYTES	SZ_1M

/* Folios for a writer in small steps do not get larger than this. */
#define GROWN_BYTES	SZ_64K

/* One write(2). */
struct write {
	struct inode *inode;
	const struct mpagex_ops *ops;
	struct mpagex_map map;
	loff_t end;		/* where it would like to end, in bytes */
	bool nowait;		/* IOCB_NOWAIT: see map_nowait() */
};

/* A part of a write: bytes of one folio, all in one run of blocks. */
struct part {
	struct folio *folio;
	size_t off;		/* in the folio */
	size_t len;
	unsigned int first;	/* block of the folio */
	unsigned int blocks;
	bool is_new;		/* the disk has nothing for these blocks */
};

/**
 * mpagex_init_mapping - prepare a file for the whole path
 * @inode: being set up, not in use yet.
 *
 * Context: any.
 * Return: 0, or -EINVAL if its blocks are smaller than 512 bytes or larger than
 * a page: the file must not be used then. sb_set_blocksize() lets none of these
 * pass; who has left i_blkbits as new_inode() or iget_locked() set it need not
 * look.
 */
int mpagex_init_mapping(struct inode *inode)
{
	if (inode->i_blkbits < SECTOR_SHIFT || inode->i_blkbits > PAGE_SHIFT) {
		pr_err_once("%s (%s): blocks of 2^%u bytes: not possible\n",
			    inode->i_sb->s_type->name, inode->i_sb->s_id,
			    inode->i_blkbits);
		return -EINVAL;
	}
	mapping_set_large_folios(inode->i_mapping);
	return 0;
}

MPAGEX_EXPORT(mpagex_init_mapping);

static sector_t eof_block(struct inode *inode)
{
	return ((u64)i_size_read(inode) + i_blocksize(inode) - 1) >>
	       inode->i_blkbits;
}

static int ask(struct write *w, struct folio *folio, sector_t block,
	       sector_t count, int create)
{
	return mpagex_ask(&w->map, w->inode, w->ops, folio, block, count,
			  create);
}

/*
 * Have w->map answer for the block at @pos, taking space if there is none.
 * One question serves the whole rest of the write where that is safe: behind
 * the end of the file, and where blocks exist already.
 */
static int map_for_write(struct write *w, struct folio *folio, loff_t pos,
			 size_t len)
{
	unsigned int blkbits = w->inode->i_blkbits;
	sector_t block = pos >> blkbits;
	sector_t end = ((w->end - 1) >> blkbits) + 1;
	sector_t part_end = ((pos + len - 1) >> blkbits) + 1;
	int err;

	if (mpagex_map_covers(&w->map, block) && buffer_mapped(&w->map.bh))
		return 0;
	if (block >= eof_block(w->inode))
		return ask(w, folio, block, end - block, 1);
	if (end > part_end) {
		err = ask(w, folio, block, end - block, 0);
		if (err || buffer_mapped(&w->map.bh))
			return err;
	}
	return ask(w, folio, block, part_end - block, 1);
}

/*
 * The same for who must not wait: only for blocks that there are, behind which
 * the file does not end, and only if their place is known without reading.
 */
static int map_nowait(struct write *w, struct folio *folio, loff_t pos)
{
	unsigned int blkbits = w->inode->i_blkbits;
	sector_t block = pos >> blkbits;
	sector_t end = min(((sector_t)(w->end - 1) >> blkbits) + 1,
			   eof_block(w->inode));
	int err;

	if (mpagex_map_covers(&w->map, block) && buffer_mapped(&w->map.bh))
		return 0;
	if (block >= end)
		return -EAGAIN;
	err = mpagex_map_get(&w->map, w->inode, w->ops->get_block_nowait, folio,
			     block, end - block, 0);
	if (err)
		return err;
	return buffer_mapped(&w->map.bh) ? 0 : -EAGAIN;
}

/* Make the rest of an edge block right: @first of the folio, not uptodate. */
static int fill_edge(struct write *w, struct part *p, unsigned int block)
{
	unsigned int blkbits = w->inode->i_blkbits;
	size_t from = (size_t)block << blkbits, to = from + (1U << blkbits);
	loff_t pos = folio_pos(p->folio);
	sector_t file_block = (pos >> blkbits) + block;
	loff_t size = i_size_read(w->inode);

	if (mpagex_blocks_uptodate(p->folio, block, 1))
		return 0;
	/* Is what the write leaves of the block all behind the file's end? */
	if (!p->is_new && size > pos + from &&
	    (from < p->off || size > pos + p->off + p->len))
		return mpagex_read_now(p->folio, from, to - from,
				       w->map.bh.b_bdev,
				       mpagex_map_device_block(&w->map,
							       file_block));
	if (from < p->off)
		folio_zero_segment(p->folio, from, p->off);
	if (to > p->off + p->len)
		folio_zero_segment(p->folio, p->off + p->len, to);
	return 0;
}

/* Make the blocks at the part's ends whole. Cannot fail on new blocks. */
static int fill_edges(struct write *w, struct part *p)
{
	size_t mask = i_blocksize(w->inode) - 1;
	unsigned int last = p->first + p->blocks - 1;
	int err = 0;

	if (folio_test_uptodate(p->folio))
		return 0;
	if (p->blocks < folio_size(p->folio) >> w->inode->i_blkbits)
		mpagex_state_attach(p->folio, w->inode->i_blkbits,
				    GFP_NOFS | __GFP_NOFAIL,
				    MPAGEX_SLOW_PARTIAL);
	if (p->off & mask)
		err = fill_edge(w, p, p->first);
	if (!err && ((p->off + p->len) & mask) &&
	    (last != p->first || !(p->off & mask)))
		err = fill_edge(w, p, last);
	return err;
}

/*
 * The source was not all there and only @copied bytes of the part are. Return:
 * how many of them can be kept.
 */
static size_t settle_short_copy(struct write *w, struct part *p, size_t copied)
{
	size_t mask = i_blocksize(w->inode) - 1, end = p->off + copied;
	unsigned int blkbits = w->inode->i_blkbits;

	/* What the disk has for the rest must never be seen. */
	if (p->is_new) {
		if (!mpagex_blocks_uptodate(p->folio, p->first, p->blocks))
			folio_zero_segment(p->folio, end, p->off + p->len);
		return copied;
	}
	/* An uptodate block can keep what it got; of another, it is all or none. */
	if (copied && !mpagex_blocks_uptodate(p->folio, (end - 1) >> blkbits, 1))
		end &= ~mask;
	if (end <= p->off) {
		p->blocks = 0;
		return 0;
	}
	if (!mpagex_blocks_uptodate(p->folio, p->first, p->blocks))
		mpagex_state_attach(p->folio, blkbits, GFP_NOFS | __GFP_NOFAIL,
				    MPAGEX_SLOW_PARTIAL);
	p->blocks = ((end - 1) >> blkbits) - p->first + 1;
	return end - p->off;
}

static ssize_t copy_part(struct write *w, struct part *p, struct iov_iter *from)
{
	size_t copied, kept;
	int err;

	err = fill_edges(w, p);
	if (err)
		return err;
	if (mapping_writably_mapped(w->inode->i_mapping))
		flush_dcache_folio(p->folio);
	copied = mpagex_copy_from_iter(p->folio, p->off, p->len, from);
	flush_dcache_folio(p->folio);

	kept = copied;
	if (copied < p->len)
		kept = settle_short_copy(w, p, copied);
	if (kept < copied)
		iov_iter_revert(from, copied - kept);
	if (p->blocks)
		mpagex_mark_written(w->inode, p->folio, p->first, p->blocks,
				    w->nowait ? GFP_NOWAIT : GFP_NOFS);
	return kept;
}

/*
 * How large a folio at @pos should be, if there is none. Who writes in order in
 * small steps shall have large folios as well: each four times the size of the
 * one before, once that is full. Twice would not do: 6.1 has none of two pages.
 */
static size_t wanted_size(struct write *w, loff_t pos, size_t bytes)
{
	struct folio *before;

	if (bytes >= GROWN_BYTES || pos < PAGE_SIZE || offset_in_page(pos))
		return bytes;
	before = filemap_get_folio(w->inode->i_mapping,
				   (pos >> PAGE_SHIFT) - 1);
	if (IS_ERR_OR_NULL(before))
		return bytes;
	if (folio_test_dirty(before) && folio_test_uptodate(before))
		bytes = max(bytes, min_t(size_t, 4 * folio_size(before),
					 GROWN_BYTES));
	folio_put(before);
	return bytes;
}

/* The folio at @pos, locked, if it is there and nobody is at work on it. */
static struct folio *get_folio_nowait(struct write *w, loff_t pos)
{
	struct folio *folio = __filemap_get_folio(w->inode->i_mapping,
						  pos >> PAGE_SHIFT,
						  FGP_LOCK | FGP_WRITE |
						  FGP_NOWAIT, 0);

	if (IS_ERR_OR_NULL(folio))
		return ERR_PTR(-EAGAIN);
	if (!folio_test_writeback(folio))
		return folio;
	folio_unlock(folio);
	folio_put(folio);
	return ERR_PTR(-EAGAIN);
}

/* The folio at @pos, locked. */
static struct folio *get_folio(struct write *w, loff_t pos, size_t bytes)
{
	struct address_space *mapping = w->inode->i_mapping;
	struct folio *folio;

	if (w->nowait)
		return get_folio_nowait(w, pos);
	folio = mpagex_find_write_folio(mapping, pos);
	if (!IS_ERR_OR_NULL(folio))
		return folio;
	return mpagex_get_write_folio(mapping, pos, wanted_size(w, pos, bytes));
}

/*
 * Write what the folio at @pos can take of @bytes, up to the end of the run.
 * Return: bytes written, 0 if the source has to be faulted in, or an errno.
 */
static ssize_t write_part(struct write *w, loff_t pos, size_t bytes,
			  struct iov_iter *from)
{
	unsigned int blkbits = w->inode->i_blkbits;
	sector_t block = pos >> blkbits;
	bool grown = false;
	struct part p;
	loff_t run_end;
	ssize_t ret;

	p.folio = get_folio(w, pos, bytes);
	if (IS_ERR(p.folio))
		return PTR_ERR(p.folio);

	p.off = offset_in_folio(p.folio, pos);
	p.len = min(bytes, folio_size(p.folio) - p.off);
	ret = w->nowait ? map_nowait(w, p.folio, pos) :
			  map_for_write(w, p.folio, pos, p.len);
	if (ret)
		goto unlock;
	run_end = (loff_t)(w->map.first + w->map.blocks) << blkbits;
	p.len = min_t(loff_t, p.len, run_end - pos);
	p.first = p.off >> blkbits;
	p.blocks = ((p.off + p.len - 1) >> blkbits) - p.first + 1;
	p.is_new = buffer_new(&w->map.bh) || block >= eof_block(w->inode);

	/* Nothing has to be read, and the folio has a state if it needs one. */
	ret = -EAGAIN;
	if (!w->nowait || mpagex_blocks_uptodate(p.folio, p.first, p.blocks))
		ret = copy_part(w, &p, from);
	/* Who comes to these blocks again finds data in them, or zeros, or the disk's. */
	if (ret >= 0)
		clear_buffer_new(&w->map.bh);
	/* Under the lock: writeback zeroes what is behind the end. */
	grown = ret > 0 && pos + ret > i_size_read(w->inode);
	if (grown)
		i_size_write(w->inode, pos + ret);
unlock:
	folio_unlock(p.folio);
	folio_put(p.folio);
	/* Not only when all is written: whoever sees the size may fsync. */
	if (grown)
		mark_inode_dirty(w->inode);
	return ret;
}

/*
 * Have up to @bytes of the source in memory. Who must not wait finds out in the
 * copying whether they are.
 */
static ssize_t fault_in(struct write *w, struct iov_iter *from, size_t bytes)
{
	bytes = min(bytes, iov_iter_count(from));
	if (w->nowait)
		return bytes;
	bytes -= fault_in_iov_iter_readable(from, bytes);
	return bytes ?: -EFAULT;
}

/* Is there too much dirty memory? Wait until there is not. */
static int throttle(struct write *w)
{
	return balance_dirty_pages_ratelimited_flags(w->inode->i_mapping,
						     w->nowait ? BDP_ASYNC : 0);
}

/*
 * For a write that leaves a gap behind the old end. What zeroes the rest of the old
 * end's block writes the block as a whole, and so, with what was read before, what a
 * direct write is still writing there.
 */
static void lock_gap(struct inode *inode)
{
	inode_dio_wait(inode);
	filemap_invalidate_lock(inode->i_mapping);
}

/*
 * The first part of a write that leaves a gap. No store may come between what clears
 * the gap and the new size: it would be lost.
 */
static ssize_t write_behind_gap(struct write *w, loff_t pos, size_t bytes,
				struct iov_iter *from)
{
	unsigned int nofs;
	ssize_t ret;

	lock_gap(w->inode);
	nofs = memalloc_nofs_save();
	ret = mpagex_truncate_page(w->inode, pos, w->ops) ?:
	      write_part(w, pos, bytes, from);
	memalloc_nofs_restore(nofs);
	filemap_invalidate_unlock(w->inode->i_mapping);
	return ret;
}

/* Write all of @from, in parts. Return: bytes written or an errno. */
static ssize_t write_parts(struct write *w, struct kiocb *iocb,
			   struct iov_iter *from)
{
	loff_t pos = iocb->ki_pos;
	ssize_t ready = 0, ret = 0;

	while (iov_iter_count(from)) {
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		if (!ready)
			ready = throttle(w) ?: fault_in(w, from,
							FAULT_IN_BYTES);
		if (ready < 0) {
			ret = ready;
			break;
		}
		ret = pos > i_size_read(w->inode) ?
		      write_behind_gap(w, pos, ready, from) :
		      write_part(w, pos, ready, from);
		if (!ret && w->nowait)
			ret = -EAGAIN;
		if (ret < 0)
			break;
		ready -= ret;
		pos += ret;
		/* Nothing went: perhaps a page was lost again. A bit will do. */
		if (!ret)
			ready = fault_in(w, from, PAGE_SIZE);
		cond_resched();
	}
	ret = pos > iocb->ki_pos ? pos - iocb->ki_pos : ret;
	iocb->ki_pos = pos;
	return ret;
}

static ssize_t buffered_write(struct kiocb *iocb, struct iov_iter *from,
			      const struct mpagex_ops *ops)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct write w = {
		.inode = inode,
		.ops = ops,
		.end = iocb->ki_pos + iov_iter_count(from),
		.nowait = iocb->ki_flags & IOCB_NOWAIT,
	};
	ssize_t ret;

	ret = write_parts(&w, iocb, from);
	/* It may have taken more than it could use. */
	if (!w.nowait && w.end > iocb->ki_pos && w.end > i_size_read(inode))
		ops->write_failed(inode);
	return ret;
}

static ssize_t direct_write(struct kiocb *iocb, struct iov_iter *from,
			    const struct mpagex_ops *ops)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	loff_t pos = iocb->ki_pos, size = i_size_read(inode);
	ssize_t ret = 0;

	/* Behind a gap the size has to change under the lock. */
	if (pos <= size)
		ret = generic_file_direct_write(iocb, from);
	/* Until the size changed, who read there got zeros: behind the end. */
	if (ret > 0 && i_size_read(inode) > size)
		invalidate_inode_pages2_range(inode->i_mapping, pos >> PAGE_SHIFT,
					      (pos + ret - 1) >> PAGE_SHIFT);
	if (ret >= 0 && iov_iter_count(from))
		ret = direct_write_fallback(iocb, from, ret,
					    buffered_write(iocb, from, ops));
	return ret;
}

static ssize_t write_locked(struct kiocb *iocb, struct iov_iter *from,
			    const struct mpagex_ops *ops)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t ret;

	if ((iocb->ki_flags & IOCB_NOWAIT) &&
	    iocb->ki_pos > i_size_read(inode))
		return -EAGAIN;
	ret = kiocb_modified(iocb);
	if (ret)
		return ret;
	return iocb->ki_flags & IOCB_DIRECT ? direct_write(iocb, from, ops) :
					      buffered_write(iocb, from, ops);
}

static int lock_for_write(struct kiocb *iocb, const struct mpagex_ops *ops)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	if (!(iocb->ki_flags & IOCB_NOWAIT)) {
		inode_lock(inode);
		return 0;
	}
	if (!ops->get_block_nowait)
		return -EOPNOTSUPP;
	/* These have to wait for the disk. */
	if ((iocb->ki_flags & IOCB_DIRECT) || iocb_is_dsync(iocb))
		return -EAGAIN;
	return inode_trylock(inode) ? 0 : -EAGAIN;
}

/**
 * mpagex_write_iter - write to a file
 * @iocb: file and position; IOCB_DIRECT goes to the mapping's direct_IO.
 * @from: what to write.
 * @ops: the filesystem.
 *
 * For ->write_iter. Takes folios as large as the write and asks get_block once
 * for all of a write's blocks behind the end of the file, or that exist; for
 * holes before the end, once a folio, under its lock. A write that covers a
 * block does not read it.
 *
 * IOCB_NOWAIT goes where all that is needed is in memory: an uptodate folio that
 * is not being written, get_block_nowait's answer, the source, and no reason to
 * throttle. It takes no space, so it does not fill holes or make a file longer
 * than its last block; and not with IOCB_DIRECT or IOCB_DSYNC.
 *
 * Context: process context, may sleep. Takes i_rwsem.
 * Return: bytes written, fewer than asked if space, memory or the source ran
 * out, or the rest would have to wait; a negative errno if none.
 */
ssize_t mpagex_write_iter(struct kiocb *iocb, struct iov_iter *from,
			  const struct mpagex_ops *ops)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t ret;

	ret = lock_for_write(iocb, ops);
	if (ret)
		return ret;
	ret = generic_write_checks(iocb, from);
	if (ret > 0)
		ret = write_locked(iocb, from, ops);
	inode_unlock(inode);
	return ret > 0 ? generic_write_sync(iocb, ret) : ret;
}

MPAGEX_EXPORT(mpagex_write_iter);
