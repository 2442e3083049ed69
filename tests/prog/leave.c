// SPDX-License-Identifier: GPL-2.0-only
/*
 * leave: takes or gives back space until exactly so much of it is free.
 *
 *	leave DIR blocks|inodes COUNT
 *
 * DIR holds what takes the space; it is made if it does not exist. Small files
 * of a few blocks, none of them a pointer block, take the last ones.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#define SMALL		16	/* files */
#define SMALL_MAX	12	/* blocks in each */

static int small[SMALL];
static int big;
static long block;
static char buf[1 << 16];

static void die(const char *what)
{
	fprintf(stderr, "leave: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long blocks_left(void)
{
	struct statfs st;

	if (fstatfs(big, &st))
		die("statfs");
	return st.f_bfree;
}

static long inodes_left(void)
{
	struct statfs st;

	if (statfs(".", &st))
		die("statfs");
	return st.f_ffree;
}

static long long size_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		die("stat");
	return st.st_size;
}

static int open_file(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT, 0600);

	if (fd < 0)
		die(name);
	return fd;
}

static void open_files(void)
{
	char name[16];
	int i;

	big = open_file("big");
	for (i = 0; i < SMALL; i++) {
		sprintf(name, "small%d", i);
		small[i] = open_file(name);
	}
}

/* Let file @fd be @blocks longer, or shorter. */
static void change(int fd, long blocks)
{
	long long size = size_of(fd);

	if (blocks < 0) {
		if (ftruncate(fd, size + blocks * block))
			die("truncate");
		return;
	}
	for (blocks *= block; blocks > 0; ) {
		ssize_t n = pwrite(fd, buf, blocks < (long)sizeof(buf) ?
				   (size_t)blocks : sizeof(buf), size);

		if (n <= 0)
			die("write");
		size += n;
		blocks -= n;
	}
}

static void leave_blocks(long want)
{
	long spare = blocks_left() - SMALL * SMALL_MAX / 2;
	int i = 0;

	/* Some of them will be pointer blocks. */
	if (spare > 16)
		change(big, spare - spare / 128 - 8);
	for (; blocks_left() > want; i++) {
		if (i >= SMALL * SMALL_MAX)
			die("too little is in use");
		if (size_of(small[i % SMALL]) < SMALL_MAX * block)
			change(small[i % SMALL], 1);
	}
	for (i = 0; blocks_left() < want; i++) {
		if (i >= SMALL * SMALL_MAX)
			die("too little can be given back");
		if (size_of(small[i % SMALL]))
			change(small[i % SMALL], -1);
	}
}

static void leave_inodes(long want)
{
	char name[16];
	int i;

	for (i = 0; inodes_left() > want; i++) {
		sprintf(name, "i%d", i);
		close(open_file(name));
	}
	for (i = 0; inodes_left() < want; i++) {
		sprintf(name, "i%d", i);
		if (unlink(name) && errno != ENOENT)
			die(name);
	}
}

int main(int argc, char **argv)
{
	struct statfs st;
	long want;

	if (argc != 4) {
		fprintf(stderr, "leave: DIR blocks|inodes COUNT\n");
		return 2;
	}
	if ((mkdir(argv[1], 0700) && errno != EEXIST) || chdir(argv[1]) ||
	    statfs(".", &st))
		die(argv[1]);
	block = st.f_bsize;
	want = atol(argv[3]);
	if (!strcmp(argv[2], "inodes")) {
		leave_inodes(want);
		return inodes_left() != want;
	}
	open_files();
	leave_blocks(want);
	return blocks_left() != want;
}
