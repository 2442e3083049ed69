/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoints of mpagex, system "mpagex". They are no ABI: names, fields and
 * meanings can change with any version. TRACING.md shows how to use them.
 *
 * Units:
 *
 * dev: the filesystem's device number; with a sector, the device that counts it
 * ino: inode number
 * pos: place in the file, in bytes
 * bytes, asked, found: lengths, in bytes
 * block: place on the device, in the filesystem's blocks
 * sector: place on the device, in sectors of 512 bytes
 * bio: the bio's address, the same when it is submitted and when it completes
 * folios: how many folios have a part in the bio
 * ns: nanoseconds
 * error: 0 or a negative errno
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mpagex

#if !defined(MPAGEX_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MPAGEX_TRACE_H

#include <linux/tracepoint.h>

#include "internal.h"

TRACE_DEFINE_ENUM(MPAGEX_CUT_WINDOW);
TRACE_DEFINE_ENUM(MPAGEX_CUT_FULL);
TRACE_DEFINE_ENUM(MPAGEX_CUT_DISCONTIGUOUS);
TRACE_DEFINE_ENUM(MPAGEX_CUT_BOUNDARY);
TRACE_DEFINE_ENUM(MPAGEX_CUT_HOLE);
TRACE_DEFINE_ENUM(MPAGEX_CUT_EOF);
TRACE_DEFINE_ENUM(MPAGEX_CUT_SYNC);
TRACE_DEFINE_ENUM(MPAGEX_CUT_SLOW);
TRACE_DEFINE_ENUM(MPAGEX_CUT_ERROR);

#define MPAGEX_CUT_NAMES \
	{ MPAGEX_CUT_WINDOW,		"window" }, \
	{ MPAGEX_CUT_FULL,		"full" }, \
	{ MPAGEX_CUT_DISCONTIGUOUS,	"discontiguous" }, \
	{ MPAGEX_CUT_BOUNDARY,		"boundary" }, \
	{ MPAGEX_CUT_HOLE,		"hole" }, \
	{ MPAGEX_CUT_EOF,		"eof" }, \
	{ MPAGEX_CUT_SYNC,		"sync" }, \
	{ MPAGEX_CUT_SLOW,		"slow" }, \
	{ MPAGEX_CUT_ERROR,		"error" }

TRACE_DEFINE_ENUM(MPAGEX_WAY_READ_BUFFER);
TRACE_DEFINE_ENUM(MPAGEX_WAY_WRITE_BUFFER);
TRACE_DEFINE_ENUM(MPAGEX_WAY_REFUSED);
TRACE_DEFINE_ENUM(MPAGEX_WAY_STATE);
TRACE_DEFINE_ENUM(MPAGEX_WAY_REDIRTY);

#define MPAGEX_WAY_NAMES \
	{ MPAGEX_WAY_READ_BUFFER,	"read-buffer" }, \
	{ MPAGEX_WAY_WRITE_BUFFER,	"write-buffer" }, \
	{ MPAGEX_WAY_REFUSED,		"refused" }, \
	{ MPAGEX_WAY_STATE,		"state" }, \
	{ MPAGEX_WAY_REDIRTY,		"redirty" }

TRACE_DEFINE_ENUM(MPAGEX_SLOW_BUFFERS);
TRACE_DEFINE_ENUM(MPAGEX_SLOW_HOLE);
TRACE_DEFINE_ENUM(MPAGEX_SLOW_SCATTERED);
TRACE_DEFINE_ENUM(MPAGEX_SLOW_CONTENTS);
TRACE_DEFINE_ENUM(MPAGEX_SLOW_UNMAPPED);
TRACE_DEFINE_ENUM(MPAGEX_SLOW_PARTIAL);
TRACE_DEFINE_ENUM(MPAGEX_SLOW_EOF);
TRACE_DEFINE_ENUM(MPAGEX_SLOW_SYNC);
TRACE_DEFINE_ENUM(MPAGEX_SLOW_ERROR);

#define MPAGEX_SLOW_NAMES \
	{ MPAGEX_SLOW_BUFFERS,		"buffers" }, \
	{ MPAGEX_SLOW_HOLE,		"hole" }, \
	{ MPAGEX_SLOW_SCATTERED,	"scattered" }, \
	{ MPAGEX_SLOW_CONTENTS,		"contents" }, \
	{ MPAGEX_SLOW_UNMAPPED,		"unmapped" }, \
	{ MPAGEX_SLOW_PARTIAL,		"partial" }, \
	{ MPAGEX_SLOW_EOF,		"eof" }, \
	{ MPAGEX_SLOW_SYNC,		"sync" }, \
	{ MPAGEX_SLOW_ERROR,		"error" }

#define MPAGEX_ANSWER_MAPPED	1
#define MPAGEX_ANSWER_NEW	2
#define MPAGEX_ANSWER_BOUNDARY	4
#define MPAGEX_ANSWER_UPTODATE	8

#define MPAGEX_ANSWER_NAMES \
	{ MPAGEX_ANSWER_MAPPED,		"mapped" }, \
	{ MPAGEX_ANSWER_NEW,		"new" }, \
	{ MPAGEX_ANSWER_BOUNDARY,	"boundary" }, \
	{ MPAGEX_ANSWER_UPTODATE,	"uptodate" }

/* get_block has answered, or failed. found is 0 for a hole without a length. */
TRACE_EVENT(mpagex_get_block,
	TP_PROTO(struct inode *inode, sector_t first, sector_t count,
		 const struct mpagex_map *map, int create, int error,
		 const struct mpagex_took *took),
	TP_ARGS(inode, first, count, map, create, error, took),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(u64, ino)
		__field(loff_t, pos)
		__field(u64, asked)
		__field(u64, found)
		__field(u64, block)
		__field(u32, flags)
		__field(int, create)
		__field(int, error)
		__field(u64, ns)
		__field(int, slept)
	),
	TP_fast_assign(
		const struct buffer_head *bh = &map->bh;

		__entry->dev = inode->i_sb->s_dev;
		__entry->ino = inode->i_ino;
		__entry->pos = (loff_t)first << inode->i_blkbits;
		__entry->asked = (u64)count << inode->i_blkbits;
		__entry->found = (u64)map->blocks << inode->i_blkbits;
		__entry->block = buffer_mapped(bh) ? bh->b_blocknr : 0;
		__entry->flags =
			(buffer_mapped(bh) ? MPAGEX_ANSWER_MAPPED : 0) |
			(buffer_new(bh) ? MPAGEX_ANSWER_NEW : 0) |
			(buffer_boundary(bh) ? MPAGEX_ANSWER_BOUNDARY : 0) |
			(buffer_uptodate(bh) ? MPAGEX_ANSWER_UPTODATE : 0);
		__entry->create = create;
		__entry->error = error;
		__entry->ns = took->ns;
		__entry->slept = took->slept;
	),
	TP_printk("dev %d:%d ino %llu pos %lld asked %llu found %llu block %llu create %d error %d ns %llu slept %d flags %s",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->ino,
		  __entry->pos, __entry->asked, __entry->found, __entry->block,
		  __entry->create, __entry->error, __entry->ns, __entry->slept,
		  __print_flags(__entry->flags, "|", MPAGEX_ANSWER_NAMES))
);

/* What get_block needs to map pos is being read, from block; nobody waits for it. */
TRACE_EVENT(mpagex_map_ahead,
	TP_PROTO(struct inode *inode, sector_t first, sector_t block),
	TP_ARGS(inode, first, block),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(u64, ino)
		__field(loff_t, pos)
		__field(u64, block)
	),
	TP_fast_assign(
		__entry->dev = inode->i_sb->s_dev;
		__entry->ino = inode->i_ino;
		__entry->pos = (loff_t)first << inode->i_blkbits;
		__entry->block = block;
	),
	TP_printk("dev %d:%d ino %llu pos %lld block %llu",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->ino,
		  __entry->pos, __entry->block)
);

/* A bio goes to the block layer, and why nothing more went into it. */
TRACE_EVENT(mpagex_submit,
	TP_PROTO(struct bio *bio, enum mpagex_cut reason),
	TP_ARGS(bio, reason),
	TP_STRUCT__entry(
		__field(void *, bio)
		__field(dev_t, dev)
		__field(u64, ino)
		__field(loff_t, pos)
		__field(u64, sector)
		__field(u32, bytes)
		__field(u32, folios)
		__field(int, write)
		__field(int, reason)
	),
	TP_fast_assign(
		__entry->bio = bio;
		__entry->dev = bio_dev(bio);
		__entry->ino = mpagex_bio_inode(bio)->i_ino;
		__entry->pos = mpagex_bio_pos(bio);
		__entry->sector = bio->bi_iter.bi_sector;
		__entry->bytes = bio->bi_iter.bi_size;
		__entry->folios = mpagex_bio_folios(bio);
		__entry->write = op_is_write(bio_op(bio));
		__entry->reason = reason;
	),
	TP_printk("bio %p dev %d:%d ino %llu pos %lld sector %llu bytes %u folios %u op %s reason %s",
		  __entry->bio, MAJOR(__entry->dev), MINOR(__entry->dev),
		  __entry->ino, __entry->pos, __entry->sector, __entry->bytes,
		  __entry->folios, __entry->write ? "write" : "read",
		  __print_symbolic(__entry->reason, MPAGEX_CUT_NAMES))
);

/*
 * A bio is done. ns counts from its submission, and is 0 if that was before this
 * event was switched on. The block layer may have moved the bio meanwhile:
 * sector and device are those of its submission's event.
 */
TRACE_EVENT(mpagex_complete,
	TP_PROTO(struct bio *bio, u64 ns),
	TP_ARGS(bio, ns),
	TP_STRUCT__entry(
		__field(void *, bio)
		__field(dev_t, dev)
		__field(u64, ino)
		__field(loff_t, pos)
		__field(u32, bytes)
		__field(int, write)
		__field(int, error)
		__field(u64, ns)
	),
	TP_fast_assign(
		__entry->bio = bio;
		__entry->dev = mpagex_bio_inode(bio)->i_sb->s_dev;
		__entry->ino = mpagex_bio_inode(bio)->i_ino;
		__entry->pos = mpagex_bio_pos(bio);
		__entry->bytes = mpagex_bio_bytes(bio);
		__entry->write = op_is_write(bio_op(bio));
		__entry->error = blk_status_to_errno(bio->bi_status);
		__entry->ns = ns;
	),
	TP_printk("bio %p dev %d:%d ino %llu pos %lld bytes %u op %s error %d ns %llu",
		  __entry->bio, MAJOR(__entry->dev), MINOR(__entry->dev),
		  __entry->ino, __entry->pos, __entry->bytes,
		  __entry->write ? "write" : "read", __entry->error,
		  __entry->ns)
);

/* A folio is not read or written as a whole, in one piece: how instead, and why. */
TRACE_EVENT(mpagex_slow,
	TP_PROTO(struct folio *folio, enum mpagex_way way,
		 enum mpagex_slow reason),
	TP_ARGS(folio, way, reason),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(u64, ino)
		__field(loff_t, pos)
		__field(u32, bytes)
		__field(int, way)
		__field(int, reason)
	),
	TP_fast_assign(
		__entry->dev = folio->mapping->host->i_sb->s_dev;
		__entry->ino = folio->mapping->host->i_ino;
		__entry->pos = folio_pos(folio);
		__entry->bytes = folio_size(folio);
		__entry->way = way;
		__entry->reason = reason;
	),
	TP_printk("dev %d:%d ino %llu pos %lld bytes %u way %s reason %s",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->ino,
		  __entry->pos, __entry->bytes,
		  __print_symbolic(__entry->way, MPAGEX_WAY_NAMES),
		  __print_symbolic(__entry->reason, MPAGEX_SLOW_NAMES))
);

#endif /* MPAGEX_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE mpagex_trace

#include <trace/define_trace.h>
