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

char disk_part[32];
static int disk = -1;
static unsigned char *whole;	/* guard, disk, guard */
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

/* Put @size bytes on the disk, of which the device has the first @sectors. */
void disk_write(const unsigned char *data, uint32_t size, uint32_t sectors)
{
	resize(sectors);
	memcpy(whole + GUARD, data, size);
	memset(whole + GUARD + size, GUARD_BYTE, GUARD);
	if (pwrite(disk, whole, size + 2 * GUARD, 0) != (ssize_t)size + 2 * GUARD)
		die("cannot write the disk: %s", strerror(errno));
}

static bool untouched(const unsigned char *guard)
{
	uint32_t i;

	for (i = 0; i < GUARD; i++)
		if (guard[i] != GUARD_BYTE)
			return false;
	return true;
}

/* Return: false if something outside of the @size bytes has changed. */
bool disk_read(unsigned char *data, uint32_t size)
{
	if (pread(disk, whole, size + 2 * GUARD, 0) != (ssize_t)size + 2 * GUARD)
		die("cannot read the disk: %s", strerror(errno));
	memcpy(data, whole + GUARD, size);
	return untouched(whole) && untouched(whole + GUARD + size);
}
