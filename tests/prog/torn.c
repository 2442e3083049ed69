// SPDX-License-Identifier: GPL-2.0-only
/*
 * torn: make stores and writes go wrong in the middle.
 *
 *	torn write FILE LEN	write(2) LEN bytes 64 KiB at a time from memory
 *				that another thread keeps taking away
 *	torn late FILE OFF LEN AT SEED
 *				write LEN bytes at OFF, of which those from byte AT
 *				on go away while the write waits for the disk: says
 *				"gone" then, and in the end what it returned
 *	torn store FILE LEN	store to every page of a mapping that asks for
 *				huge pages, having stored to one of them first
 *	torn load FILE LEN	the same, having loaded from each huge page first
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

#include "pattern.h"

#define CHUNK	65536
#define HUGE	(2UL << 20)

static unsigned char *source;
static volatile int done;

static void *take_away(void *unused)
{
	while (!done) {
		mprotect(source + CHUNK / 2, CHUNK / 2, PROT_NONE);
		mprotect(source + CHUNK / 2, CHUNK / 2, PROT_READ | PROT_WRITE);
	}
	return unused;
}

static int do_write(int fd, size_t len)
{
	pthread_t thread;
	size_t off, torn = 0;

	source = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(source, 'w', CHUNK);
	if (pthread_create(&thread, NULL, take_away, NULL))
		return 1;
	for (off = 0; off < len; off += CHUNK)
		torn += pwrite(fd, source, CHUNK, off) != CHUNK;
	done = 1;
	pthread_join(thread, NULL);
	printf("%zu of %zu torn\n", torn, len / CHUNK);
	return 0;
}

/* Does the process's first thread wait for the disk? */
static int waits(void)
{
	char line[256] = "";
	FILE *stat = fopen("/proc/self/stat", "r");

	if (stat) {
		if (!fgets(line, sizeof(line), stat))
			line[0] = 0;
		fclose(stat);
	}
	return strstr(line, ") D ") != NULL;
}

static void *take_the_rest(void *from)
{
	while (!waits())
		usleep(10000);
	if (!mprotect(from, CHUNK, PROT_NONE)) {
		puts("gone");
		fflush(stdout);
	}
	return NULL;
}

static int do_write_late(int fd, size_t off, size_t len, size_t at, size_t seed)
{
	unsigned char *mem = mmap(NULL, 2 * CHUNK, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t thread;

	if (mem == MAP_FAILED || at > CHUNK || len - at > CHUNK)
		return 1;
	source = mem + CHUNK - at;
	fill(source, off, len, seed);
	if (pthread_create(&thread, NULL, take_the_rest, mem + CHUNK))
		return 1;
	printf("%zd\n", pwrite(fd, source, len, off));
	pthread_join(thread, NULL);
	return 0;
}

static int do_store(int fd, size_t len, int load)
{
	unsigned char *mem = mmap(NULL, len + HUGE, PROT_NONE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t off;

	mem = (unsigned char *)(((uintptr_t)mem + HUGE - 1) & ~(HUGE - 1));
	mem = mmap(mem, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
		   0);
	if (mem == MAP_FAILED || madvise(mem, len, MADV_HUGEPAGE))
		return 1;
	for (off = 0; load && off < len; off += HUGE)
		*(volatile unsigned char *)(mem + off);
	mem[5 * 4096] = 's';
	for (off = 0; off < len; off += 4096)
		memset(mem + off, 's', 4096);
	return munmap(mem, len);
}

static int usage(void)
{
	fprintf(stderr, "usage: torn write|store|load FILE LEN\n"
			"       torn late FILE OFF LEN AT SEED\n");
	return 2;
}

int main(int argc, char **argv)
{
	size_t n[4] = { 0 };
	int fd, i;

	if (argc < 4 || argc > 7)
		return usage();
	fd = open(argv[2], O_RDWR | O_CREAT, 0644);
	if (fd < 0)
		return usage();
	for (i = 3; i < argc; i++)
		n[i - 3] = num(argv[i]);
	if (!strcmp(argv[1], "write") && argc == 4)
		return do_write(fd, n[0]);
	if (!strcmp(argv[1], "store") && argc == 4)
		return do_store(fd, n[0], 0);
	if (!strcmp(argv[1], "load") && argc == 4)
		return do_store(fd, n[0], 1);
	if (!strcmp(argv[1], "late") && argc == 7)
		return do_write_late(fd, n[0], n[1], n[2], n[3]);
	return usage();
}
