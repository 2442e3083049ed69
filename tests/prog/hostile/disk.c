// SPDX-License-Identifier: GPL-2.0-only
/*
 * The disk that a mutant is put on: a partition of a RAM disk, which can be
 * given any size at once. On both sides of it lie guard bytes that nobody may
 * touch. All is direct I/O, so that mounting reads what is on the disk.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/blkpg.h>
#include <sys/ioctl.h>

#include "hostile.h"

#define GUARD		8192	/* bytes on each side */
#define GUARD_BYTE	0xa7
#define STEP_BYTES	4096	/* are written, or are not */

char disk_part[32];
static int disk = -1;
static unsigned char *whole;	/* guard, disk, guard */
static uint32_t known;		/* the disk's size if whole is on it, or 0 */
static uint32_t part_sectors;

static bool partition(int op, uint32_t sectors)
{
	struct blkpg_partition part = {
		.start = GUARD, .length = sectors * 512LL, .pno = 1,
	};
	struct blkpg_ioctl_arg arg = {
		.op = op, .datalen = sizeof(part), .data = &part,
	};

	return !ioctl(disk, BLKPG, &arg);
}

static void resize(uint32_t sectors)
{
	if (sectors == part_sectors)
		return;
	if (!partition(BLKPG_RESIZE_PARTITION, sectors))
		die("%s: cannot resize the partition: %s", disk_part,
		    strerror(errno));
	part_sectors = sectors;
}

void disk_open(const char *path)
{
	disk = open(path, O_RDWR | O_DIRECT);
	if (disk < 0)
		die("%s: %s", path, strerror(errno));
	whole = aligned_alloc(4096, MAX_IMAGE + 2 * GUARD);
	memset(whole, GUARD_BYTE, MAX_IMAGE + 2 * GUARD);
	snprintf(disk_part, sizeof(disk_part), "%sp1", path);
	partition(BLKPG_DEL_PARTITION, 0);
	part_sectors = MAX_IMAGE / 512;
	if (!partition(BLKPG_ADD_PARTITION, part_sectors))
		die("%s: no partitions: %s", path, strerror(errno));
}

static void write_whole(uint32_t from, uint32_t to)
{
	if (from != to &&
	    pwrite(disk, whole + from, to - from, from) != (ssize_t)(to - from))
		die("cannot write the disk: %s", strerror(errno));
}

/*
 * Make @whole hold @data, and write what of it is not on the disk: most mutants
 * differ from the one before in a few pages.
 */
static void write_changes(const unsigned char *data, uint32_t size)
{
	uint32_t at, begun = GUARD;

	for (at = 0; at < size; at += STEP_BYTES) {
		uint32_t len = size - at < STEP_BYTES ? size - at : STEP_BYTES;
		unsigned char *there = whole + GUARD + at;

		if (memcmp(there, data + at, len)) {
			memcpy(there, data + at, len);
			continue;
		}
		write_whole(begun, GUARD + at);
		begun = GUARD + at + len;
	}
	write_whole(begun, GUARD + size);
}

/* Put @size bytes on the disk, of which the device has the first @sectors. */
void disk_write(const unsigned char *data, uint32_t size, uint32_t sectors)
{
	resize(sectors);
	if (size == known) {
		write_changes(data, size);
		return;
	}
	memset(whole, GUARD_BYTE, GUARD);
	memcpy(whole + GUARD, data, size);
	memset(whole + GUARD + size, GUARD_BYTE, GUARD);
	write_whole(0, size + 2 * GUARD);
	known = size;
}

static bool untouched(const unsigned char *guard)
{
	return guard[0] == GUARD_BYTE && !memcmp(guard, guard + 1, GUARD - 1);
}

/*
 * Return: the @size bytes that are on the disk, valid until the next call of
 * either; NULL if something outside of them has changed.
 */
unsigned char *disk_read(uint32_t size)
{
	if (pread(disk, whole, size + 2 * GUARD, 0) != (ssize_t)size + 2 * GUARD)
		die("cannot read the disk: %s", strerror(errno));
	if (untouched(whole) && untouched(whole + GUARD + size))
		return whole + GUARD;
	known = 0;
	return NULL;
}
