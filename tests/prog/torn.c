// SPDX-License-Identifier: GPL-2.0-only
/*
 * torn: make stores and writes go wrong in the middle.
 *
 *	torn write FILE LEN	write(2) LEN bytes 64 KiB at a time from memory
 *				that another thread keeps taking away
 *	torn store FILE LEN	store to every page of a mapping that asks for
 *				huge pages, having stored to one of them first
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

static int do_store(int fd, size_t len)
{
	unsigned char *mem = mmap(NULL, len + HUGE, PROT_NONE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t off;

	mem = (unsigned char *)(((uintptr_t)mem + HUGE - 1) & ~(HUGE - 1));
	mem = mmap(mem, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
		   0);
	if (mem == MAP_FAILED || madvise(mem, len, MADV_HUGEPAGE))
		return 1;
	mem[5 * 4096] = 's';
	for (off = 0; off < len; off += 4096)
		memset(mem + off, 's', 4096);
	return munmap(mem, len);
}

int main(int argc, char **argv)
{
	int fd = argc == 4 ? open(argv[2], O_RDWR | O_CREAT, 0644) : -1;

	if (fd < 0) {
		fprintf(stderr, "usage: torn write|store FILE LEN\n");
		return 2;
	}
	return strcmp(argv[1], "store") ? do_write(fd, strtoul(argv[3], NULL, 0)) :
					  do_store(fd, strtoul(argv[3], NULL, 0));
}
