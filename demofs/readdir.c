// SPDX-License-Identifier: GPL-2.0-only
/* readdir, and what else can be done with an open directory. */
#include "demofs.h"
#include "dir.h"

/* Tell of one entry. Return: 1, 0 if the reader has enough, or -EUCLEAN. */
static int demofs_emit(struct inode *dir, const struct demofs_cursor *at,
		       struct demofs_dir_entry *de, struct dir_context *ctx)
{
	if (memchr(de->name, '/', at->name_len) ||
	    memchr(de->name, 0, at->name_len)) {
		demofs_corrupt(dir->i_sb, "inode %u: bad name in directory block %llu",
			       demofs_ino(dir), (u64)at->bh->b_blocknr);
		return -EUCLEAN;
	}
	return dir_emit(ctx, de->name, at->name_len, le32_to_cpu(de->inode),
			fs_ftype_to_dtype(de->file_type));
}

/*
 * Tell of a block's entries from ctx->pos on. The walk begins at the block's
 * start, because the entry at ctx->pos may be gone and its bytes be part of
 * another one by now.
 * Return: 1, 0 if the reader has enough, or -EUCLEAN.
 */
static int demofs_read_block(struct inode *dir, struct buffer_head *bh,
			     struct dir_context *ctx)
{
	loff_t base = round_down(ctx->pos, i_blocksize(dir));
	struct demofs_cursor at = { .bh = bh };
	struct demofs_dir_entry *de;
	int ret;

	while (!IS_ERR_OR_NULL(de = demofs_next_entry(dir, &at))) {
		loff_t pos = base + at.off;

		if (pos < ctx->pos)
			continue;
		ctx->pos = pos;
		ret = de->inode ? demofs_emit(dir, &at, de, ctx) : 1;
		if (ret <= 0)
			return ret;
		/* Before the next one is met: it may be a bad one. */
		ctx->pos = pos + at.len;
	}
	if (IS_ERR(de))
		return PTR_ERR(de);
	ctx->pos = base + i_blocksize(dir);
	return 1;
}

/* Positions are those of entries, in bytes: they stay when others go. */
static int demofs_readdir(struct file *file, struct dir_context *ctx)
{
	struct inode *dir = file_inode(file);
	struct buffer_head *bh = NULL;
	int ret = 1;

	while (ret > 0 && ctx->pos < i_size_read(dir)) {
		bh = demofs_dir_block(dir, ctx->pos >> dir->i_blkbits, bh);
		if (IS_ERR(bh))
			return PTR_ERR(bh);
		ret = demofs_read_block(dir, bh, ctx);
		if (fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	}
	brelse(bh);
	return min(ret, 0);
}

const struct file_operations demofs_dir_operations = {
	.llseek		= generic_file_llseek,
	.read		= generic_read_dir,
	.iterate_shared	= demofs_readdir,
	.fsync		= demofs_fsync,
	.unlocked_ioctl	= demofs_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};
