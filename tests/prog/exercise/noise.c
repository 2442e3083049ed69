// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two threads beside the one that does the operations. Noise: flushing, dropping,
 * reading ahead, reclaiming and splitting, which must not change what the file
 * holds, at any time. The watch: says where a process hangs.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/mman.h>

#include "exercise.h"

#define HANGS_AFTER	60	/* seconds */

volatile __u64 ops_done;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const struct op *ops;
static const size_t *count;

/* The list that is being done, for the watch to show. */
void noise_watch(const struct op *new_ops, const size_t *new_count)
{
	ops = new_ops;
	count = new_count;
}

/* Until noise_resume() the file may be closed. */
void noise_pause(void)
{
	pthread_mutex_lock(&lock);
}

void noise_resume(void)
{
	pthread_mutex_unlock(&lock);
}

static void make_noise(unsigned int *seed)
{
	off_t off = rand_r(seed) % (w.setup.max / PAGE) * PAGE;
	size_t len = (1 + rand_r(seed) % 64) * PAGE;

	if (off + len > FILE_MAX)
		return;
	switch (rand_r(seed) % 6) {
	case 0:
		sync_file_range(w.fd[0], off, len, SYNC_FILE_RANGE_WRITE);
		break;
	case 1:
		madvise(w.map + off, len, MADV_DONTNEED);
		posix_fadvise(w.fd[0], off, len, POSIX_FADV_DONTNEED);
		break;
	case 2:
		readahead(w.fd[0], off, len);
		break;
	case 3:
		madvise(w.map + off, len, MADV_POPULATE_READ);
		break;
	case 4:
		madvise(w.map + off, len, MADV_PAGEOUT);
		break;
	default:
		fdatasync(w.fd[0]);
	}
}

static void *noise(void *unused)
{
	unsigned int seed = 1;

	for (;;) {
		noise_pause();
		if (w.setup.noise && w.map && w.fd[0] >= 0)
			make_noise(&seed);
		noise_resume();
		usleep(w.setup.noise ? 500 : 100000);
	}
	return unused;
}

static void show_hang(void)
{
	size_t n = *count, i;

	printf("hangs in the last of %zu operations, preceded by:\n", n);
	print_setup(stdout, &w.setup);
	for (i = n > 30 ? n - 30 : 0; i < n; i++) {
		print_op(stdout, &ops[i]);
		printf("\n");
	}
	fflush(stdout);
	_exit(1);
}

static void *watch(void *unused)
{
	__u64 before = 0;
	int idle = 0;

	for (;;) {
		sleep(1);
		idle = ops_done == before ? idle + 1 : 0;
		before = ops_done;
		if (idle == HANGS_AFTER && ops)
			show_hang();
	}
	return unused;
}

void noise_init(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, noise, NULL) ||
	    pthread_create(&thread, NULL, watch, NULL)) {
		perror("thread");
		exit(2);
	}
}
