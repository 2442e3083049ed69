/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In-core structures of demofs and the functions its files share. What lies on
 * the disk is in disk.h; nothing here is ever written out.
 *
 * Units: lblk is a block's number in a file, pblk its number on the device,
 * both counted in filesystem blocks; ext2 keeps each in 32 bits.
 */
#ifndef DEMOFS_H
#define DEMOFS_H

#include <linux/fs.h>
#include <linux/buffer_head.h>
#include <linux/percpu_counter.h>
#include <linux/ratelimit.h>
#include <linux/rwsem.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "compat.h"
#include "disk.h"
#include "path.h"

struct mpagex_ops;

/* Whose code moves file data between the page cache and the disk: io= */
enum demofs_io {
	DEMOFS_IO_MPAGEX,	/* mpagex's whole path: no buffer heads */
	DEMOFS_IO_DROPIN,	/* mpagex behind buffer heads */
	DEMOFS_IO_MPAGE,	/* the kernel's fs/mpage.c */
	DEMOFS_IO_BH,		/* the kernel's fs/buffer.c, a block at a time */
};

/* What to do when the disk's contents contradict themselves: errors= */
enum demofs_on_error {
	DEMOFS_ERRORS_CONTINUE,
	DEMOFS_ERRORS_RO,
	DEMOFS_ERRORS_PANIC,
};

struct demofs_opts {
	enum demofs_io io;
	enum demofs_on_error on_error;
	bool boundary;
};

/* One block group. Everything but @lock is fixed at mount. */
struct demofs_group {
	spinlock_t lock;		/* both bitmaps' bits, the descriptor */
	struct demofs_group_desc *desc;	/* points into @desc_bh */
	struct buffer_head *desc_bh;
	unsigned long state;		/* DEMOFS_GROUP_* bits */
	u32 meta_end;			/* behind the last of its metadata */
};

#define DEMOFS_GROUP_BLOCKS_CHECKED	0	/* block bitmap was found sane */
#define DEMOFS_GROUP_BAD		1	/* allocate nothing from it */

/* Of an inode's held blocks: no pointer on the disk leads to it */
#define DEMOFS_FRESH		XA_MARK_0
/* Of held blocks of names: others come before it; others come behind it */
#define DEMOFS_LATE		XA_MARK_0
#define DEMOFS_EARLY		XA_MARK_1

/* What waits for other things to be on the disk: order.c, held.c */
struct demofs_order {
	struct super_block *sb;
	struct rw_semaphore names_sem;	/* shared: change names; else write them */
	struct xarray names;		/* directories' blocks, by number */
	u32 commits;			/* of names, so far; under names_sem */
	u32 forgotten;			/* commits, by demofs_order_forget() */
	struct mutex settle_lock;

	spinlock_t lock;		/* all below, and what inodes have of it */
	struct list_head files;		/* unsettled: regular ones, */
	struct list_head others;	/* and directories and symlinks */
	struct list_head freed;		/* free when what is in buffers is written */
	struct list_head deleted;	/* inodes, */
	struct list_head deleted_blocks;	/* and what was theirs */
	u64 blocks;			/* that are to be free later */
	u32 inodes;
	atomic_t waiting;		/* things, for their memory */
	struct delayed_work work;
};

struct demofs_sb_info {
	struct super_block *sb;
	struct demofs_opts opts;

	/* Geometry, checked at mount and constant from then on. */
	u32 blocks_count;
	u32 inodes_count;
	u32 first_data_block;
	u32 blocks_per_group;
	u32 inodes_per_group;
	u32 itable_blocks;		/* inode table's length, per group */
	u32 first_ino;			/* lowest number for users' inodes */
	u32 inode_size;			/* bytes */
	u32 group_count;
	u32 addr_bits;			/* log2 of pointers in a block */
	u32 overhead;			/* blocks that never hold a file's */
	loff_t max_size;
	kuid_t resuid;
	kgid_t resgid;

	struct demofs_group *groups;
	struct buffer_head *super_bh;
	struct demofs_super_block *super;	/* points into @super_bh */
	struct mutex super_lock;		/* @super's contents, and: */
	u16 mount_state;	/* s_state as found, and errors since then */
	struct mutex retry_lock;	/* only one retries failed writes */

	struct percpu_counter free_blocks;
	struct percpu_counter free_inodes;

	struct demofs_order order;

	errseq_t write_err;	/* failed writes of metadata, seen so far */

	unsigned long flags;			/* the bits below */
	struct ratelimit_state msg_limit;
};

#define DEMOFS_SHUTDOWN		0	/* on request, or the disk is gone */
#define DEMOFS_ERROR_RO		1	/* errors=remount-ro has struck */
#define DEMOFS_UNWRITTEN	2	/* see demofs_retry_writes() */
#define DEMOFS_WRITTEN		3	/* this mount is, or has been, writable */
#define DEMOFS_ORPHANS		4	/* files without a name were left to fsck */

struct demofs_inode_info {
	__le32 data[DEMOFS_N_BLOCKS];	/* block pointers, or a short symlink */
	u32 block_group;
	u32 flags;			/* on-disk i_flags */
	u32 dtime;
	u32 file_acl;			/* not used, only kept */
	u32 next_lblk;			/* continuing here is sequential ... */
	u32 next_pblk;			/* ... and would like this block */
	u32 find_hint;			/* directory: a name was found here */
	u32 add_hint;			/* directory: room is likely here */
	u32 nameless_since;		/* order.commits when it lost its last */
	u32 named_since;		/* directory: the same, when it was made, */
	u32 named_in;			/* and the block that has its name; */
	u32 left_since;			/* when a name was moved out of it, */
	u32 moved_since;		/* and when it got another parent */
	u32 changes;			/* counts those of pointers */
	bool unsettled;			/* the disk must not know them yet */
	bool is_new;			/* nothing of it is on the disk yet */
	/* All above is zero when an inode is made. */
	struct rw_semaphore map_sem;	/* @data and the indirect blocks */
	struct xarray held;		/* indirect blocks, by number */
	struct list_head unsettled_link;
	struct list_head freed;		/* blocks that the disk has as its own */
	struct inode vfs_inode;
};

static inline struct demofs_sb_info *DEMOFS_SB(struct super_block *sb)
{
	return sb->s_fs_info;
}

static inline struct demofs_inode_info *DEMOFS_I(struct inode *inode)
{
	return container_of(inode, struct demofs_inode_info, vfs_inode);
}

/* ext2 counts inodes in 32 bits, the VFS in as many as it pleases. */
static inline u32 demofs_ino(const struct inode *inode)
{
	return inode->i_ino;
}

static inline bool demofs_is_shutdown(struct super_block *sb)
{
	return test_bit(DEMOFS_SHUTDOWN, &DEMOFS_SB(sb)->flags);
}

/* Read-only, by whoever mounted it, by force or by an error */
static inline bool demofs_is_read_only(struct super_block *sb)
{
	return sb_rdonly(sb) || test_bit(DEMOFS_ERROR_RO, &DEMOFS_SB(sb)->flags);
}

/* The VFS's check of SB_RDONLY comes late, or not at all: 0 or a negative errno. */
static inline int demofs_may_change(struct super_block *sb)
{
	if (demofs_is_shutdown(sb))
		return -EIO;
	/* A forced remount (sysrq-u) does not ask who has files open for writing. */
	if (demofs_is_read_only(sb) || READ_ONCE(sb->s_readonly_remount))
		return -EROFS;
	return 0;
}

/* Does a change of names, of when order.commits was @since, wait for the disk? */
static inline bool demofs_names_wait(struct super_block *sb, u32 since)
{
	return since == READ_ONCE(DEMOFS_SB(sb)->order.commits);
}

/* Does anything that is to be free wait for what led to it? */
static inline bool demofs_anything_freed(struct super_block *sb)
{
	struct demofs_order *order = &DEMOFS_SB(sb)->order;

	return READ_ONCE(order->blocks) || READ_ONCE(order->inodes);
}

/* First block of group @nr. */
static inline u32 demofs_group_start(struct demofs_sb_info *sbi, u32 nr)
{
	return sbi->first_data_block + nr * sbi->blocks_per_group;
}

/* Blocks in group @nr: the last one may be short. */
static inline u32 demofs_group_len(struct demofs_sb_info *sbi, u32 nr)
{
	return min(sbi->blocks_per_group,
		   sbi->blocks_count - demofs_group_start(sbi, nr));
}

/* Mark @bh dirty: after a failed write memory still holds what is newest. */
static inline void demofs_mark_dirty(struct buffer_head *bh)
{
	set_buffer_uptodate(bh);
	mark_buffer_dirty(bh);
}

/* super.c: the superblock of a mounted filesystem, messages */
__printf(3, 4) void demofs_msg(struct super_block *sb, const char *level,
			       const char *fmt, ...);
#define demofs_err(sb, fmt, ...) \
	demofs_msg(sb, KERN_ERR, fmt, ##__VA_ARGS__)
/* Corruption: marks the superblock, acts as errors= says. May sleep. */
__printf(2, 3) void demofs_corrupt(struct super_block *sb, const char *fmt, ...);
void demofs_show_error_ro(struct super_block *sb);
int demofs_commit_super(struct super_block *sb, bool wait);
int demofs_set_large_file(struct super_block *sb);
struct buffer_head *demofs_bread(struct super_block *sb, u32 block);
int demofs_begin_writing(struct super_block *sb);
int demofs_end_writing(struct super_block *sb);
void demofs_free_sb_info(struct demofs_sb_info *sbi);
extern const struct super_operations demofs_super_operations;

/* failed.c: metadata that could not be written */
void demofs_watch_writes(struct super_block *sb);
void demofs_check_writes(struct super_block *sb);
void demofs_retry_writes(struct super_block *sb);
int demofs_flush_all(struct super_block *sb);
void demofs_forget(struct buffer_head *bh);
void demofs_read_ahead(struct super_block *sb, u32 block);

/* How an operation has looked for room on a full disk */
struct demofs_room {
	unsigned int tries;
	unsigned long until;	/* in jiffies, once it had to wait for others */
};

/* order.c: what must be on the disk before what */
void demofs_order_init(struct demofs_sb_info *sbi);
void demofs_order_evict(struct inode *inode);
void demofs_call_worker(struct super_block *sb, unsigned long delay);
void demofs_unsettle(struct inode *inode);
int demofs_expose(struct inode *inode);
int demofs_settle(struct inode *inode, bool locked);
int demofs_commit(struct super_block *sb);
bool demofs_make_room(struct super_block *sb, int err, struct demofs_room *room,
		      bool locks);

/* names.c: names, and what must be on the disk before them */
int demofs_commit_names(struct super_block *sb);
int demofs_order_change(struct super_block *sb, u32 change);
int demofs_order_above(struct dentry *place);
void demofs_order_forget(struct inode *dir);
void demofs_order_recall(struct inode *dir);
bool demofs_order_mkdir(struct inode *dir, struct buffer_head *in,
			struct inode *made);
bool demofs_order_rmdir(struct inode *dir, struct buffer_head *from);
bool demofs_order_rename(struct inode *old_dir, struct buffer_head *from,
			 struct inode *new_dir, struct buffer_head *to);

/* held.c: what the disk must not have yet */
bool demofs_is_held(const struct buffer_head *bh);
void demofs_hold_array(struct inode *inode, struct buffer_head *bh, bool fresh);
void demofs_hold_names(struct inode *dir, struct buffer_head *bh);
void demofs_forget_block(struct inode *inode, u32 pblk);
int demofs_write_held(struct xarray *held, xa_mark_t mark, bool marked);
void demofs_let_go(struct super_block *sb, struct xarray *held);
int demofs_flush(struct super_block *sb);
void demofs_count_waiting(struct super_block *sb);
void demofs_delete_later(struct inode *inode, struct buffer_head *bh);
void demofs_free_now(struct super_block *sb);
void demofs_stop_waiting(struct inode *inode);
void demofs_order_exit(struct demofs_sb_info *sbi);

/* freed.c: blocks to be free later; what one truncation gives back */
struct demofs_freeing {
	unsigned int runs;
	struct xarray maps;
};

void demofs_free_later(struct inode *inode, struct demofs_freeing *freeing,
		       u32 first, u32 count);
void demofs_freed_by(struct inode *inode, struct buffer_head *bh);
void demofs_end_freed(struct super_block *sb, struct list_head *list, bool use);

/* Names may change until: */
static inline void demofs_names_begin(struct super_block *sb)
{
	down_read(&DEMOFS_SB(sb)->order.names_sem);
}

static inline void demofs_names_end(struct super_block *sb)
{
	up_read(&DEMOFS_SB(sb)->order.names_sem);
}

/* mount.c: options, the checks at mount, remounting */
int demofs_show_options(struct seq_file *m, struct dentry *root);
extern struct file_system_type demofs_type;

/* balloc.c: blocks' bitmaps */
int demofs_new_blocks(struct inode *inode, u32 goal, u32 *count, u32 *first);
void demofs_free_blocks(struct super_block *sb, u32 first, u32 count);
u32 demofs_super_blocks(struct demofs_sb_info *sbi, u32 nr);
u32 demofs_meta_end(struct demofs_sb_info *sbi, u32 nr);
bool demofs_blocks_valid(struct demofs_sb_info *sbi, u32 first, u32 count);
u32 demofs_count_free_blocks(struct super_block *sb);

/* ialloc.c: inodes' bitmaps */
struct inode *demofs_new_inode(struct inode *dir, umode_t mode);
void demofs_free_inode(struct super_block *sb, u32 ino, bool is_dir);
u32 demofs_count_free_inodes(struct super_block *sb);

/* map.c: where a file's blocks are */
struct demofs_run {
	u32 pblk;	/* meaningless for a hole */
	u32 len;	/* blocks; of a hole too */
	bool new;	/* allocated by this call */
	bool boundary;	/* ends on the last pointer of its array */
};

int demofs_map(struct inode *inode, u32 lblk, u32 len, bool create,
	       struct demofs_run *run);
int demofs_map_nowait(struct inode *inode, u32 lblk, u32 len,
		      struct demofs_run *run);
u32 demofs_map_ahead(struct inode *inode, u32 lblk);
struct buffer_head *demofs_read_array(struct inode *inode, u32 pblk);

/* truncate.c: taking blocks away from a file */
int demofs_truncate_blocks(struct inode *inode, loff_t size);

/* aops.c: address-space operations, one set for each io= */
extern const struct mpagex_ops demofs_mpagex_ops;
int demofs_get_block(struct inode *inode, sector_t iblock,
		     struct buffer_head *bh, int create);
void demofs_set_aops(struct inode *inode);
int demofs_open(struct inode *inode, struct file *file);
int demofs_truncate_page(struct inode *inode, loff_t size);
vm_fault_t demofs_fault(struct vm_fault *vmf);
vm_fault_t demofs_page_mkwrite(struct vm_fault *vmf);
ssize_t demofs_direct_io(struct kiocb *iocb, struct iov_iter *iter);
ssize_t demofs_read_data(struct kiocb *iocb, struct iov_iter *to);
ssize_t demofs_splice_read(struct file *file, loff_t *pos,
			   struct pipe_inode_info *pipe, size_t len,
			   unsigned int flags);
ssize_t demofs_write_data(struct kiocb *iocb, struct iov_iter *from);

/* inode.c: inodes between memory and disk */
struct inode *demofs_iget(struct super_block *sb, unsigned long ino);
int demofs_write_inode(struct inode *inode, struct writeback_control *wbc);
struct demofs_inode *demofs_read_inode(struct super_block *sb, u32 ino,
				       struct buffer_head **bh);
int demofs_put_inode(struct inode *inode);
int demofs_put_links(struct inode *inode);
void demofs_end_inode(struct super_block *sb, u32 ino, u32 dtime);
int demofs_sync_inode_block(struct inode *inode);
void demofs_evict_inode(struct inode *inode);
void demofs_set_inode_ops(struct inode *inode, dev_t rdev);
void demofs_set_vfs_flags(struct inode *inode);
bool demofs_is_fast_symlink(struct inode *inode);

/* attr.c: attributes, and changes of size */
int demofs_setattr(struct mnt_idmap *idmap, struct dentry *dentry,
		   struct iattr *attr);
int demofs_getattr(struct mnt_idmap *idmap, const struct path *path,
		   struct kstat *stat, u32 request_mask, unsigned int flags);
void demofs_write_failed(struct inode *inode, loff_t to);

/* file.c: open files */
extern const struct file_operations demofs_file_operations;
extern const struct inode_operations demofs_file_inode_operations;
int demofs_sync_metadata(struct inode *inode, bool datasync, bool locked);
int demofs_fsync(struct file *file, loff_t start, loff_t end, int datasync);
long demofs_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
int demofs_fiemap(struct inode *inode, struct fiemap_extent_info *info,
		  u64 start, u64 len);

/* dir.c: the format of directories; nothing else writes an entry */
/* Inode number of @name: 0 if absent, or a negative errno. */
int demofs_dir_find(struct inode *dir, const struct qstr *name, u32 *ino);
/* The block that has @name, which must exist; to be released; or an ERR_PTR. */
struct buffer_head *demofs_dir_block_of(struct inode *dir,
					const struct qstr *name);
int demofs_dir_add(struct inode *dir, const struct qstr *name,
		   struct inode *inode);
int demofs_dir_remove(struct inode *dir, const struct qstr *name);
/* Let the entry @name, which must exist, lead to @inode. ".." too. */
int demofs_dir_set(struct inode *dir, const struct qstr *name,
		   struct inode *inode);
int demofs_dir_make_empty(struct inode *dir, struct inode *parent);
int demofs_dir_is_empty(struct inode *dir);	/* 1, 0 or a negative errno */
int demofs_dir_sync(struct inode *dir);

/* readdir.c: open directories */
extern const struct file_operations demofs_dir_operations;

/* namei.c: the VFS's names turned into calls on dir.c and inode.c */
int demofs_create(struct mnt_idmap *idmap, struct inode *dir,
		  struct dentry *dentry, umode_t mode);
struct dentry *demofs_mkdir(struct mnt_idmap *idmap, struct inode *dir,
			    struct dentry *dentry, umode_t mode);
extern const struct inode_operations demofs_dir_inode_operations;
extern const struct inode_operations demofs_special_inode_operations;

/* symlink.c: where symlinks lead to */
int demofs_write_target(struct inode *inode, const char *target, u32 len);
extern const struct inode_operations demofs_symlink_inode_operations;
extern const struct inode_operations demofs_fast_symlink_inode_operations;

#endif /* DEMOFS_H */
