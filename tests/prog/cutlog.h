/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log of dm-log-writes, for cutcheck: read from its device, and applied to
 * an image in memory. The format is described in the kernel's documentation,
 * admin-guide/device-mapper/log-writes.rst: a superblock, then for each write a
 * block that tells of it, and what was written.
 */
#ifndef CUTLOG_H
#define CUTLOG_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/types.h>

#define CUT_MAGIC	0x6a736677736872ULL
#define CUT_FLUSH	1	/* all before it is on the disk */
#define CUT_FUA		2	/* it is on the disk itself */
#define CUT_DISCARD	4	/* no data follows */
#define CUT_MARK	8

struct cut_entry {
	__u64 flags;
	__u64 off;	/* on the device, in bytes */
	__u64 len;
	const char *data;
	__u32 mark;	/* the number that it has */
};

struct cut_log {
	size_t size;		/* of the device */
	__u32 count;
	struct cut_entry *entry;
};

static inline int cut_read(int fd, void *buf, size_t len, __u64 off)
{
	return pread(fd, buf, len, off) == (ssize_t)len ? 0 : -1;
}

/* Read a log. Return: 0 or -1. */
static inline int cut_load(struct cut_log *log, const char *path)
{
	struct {
		__u64 magic, version, entries;
		__u32 sector_size;
	} super;
	struct {
		__u64 sector, sectors, flags, data_len;
		char data[64];
	} raw;
	int fd = open(path, O_RDONLY);
	__u64 at;
	__u32 i;

	if (fd < 0 || cut_read(fd, &super, sizeof(super), 0) ||
	    super.magic != CUT_MAGIC || super.version != 1)
		return -1;
	log->count = super.entries;
	log->entry = calloc(log->count, sizeof(*log->entry));
	at = super.sector_size;
	for (i = 0; i < log->count; i++) {
		struct cut_entry *e = &log->entry[i];
		char *data;

		if (cut_read(fd, &raw, sizeof(raw), at))
			return -1;
		at += super.sector_size;
		e->flags = raw.flags;
		e->off = raw.sector * super.sector_size;
		e->len = raw.sectors * super.sector_size;
		/* The kernel's own, at the end, has no number. */
		if (raw.flags & CUT_MARK && raw.data[0] > '9')
			e->flags = 0;
		if (e->flags & CUT_MARK)
			e->mark = strtoul(raw.data, NULL, 10);
		if (raw.flags & (CUT_MARK | CUT_DISCARD) || !e->len) {
			e->len = 0;
			continue;
		}
		data = malloc(e->len);
		if (!data || e->off + e->len > log->size ||
		    cut_read(fd, data, e->len, at))
			return -1;
		e->data = data;
		at += e->len;
	}
	close(fd);
	return 0;
}

/* Let @len bytes of a write, from its byte @from on, reach the disk. */
static inline void cut_apply(const struct cut_log *log,
			     const struct cut_entry *e, char *disk, size_t from,
			     size_t len)
{
	(void)log;
	if (from >= e->len)
		return;
	if (len > e->len - from)
		len = e->len - from;
	memcpy(disk + e->off + from, e->data + from, len);
}

/* The first entry that is not yet flushed when @entry comes next */
static inline __u32 cut_epoch_start(const struct cut_log *log, __u32 entry)
{
	while (entry && !(log->entry[entry - 1].flags & CUT_FLUSH))
		entry--;
	return entry;
}

/* The flush that ends the time in which @entry comes next */
static inline __u32 cut_epoch_end(const struct cut_log *log, __u32 entry)
{
	while (entry < log->count && !(log->entry[entry].flags & CUT_FLUSH))
		entry++;
	return entry;
}

#endif /* CUTLOG_H */
