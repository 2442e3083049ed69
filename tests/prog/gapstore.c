// SPDX-License-Identifier: GPL-2.0-only
/*
 * gapstore: store behind the end of a file whose end is about to move.
 *
 *	gapstore FILE ROUNDS truncate|write|direct
 *
 * In each round a thread stores at byte 2000 of a file of 1000 bytes, again and
 * again, until it sees that the file has been made longer; then once more. That
 * last store must be there when the page is no longer in memory. Prints how many
 * were not, and fails if there was one. Beside a direct write the file is mapped in
 * each round anew, sooner or later after that has begun.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define OLD_SIZE	1000
#define AT		2000
#define NEW_SIZE	4096
#define DIRECT_AT	8192

static int fd, direct;
static volatile unsigned char *page;
static pthread_barrier_t turn;

static void stop(void)
{
	perror("gapstore");
	exit(2);
}

static void map(void)
{
	page = mmap(NULL, NEW_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		stop();
}

static void *store(void *rounds)
{
	volatile unsigned int wait;
	unsigned long round;
	struct stat st;

	for (round = 0; round < *(unsigned long *)rounds; round++) {
		pthread_barrier_wait(&turn);
		if (direct) {
			for (wait = 0; wait < 300 * (round % 16); wait++)
				;
			map();
		}
		do {
			page[AT] = 'b';
			fstat(fd, &st);
		} while (st.st_size == OLD_SIZE);
		page[AT] = 'a';
		if (direct)
			munmap((void *)page, NEW_SIZE);
		pthread_barrier_wait(&turn);
	}
	return NULL;
}

/* By the last byte of the page, or directly, behind a gap of some blocks. */
static void write_behind(int direct_fd)
{
	static char data[NEW_SIZE] __attribute__((aligned(NEW_SIZE)));

	if (direct ? pwrite(direct_fd, data, NEW_SIZE, DIRECT_AT) != NEW_SIZE :
		     pwrite(fd, "x", 1, NEW_SIZE - 1) != 1)
		stop();
}

/* One round; 1 if the store was lost, 0 if not. */
static int extend(int by_write, int direct_fd)
{
	char byte = 0;

	if (ftruncate(fd, 0) || pwrite(fd, "x", 1, OLD_SIZE - 1) != 1 ||
	    (direct && fsync(fd)))
		stop();
	pthread_barrier_wait(&turn);
	if (by_write)
		write_behind(direct_fd);
	else if (ftruncate(fd, NEW_SIZE))
		stop();
	pthread_barrier_wait(&turn);
	fsync(fd);
	if (!direct)
		madvise((void *)page, NEW_SIZE, MADV_DONTNEED);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	return pread(fd, &byte, 1, AT) != 1 || byte != 'a';
}

int main(int argc, char **argv)
{
	unsigned long rounds, i, lost = 0;
	pthread_t thread;
	int direct_fd;

	if (argc != 4) {
		fprintf(stderr, "usage: gapstore FILE ROUNDS truncate|write|direct\n");
		return 2;
	}
	rounds = strtoul(argv[2], NULL, 0);
	direct = !strcmp(argv[3], "direct");
	fd = open(argv[1], O_RDWR | O_CREAT, 0644);
	direct_fd = open(argv[1], O_RDWR | O_DIRECT);
	if (fd < 0 || direct_fd < 0 || pthread_barrier_init(&turn, NULL, 2) ||
	    pthread_create(&thread, NULL, store, &rounds))
		stop();
	if (!direct)
		map();
	for (i = 0; i < rounds; i++)
		lost += extend(direct || !strcmp(argv[3], "write"), direct_fd);
	pthread_join(thread, NULL);
	printf("%lu of %lu stores lost\n", lost, rounds);
	return lost != 0;
}
