/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel API of 7.3 on older kernels. The only file of mpagex that looks
 * at a kernel's version: every other one is written for the newest API.
 */
#ifndef MPAGEX_COMPAT_H
#define MPAGEX_COMPAT_H

#include <linux/bio.h>
#include <linux/buffer_head.h>
#include <linux/huge_mm.h>
#include <linux/pagemap.h>
#include <linux/pipe_fs_i.h>
#include <linux/splice.h>
#include <linux/uio.h>
#include <linux/version.h>
#include <linux/writeback.h>

/* A namespace's name became a string. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define MPAGEX_EXPORT(sym)	EXPORT_SYMBOL_NS_GPL(sym, MPAGEX)
#else
#define MPAGEX_EXPORT(sym)	EXPORT_SYMBOL_NS_GPL(sym, "MPAGEX")
#endif

/* A flag of the file operations by now */
#ifndef FMODE_BUF_WASYNC
#define FMODE_BUF_WASYNC	0
#endif

/* Called for each dirty folio: locked, cleaned for I/O, under no writeback. */
typedef int (*mpagex_folio_fn)(struct folio *folio,
			       struct writeback_control *wbc, void *data);

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)

#define filemap_splice_read	generic_file_splice_read

/* A page at most: whoever wants more comes again. */
static inline ssize_t
mpagex_compat_copy_splice(struct file *file, loff_t *pos,
			  struct pipe_inode_info *pipe, size_t len,
			  unsigned int flags)
{
	struct pipe_buffer buf = { .ops = &nosteal_pipe_buf_ops };
	struct iov_iter to;
	struct kiocb iocb;
	struct bio_vec vec;
	ssize_t ret;

	buf.page = alloc_page(GFP_USER);
	if (!buf.page)
		return -ENOMEM;
	vec.bv_page = buf.page;
	vec.bv_offset = 0;
	vec.bv_len = min_t(size_t, len, PAGE_SIZE);
	iov_iter_bvec(&to, READ, &vec, 1, vec.bv_len);
	init_sync_kiocb(&iocb, file);
	iocb.ki_pos = *pos;
	ret = file->f_op->read_iter(&iocb, &to);
	if (ret <= 0) {
		put_page(buf.page);
		return ret;
	}
	buf.len = ret;
	ret = add_to_pipe(pipe, &buf);	/* or it puts the page */
	if (ret > 0)
		*pos = iocb.ki_pos;
	return ret;
}

#define copy_splice_read	mpagex_compat_copy_splice

#endif /* < 6.5 */

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)

static inline void mpagex_compat_end_read(struct folio *folio, bool success)
{
	if (likely(success))
		folio_mark_uptodate(folio);
	folio_unlock(folio);
}

#define folio_end_read mpagex_compat_end_read

static inline struct buffer_head *
mpagex_compat_create_buffers(struct folio *folio, unsigned long blocksize,
			     unsigned long state)
{
	create_empty_buffers(&folio->page, blocksize, state);
	return folio_buffers(folio);
}

#define create_empty_buffers mpagex_compat_create_buffers

#endif /* < 6.7 */

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)

static inline int mpagex_compat_order(struct xa_state *xas)
{
	return xa_get_order(xas->xa, xas->xa_index);
}

#define xas_get_order mpagex_compat_order

#endif /* < 6.10 */

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)

/* There, but not for modules. */
static inline bool mpagex_compat_add_folio(struct bio *bio, struct folio *folio,
					   size_t len, size_t off)
{
	return bio_add_page(bio, &folio->page, len, off) == len;
}

#define bio_add_folio mpagex_compat_add_folio

#define wbc_account_cgroup_owner(wbc, folio, bytes) \
	wbc_account_cgroup_owner(wbc, &(folio)->page, bytes)

static inline void mpagex_set_write_hint(struct bio *bio, struct inode *inode)
{
}

static inline void mpagex_bh_set_folio(struct buffer_head *bh,
				       struct folio *folio)
{
	bh->b_page = &folio->page;
}

#else /* >= 6.12 */

/* Lifetime hints reach the device since 6.9; before, bios have no field. */
static inline void mpagex_set_write_hint(struct bio *bio, struct inode *inode)
{
	bio->bi_write_hint = inode->i_write_hint;
}

static inline void mpagex_bh_set_folio(struct buffer_head *bh,
				       struct folio *folio)
{
	bh->b_folio = folio;
}

#endif

/* It lost its handler in 6.8, and took a page before 6.5. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)

static inline int
mpagex_compat_write_full_folio(struct inode *inode, struct folio *folio,
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

#define __block_write_full_folio mpagex_compat_write_full_folio

#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)

/*
 * What a direct write has left to the page cache goes to the disk and out of the
 * cache. What has been written there, but not got so far, does not count.
 */
static inline ssize_t
mpagex_compat_write_fallback(struct kiocb *iocb, struct iov_iter *from,
			     ssize_t direct, ssize_t buffered)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;
	loff_t pos = iocb->ki_pos - buffered, last = iocb->ki_pos - 1;
	int err;

	if (buffered <= 0)
		return direct ?: buffered;
	err = filemap_write_and_wait_range(mapping, pos, last);
	if (err) {
		iocb->ki_pos = pos;
		return direct ?: err;
	}
	invalidate_mapping_pages(mapping, pos >> PAGE_SHIFT,
				 last >> PAGE_SHIFT);
	return direct + buffered;
}

#define direct_write_fallback mpagex_compat_write_fallback

#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)

/* From 6.3 on, what is found is a folio. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define mpagex_compat_found	struct page
#define mpagex_compat_folio(p)	page_folio(p)
#else
#define mpagex_compat_found	struct folio
#define mpagex_compat_folio(p)	(p)
#endif

struct mpagex_compat_walk {
	mpagex_folio_fn fn;
	void *data;
};

static inline int mpagex_compat_walk_one(mpagex_compat_found *found,
					 struct writeback_control *wbc,
					 void *data)
{
	struct mpagex_compat_walk *walk = data;

	return walk->fn(mpagex_compat_folio(found), wbc, walk->data);
}

static inline int mpagex_walk_dirty(struct address_space *mapping,
				    struct writeback_control *wbc,
				    mpagex_folio_fn fn, void *data)
{
	struct mpagex_compat_walk walk = { .fn = fn, .data = data };

	return write_cache_pages(mapping, wbc, mpagex_compat_walk_one, &walk);
}

#else

/* Return: 0, or the error that ended the walk (WB_SYNC_ALL: the first one). */
static inline int mpagex_walk_dirty(struct address_space *mapping,
				    struct writeback_control *wbc,
				    mpagex_folio_fn fn, void *data)
{
	struct folio *folio = NULL;
	int err = 0;

	while ((folio = writeback_iter(mapping, wbc, folio, &err))) {
		err = fn(folio, wbc, data);
		if (err == AOP_WRITEPAGE_ACTIVATE) {
			folio_unlock(folio);
			err = 0;
		}
	}
	return err;
}

#endif

/* The folio at @pos, locked and stable, or NULL or an error if there is none. */
static inline struct folio *
mpagex_find_write_folio(struct address_space *mapping, loff_t pos)
{
	return __filemap_get_folio(mapping, pos >> PAGE_SHIFT,
				   FGP_LOCK | FGP_WRITE | FGP_STABLE, 0);
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)

#define vmf_fs_error block_page_mkwrite_return

/* A new, locked folio for page @index, as large as @order allows. */
static inline struct folio *
mpagex_compat_add_write_folio(struct address_space *mapping, pgoff_t index,
			      unsigned int order)
{
	gfp_t gfp = mapping_gfp_mask(mapping) | __GFP_WRITE;
	int err = -ENOMEM;

	if (!mapping_large_folio_support(mapping))
		order = 0;
	for (;; order--) {
		gfp_t try = order ? gfp | __GFP_NORETRY | __GFP_NOWARN : gfp;
		struct folio *folio;

		if (order == 1)		/* too small for the rmap of 6.1 */
			continue;
		folio = filemap_alloc_folio(try, order);
		if (folio) {
			err = filemap_add_folio(mapping, folio, index, gfp);
			if (!err)
				return folio;
			folio_put(folio);
		}
		if (!order)
			return ERR_PTR(err);
	}
}

/* The folio at @pos, locked and stable, made for @len bytes if need be. */
static inline struct folio *
mpagex_get_write_folio(struct address_space *mapping, loff_t pos, size_t len)
{
	pgoff_t index = pos >> PAGE_SHIFT;
	unsigned int order = len > PAGE_SIZE ? ilog2(len) - PAGE_SHIFT : 0;
	struct folio *folio;

	/* Smaller than what 6.1 maps by one PMD, beyond the end of a file too. */
	order = min_t(unsigned int, order, PMD_SHIFT - PAGE_SHIFT - 1);
	if (index & ((1UL << order) - 1))
		order = __ffs(index);
	do {
		folio = mpagex_find_write_folio(mapping, pos);
		/* From 6.4 on, there is no NULL. */
		if (!folio || folio == ERR_PTR(-ENOENT))
			folio = mpagex_compat_add_write_folio(mapping, index,
							      order);
	} while (folio == ERR_PTR(-EEXIST));
	return folio;
}

static inline size_t mpagex_copy_from_iter(struct folio *folio, size_t off,
					   size_t len, struct iov_iter *from)
{
	size_t copied = 0, n, piece;

	/* A page of high memory is mapped by itself. */
	do {
		size_t at = off + copied;

		piece = len - copied;
		if (IS_ENABLED(CONFIG_HIGHMEM))
			piece = min_t(size_t, piece,
				      PAGE_SIZE - offset_in_page(at));
		n = IS_ENABLED(CONFIG_HIGHMEM) ?
		    copy_page_from_iter_atomic(folio_page(folio,
							  at / PAGE_SIZE),
					       offset_in_page(at), piece,
					       from) :
		    copy_page_from_iter_atomic(&folio->page, at, piece, from);
		copied += n;
	} while (n == piece && copied < len);
	return copied;
}

#else

/* The folio at @pos, locked and stable, made for @len bytes if need be. */
static inline struct folio *
mpagex_get_write_folio(struct address_space *mapping, loff_t pos, size_t len)
{
	return __filemap_get_folio(mapping, pos >> PAGE_SHIFT,
				   FGP_WRITEBEGIN | fgf_set_order(len),
				   mapping_gfp_mask(mapping));
}

static inline size_t mpagex_copy_from_iter(struct folio *folio, size_t off,
					   size_t len, struct iov_iter *from)
{
	return copy_folio_from_iter_atomic(folio, off, len, from);
}

#endif

/* Will one ->page_mkwrite make more than its page writable? */
static inline bool mpagex_fault_maps_folio(struct folio *folio)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
	return folio_test_pmd_mappable(folio);
#else
	return folio_test_large(folio);
#endif
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)

static inline bool mpagex_has_writepage(struct address_space *mapping)
{
	return mapping->a_ops->writepage;
}

static inline int mpagex_call_writepage(struct folio *folio,
					struct writeback_control *wbc)
{
	return folio->mapping->a_ops->writepage(&folio->page, wbc);
}

#else

static inline bool mpagex_has_writepage(struct address_space *mapping)
{
	return false;
}

static inline int mpagex_call_writepage(struct folio *folio,
					struct writeback_control *wbc)
{
	return -EIO;
}

#endif

#endif /* MPAGEX_COMPAT_H */
