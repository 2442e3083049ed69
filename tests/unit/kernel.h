/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What demofs's block code uses of the kernel, as far as that code can tell.
 * Included before every source, so that the headers it names may be empty.
 *
 * Locks check how they are used; the block device is an array with a cache in
 * front of it, which device.c keeps and which fails on demand.
 */
#ifndef UNIT_KERNEL_H
#define UNIT_KERNEL_H

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define DEMOFS_COMPAT_H		/* 7.3 is what is stood in for */

typedef uint8_t u8, __u8;
typedef uint16_t u16, __le16;
typedef uint32_t u32, __le32;
typedef uint64_t u64, __le64, sector_t;
typedef int32_t s32;
typedef int64_t s64;
typedef u32 errseq_t;
typedef unsigned short umode_t;
typedef int vm_fault_t;
typedef struct { unsigned int val; } kuid_t, kgid_t;

#define U32_MAX			UINT32_MAX
#define KERN_ERR		""
#define __printf(a, b)		__attribute__((format(printf, a, b)))

#define le16_to_cpu(x)		le16toh(x)
#define le32_to_cpu(x)		le32toh(x)
#define le64_to_cpu(x)		le64toh(x)
#define cpu_to_le16(x)		htole16(x)
#define cpu_to_le32(x)		htole32(x)

static inline void le16_add_cpu(__le16 *p, int n)
{
	*p = cpu_to_le16(le16_to_cpu(*p) + n);
}

#define min(a, b) ({							\
	__typeof__(a) a_ = (a); __typeof__(b) b_ = (b);			\
	a_ < b_ ? a_ : b_; })
#define max(a, b) ({							\
	__typeof__(a) a_ = (a); __typeof__(b) b_ = (b);			\
	a_ > b_ ? a_ : b_; })
#define max3(a, b, c)	max((__typeof__(a))max(a, b), c)
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define clamp_t(type, x, lo, hi) ({					\
	type x_ = (x), lo_ = (lo), hi_ = (hi);				\
	x_ < lo_ ? lo_ : x_ > hi_ ? hi_ : x_; })
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define roundup(n, d)		(((n) + (d) - 1) / (d) * (d))
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))

#define IS_ERR(p)		((uintptr_t)(p) >= (uintptr_t)-4095)
#define PTR_ERR(p)		((long)(p))
#define ERR_PTR(e)		((void *)(long)(e))

/* Bits. The ones in little-endian maps are looked at one by one. */
static inline bool test_bit(int nr, const unsigned long *p)
{
	return *p >> nr & 1;
}

static inline void set_bit(int nr, unsigned long *p)
{
	*p |= 1ul << nr;
}

static inline bool test_and_set_bit(int nr, unsigned long *p)
{
	bool old = test_bit(nr, p);

	set_bit(nr, p);
	return old;
}

static inline bool test_bit_le(int nr, const void *map)
{
	return ((const u8 *)map)[nr / 8] >> nr % 8 & 1;
}

static inline void __set_bit_le(int nr, void *map)
{
	((u8 *)map)[nr / 8] |= 1 << nr % 8;
}

static inline bool __test_and_clear_bit_le(int nr, void *map)
{
	bool old = test_bit_le(nr, map);

	((u8 *)map)[nr / 8] &= ~(1 << nr % 8);
	return old;
}

static inline unsigned long find_next_bit_le(const void *map,
					     unsigned long size,
					     unsigned long from)
{
	while (from < size && !test_bit_le(from, map))
		from++;
	return min(from, size);
}

static inline unsigned long find_next_zero_bit_le(const void *map,
						  unsigned long size,
						  unsigned long from)
{
	while (from < size && test_bit_le(from, map))
		from++;
	return min(from, size);
}

/* Locks: nothing runs concurrently, but pairs and order are checked. */
typedef struct { bool held; } spinlock_t;
struct mutex { bool held; };
struct rw_semaphore { int readers; bool writer; unsigned int writes; };

extern int spinlocks_held;
extern void (*before_down_write)(void);	/* someone else runs, once */

static inline void spin_lock(spinlock_t *lock)
{
	assert(!lock->held);
	lock->held = true;
	spinlocks_held++;
}

static inline void spin_unlock(spinlock_t *lock)
{
	assert(lock->held);
	lock->held = false;
	spinlocks_held--;
}

static inline void might_sleep(void)
{
	assert(!spinlocks_held);
}

static inline void down_read(struct rw_semaphore *sem)
{
	might_sleep();
	assert(!sem->writer);
	sem->readers++;
}

static inline bool down_read_trylock(struct rw_semaphore *sem)
{
	if (sem->writer)
		return false;
	sem->readers++;
	return true;
}

static inline void up_read(struct rw_semaphore *sem)
{
	assert(sem->readers-- > 0);
}

static inline void down_write(struct rw_semaphore *sem)
{
	void (*other)(void) = before_down_write;

	might_sleep();
	before_down_write = NULL;
	if (other)
		other();
	assert(!sem->writer && !sem->readers);
	sem->writer = true;
	sem->writes++;
}

static inline void up_write(struct rw_semaphore *sem)
{
	assert(sem->writer);
	sem->writer = false;
}

#define cond_resched()		might_sleep()

struct percpu_counter { s64 count; };
#define percpu_counter_batch	32
#define num_online_cpus()	2u
#define percpu_counter_add(c, n)		((c)->count += (n))
#define percpu_counter_read_positive(c)		((c)->count)
#define percpu_counter_sum_positive(c)		((c)->count)

/* Who asks */
extern bool unit_capable;
#define CAP_SYS_RESOURCE	24
#define capable(cap)		(unit_capable)
#define GLOBAL_ROOT_GID		((kgid_t){ 0 })
#define current_fsuid()		((kuid_t){ 1000 })
#define uid_eq(a, b)		((a).val == (b).val)
#define gid_eq(a, b)		((a).val == (b).val)
#define in_group_p(gid)		((gid).val == 100)

/* Objects of the VFS */
struct ratelimit_state { int unused; };

#define READ_ONCE(x)		(x)
#define SB_RDONLY		1
#define SB_SYNCHRONOUS		16
#define S_IFMT			0170000
#define S_IFREG			0100000
#define S_IFDIR			0040000
#define S_ISREG(mode)		(((mode) & S_IFMT) == S_IFREG)

struct super_block {
	unsigned long s_blocksize;
	u8 s_blocksize_bits;
	unsigned long s_flags;
	int s_readonly_remount;
	void *s_fs_info;
};

static inline bool sb_rdonly(const struct super_block *sb)
{
	return sb->s_flags & SB_RDONLY;
}

struct inode {
	struct super_block *i_sb;
	unsigned long i_ino;
	umode_t i_mode;
	u8 i_blkbits;
	bool dirty;
	loff_t bytes;		/* i_blocks and i_bytes */
};

#define i_blocksize(inode)	(1u << (inode)->i_blkbits)

static inline void inode_add_bytes(struct inode *inode, loff_t bytes)
{
	inode->bytes += bytes;
}

static inline void inode_sub_bytes(struct inode *inode, loff_t bytes)
{
	assert(bytes <= inode->bytes);
	inode->bytes -= bytes;
}

static inline loff_t inode_get_bytes(struct inode *inode)
{
	return inode->bytes;
}

static inline void mark_inode_dirty(struct inode *inode)
{
	might_sleep();
	inode->dirty = true;
}

/* What only order.c looks into */
struct xarray { int unused; };
#define xa_init(xa)		((xa)->unused = 0)
#define xa_destroy(xa)		((void)(xa))
typedef unsigned int xa_mark_t;
struct delayed_work { int unused; };
struct list_head { int unused; };
typedef struct { int counter; } atomic_t;

/* The block device: device.c */
struct buffer_head {
	char *b_data;
	size_t b_size;
	sector_t b_blocknr;
	int refs;
	bool uptodate, dirty, locked;
	struct inode *holder;	/* who keeps it from being written */
};

struct buffer_head *sb_getblk(struct super_block *sb, sector_t block);
struct buffer_head *sb_find_get_block(struct super_block *sb, sector_t block);
void brelse(struct buffer_head *bh);
void bforget(struct buffer_head *bh);
void lock_buffer(struct buffer_head *bh);
void unlock_buffer(struct buffer_head *bh);
bool buffer_uptodate(const struct buffer_head *bh);
void set_buffer_uptodate(struct buffer_head *bh);
void mark_buffer_dirty(struct buffer_head *bh);
int sync_dirty_buffer(struct buffer_head *bh);

#endif /* UNIT_KERNEL_H */
