// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: many processes work on the same files, and know what is in them.
 *
 *	soak DIR SECONDS ROUND WORKERS SEED CGROUP COMMAND
 *
 * The files' model is in memory that all share; a file is locked while one of
 * them works on it, so that each byte read can be compared. Every ROUND seconds
 * all of them stand back while the shell runs COMMAND (say, umount and mount);
 * then each file is read and compared before they go on. Every other worker
 * moves into the control group whose cgroup.procs is CGROUP ("-": none).
 *
 * A full disk and a read-only one are no errors: what came of a call is what
 * counts. Of a unit that a call left half done nothing is known until it is
 * written again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../pattern.h"
#include "soak.h"

static const char *const op_name[OPS] = {
	"write", "append", "store", "direct write", "read", "mapped read",
	"direct read", "truncate", "extend", "rename", "replace", "link",
	"unlink", "fsync" };

struct shared *all;
const char *dir;
unsigned char *memory;

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

void fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	atomic_store(&all->failed, 1);
	_exit(1);
}

static void join_group(const char *procs)
{
	int fd = open(procs, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1)
		fail("%s: %s", procs, strerrorname_np(errno));
	close(fd);
}

static void __attribute__((noreturn)) work(unsigned int number, __u64 seed,
					   const char *group)
{
	start_drawing(seed + number);
	if (number % 2 && strcmp(group, "-"))
		join_group(group);
	while (!atomic_load(&all->ending)) {
		if (!atomic_load(&all->pausing)) {
			step();
			continue;
		}
		atomic_fetch_add(&all->parked, 1);
		while (atomic_load(&all->pausing))
			usleep(10000);
		atomic_fetch_sub(&all->parked, 1);
	}
	_exit(0);
}

/* With nobody at work, have COMMAND done and see what is there then. */
static void interlude(unsigned int workers, const char *command)
{
	double since = now();
	int status;

	atomic_store(&all->pausing, 1);
	while (atomic_load(&all->parked) < workers && !atomic_load(&all->failed)) {
		usleep(10000);
		if (now() - since > 300)
			fail("a worker has not come back for 300 s");
	}
	if (atomic_load(&all->failed))
		return;
	fflush(stdout);
	status = system(command);
	if (status)
		fail("status %d of: %s", status, command);
	verify();
	atomic_store(&all->pausing, 0);
	while (atomic_load(&all->parked))
		usleep(10000);
}

static int by_size(const void *a, const void *b)
{
	const unsigned int *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void show_fsyncs(void)
{
	unsigned int count = all->fsyncs, n = count < TIMES ? count : TIMES;

	if (!n)
		return;
	qsort(all->fsync_ms, n, sizeof(all->fsync_ms[0]), by_size);
	printf("fsync: %u, half of them in %u ms, 99 %% in %u ms, the longest %u ms\n",
	       count, all->fsync_ms[n / 2], all->fsync_ms[n * 99 / 100],
	       all->fsync_ms[n - 1]);
}

static void show_all(double seconds)
{
	unsigned long sum = 0;
	unsigned int i;

	for (i = 0; i < OPS; i++)
		sum += all->done[i];
	printf("%lu operations in %.0f s:", sum, seconds);
	for (i = 0; i < OPS; i++)
		printf("%s %lu %s", i ? "," : "", all->done[i], op_name[i]);
	printf("\nthe disk was full %lu times\n", all->full);
	show_fsyncs();
}

static int shared_mutex(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attr;

	return pthread_mutexattr_init(&attr) ||
	       pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) ||
	       pthread_mutex_init(lock, &attr);
}

static void prepare(void)
{
	unsigned int i;

	all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (all == MAP_FAILED || posix_memalign((void **)&memory, 4096,
						UNITS * UNIT))
		exit(2);
	all->names = 1;
	for (i = 0; i < FILES; i++) {
		if (shared_mutex(&all->file[i].lock))
			exit(2);
	}
	for (i = 0; i < DIRS; i++) {
		char name[4096];

		snprintf(name, sizeof(name), "%s/%u", dir, i);
		if (mkdir(name, 0755)) {
			perror(name);
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	unsigned int workers, i;
	double begun = now(), round_begun = begun;
	long seconds, round;
	int status, bad = 0;

	if (argc != 8) {
		fprintf(stderr, "usage: soak DIR SECONDS ROUND WORKERS SEED CGROUP COMMAND\n");
		return 2;
	}
	dir = argv[1];
	seconds = num(argv[2]);
	round = num(argv[3]);
	workers = num(argv[4]);
	prepare();
	for (i = 0; i < workers; i++) {
		if (!fork())
			work(i, num(argv[5]), argv[6]);
	}
	while (now() - begun < seconds && !atomic_load(&all->failed)) {
		usleep(100000);
		if (now() - round_begun < round)
			continue;
		interlude(workers, argv[7]);
		round_begun = now();
	}
	if (!atomic_load(&all->failed))
		interlude(workers, argv[7]);
	atomic_store(&all->ending, 1);
	for (i = 0; i < workers; i++) {
		wait(&status);
		bad |= status;
	}
	show_all(now() - begun);
	return bad || atomic_load(&all->failed);
}
