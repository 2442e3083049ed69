// SPDX-License-Identifier: GPL-2.0-only
/*
 * mixed: write one file in several ways.
 *
 *	mixed FILE SIZE ROUNDS UNIT WAYS [turns]
 *
 * WAYS are some of w (write(2)), m (stores to a mapping) and d (direct I/O). The
 * file's units of UNIT bytes belong to each way in turn. All ways go at the same
 * time, each through its units in an order of its own; or, with "turns", one
 * unit after the other by one thread. Data is new in every round. After a round
 * all of the file must be right, read in each of the three ways.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

#include "pattern.h"

enum way { WRITE, STORE, DIRECT, WAYS };

static const char *const way_name[WAYS] = { "write", "mapping", "direct I/O" };

static int fds[WAYS];
static unsigned char *mem;
static enum way ways[8];
static size_t size, unit, nways;
static unsigned int round_no;
static pthread_barrier_t barrier;
static int failed;

static void die(const char *what)
{
	printf("%s: %s\n", what, strerrorname_np(errno));
	exit(1);
}

static void *page_aligned(size_t len)
{
	void *p;

	if (posix_memalign(&p, 4096, len))
		die("memory");
	return p;
}

static void put(enum way way, off_t off, unsigned char *buf)
{
	if (way == STORE) {
		fill(mem + off, off, unit, round_no);
		return;
	}
	fill(buf, off, unit, round_no);
	if (pwrite(fds[way], buf, unit, off) != (ssize_t)unit)
		die(way_name[way]);
}

static void *worker(void *arg)
{
	static const size_t prime[8] = { 101, 103, 107, 109, 113, 127, 131, 137 };
	size_t me = (long)arg, mine = size / unit / nways, i;
	unsigned char *buf = page_aligned(unit);

	for (;;) {
		pthread_barrier_wait(&barrier);
		if (!round_no)
			break;
		/* A prime stride visits them all, whatever their number. */
		for (i = 0; i < mine; i++) {
			size_t k = (i * prime[me] + round_no) % mine;

			put(ways[me], (k * nways + me) * unit, buf);
		}
		pthread_barrier_wait(&barrier);
	}
	free(buf);
	return NULL;
}

static void verify(enum way reader, const unsigned char *data, size_t len)
{
	size_t wrong = first_wrong(data, 0, len, round_no);

	if (wrong == len)
		return;
	printf("round %u: byte %zu, of %s, is wrong by %s\n", round_no, wrong,
	       way_name[ways[wrong / unit % nways]], way_name[reader]);
	failed = 1;
}

/* The cache first: a direct read would write it out. */
static void verify_all(void)
{
	size_t len = size / unit / nways * nways * unit;
	unsigned char *buf = page_aligned(len);

	verify(STORE, mem, len);
	if (pread(fds[WRITE], buf, len, 0) != (ssize_t)len)
		die("pread");
	verify(WRITE, buf, len);
	if (pread(fds[DIRECT], buf, len, 0) != (ssize_t)len)
		die("direct pread");
	verify(DIRECT, buf, len);
	free(buf);
}

static void open_all(const char *name)
{
	enum way way;

	for (way = 0; way < WAYS; way++) {
		fds[way] = open(name, O_RDWR | O_CREAT |
				(way == DIRECT ? O_DIRECT : 0), 0644);
		if (fds[way] < 0)
			die("open");
	}
	if (ftruncate(fds[WRITE], size))
		die("ftruncate");
	mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fds[WRITE],
		   0);
	if (mem == MAP_FAILED)
		die("mmap");
}

static void run_together(unsigned int rounds)
{
	pthread_t thread;
	unsigned int n;
	size_t me;

	pthread_barrier_init(&barrier, NULL, nways + 1);
	for (me = 0; me < nways; me++) {
		if (pthread_create(&thread, NULL, worker, (void *)me))
			die("thread");
	}
	for (n = 1; n <= rounds && !failed; n++) {
		round_no = n;
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		verify_all();
	}
	round_no = 0;
	pthread_barrier_wait(&barrier);
}

static void run_in_turns(unsigned int rounds)
{
	unsigned char *buf = page_aligned(unit);
	size_t i;

	for (round_no = 1; round_no <= rounds && !failed; round_no++) {
		for (i = 0; i < size / unit; i++)
			put(ways[i % nways], i * unit, buf);
		verify_all();
	}
	free(buf);
}

int main(int argc, char **argv)
{
	const char *name;

	if (argc < 6 || strlen(argv[5]) > 8 || strspn(argv[5], "wmd") < 1) {
		fprintf(stderr, "usage: mixed FILE SIZE ROUNDS UNIT WAYS [turns]\n");
		return 2;
	}
	size = num(argv[2]);
	unit = num(argv[4]);
	for (name = argv[5]; *name; name++)
		ways[nways++] = *name == 'w' ? WRITE :
				*name == 'm' ? STORE : DIRECT;
	open_all(argv[1]);
	if (argc > 6)
		run_in_turns(num(argv[3]));
	else
		run_together(num(argv[3]));
	if (fsync(fds[WRITE]))
		die("fsync");
	return failed;
}
