// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make an empty HFS+ filesystem, for there is no package with a mkfs of it in
 * Debian 12: no journal, blocks and nodes of 4 KiB, names without regard to case.
 *
 * usage: mkhfsplus DEVICE
 *
 * The volume is, in blocks: the volume header (in the second KiB of the first),
 * the bitmap, the tree of extents, the catalog, free space, and a copy of the
 * header (in the last KiB but one).
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <linux/fs.h>

#define BLOCK		4096u
#define EXTENTS_BLOCKS	64u
#define CATALOG_BLOCKS	1024u

#define ROOT_PARENT	1
#define ROOT		2
#define FIRST_CNID	16
#define NAME		"volume"
#define DATE		3500000000u	/* of everything: seconds since 1904 */

static int fd;

/* What is written next, big-endian as all of this format. */
static uint8_t *at;

static void put(uint64_t value, int bytes)
{
	while (bytes--)
		*at++ = value >> (8 * bytes);
}

static void write_at(const void *mem, size_t len, off_t off)
{
	if (pwrite(fd, mem, len, off) != (ssize_t)len)
		err(1, "write");
}

static void put_fork(uint32_t start, uint32_t blocks)
{
	put((uint64_t)blocks * BLOCK, 8);
	put(BLOCK, 4);			/* clump */
	put(blocks, 4);
	put(start, 4);
	put(blocks, 4);
	at += 7 * 8;			/* no more extents */
}

static void write_header(uint32_t total, uint32_t bitmap, uint32_t used, off_t size)
{
	uint8_t header[512] = { 0 };

	at = header;
	put(0x482b, 2);			/* H+ */
	put(4, 2);
	put(1 << 8, 4);			/* unmounted cleanly */
	put(0x31302e30, 4);		/* by 10.0 */
	at += 4;
	for (int i = 0; i < 4; i++)
		put(DATE, 4);
	put(0, 4);			/* files */
	put(0, 4);			/* folders, the root not counted */
	put(BLOCK, 4);
	put(total, 4);
	put(total - used, 4);
	put(used - 1, 4);		/* where to look for free ones */
	put(BLOCK, 4);
	put(BLOCK, 4);
	put(FIRST_CNID, 4);
	put(1, 4);			/* times written */
	put(1, 8);			/* encodings */
	at += 32;
	put_fork(1, bitmap);
	put_fork(1 + bitmap, EXTENTS_BLOCKS);
	put_fork(1 + bitmap + EXTENTS_BLOCKS, CATALOG_BLOCKS);
	write_at(header, sizeof(header), 1024);
	write_at(header, sizeof(header), size - 1024);
}

/* A bit a block, the highest first: the first @used are, and the last. */
static void write_bitmap(uint32_t total, uint32_t blocks, uint32_t used)
{
	uint8_t *bits = calloc(blocks, BLOCK);

	if (!bits)
		err(1, "bitmap");
	for (uint32_t i = 0; i < used - 1; i++)
		bits[i / 8] |= 0x80 >> i % 8;
	bits[(total - 1) / 8] |= 0x80 >> (total - 1) % 8;
	write_at(bits, (size_t)blocks * BLOCK, BLOCK);
	free(bits);
}

static void put_descriptor(int kind, int height, int records)
{
	at += 8;			/* neither next nor previous */
	put(kind, 1);
	put(height, 1);
	put(records, 2);
	at += 2;
}

/* The offsets of a node's records, and of what is free, are at its end. */
static void put_offsets(uint8_t *node, int count, const uint16_t *offsets)
{
	for (int i = 0; i < count; i++) {
		at = node + BLOCK - 2 * (i + 1);
		put(offsets[i], 2);
	}
}

static void write_tree(off_t off, uint32_t nodes, int leaves, int records,
		       int key_len, uint32_t attributes)
{
	static const uint16_t offsets[] = { 14, 120, 248, BLOCK - 8 };
	uint8_t node[BLOCK] = { 0 };

	at = node;
	put_descriptor(1, 0, 3);
	put(leaves, 2);			/* depth */
	put(leaves, 4);			/* root, node 1 if there is one */
	put(records, 4);
	put(leaves, 4);			/* first leaf */
	put(leaves, 4);			/* last */
	put(BLOCK, 2);
	put(key_len, 2);
	put(nodes, 4);
	put(nodes - 1 - leaves, 4);
	at += 2;
	put(BLOCK, 4);
	put(0, 1);
	put(leaves ? 0xcf : 0, 1);	/* names: case is folded */
	put(attributes, 4);
	node[248] = leaves ? 0xc0 : 0x80;
	put_offsets(node, 4, offsets);
	write_at(node, BLOCK, off);
}

static void put_name(const char *name)
{
	put(strlen(name), 2);
	while (*name)
		put(*name++, 2);
}

static void put_key(uint32_t parent, const char *name)
{
	put(6 + 2 * strlen(name), 2);
	put(parent, 4);
	put_name(name);
}

/* The catalog's only leaf: the root, by its name and by its number. */
static void write_leaf(off_t off)
{
	uint8_t node[BLOCK] = { 0 };
	uint16_t offsets[3];

	at = node;
	put_descriptor(0xff, 1, 2);
	offsets[0] = at - node;
	put_key(ROOT_PARENT, NAME);
	put(1, 2);			/* a folder */
	at += 2;
	put(0, 4);			/* empty */
	put(ROOT, 4);
	for (int i = 0; i < 5; i++)
		put(DATE, 4);
	at += 8 + 2;			/* root's */
	put(S_IFDIR | 0755, 2);
	at += 4 + 32 + 8;
	offsets[1] = at - node;
	put_key(ROOT, "");
	put(3, 2);			/* whose name is */
	at += 2;
	put(ROOT_PARENT, 4);
	put_name(NAME);
	offsets[2] = at - node;
	put_offsets(node, 3, offsets);
	write_at(node, BLOCK, off);
}

static off_t size_of(const char *name)
{
	struct stat st;
	uint64_t size;

	if (fstat(fd, &st))
		err(1, "%s", name);
	if (!S_ISBLK(st.st_mode))
		return st.st_size;
	if (ioctl(fd, BLKGETSIZE64, &size))
		err(1, "%s", name);
	return size;
}

int main(int argc, char **argv)
{
	uint32_t total, bitmap, used;
	off_t size, trees;

	if (argc != 2)
		errx(2, "usage: mkhfsplus DEVICE");
	fd = open(argv[1], O_RDWR);
	if (fd < 0)
		err(1, "%s", argv[1]);
	size = size_of(argv[1]) / BLOCK * BLOCK;
	if (size < 16 << 20)
		errx(1, "%s: less than 16 MiB", argv[1]);

	total = size / BLOCK;
	bitmap = (total + 8 * BLOCK - 1) / (8 * BLOCK);
	used = 1 + bitmap + EXTENTS_BLOCKS + CATALOG_BLOCKS + 1;
	trees = (off_t)(1 + bitmap) * BLOCK;
	write_header(total, bitmap, used, size);
	write_bitmap(total, bitmap, used);
	/* Keys with two bytes of length; in the catalog's index as long as they are. */
	write_tree(trees, EXTENTS_BLOCKS, 0, 0, 10, 2);
	trees += EXTENTS_BLOCKS * BLOCK;
	write_tree(trees, CATALOG_BLOCKS, 1, 2, 516, 2 | 4);
	write_leaf(trees + BLOCK);
	if (fsync(fd))
		err(1, "%s", argv[1]);
	return 0;
}
