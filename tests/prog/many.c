// SPDX-License-Identifier: GPL-2.0-only
/*
 * many: a lot of the same thing in the current directory, done without a program
 * for each.
 *
 *	many create N		files 1 to N
 *	many find N		each of them is there, and N + 1 is not
 *	many remove N		and goes
 *	many link N		a file gets as many names as it can, N in all, in
 *				directories of 1000
 *	many orphans N BYTES	N open files without a name, of BYTES each, hold what
 *				was written to them, all at the same time
 *	many deep N		N directories, each in the one before; and back
 *
 * Prints nothing, or what went wrong.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "pattern.h"

static char name[64];

static const char *numbered(long i)
{
	snprintf(name, sizeof(name), "%ld", i);
	return name;
}

static void want(int ok, const char *what, long i)
{
	if (ok)
		return;
	printf("%s %ld: %s\n", what, i, strerrorname_np(errno));
	exit(1);
}

static void create(long n)
{
	long i;
	int fd;

	for (i = 1; i <= n; i++) {
		fd = open(numbered(i), O_WRONLY | O_CREAT | O_EXCL, 0644);
		want(fd >= 0, "create", i);
		close(fd);
	}
}

static void find(long n)
{
	struct stat st;
	long i;

	for (i = 1; i <= n; i++)
		want(!stat(numbered(i), &st), "find", i);
	want(stat(numbered(n + 1), &st) && errno == ENOENT, "found", n + 1);
}

static void remove_all(long n)
{
	long i;

	for (i = 1; i <= n; i++)
		want(!unlink(numbered(i)), "remove", i);
}

static void link_all(long n)
{
	struct stat st;
	long i;
	int fd;

	for (i = 0; i < n; i++) {
		if (i % 1000 == 0) {
			snprintf(name, sizeof(name), "%ld", i / 1000);
			want(!mkdir(name, 0755), "mkdir", i / 1000);
		}
		snprintf(name, sizeof(name), "%ld/%ld", i / 1000, i);
		if (i) {
			want(!link("0/0", name), "link", i);
			continue;
		}
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
		want(fd >= 0, "create", i);
		close(fd);
	}
	want(link("0/0", "more") && errno == EMLINK, "linked", n + 1);
	want(!stat("0/0", &st) && st.st_nlink == (nlink_t)n, "links", n);
}

static void orphans(long n, size_t bytes)
{
	unsigned char *mem = malloc(bytes);
	struct rlimit files = { n + 16, n + 16 };
	int *fd = malloc(n * sizeof(*fd));
	long i;

	want(mem && fd && !setrlimit(RLIMIT_NOFILE, &files), "memory", n);
	for (i = 0; i < n; i++) {
		fd[i] = open(numbered(i), O_RDWR | O_CREAT | O_EXCL, 0644);
		want(fd[i] >= 0, "create", i);
		want(!unlink(name), "unlink", i);
		fill(mem, 0, bytes, i + 1);
		want(pwrite(fd[i], mem, bytes, 0) == (ssize_t)bytes, "write", i);
	}
	sync();
	for (i = 0; i < n; i++) {
		want(pread(fd[i], mem, bytes, 0) == (ssize_t)bytes, "read", i);
		want(first_wrong(mem, 0, bytes, i + 1) == bytes, "wrong", i);
	}
}

static void deep(long n)
{
	struct stat st;
	long i;

	for (i = 0; i < n; i++)
		want(!mkdir("d", 0755) && !chdir("d"), "mkdir", i);
	for (i = 0; i < n; i++)
		want(!chdir("..") && !stat("d", &st) && st.st_nlink == (i ? 3 : 2),
		     "back", i);
	for (i = 0; i < n; i++)
		want(!chdir("d"), "down", i);
	for (i = 0; i < n; i++)
		want(!chdir("..") && !rmdir("d"), "rmdir", i);
}

int main(int argc, char **argv)
{
	long n = argc > 2 ? num(argv[2]) : 0;
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "create") && n) {
		create(n);
	} else if (!strcmp(what, "find") && n) {
		find(n);
	} else if (!strcmp(what, "remove") && n) {
		remove_all(n);
	} else if (!strcmp(what, "link") && n) {
		link_all(n);
	} else if (!strcmp(what, "deep") && n) {
		deep(n);
	} else if (!strcmp(what, "orphans") && argc == 4) {
		orphans(n, num(argv[3]));
	} else {
		fprintf(stderr, "usage: many create|find|remove|link|orphans|deep N [BYTES]\n");
		return 2;
	}
	return 0;
}
