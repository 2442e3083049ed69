// SPDX-License-Identifier: GPL-2.0-only
/*
 * readscan: reads a file from end to end and prints what could not be read, in
 * runs of blocks: "12 200-203", or "none". Data that is wrong is "bad:7".
 *
 *	readscan FILE BLOCK SEED read|ahead|direct|map
 *
 * "read" asks for a block at a time, "ahead" for 1 MiB and goes on behind the
 * block that stopped it, as dd conv=noerror does; "map" loads from a mapping.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "pattern.h"

#define AHEAD	(1 << 20)

static sigjmp_buf bus_exit;
static size_t block;
static __u64 seed;

/* The run of bad blocks that is being told of. */
static struct {
	long long first, last;
	const char *why;
	int runs;
} bad = { -1, -1, "", 0 };

static void flush_run(void)
{
	if (bad.first < 0)
		return;
	printf("%s%s%lld", bad.runs++ ? " " : "", bad.why, bad.first);
	if (bad.last > bad.first)
		printf("-%lld", bad.last);
	bad.first = -1;
}

static void add_bad(long long number, const char *why)
{
	if (bad.first < 0 || number != bad.last + 1 || strcmp(why, bad.why)) {
		flush_run();
		bad.first = number;
		bad.why = why;
	}
	bad.last = number;
}

static void compare(const unsigned char *mem, __u64 off, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (mem[i] == pattern(off + i, seed))
			continue;
		add_bad((off + i) / block, "bad:");
		i = ((off + i) / block + 1) * block - off - 1;
	}
}

static void on_bus_error(int sig)
{
	(void)sig;
	siglongjmp(bus_exit, 1);
}

static void scan_by_read(int fd, off_t size, size_t part)
{
	unsigned char *buf;
	off_t pos = 0;

	if (posix_memalign((void **)&buf, 4096, part))
		exit(2);
	while (pos < size) {
		ssize_t n = pread(fd, buf, part, pos);

		if (n > 0) {
			compare(buf, pos, n);
			pos += n;
			continue;
		}
		add_bad(pos / block, n ? "" : "end:");
		pos = (pos / block + 1) * block;
	}
}

static void scan_by_map(int fd, off_t size)
{
	unsigned char *mem = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	volatile off_t pos;

	if (mem == MAP_FAILED)
		exit(2);
	madvise(mem, size, MADV_RANDOM);
	signal(SIGBUS, on_bus_error);
	for (pos = 0; pos < size; pos += block) {
		size_t len = size - pos;

		if (len > block)
			len = block;
		if (sigsetjmp(bus_exit, 1))
			add_bad(pos / block, "");
		else
			compare(mem + pos, pos, len);
	}
}

int main(int argc, char **argv)
{
	struct stat st;
	int fd;

	if (argc != 5) {
		fprintf(stderr, "readscan: FILE BLOCK SEED HOW\n");
		return 2;
	}
	block = strtoul(argv[2], NULL, 0);
	seed = strtoull(argv[3], NULL, 0);
	fd = open(argv[1], O_RDONLY |
		  (strcmp(argv[4], "direct") ? 0 : O_DIRECT));
	if (fd < 0 || fstat(fd, &st)) {
		perror(argv[1]);
		return 2;
	}
	if (!strcmp(argv[4], "map"))
		scan_by_map(fd, st.st_size);
	else
		scan_by_read(fd, st.st_size,
			     strcmp(argv[4], "ahead") ? block : AHEAD);
	flush_run();
	puts(bad.runs ? "" : "none");
	return 0;
}
