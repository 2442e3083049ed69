// SPDX-License-Identifier: GPL-2.0-only
/*
 * A filesystem for tests only, of one file that is the device: its get_block
 * answers in ways that demofs never would, and it uses the functions of mpagex
 * that demofs has no use for. Parameters say how, and count what happened.
 */
#include <linux/blkdev.h>
#include <linux/buffer_head.h>
#include <linux/falloc.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/writeback.h>

#include "compat.h"
#include "mpagex.h"

#define PROBE_MAGIC	0x6d706778

static char *answer = "run";	/* see probe_get_block() */
module_param(answer, charp, 0644);
static char *writer = "map";	/* map, null, hook */
module_param(writer, charp, 0644);
static int hook_result = 1;
module_param(hook_result, int, 0644);
static int blocksize = 1024;
module_param(blocksize, int, 0644);
static bool whole;		/* the file is moved by the whole path */
module_param(whole, bool, 0644);
static int blkbits;		/* of the file, if they are not the superblock's */
module_param(blkbits, int, 0644);

static int calls;		/* of get_block */
module_param(calls, int, 0644);
static int folios;		/* given to the filesystem, one by one */
module_param(folios, int, 0644);
static int again;		/* of them, refused by mpagex_write_folio() */
module_param(again, int, 0644);

static bool is(const char *param, const char *word)
{
	return sysfs_streq(param, word);
}

static int probe_get_block(struct inode *inode, sector_t block,
			   struct buffer_head *bh, int create)
{
	size_t size = bh->b_size;

	calls++;
	if (is(answer, "fail"))
		return -EIO;
	if (is(answer, "nomem"))
		return -ENOMEM;
	if (create && is(answer, "unmapped"))
		return 0;
	if (is(answer, "gaps") && block % 4 == 3)
		return 0;
	map_bh(bh, inode->i_sb, block);
	bh->b_size = size;
	if (is(answer, "one") || is(answer, "gaps"))
		bh->b_size = i_blocksize(inode);
	else if (is(answer, "large"))
		bh->b_size = size + i_blocksize(inode);
	else if (is(answer, "odd"))
		bh->b_size = i_blocksize(inode) / 2;
	if (is(answer, "inline") && !create) {
		struct page *page = bh->b_page;

		bh->b_size = i_blocksize(inode);
		memset(page_address(page) +
		       offset_in_page(block << inode->i_blkbits),
		       'i', i_blocksize(inode));
		set_buffer_uptodate(bh);
	}
	return 0;
}

static void probe_readahead(struct readahead_control *rac)
{
	mpagex_readahead(rac, probe_get_block);
}

static int probe_read_folio(struct file *file, struct folio *folio)
{
	return mpagex_read_folio(folio, probe_get_block);
}

static int probe_write_folio(struct folio *folio, struct writeback_control *wbc)
{
	int err;

	if (is(answer, "short"))	/* as if truncated by now */
		i_size_write(folio->mapping->host, folio_pos(folio));
	err = mpagex_write_folio(folio, wbc, probe_get_block);
	folios++;
	if (err != -EAGAIN)
		return err;
	if (WARN_ON(!folio_test_locked(folio)))
		return -EIO;
	again++;
	folio_redirty_for_writepage(wbc, folio);
	folio_unlock(folio);
	return 0;
}

static int probe_hook(struct folio *folio, struct writeback_control *wbc)
{
	folios++;
	if (hook_result <= 0) {
		folio_redirty_for_writepage(wbc, folio);
		folio_unlock(folio);
	}
	return hook_result;
}

static int probe_writepages(struct address_space *mapping,
			    struct writeback_control *wbc)
{
	if (is(writer, "null"))
		return mpagex_writepages_hook(mapping, wbc, NULL,
					      probe_write_folio);
	if (is(writer, "hook"))
		return mpagex_writepages_hook(mapping, wbc, probe_get_block,
					      probe_hook);
	return mpagex_writepages(mapping, wbc, probe_get_block);
}

static const struct address_space_operations probe_aops = {
	.readahead		= probe_readahead,
	.read_folio		= probe_read_folio,
	PROBE_WRITEPAGE_OP
	.writepages		= probe_writepages,
	.dirty_folio		= block_dirty_folio,
	.invalidate_folio	= block_invalidate_folio,
};

static int probe_fsync(struct file *file, loff_t start, loff_t end,
		       int datasync)
{
	return file_write_and_wait_range(file, start, end);
}

/* No write_iter: data comes by mmap, into folios without buffer heads. */
static const struct file_operations probe_fops = {
	.llseek		= generic_file_llseek,
	.read_iter	= generic_file_read_iter,
	.mmap		= generic_file_mmap,
	.fsync		= probe_fsync,
};

/* The whole path. All blocks are there; nothing is ever new. */

static void probe_write_failed(struct inode *inode)
{
}

static const struct mpagex_ops whole_ops = {
	.get_block	= probe_get_block,
	.write_failed	= probe_write_failed,
};

static void whole_readahead(struct readahead_control *rac)
{
	mpagex_buffered_readahead(rac, &whole_ops);
}

static int whole_read_folio(struct file *file, struct folio *folio)
{
	return mpagex_buffered_read_folio(folio, &whole_ops);
}

static int whole_writepages(struct address_space *mapping,
			    struct writeback_control *wbc)
{
	return mpagex_buffered_writepages(mapping, wbc, &whole_ops);
}

static sector_t whole_bmap(struct address_space *mapping, sector_t block)
{
	return mpagex_bmap(mapping, block, &whole_ops);
}

static const struct address_space_operations whole_aops = {
	.readahead	= whole_readahead,
	.read_folio	= whole_read_folio,
	.writepages	= whole_writepages,
	.bmap		= whole_bmap,
	MPAGEX_FOLIO_OPS,
};

static ssize_t whole_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return mpagex_write_iter(iocb, from, &whole_ops);
}

static vm_fault_t whole_page_mkwrite(struct vm_fault *vmf)
{
	return mpagex_page_mkwrite(vmf, &whole_ops);
}

static const struct vm_operations_struct whole_vm_ops = {
	.fault		= mpagex_fault,
	.map_pages	= filemap_map_pages,
	.page_mkwrite	= whole_page_mkwrite,
};

static int whole_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = &whole_vm_ops;
	return 0;
}

static loff_t whole_llseek(struct file *file, loff_t offset, int whence)
{
	return mpagex_llseek(file, offset, whence, &whole_ops);
}

static int whole_fiemap(struct inode *inode, struct fiemap_extent_info *info,
			u64 start, u64 len)
{
	return mpagex_fiemap(inode, info, start, len, &whole_ops);
}

static long whole_fallocate(struct file *file, int mode, loff_t pos, loff_t len)
{
	struct inode *inode = file_inode(file);
	long err;

	if (mode != (FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	inode_lock(inode);
	inode_dio_wait(inode);
	filemap_invalidate_lock(inode->i_mapping);
	err = mpagex_zero_range(inode, pos, len, &whole_ops);
	filemap_invalidate_unlock(inode->i_mapping);
	inode_unlock(inode);
	return err;
}

static const struct inode_operations whole_iops = {
	.fiemap		= whole_fiemap,
};

static const struct file_operations whole_fops = {
	.llseek		= whole_llseek,
	.read_iter	= mpagex_read_iter,
	.write_iter	= whole_write_iter,
	.mmap		= whole_mmap,
	.fsync		= probe_fsync,
	.fallocate	= whole_fallocate,
};

static int set_up_file(struct inode *inode)
{
	if (blkbits)
		inode->i_blkbits = blkbits;
	inode->i_fop = &probe_fops;
	inode->i_mapping->a_ops = &probe_aops;
	if (!whole)
		return 0;
	inode->i_op = &whole_iops;
	inode->i_fop = &whole_fops;
	inode->i_mapping->a_ops = &whole_aops;
	return mpagex_init_mapping(inode);
}

static const struct super_operations probe_super_ops = {
	.statfs		= simple_statfs,
	.drop_inode	= inode_just_drop,
};

static struct dentry *probe_lookup(struct inode *dir, struct dentry *dentry,
				   unsigned int flags)
{
	struct inode *inode = NULL;
	int err;

	if (!strcmp(dentry->d_name.name, "file"))
		inode = iget_locked(dir->i_sb, 2);
	if (!inode || !(inode_state_read_once(inode) & I_NEW))
		return d_splice_alias(inode, dentry);
	inode->i_mode = S_IFREG | 0644;
	err = set_up_file(inode);
	if (err) {
		iget_failed(inode);
		return ERR_PTR(err);
	}
	mapping_set_gfp_mask(inode->i_mapping, GFP_USER);
	inode->i_size = bdev_nr_bytes(dir->i_sb->s_bdev);
	unlock_new_inode(inode);
	return d_splice_alias(inode, dentry);
}

static const struct inode_operations probe_root_ops = {
	.lookup		= probe_lookup,
};

static int probe_fill_super(struct super_block *sb, struct fs_context *fc)
{
	struct inode *root;

	if (!sb_set_blocksize(sb, blocksize))
		return -EINVAL;
	sb->s_magic = PROBE_MAGIC;
	sb->s_op = &probe_super_ops;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	root = new_inode(sb);
	if (!root)
		return -ENOMEM;
	root->i_ino = 1;
	root->i_mode = S_IFDIR | 0755;
	root->i_op = &probe_root_ops;
	root->i_fop = &simple_dir_operations;
	set_nlink(root, 2);
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

static int probe_get_tree(struct fs_context *fc)
{
	return get_tree_bdev(fc, probe_fill_super);
}

static const struct fs_context_operations probe_context_ops = {
	.get_tree	= probe_get_tree,
};

static int probe_init_fs_context(struct fs_context *fc)
{
	fc->ops = &probe_context_ops;
	return 0;
}

static struct file_system_type probe_type = {
	.owner		= THIS_MODULE,
	.name		= "mpagexprobe",
	.init_fs_context = probe_init_fs_context,
	.kill_sb	= kill_block_super,
	.fs_flags	= FS_REQUIRES_DEV,
};

static int __init probe_init(void)
{
	return register_filesystem(&probe_type);
}

static void __exit probe_exit(void)
{
	unregister_filesystem(&probe_type);
}

module_init(probe_init);
module_exit(probe_exit);
MODULE_DESCRIPTION("mpagex's test filesystem");
MODULE_AUTHOR("the mpagex authors");
MODULE_LICENSE("GPL");
MPAGEX_IMPORT;
