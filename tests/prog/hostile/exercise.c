// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is done with a mutant, and everything of it that only reads: mounting,
 * walking the tree, stat, readlink, all ways to read a file, and unmounting. Of
 * errors only one matters, that of unmounting: hostile images may fail in every
 * call. What must not happen is for check.c and kernel.c to see.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include "hostile.h"

#define MAX_DEPTH	5
#define MOUNT_FLAGS	(MS_NODEV | MS_NOSUID)

unsigned char *io_buffer;
static unsigned char *read_buffer;
sigjmp_buf bus_exit;
static char paths[64 << 10];

static void on_bus(int signal)
{
	siglongjmp(bus_exit, signal);
}

static void prepare(void)
{
	uint32_t i;

	io_buffer = aligned_alloc(4096, IO_SIZE);
	read_buffer = aligned_alloc(4096, IO_SIZE);
	for (i = 0; i < IO_SIZE; i += 8)
		memcpy(io_buffer + i, DATA_MAGIC, 8);
	signal(SIGBUS, on_bus);
}

static void read_at(int fd, uint64_t pos, uint32_t len)
{
	if (pread(fd, read_buffer, len, pos) < 0)
		return;
}

static void read_mapped(int fd, uint64_t pos)
{
	volatile unsigned char *mem;
	const uint32_t len = 3 * 4096;
	volatile uint32_t i;	/* outlives the jump */

	pos &= ~4095ULL;
	mem = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, pos);
	if (mem == MAP_FAILED)
		return;
	for (i = 0; i < len; i += 4096)
		if (!bus_caught())
			(void)mem[i + i / 4096];
	munmap((void *)mem, len);
}

static void seek(int fd, uint64_t size)
{
	off_t pos = 0;
	int i;

	for (i = 0; i < 12 && pos >= 0; i++)
		pos = lseek(fd, pos, i % 2 ? SEEK_HOLE : SEEK_DATA);
	lseek(fd, size / 2, SEEK_DATA);
	lseek(fd, size / 2, SEEK_HOLE);
}

static void extents(int fd)
{
	char room[sizeof(struct fiemap) + 16 * sizeof(struct fiemap_extent)];
	struct fiemap *map = (struct fiemap *)room;

	memset(map, 0, sizeof(*map));
	map->fm_length = FIEMAP_MAX_OFFSET;
	map->fm_extent_count = 16;
	ioctl(fd, FS_IOC_FIEMAP, map);
	/* Counts them all. */
	map->fm_extent_count = 0;
	ioctl(fd, FS_IOC_FIEMAP, map);
}

static void read_file(int fd, uint64_t size, bool mapped)
{
	static const uint32_t p[] = { 256, 512, 1024 };
	uint32_t i;

	STEP("read");
	for (i = 0; i < 3; i++)
		read_at(fd, i * IO_SIZE, IO_SIZE);
	/* Where indirect blocks of each height begin to count */
	for (i = 0; i < 3; i++) {
		uint64_t bs = 4 * p[i];

		if (size > (12 + p[i]) * bs)
			read_at(fd, (11 + p[i]) * bs, 4096);
		if (size > (12 + p[i] + p[i] * p[i]) * bs)
			read_at(fd, (11ULL + p[i] + p[i] * p[i]) * bs, 4096);
	}
	read_at(fd, size > 5000 ? size - 5000 : 0, 8192);
	if (mapped) {
		STEP("mmap read");
		read_mapped(fd, 0);
		read_mapped(fd, size > 4096 ? size - 4096 : 0);
	}
	STEP("seek");
	seek(fd, size);
	STEP("fiemap");
	extents(fd);
}

static void read_direct(struct walk *walk, const struct node *node)
{
	int fd = openat(walk->root, node->path, O_RDONLY | O_DIRECT);

	STEP("direct read");
	if (fd < 0)
		return;
	read_at(fd, 0, 16384);
	read_at(fd, node->size / 2 & ~4095ULL, 4096);
	close(fd);
}

/* Page faults are slow: not each time. */
static void node_read(struct walk *walk, const struct node *node,
		      struct rng *rng)
{
	struct stat st;
	int fd;

	if (S_ISLNK(node->mode)) {
		STEP("readlink");
		if (readlinkat(walk->root, node->path, (char *)read_buffer,
			       IO_SIZE) > 0)
			fstatat(walk->root, node->path, &st, 0);
		return;
	}
	if (!S_ISREG(node->mode))
		return;
	STEP("open");
	fd = openat(walk->root, node->path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0)
		return;
	read_file(fd, node->size, !below(rng, 4));
	close(fd);
	read_direct(walk, node);
}

static struct node *add_node(struct walk *walk, const char *dir,
			     const char *name)
{
	struct node *node = &walk->node[walk->nodes];
	size_t len = strlen(dir) + strlen(name) + 2;

	if (walk->nodes == MAX_NODES || walk->room + len > walk->room_end)
		return NULL;
	node->path = walk->room;
	sprintf(node->path, "%s%s%s", dir, *dir ? "/" : "", name);
	walk->room += len;
	walk->nodes++;
	return node;
}

static void walk_dir(struct walk *walk, const char *path, int depth);

static void visit(struct walk *walk, const char *dir, const char *name,
		  int depth)
{
	struct node *node = add_node(walk, dir, name);
	struct stat st;

	if (!node)
		return;
	STEP("stat");
	if (fstatat(walk->root, node->path, &st, AT_SYMLINK_NOFOLLOW)) {
		node->mode = 0;
		return;
	}
	node->mode = st.st_mode;
	node->size = st.st_size;
	if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH)
		walk_dir(walk, node->path, depth + 1);
}

static void walk_dir(struct walk *walk, const char *path, int depth)
{
	char entries[4096];
	int fd, calls = 0;
	long got, at;

	STEP("opendir");
	fd = openat(walk->root, *path ? path : ".",
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0)
		return;
	while (calls++ < 16) {
		STEP("readdir");
		got = syscall(SYS_getdents64, fd, entries, sizeof(entries));
		if (got <= 0)
			break;
		for (at = 0; at < got;) {
			struct dirent64 *de = (void *)(entries + at);

			at += de->d_reclen;
			if (strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
				visit(walk, path, de->d_name, depth);
		}
	}
	/* In the middle of an entry, and behind the end */
	lseek(fd, 13, SEEK_SET);
	syscall(SYS_getdents64, fd, entries, sizeof(entries));
	lseek(fd, 1 << 20, SEEK_SET);
	syscall(SYS_getdents64, fd, entries, sizeof(entries));
	fsync(fd);
	close(fd);
	STEP("lookup of nothing");
	faccessat(walk->root, "is not there", F_OK, 0);
}

/* A random one of a type, or of any type if that is 0; NULL if there is none. */
const struct node *pick_node(struct walk *walk, struct rng *rng, uint32_t type)
{
	uint32_t i, at = walk->nodes ? below(rng, walk->nodes) : 0;

	for (i = 0; i < walk->nodes; i++) {
		const struct node *node = &walk->node[(at + i) % walk->nodes];

		if (!type || (node->mode & S_IFMT) == type)
			return node;
	}
	return NULL;
}

static void use(struct walk *walk, struct mutant *mutant)
{
	struct statfs fs;
	uint32_t i;

	walk_dir(walk, "", 0);
	for (i = 0; i < walk->nodes; i++)
		node_read(walk, &walk->node[i], &mutant->rng);
	STEP("statfs");
	fstatfs(walk->root, &fs);
	if (mutant->ro)
		return;
	change_data(walk, mutant);
	change_names(walk, mutant);
	STEP("syncfs");
	syncfs(walk->root);
	STEP("remount");
	if (!mount("", MNT, NULL, MS_REMOUNT | MS_RDONLY | MOUNT_FLAGS, NULL))
		mount("", MNT, NULL, MS_REMOUNT | MOUNT_FLAGS, NULL);
	STEP("write after remount");
	change_data(walk, mutant);
}

/* Return: whether it could be mounted. */
bool exercise(struct mutant *mutant, struct result *result)
{
	struct walk walk = {
		.room = paths, .room_end = paths + sizeof(paths),
	};
	char options[64];

	if (!io_buffer)
		prepare();
	snprintf(options, sizeof(options), "io=%s,errors=%s", mutant->io,
		 mutant->errors);
	STEP("mount");
	if (mount(disk_part, MNT, "demofs",
		  MOUNT_FLAGS | (mutant->ro ? MS_RDONLY : 0), options)) {
		if (errno == ENODEV || errno == EBUSY)
			fail(result, "mount: %s", strerror(errno));
		result->refused++;
		return false;
	}
	result->mounted++;
	walk.root = open(MNT, O_RDONLY | O_DIRECTORY);
	if (walk.root >= 0) {
		use(&walk, mutant);
		close(walk.root);
	}
	STEP("umount");
	if (umount2(MNT, 0)) {
		fail(result, "umount: %s", strerror(errno));
		result->unfit = true;
	}
	return true;
}
