// SPDX-License-Identifier: GPL-2.0-only
/*
 * Undamaged images: loads one, sets in it what depends on when it was made, and
 * finds out where everything lies, so that mutate.c can aim.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "hostile.h"

#define SOME_TIME	0x5f000000

uint32_t group_start(const struct geometry *geo, uint32_t nr)
{
	return geo->first + nr * geo->bpg;
}

uint32_t group_len(const struct geometry *geo, uint32_t nr)
{
	uint32_t left = geo->blocks - group_start(geo, nr);

	return left < geo->bpg ? left : geo->bpg;
}

static bool power_of(uint32_t nr, uint32_t base)
{
	while (nr % base == 0)
		nr /= base;
	return nr == 1;
}

/* Blocks of superblock and descriptors at the start of a group */
uint32_t group_copies(const struct geometry *geo, uint32_t nr)
{
	if (geo->sparse && nr > 1 && !power_of(nr, 3) && !power_of(nr, 5) &&
	    !power_of(nr, 7))
		return 0;
	return 1 + (geo->groups * G_SIZE + geo->bs - 1) / geo->bs;
}

/* Return: false if the numbers make no sense at all. */
bool read_geometry(struct geometry *geo, const unsigned char *data,
		   uint32_t size)
{
	const unsigned char *super = data + SUPER;

	if (size < 2 * SUPER || get32(super + S_LOG_BS) > 2)
		return false;
	geo->bs = 1024 << get32(super + S_LOG_BS);
	geo->blocks = get32(super + S_BLOCKS);
	geo->first = get32(super + S_FIRST);
	geo->bpg = get32(super + S_BPG);
	geo->inodes = get32(super + S_INODES);
	geo->ipg = get32(super + S_IPG);
	geo->isize = get16(super + S_ISIZE);
	geo->sparse = get32(super + S_RO_COMPAT) & 1;
	geo->desc = (geo->first + 1) * geo->bs;
	if (geo->first != (geo->bs == 1024) || !geo->bpg || !geo->ipg ||
	    geo->isize < 128 || geo->isize > geo->bs ||
	    geo->blocks <= geo->first || geo->blocks > size / geo->bs)
		return false;
	geo->groups = (geo->blocks - geo->first - 1) / geo->bpg + 1;
	geo->table_blocks = ((uint64_t)geo->ipg * geo->isize + geo->bs - 1) /
			    geo->bs;
	return geo->desc + (uint64_t)geo->groups * G_SIZE <= size;
}

uint32_t desc_field(const struct geometry *geo, const unsigned char *data,
		    uint32_t nr, uint32_t field)
{
	return get32(data + geo->desc + nr * G_SIZE + field);
}

unsigned char *inode_at(const struct geometry *geo, unsigned char *data,
			uint32_t ino)
{
	uint32_t nr = (ino - 1) / geo->ipg;

	return data + desc_field(geo, data, nr, G_TABLE) * geo->bs +
	       (ino - 1) % geo->ipg * geo->isize;
}

static void mark(struct image *image, uint32_t block, uint32_t count,
		 enum kind kind)
{
	while (count--)
		image->kind[block++] = kind;
}

static void mark_groups(struct image *image)
{
	const struct geometry *geo = &image->geo;
	uint32_t nr;

	mark(image, 0, 1, KIND_BOOT);
	for (nr = 0; nr < geo->groups; nr++) {
		uint32_t copies = group_copies(geo, nr);

		mark(image, group_start(geo, nr), copies,
		     nr ? KIND_BACKUP : KIND_DESC);
		mark(image, desc_field(geo, image->data, nr, G_BLOCKS), 1,
		     KIND_BLOCK_BITMAP);
		mark(image, desc_field(geo, image->data, nr, G_INODES), 1,
		     KIND_INODE_BITMAP);
		mark(image, desc_field(geo, image->data, nr, G_TABLE),
		     geo->table_blocks, KIND_TABLE);
	}
	mark(image, geo->first, 1, KIND_SUPER);
}

static void mark_tree(struct image *image, uint32_t block, uint32_t depth,
		      enum kind kind)
{
	uint32_t i;

	if (!block)
		return;
	if (block >= image->geo.blocks)
		die("%s: block %u", image->name, block);
	image->kind[block] = depth ? KIND_ARRAY : kind;
	if (!depth) {
		if (kind == KIND_DIR)
			image->dir[image->dirs++] = block;
		else
			image->data_block[image->datas++] = block;
		return;
	}
	image->array[image->arrays++] = (struct array){ block, depth };
	for (i = 0; i < image->geo.bs / 4; i++)
		mark_tree(image, get32(image->data + block * image->geo.bs +
				       4 * i), depth - 1, kind);
}

static void mark_inodes(struct image *image)
{
	uint32_t ino, i;

	for (ino = 1; ino <= image->geo.inodes; ino++) {
		unsigned char *inode = inode_at(&image->geo, image->data, ino);
		uint32_t type = get16(inode + I_MODE) & S_IFMT;

		put(inode + I_ATIME, SOME_TIME, 4);
		put(inode + I_CTIME, SOME_TIME, 4);
		put(inode + I_MTIME, SOME_TIME, 4);
		if (image->geo.isize > 128)
			memset(inode + 128, 0, image->geo.isize - 128);
		if (!get16(inode + I_LINKS))
			continue;
		put(inode + I_GENERATION, ino, 4);
		image->inode[image->inodes++] = ino;
		if (type != S_IFREG && type != S_IFDIR &&
		    !(type == S_IFLNK && get32(inode + I_SECTORS)))
			continue;
		for (i = 0; i < 15; i++)
			mark_tree(image, get32(inode + I_BLOCK + 4 * i),
				  i < 12 ? 0 : i - 11,
				  type == S_IFDIR ? KIND_DIR : KIND_DATA);
	}
}

void image_load(struct image *image, const char *path)
{
	unsigned char *super;
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st) || st.st_size > MAX_IMAGE)
		die("%s: cannot be used", path);
	snprintf(image->name, sizeof(image->name), "%s",
		 strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
	image->size = st.st_size;
	image->data = malloc(image->size);
	if (read(fd, image->data, image->size) != (ssize_t)image->size)
		die("%s: cannot be read", path);
	close(fd);

	super = image->data + SUPER;
	put(super + S_MTIME, SOME_TIME, 4);
	put(super + S_WTIME, SOME_TIME, 4);
	put(super + S_LASTCHECK, SOME_TIME, 4);
	put(super + S_MKFS_TIME, SOME_TIME, 4);
	if (!read_geometry(&image->geo, image->data, image->size) ||
	    image->geo.inodes > ARRAY_SIZE(image->inode))
		die("%s: unexpected geometry", path);
	mark_groups(image);
	mark_inodes(image);
}
