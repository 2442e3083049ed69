// SPDX-License-Identifier: GPL-2.0-only
/*
 * dirscan: reads a directory a few entries at a time and prints how many names
 * it saw, "." and ".." not counted; a name seen twice is an error.
 *
 *	dirscan DIR [BYTES [unlink | rewind]]
 *
 * BYTES is the buffer of one getdents64 call. With "unlink" each name is removed
 * as soon as it is seen; with "rewind" the position is taken after each call
 * and sought again before the next, as telldir and seekdir do.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMES_MAX 20000

static char *names[NAMES_MAX];
static int count;

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void fail(const char *what)
{
	printf("%s: %s\n", what, strerrorname_np(errno));
	exit(1);
}

static void see(int fd, struct dirent64 *de, int remove)
{
	if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
		return;
	if (count == NAMES_MAX) {
		puts("endless");
		exit(1);
	}
	names[count++] = strdup(de->d_name);
	if (remove && unlinkat(fd, de->d_name, 0))
		fail("unlink");
}

int main(int argc, char **argv)
{
	int bytes = argc > 2 ? atoi(argv[2]) : 32768;
	int remove = argc > 3 && !strcmp(argv[3], "unlink");
	int seek = argc > 3 && !strcmp(argv[3], "rewind");
	char *buf = malloc(bytes);
	off_t pos = 0;
	ssize_t n, at;
	int fd, i;

	fd = argc > 1 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	if (fd < 0)
		fail("open");
	while ((n = getdents64(fd, buf, bytes)) > 0) {
		for (at = 0; at < n;) {
			struct dirent64 *de = (void *)(buf + at);

			see(fd, de, remove);
			pos = de->d_off;
			at += de->d_reclen;
		}
		if (seek && (lseek(fd, 0, SEEK_SET) < 0 ||
			     lseek(fd, pos, SEEK_SET) < 0))
			fail("seek");
	}
	if (n < 0)
		fail("getdents64");

	qsort(names, count, sizeof(*names), by_name);
	for (i = 1; i < count; i++) {
		if (!strcmp(names[i - 1], names[i])) {
			printf("twice: %s\n", names[i]);
			return 1;
		}
	}
	printf("%d\n", count);
	return 0;
}
