// SPDX-License-Identifier: GPL-2.0-only
/*
 * gapstore: store behind the end of a file whose end is about to move.
 *
 *	gapstore FILE ROUNDS truncate|write
 *
 * In each round a thread stores at byte 2000 of a file of 1000 bytes, again and
 * again, until it sees that the file has been made longer; then once more. That
 * last store must be there when the page is no longer in memory. Prints how many
 * were not, and fails if there was one.
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

static int fd;
static volatile unsigned char *page;
static pthread_barrier_t turn;

static void *store(void *rounds)
{
	unsigned long round;
	struct stat st;

	for (round = 0; round < *(unsigned long *)rounds; round++) {
		pthread_barrier_wait(&turn);
		do {
			page[AT] = 'b';
			fstat(fd, &st);
		} while (st.st_size == OLD_SIZE);
		page[AT] = 'a';
		pthread_barrier_wait(&turn);
	}
	return NULL;
}

/* One round; 1 if the store was lost, 0 if not. */
static int extend(int by_write)
{
	char byte = 0;

	if (ftruncate(fd, 0) || pwrite(fd, "x", 1, OLD_SIZE - 1) != 1) {
		perror("gapstore");
		exit(2);
	}
	pthread_barrier_wait(&turn);
	if (by_write ? pwrite(fd, "x", 1, NEW_SIZE - 1) != 1 :
		       ftruncate(fd, NEW_SIZE)) {
		perror("gapstore");
		exit(2);
	}
	pthread_barrier_wait(&turn);
	fsync(fd);
	madvise((void *)page, NEW_SIZE, MADV_DONTNEED);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	return pread(fd, &byte, 1, AT) != 1 || byte != 'a';
}

int main(int argc, char **argv)
{
	unsigned long rounds, i, lost = 0;
	pthread_t thread;

	if (argc != 4) {
		fprintf(stderr, "usage: gapstore FILE ROUNDS truncate|write\n");
		return 2;
	}
	rounds = strtoul(argv[2], NULL, 0);
	fd = open(argv[1], O_RDWR | O_CREAT, 0644);
	page = mmap(NULL, NEW_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd < 0 || page == MAP_FAILED ||
	    pthread_barrier_init(&turn, NULL, 2) ||
	    pthread_create(&thread, NULL, store, &rounds)) {
		perror("gapstore");
		return 2;
	}
	for (i = 0; i < rounds; i++)
		lost += extend(!strcmp(argv[3], "write"));
	pthread_join(thread, NULL);
	printf("%lu of %lu stores lost\n", lost, rounds);
	return lost != 0;
}
