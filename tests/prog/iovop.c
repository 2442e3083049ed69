// SPDX-License-Identifier: GPL-2.0-only
/*
 * iovop: one read or write with memory, flags or timing that fsop has no way to
 * ask for. Prints what the call returned, a number or an errno's name.
 *
 *	iovop read|write FILE OFF LEN SEED [nowait|dsync|append|direct|touch]...
 *		one call; what is read is compared. touch: the file's times are
 *		set just before, so that a write has no time to change
 *	iovop bad FILE OFF GOOD SEED [FLAG]...
 *		write GOOD bytes and then, in the same call, 64 KiB from an
 *		address where nothing is and a good page
 *	iovop selfread|selfwrite FILE FROM TO LEN [direct]
 *		read the file at FROM into a mapping of it at TO; or write it at
 *		TO from a mapping of it at FROM. None of it has been touched.
 *	iovop flood FILE LEN [ticks | at TO]
 *		write whole MiB of 'w' in one call; with a signal every
 *		millisecond, each of which is handled; or from TO on
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>

#include "pattern.h"

#define BAD_BYTES	65536
#define MIB		(1UL << 20)

static volatile unsigned int ticks;

static void report(long long ret)
{
	if (ret < 0)
		puts(strerrorname_np(errno));
	else
		printf("%lld\n", ret);
}

static unsigned char *memory(size_t len)
{
	unsigned char *mem = mmap(NULL, len, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
				  -1, 0);

	if (mem == MAP_FAILED) {
		perror("iovop: mmap");
		exit(2);
	}
	return mem;
}

static int has(char **flag, const char *name)
{
	for (; *flag; flag++) {
		if (!strcmp(*flag, name))
			return 1;
	}
	return 0;
}

static int rwf(char **flag)
{
	return (has(flag, "nowait") ? RWF_NOWAIT : 0) |
	       (has(flag, "dsync") ? RWF_DSYNC : 0) |
	       (has(flag, "append") ? RWF_APPEND : 0);
}

static int do_read(int fd, off_t off, size_t len, __u64 seed, int flags)
{
	struct iovec iov = { .iov_base = memory(len), .iov_len = len };
	ssize_t n = preadv2(fd, &iov, 1, off, flags);
	size_t right = n > 0 ? first_wrong(iov.iov_base, off, n, seed) : 0;

	if (n > 0 && right < (size_t)n) {
		printf("bad@%llu\n", (unsigned long long)(off + right));
		return 1;
	}
	report(n);
	return 0;
}

static int do_write(int fd, off_t off, size_t len, __u64 seed, int flags)
{
	struct iovec iov = { .iov_base = memory(len), .iov_len = len };

	fill(iov.iov_base, off, len, seed);
	report(pwritev2(fd, &iov, 1, off, flags));
	return 0;
}

static int do_bad(int fd, off_t off, size_t good, __u64 seed, int flags)
{
	struct iovec iov[3] = {
		{ .iov_base = memory(good + 1), .iov_len = good },
		{ .iov_base = memory(BAD_BYTES), .iov_len = BAD_BYTES },
		{ .iov_base = memory(4096), .iov_len = 4096 },
	};

	fill(iov[0].iov_base, off, good, seed);
	munmap(iov[1].iov_base, BAD_BYTES);
	report(pwritev2(fd, iov, 3, off, flags));
	return 0;
}

static int do_self(int fd, int write, off_t from, off_t to, size_t len)
{
	struct stat st;
	unsigned char *mem;

	if (fstat(fd, &st))
		return 2;
	mem = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		return 2;
	madvise(mem, st.st_size, MADV_RANDOM);
	report(write ? pwrite(fd, mem + from, len, to) :
		       pread(fd, mem + to, len, from));
	return 0;
}

static void tick(int sig)
{
	ticks += sig == SIGALRM;
}

static int do_flood(int fd, size_t len, int ticking)
{
	static struct iovec iov[1024];
	struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, never = { };
	unsigned char *mem = memory(MIB);
	size_t i, count = len / MIB;
	long long ret;

	memset(mem, 'w', MIB);
	for (i = 0; i < count && i < 1024; i++) {
		iov[i].iov_base = mem;
		iov[i].iov_len = MIB;
	}
	signal(SIGALRM, tick);
	if (ticking)
		setitimer(ITIMER_REAL, &often, NULL);
	ret = writev(fd, iov, i);
	setitimer(ITIMER_REAL, &never, NULL);
	report(ret);
	return ticking && !ticks;
}

static int usage(void)
{
	fprintf(stderr, "usage: see the top of iovop.c\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	char **flag = argv + (argc > 6 ? 6 : argc);
	int fd;

	if (argc < 4)
		return usage();
	fd = open(argv[2], O_RDWR | O_CREAT |
		  (has(flag, "direct") ? O_DIRECT : 0), 0644);
	if (fd < 0) {
		report(fd);
		return 0;
	}
	if (!strcmp(how, "flood")) {
		if (argc > 5)
			lseek(fd, num(argv[5]), SEEK_SET);
		return do_flood(fd, num(argv[3]), argc == 5);
	}
	if (argc < 6)
		return usage();
	if (has(flag, "touch"))
		futimens(fd, NULL);
	if (!strcmp(how, "read"))
		return do_read(fd, num(argv[3]), num(argv[4]), num(argv[5]),
			       rwf(flag));
	if (!strcmp(how, "write"))
		return do_write(fd, num(argv[3]), num(argv[4]), num(argv[5]),
				rwf(flag));
	if (!strcmp(how, "bad"))
		return do_bad(fd, num(argv[3]), num(argv[4]), num(argv[5]),
			      rwf(flag));
	if (!strncmp(how, "self", 4))
		return do_self(fd, !strcmp(how, "selfwrite"), num(argv[3]),
			       num(argv[4]), num(argv[5]));
	return usage();
}
