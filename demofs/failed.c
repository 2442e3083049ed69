// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metadata that could not be written. What the kernel keeps of such a failure
 * is an error in the device's mapping, which sync(2) takes away unheard, and a
 * mark on a buffer that is clean. Owns the turning of the one into the state of
 * the superblock, so that fsck will look, and of the other into a dirty buffer,
 * so that a disk that is well again gets what it lacks.
 */
#include <linux/pagemap.h>
#include <linux/writeback.h>	/* folio batches */

#include "demofs.h"

static struct address_space *demofs_metadata(struct super_block *sb)
{
	return demofs_bdev_mapping(sb->s_bdev);
}

/**
 * demofs_watch_writes - count only failures that come from now on
 * @sb: the filesystem, being mounted
 *
 * Context: Any.
 */
void demofs_watch_writes(struct super_block *sb)
{
	errseq_check_and_advance(&demofs_metadata(sb)->wb_err,
				 &DEMOFS_SB(sb)->write_err);
}

/**
 * demofs_check_writes - act on metadata that could not be written, if any
 * @sb: the filesystem
 *
 * Memory has what the disk lacks, until memory runs short. That is an error as
 * one of the disk's contents is: fsck must look, and errors= says what else.
 *
 * Context: May sleep; takes super_lock.
 */
void demofs_check_writes(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	errseq_t *seq = &demofs_metadata(sb)->wb_err;
	int err;

	if (!errseq_check(seq, READ_ONCE(sbi->write_err)))
		return;
	mutex_lock(&sbi->super_lock);
	/* Before anybody can find that there is nothing new. */
	set_bit(DEMOFS_UNWRITTEN, &sbi->flags);
	err = errseq_check_and_advance(seq, &sbi->write_err);
	mutex_unlock(&sbi->super_lock);
	if (!err)
		return;		/* someone else was told */
	errseq_set(&sb->s_wb_err, err);		/* for syncfs */
	demofs_corrupt(sb, "metadata could not be written: error %d", err);
}

static void demofs_redirty(struct folio *folio)
{
	struct buffer_head *head, *bh;

	folio_lock(folio);
	head = folio_buffers(folio);
	bh = head;
	while (bh) {
		/* One that is locked is being written again by now. */
		if (buffer_write_io_error(bh) && trylock_buffer(bh)) {
			if (!demofs_is_held(bh))
				demofs_mark_dirty(bh);
			unlock_buffer(bh);
		}
		bh = bh->b_this_page == head ? NULL : bh->b_this_page;
	}
	folio_unlock(folio);
}

/**
 * demofs_retry_writes - make dirty again what could not be written
 * @sb: the filesystem, about to write its metadata
 *
 * But not what is held, and has changed since: that has its own time. If somebody
 * else is at it, wait until they are through: all is dirty then.
 *
 * Context: May sleep; takes retry_lock, super_lock, and locks of the device's
 * folios.
 */
void demofs_retry_writes(struct super_block *sb)
{
	struct demofs_sb_info *sbi = DEMOFS_SB(sb);
	struct folio_batch batch;
	pgoff_t next = 0;
	unsigned int i;

	mutex_lock(&sbi->retry_lock);
	demofs_check_writes(sb);
	if (!test_and_clear_bit(DEMOFS_UNWRITTEN, &sbi->flags))
		goto unlock;
	folio_batch_init(&batch);
	while (filemap_get_folios(demofs_metadata(sb), &next, ULONG_MAX,
				  &batch)) {
		for (i = 0; i < folio_batch_count(&batch); i++)
			demofs_redirty(batch.folios[i]);
		folio_batch_release(&batch);
		cond_resched();
	}
unlock:
	mutex_unlock(&sbi->retry_lock);
}

/**
 * demofs_flush_all - have all metadata that may be written on the disk
 * @sb: the filesystem
 *
 * As demofs_flush(), but what could not be written before is tried again, and a
 * failure that somebody else is told of counts too.
 *
 * Context: May sleep; takes what demofs_retry_writes() does.
 * Return: 0, if the disk has it all, or a negative errno.
 */
int demofs_flush_all(struct super_block *sb)
{
	errseq_t *seq = &demofs_metadata(sb)->wb_err;
	errseq_t before = errseq_sample(seq);
	int err, err2;

	demofs_retry_writes(sb);
	err = demofs_flush(sb);
	err2 = errseq_check(seq, before);
	return err ? err : err2;
}

/**
 * demofs_forget - drop the buffer of a block that is metadata no more
 * @bh: the buffer, which is released; may be NULL
 *
 * If its last write fails, that must not be made good later: the block can be
 * a file's data by then.
 *
 * Context: May sleep.
 */
void demofs_forget(struct buffer_head *bh)
{
	if (!bh)
		return;
	clear_buffer_dirty(bh);
	wait_on_buffer(bh);
	clear_buffer_write_io_error(bh);
	bforget(bh);
}

/**
 * demofs_read_ahead - begin to read a block of metadata that may be wanted
 * @sb: the filesystem
 * @block: number on the device, known to lie on it
 *
 * What is in memory stays as it is, since it may be what could not be written.
 *
 * Context: May sleep.
 */
void demofs_read_ahead(struct super_block *sb, u32 block)
{
	struct buffer_head *bh = sb_find_get_block_nonatomic(sb, block);

	if (bh)
		brelse(bh);
	else
		sb_breadahead(sb, block);
}
