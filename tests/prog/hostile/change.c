// SPDX-License-Identifier: GPL-2.0-only
/*
 * All that writes to a mounted mutant: data, sizes and attributes of files that
 * it has and of new ones, and names. Data and names are made of DATA_MAGIC and
 * NAME_MAGIC, so that they can be told where they should not be.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "hostile.h"

static uint64_t blocks_of(struct mutant *mutant, uint32_t count)
{
	return (uint64_t)count * mutant->image->geo.bs;
}

static void write_at(int fd, uint64_t pos, uint32_t len)
{
	if (pwrite(fd, io_buffer + pos % 8, len, pos) < 0)
		return;
}

/* Where things change: within blocks, at the end, behind it, by height. */
static uint64_t pick_position(struct mutant *mutant, uint64_t size)
{
	uint32_t p = mutant->image->geo.bs / 4;
	struct rng *rng = &mutant->rng;

	switch (below(rng, 8)) {
	case 0:	return 0;
	case 1:	return size / 2;
	case 2:	return size;
	case 3:	return size + below(rng, 100000);
	case 4:	return blocks_of(mutant, 12) - 100;
	case 5:	return blocks_of(mutant, 12 + p) - 100;
	case 6:	return blocks_of(mutant, 12 + p + p * p) - 100;
	default: return below(rng, 20 * 1024);
	}
}

static void write_mapped(int fd, uint64_t pos)
{
	struct stat st;
	unsigned char *mem;

	pos &= ~4095ULL;
	if (fstat(fd, &st) || (uint64_t)st.st_size < pos + 8192)
		return;
	mem = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, pos);
	if (mem == MAP_FAILED)
		return;
	if (!bus_caught()) {
		memcpy(mem + 16, io_buffer, 64);
		memcpy(mem + 4096, io_buffer, 64);
	}
	munmap(mem, 8192);
}

static void change_file(struct walk *walk, struct mutant *mutant,
			const struct node *node)
{
	struct rng *rng = &mutant->rng;
	int fd;

	STEP("open to write");
	fd = openat(walk->root, node->path, O_RDWR | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0)
		return;
	STEP("write");
	write_at(fd, pick_position(mutant, node->size), 1 + below(rng, 9000));
	STEP("append");
	write_at(fd, node->size, 1 + below(rng, 5000));
	if (!below(rng, 3)) {
		STEP("mmap write");
		write_mapped(fd, pick_position(mutant, node->size));
	}
	if (below(rng, 2)) {
		STEP("truncate");
		if (ftruncate(fd, pick_position(mutant, node->size) +
				  below(rng, 200)))
			STEP("truncate failed");
		write_at(fd, pick_position(mutant, node->size), 3000);
	}
	STEP("fsync");
	fsync(fd);
	STEP("attributes");
	fchmod(fd, 0640);
	close(fd);
}

static void write_direct(struct walk *walk, struct mutant *mutant,
			 const struct node *node)
{
	int fd = openat(walk->root, node->path, O_RDWR | O_DIRECT | O_NOFOLLOW |
						O_NONBLOCK);

	STEP("direct write");
	if (fd < 0)
		return;
	if (pwrite(fd, io_buffer, 12288,
		   pick_position(mutant, node->size) & ~4095ULL) < 0)
		STEP("direct write failed");
	close(fd);
}

/* A file long enough for indirect blocks, wherever blocks seem to be free */
static void new_file(struct walk *walk, struct mutant *mutant, const char *path)
{
	uint32_t len = blocks_of(mutant, 14);
	int fd;

	STEP("create");
	fd = openat(walk->root, path, O_RDWR | O_CREAT, 0644);
	if (fd < 0)
		return;
	STEP("write new");
	write_at(fd, 0, len < IO_SIZE ? len : IO_SIZE - 8);
	write_at(fd, blocks_of(mutant, 30) + 5, 2000);
	fsync(fd);
	close(fd);
}

void change_data(struct walk *walk, struct mutant *mutant)
{
	const struct node *node;
	int i;

	for (i = 0; i < 3; i++) {
		node = pick_node(walk, &mutant->rng, S_IFREG);
		if (node)
			change_file(walk, mutant, node);
	}
	node = pick_node(walk, &mutant->rng, S_IFREG);
	if (node)
		write_direct(walk, mutant, node);
	new_file(walk, mutant, NAME_MAGIC);
}

/* @name in the directory of @node, or in the root */
static const char *beside(const struct node *node, const char *name)
{
	static char path[8192];
	const char *slash = node ? strrchr(node->path, '/') : NULL;

	snprintf(path, sizeof(path), "%.*s%s",
		 slash ? (int)(slash - node->path) + 1 : 0,
		 slash ? node->path : "", name);
	return path;
}

static void add_names(struct walk *walk, struct mutant *mutant)
{
	struct rng *rng = &mutant->rng;
	const struct node *node = pick_node(walk, rng, 0);
	char target[900];
	int fd;

	STEP("create in a directory");
	new_file(walk, mutant, beside(node, NAME_MAGIC ".1"));
	STEP("mkdir");
	mkdirat(walk->root, beside(node, NAME_MAGIC ".d"), 0755);
	mkdirat(walk->root, NAME_MAGIC ".D", 0755);
	new_file(walk, mutant, NAME_MAGIC ".D/" NAME_MAGIC);
	STEP("link");
	node = pick_node(walk, rng, S_IFREG);
	if (node)
		linkat(walk->root, node->path, walk->root, NAME_MAGIC ".l", 0);
	STEP("symlink");
	symlinkat("somewhere", walk->root, NAME_MAGIC ".s");
	memset(target, 'x', sizeof(target) - 1);
	target[sizeof(target) - 1] = 0;
	symlinkat(target, walk->root, NAME_MAGIC ".S");
	STEP("mknod");
	mknodat(walk->root, NAME_MAGIC ".c", S_IFCHR | 0600, 0x1234);
	STEP("tmpfile");
	fd = openat(walk->root, ".", O_TMPFILE | O_RDWR, 0600);
	if (fd >= 0) {
		write_at(fd, 0, 5000);
		close(fd);
	}
}

static void move_names(struct walk *walk, struct mutant *mutant)
{
	const struct node *a = pick_node(walk, &mutant->rng, 0);
	const struct node *b = pick_node(walk, &mutant->rng, 0);
	const struct node *dir = pick_node(walk, &mutant->rng, S_IFDIR);

	STEP("rename");
	renameat(walk->root, NAME_MAGIC, walk->root, NAME_MAGIC ".2");
	renameat(walk->root, NAME_MAGIC ".2", walk->root,
		 NAME_MAGIC ".D/" NAME_MAGIC);
	if (!a)
		return;
	renameat(walk->root, a->path, walk->root,
		 beside(b, NAME_MAGIC ".3"));
	STEP("rename a directory");
	if (dir)
		renameat(walk->root, dir->path, walk->root,
			 NAME_MAGIC ".D/" NAME_MAGIC ".4");
	STEP("exchange");
	renameat2(walk->root, a->path, walk->root, b->path, RENAME_EXCHANGE);
	renameat2(walk->root, b->path, walk->root, NAME_MAGIC ".1",
		  RENAME_EXCHANGE);
}

static void delete_names(struct walk *walk, struct mutant *mutant)
{
	const struct node *node;
	int i, fd;

	/* Rename over what exists, and delete what is open. */
	node = pick_node(walk, &mutant->rng, S_IFREG);
	if (node) {
		STEP("rename over");
		fd = openat(walk->root, node->path, O_RDWR | O_NONBLOCK);
		renameat(walk->root, NAME_MAGIC ".1", walk->root, node->path);
		if (fd >= 0) {
			write_at(fd, node->size, 100);
			close(fd);
		}
	}
	for (i = 0; i < 8; i++) {
		node = pick_node(walk, &mutant->rng, 0);
		if (!node)
			break;
		STEP("delete");
		unlinkat(walk->root, node->path,
			 S_ISDIR(node->mode) ? AT_REMOVEDIR : 0);
	}
	STEP("rmdir");
	unlinkat(walk->root, NAME_MAGIC ".D", AT_REMOVEDIR);
	unlinkat(walk->root, NAME_MAGIC ".d", AT_REMOVEDIR);
	unlinkat(walk->root, NAME_MAGIC ".l", 0);
}

void change_names(struct walk *walk, struct mutant *mutant)
{
	add_names(walk, mutant);
	/* Renaming over a file deletes it. */
	move_names(walk, mutant);
	if (!mutant->keep)
		delete_names(walk, mutant);
	new_file(walk, mutant, NAME_MAGIC ".5");
}
