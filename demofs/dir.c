// SPDX-License-Identifier: GPL-2.0-only
/*
 * Directories: blocks of entries, searched from end to end. Nothing else writes
 * an entry, only readdir.c reads them as well, and none is used before
 * demofs_entry_fault() has passed it, whatever was found the last time.
 *
 * Blocks are those of the device's buffer cache; a directory's own page cache
 * stays empty. Changes need the directory locked, and names_sem held shared,
 * searches need the directory locked shared. Changes are made in memory, in
 * blocks that are held there: order.c. For those that must be on the disk at
 * once the caller follows with demofs_dir_sync().
 */
#include <linux/blkdev.h>
#include <linux/writeback.h>

#include "demofs.h"
#include "dir.h"

#define DEMOFS_DIR_READAHEAD	16	/* blocks */

/* An entry and, in the same block, the one before it or NULL. */
struct demofs_spot {
	struct buffer_head *bh;
	struct demofs_dir_entry *de;
	struct demofs_dir_entry *prev;
	u32 len;	/* both entries' */
};

static u32 demofs_dir_blocks(struct inode *dir)
{
	return i_size_read(dir) >> dir->i_blkbits;
}

/* Bytes that an entry needs. */
static u32 demofs_entry_size(u32 name_len)
{
	return round_up(sizeof(struct demofs_dir_entry) + name_len, 4);
}

/*
 * What is wrong with the entry at a cursor, whose lengths are found out; NULL
 * if nothing is.
 */
static const char *demofs_entry_fault(struct inode *dir,
				      const struct demofs_dir_entry *de,
				      struct demofs_cursor *at)
{
	u32 left = i_blocksize(dir) - at->off;

	if (left < demofs_entry_size(1))
		return "too little room";
	at->len = le16_to_cpu(READ_ONCE(de->rec_len));
	at->name_len = READ_ONCE(de->name_len);
	if (at->len % 4 ||
	    at->len < demofs_entry_size(max_t(u32, at->name_len, 1)))
		return "bad length";
	if (at->len > left)
		return "entry beyond the end";
	if (!de->inode)
		return NULL;
	if (!at->name_len)
		return "no name";
	if (le32_to_cpu(de->inode) > DEMOFS_SB(dir->i_sb)->inodes_count)
		return "bad inode number";
	return NULL;
}

static struct demofs_dir_entry *demofs_entry_at(struct buffer_head *bh, u32 off)
{
	return (struct demofs_dir_entry *)(bh->b_data + off);
}

/**
 * demofs_next_entry - move a cursor to the next entry, and check it
 * @dir: the directory, locked at least shared
 * @at: the cursor, at the last entry, or new with nothing but its block
 *
 * Context: May sleep.
 * Return: the entry; NULL at the block's end; or ERR_PTR(-EUCLEAN).
 */
struct demofs_dir_entry *demofs_next_entry(struct inode *dir,
					   struct demofs_cursor *at)
{
	struct demofs_dir_entry *de;
	const char *fault;

	at->off += at->len;
	if (at->off == i_blocksize(dir))
		return NULL;
	de = demofs_entry_at(at->bh, at->off);
	fault = demofs_entry_fault(dir, de, at);
	if (!fault)
		return de;
	demofs_corrupt(dir->i_sb, "inode %u: %s in directory block %llu, byte %u",
		       demofs_ino(dir), fault, (u64)at->bh->b_blocknr, at->off);
	return ERR_PTR(-EUCLEAN);
}

/**
 * demofs_dir_block - read a block of a directory in place of the last one
 * @dir: the directory, locked at least shared
 * @lblk: the block's number in it
 * @bh: the last one's buffer, which is released, or NULL
 *
 * At every sixteenth block the next ones are read ahead, if they lie behind it.
 *
 * Context: May sleep; takes map_sem.
 * Return: the buffer, or an ERR_PTR of -EUCLEAN, -EIO or -ENOMEM.
 */
struct buffer_head *demofs_dir_block(struct inode *dir, u32 lblk,
				     struct buffer_head *bh)
{
	u32 want = lblk % DEMOFS_DIR_READAHEAD ? 1 : DEMOFS_DIR_READAHEAD;
	struct demofs_run run;
	u32 i;
	int ret;

	brelse(bh);
	ret = demofs_map(dir, lblk, want, false, &run);
	if (ret < 0)
		return ERR_PTR(ret);
	if (!ret) {
		demofs_corrupt(dir->i_sb, "inode %u: directory block %u is a hole",
			       demofs_ino(dir), lblk);
		return ERR_PTR(-EUCLEAN);
	}
	for (i = 1; i < run.len; i++)
		demofs_read_ahead(dir->i_sb, run.pblk + i);
	bh = demofs_bread(dir->i_sb, run.pblk);
	if (bh)
		return bh;
	demofs_err(dir->i_sb, "inode %u: cannot read directory block %u",
		   demofs_ino(dir), run.pblk);
	return ERR_PTR(-EIO);
}

/* Names in a block have changed: note it in the directory. */
static void demofs_dir_changed(struct inode *dir)
{
	/* Another driver's index of hashes would miss the change. */
	DEMOFS_I(dir)->flags &= ~FS_INDEX_FL;
	inode_set_mtime_to_ts(dir, inode_set_ctime_current(dir));
	mark_inode_dirty(dir);
}

static void demofs_set_entry(struct demofs_dir_entry *de, struct inode *inode)
{
	__le32 typed = DEMOFS_SB(inode->i_sb)->super->s_feature_incompat &
		       cpu_to_le32(DEMOFS_FEATURE_INCOMPAT_FILETYPE);

	de->inode = cpu_to_le32(inode->i_ino);
	de->file_type = typed ? fs_umode_to_ftype(inode->i_mode) :
				DEMOFS_FT_UNKNOWN;
}

/* Write a new entry over @de, which is free space. */
static void demofs_fill_entry(struct demofs_dir_entry *de, u32 rec_len,
			      const char *name, u32 name_len,
			      struct inode *inode)
{
	de->rec_len = cpu_to_le16(rec_len);
	de->name_len = name_len;
	memcpy(de->name, name, name_len);
	memset(de->name + name_len, 0,
	       demofs_entry_size(name_len) - sizeof(*de) - name_len);
	demofs_set_entry(de, inode);
}

static bool demofs_entry_is(const struct demofs_dir_entry *de,
			    const struct demofs_cursor *at,
			    const struct qstr *name)
{
	return de->inode && at->name_len == name->len &&
	       !memcmp(de->name, name->name, name->len);
}

/* Look in one block. Return: 1 with @spot filled in, 0, or -EUCLEAN. */
static int demofs_search_block(struct inode *dir, struct buffer_head *bh,
			       const struct qstr *name,
			       struct demofs_spot *spot)
{
	struct demofs_dir_entry *de, *prev = NULL;
	struct demofs_cursor at = { .bh = bh };
	u32 prev_len = 0;

	while (!IS_ERR_OR_NULL(de = demofs_next_entry(dir, &at))) {
		if (demofs_entry_is(de, &at, name)) {
			*spot = (struct demofs_spot) { bh, de, prev,
						       prev_len + at.len };
			return 1;
		}
		prev = de;
		prev_len = at.len;
	}
	return PTR_ERR_OR_ZERO(de);
}

/*
 * Find @name, first where the last one was found: names are often asked for in
 * the order in which readdir() told them.
 * Return: 1 with @spot filled in, whose bh is to be released; 0, or an errno.
 */
static int demofs_search(struct inode *dir, const struct qstr *name,
			 struct demofs_spot *spot)
{
	u32 blocks = demofs_dir_blocks(dir), i;
	u32 lblk = READ_ONCE(DEMOFS_I(dir)->find_hint);
	struct buffer_head *bh = NULL;
	int ret = 0;

	for (i = 0; i < blocks; i++, lblk++) {
		if (lblk >= blocks)
			lblk = 0;
		bh = demofs_dir_block(dir, lblk, bh);
		if (IS_ERR(bh))
			return PTR_ERR(bh);
		ret = demofs_search_block(dir, bh, name, spot);
		if (ret > 0) {
			WRITE_ONCE(DEMOFS_I(dir)->find_hint, lblk);
			return ret;
		}
		if (ret)
			break;
	}
	brelse(bh);
	return ret;
}

/* demofs_search() for a name that is known to exist */
static int demofs_search_known(struct inode *dir, const struct qstr *name,
			       struct demofs_spot *spot)
{
	int ret = demofs_search(dir, name, spot);

	if (ret)
		return min(ret, 0);
	demofs_corrupt(dir->i_sb, "inode %u: directory has lost an entry",
		       demofs_ino(dir));
	return -EUCLEAN;
}

/**
 * demofs_dir_find - look up a name
 * @dir: the directory, locked at least shared
 * @name: the name
 * @ino: receives the inode's number, 0 if there is no such name
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int demofs_dir_find(struct inode *dir, const struct qstr *name, u32 *ino)
{
	struct demofs_spot spot;
	int ret = demofs_search(dir, name, &spot);

	*ino = 0;
	if (ret <= 0)
		return ret;
	*ino = le32_to_cpu(spot.de->inode);
	brelse(spot.bh);
	return 0;
}

/**
 * demofs_dir_block_of - tell which block a name is in
 * @dir: the directory, locked
 * @name: the name, which exists
 *
 * Context: May sleep.
 * Return: the block's buffer, to be released, or an ERR_PTR.
 */
struct buffer_head *demofs_dir_block_of(struct inode *dir,
					const struct qstr *name)
{
	struct demofs_spot spot;
	int err = demofs_search_known(dir, name, &spot);

	return err ? ERR_PTR(err) : spot.bh;
}

/* Put the entry into one block. Return: 1, 0 if it is full, or -EUCLEAN. */
static int demofs_add_to_block(struct inode *dir, struct buffer_head *bh,
			       const struct qstr *name, struct inode *inode)
{
	u32 need = demofs_entry_size(name->len);
	struct demofs_cursor at = { .bh = bh };
	struct demofs_dir_entry *de;

	while (!IS_ERR_OR_NULL(de = demofs_next_entry(dir, &at))) {
		u32 used = de->inode ? demofs_entry_size(at.name_len) : 0;

		if (at.len - used < need)
			continue;
		demofs_hold_names(dir, bh);
		if (used)
			de->rec_len = cpu_to_le16(used);
		demofs_fill_entry((void *)de + used, at.len - used, name->name,
				  name->len, inode);
		return 1;
	}
	return PTR_ERR_OR_ZERO(de);
}

/* A name was entered in block @lblk: there it is looked for next, for its order. */
static void demofs_dir_added(struct inode *dir, u32 lblk)
{
	DEMOFS_I(dir)->add_hint = lblk;
	WRITE_ONCE(DEMOFS_I(dir)->find_hint, lblk);
	demofs_dir_changed(dir);
}

/* Make a block of @dir, filled with zeros. The caller moves i_size. */
static struct buffer_head *demofs_new_dir_block(struct inode *dir, u32 lblk)
{
	struct buffer_head *bh;
	struct demofs_run run;
	int ret;

	ret = demofs_map(dir, lblk, 1, true, &run);
	if (ret < 0)
		return ERR_PTR(ret);
	bh = sb_getblk(dir->i_sb, run.pblk);
	if (!bh) {
		demofs_truncate_blocks(dir, i_size_read(dir));
		return ERR_PTR(-ENOMEM);
	}
	lock_buffer(bh);	/* an earlier owner may be writing it still */
	memset(bh->b_data, 0, bh->b_size);
	set_buffer_uptodate(bh);
	unlock_buffer(bh);
	return bh;
}

/* Append a block that holds nothing but the new entry. */
static int demofs_dir_grow(struct inode *dir, const struct qstr *name,
			   struct inode *inode)
{
	u32 blocks = demofs_dir_blocks(dir);
	loff_t size = (blocks + 1LL) << dir->i_blkbits;
	struct buffer_head *bh;

	if (size > S32_MAX)
		return -ENOSPC;
	bh = demofs_new_dir_block(dir, blocks);
	if (IS_ERR(bh))
		return PTR_ERR(bh);
	/* Let it be empty on the disk before the directory has it there. */
	demofs_entry_at(bh, 0)->rec_len = cpu_to_le16(i_blocksize(dir));
	demofs_mark_dirty(bh);
	demofs_hold_names(dir, bh);
	demofs_fill_entry(demofs_entry_at(bh, 0), i_blocksize(dir), name->name,
			  name->len, inode);
	i_size_write(dir, size);
	demofs_dir_added(dir, blocks);
	brelse(bh);
	return 0;
}

/* Try blocks from @lblk up to @end. Return: 1 if one had room, 0 or a negative errno. */
static int demofs_dir_fill(struct inode *dir, const struct qstr *name,
			   struct inode *inode, u32 lblk, u32 end)
{
	struct buffer_head *bh = NULL;
	int ret = 0;

	for (; !ret && lblk < end; lblk++) {
		bh = demofs_dir_block(dir, lblk, bh);
		if (IS_ERR(bh))
			return PTR_ERR(bh);
		ret = demofs_add_to_block(dir, bh, name, inode);
		if (ret > 0)
			demofs_dir_added(dir, lblk);
	}
	brelse(bh);
	return ret;
}

/**
 * demofs_dir_add - enter a name that the directory does not have
 * @dir: the directory, locked
 * @name: the name
 * @inode: what it leads to
 *
 * Context: May sleep.
 * Return: 0; or a negative errno, and then @dir is as it was.
 */
int demofs_dir_add(struct inode *dir, const struct qstr *name,
		   struct inode *inode)
{
	u32 hint = DEMOFS_I(dir)->add_hint;
	int ret, err;

	ret = demofs_dir_fill(dir, name, inode, hint, demofs_dir_blocks(dir));
	if (ret)
		return min(ret, 0);
	err = demofs_dir_grow(dir, name, inode);
	if (err != -ENOSPC)
		return err;
	/* What is too little for most names may be enough for this one. */
	ret = demofs_dir_fill(dir, name, inode, 0, hint);
	return ret ? min(ret, 0) : -ENOSPC;
}

/**
 * demofs_dir_remove - remove a name
 * @dir: the directory, locked
 * @name: the name, which exists
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int demofs_dir_remove(struct inode *dir, const struct qstr *name)
{
	struct demofs_inode_info *info = DEMOFS_I(dir);
	struct demofs_spot spot;
	int err;

	err = demofs_search_known(dir, name, &spot);
	if (err)
		return err;
	demofs_hold_names(dir, spot.bh);
	spot.de->inode = 0;
	if (spot.prev)	/* which then reaches over the gap */
		spot.prev->rec_len = cpu_to_le16(spot.len);
	info->add_hint = min(info->add_hint, info->find_hint);
	demofs_dir_changed(dir);
	brelse(spot.bh);
	return 0;
}

static bool demofs_entry_is_dots(const struct demofs_dir_entry *de)
{
	return de->name[0] == '.' &&
	       (de->name_len == 1 || (de->name_len == 2 && de->name[1] == '.'));
}

/**
 * demofs_dir_set - let a name lead to another inode
 * @dir: the directory, locked
 * @name: the name, which exists; ".." too
 * @inode: what it leads to from now on
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int demofs_dir_set(struct inode *dir, const struct qstr *name,
		   struct inode *inode)
{
	struct demofs_spot spot;
	int err;

	err = demofs_search_known(dir, name, &spot);
	if (err)
		return err;
	demofs_hold_names(dir, spot.bh);
	demofs_set_entry(spot.de, inode);
	/* To be moved itself is no change of what a directory has. */
	if (!demofs_entry_is_dots(spot.de))
		demofs_dir_changed(dir);
	brelse(spot.bh);
	return 0;
}

/**
 * demofs_dir_make_empty - give a new directory its first block
 * @dir: the directory, without any block
 * @parent: where ".." shall lead to
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int demofs_dir_make_empty(struct inode *dir, struct inode *parent)
{
	struct buffer_head *bh = demofs_new_dir_block(dir, 0);
	u32 dot = demofs_entry_size(1);

	if (IS_ERR(bh))
		return PTR_ERR(bh);
	demofs_fill_entry(demofs_entry_at(bh, 0), dot, ".", 1, dir);
	demofs_fill_entry(demofs_entry_at(bh, dot), i_blocksize(dir) - dot,
			  "..", 2, parent);
	i_size_write(dir, i_blocksize(dir));
	demofs_mark_dirty(bh);
	demofs_dir_changed(dir);
	brelse(bh);
	return 0;
}

/**
 * demofs_dir_sync - write a directory if its changes are to be written at once
 * @dir: the directory
 *
 * Context: May sleep; takes names_sem.
 * Return: 0 or a negative errno.
 */
int demofs_dir_sync(struct inode *dir)
{
	int err, err2;

	if (!IS_DIRSYNC(dir))
		return 0;
	err = demofs_commit_names(dir->i_sb);
	err2 = sync_inode_metadata(dir, 1);
	if (!err2)
		err2 = blkdev_issue_flush(dir->i_sb->s_bdev);
	return err ? err : err2;
}

/* Return: 0 if the block has no names but "." and "..", 1, or -EUCLEAN. */
static int demofs_block_in_use(struct inode *dir, struct buffer_head *bh)
{
	struct demofs_cursor at = { .bh = bh };
	struct demofs_dir_entry *de;

	while (!IS_ERR_OR_NULL(de = demofs_next_entry(dir, &at)))
		if (de->inode && !demofs_entry_is_dots(de))
			return 1;
	return PTR_ERR_OR_ZERO(de);
}

/**
 * demofs_dir_is_empty - has a directory no names but its own?
 * @dir: the directory, locked
 *
 * Context: May sleep.
 * Return: 1 if it is empty, 0 if not, or a negative errno.
 */
int demofs_dir_is_empty(struct inode *dir)
{
	u32 blocks = demofs_dir_blocks(dir), lblk;
	struct buffer_head *bh = NULL;
	int ret = 0;

	for (lblk = 0; !ret && lblk < blocks; lblk++) {
		bh = demofs_dir_block(dir, lblk, bh);
		if (IS_ERR(bh))
			return PTR_ERR(bh);
		ret = demofs_block_in_use(dir, bh);
	}
	brelse(bh);
	return ret < 0 ? ret : !ret;
}
