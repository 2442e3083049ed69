// SPDX-License-Identifier: GPL-2.0-only
/*
 * rndops: N operations drawn from SEED on one file, the same on any filesystem,
 * so that the file can be compared with what the same call made elsewhere.
 *
 *	rndops SEED N FILE SIZE [KIND...]
 *
 * SIZE bounds the file. A KIND leaves only operations of that kind: write,
 * append, truncate, store (through a mapping), sync, read. Reads are folded
 * into a checksum, which is printed: what was read in passing counts too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/types.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum kind { WRITE, APPEND, TRUNCATE, STORE, SYNC, READ, KINDS };

static const char *const kind_name[KINDS] = {
	"write", "append", "truncate", "store", "sync", "read",
};

static __u64 state, sum;
static int fd;
static off_t size_max;
static unsigned char *buf;

static __u64 draw(__u64 below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % below;
}

static void fail(const char *what)
{
	printf("%s: %s\n", what, strerrorname_np(errno));
	exit(1);
}

/* Mostly short, so that edges inside a block are met; at times long. */
static size_t draw_len(void)
{
	static const size_t most[] = { 100, 1024, 5000, 20000, 200000 };

	return 1 + draw(most[draw(5)]);
}

/* At times on a block's edge. */
static off_t draw_off(off_t below)
{
	off_t off = draw(below);

	return draw(3) ? off : off & ~(off_t)1023;
}

static off_t file_size(void)
{
	struct stat st;

	if (fstat(fd, &st))
		fail("fstat");
	return st.st_size;
}

static void fill(unsigned char *mem, size_t len)
{
	unsigned char c = 1 + draw(255);
	size_t i;

	for (i = 0; i < len; i++)
		mem[i] = c + i * 7;
}

static void do_write(off_t off)
{
	size_t len = draw_len();

	if (off + (off_t)len > size_max)
		len = size_max - off;
	fill(buf, len);
	if (pwrite(fd, buf, len, off) != (ssize_t)len)
		fail("pwrite");
}

static void do_store(off_t size)
{
	off_t off = draw(size), base = off & ~4095L;
	size_t len = draw_len();
	unsigned char *mem;

	if (off + (off_t)len > size)
		len = size - off;
	mem = mmap(NULL, off - base + len, PROT_READ | PROT_WRITE, MAP_SHARED,
		   fd, base);
	if (mem == MAP_FAILED)
		fail("mmap");
	fill(mem + (off - base), len);
	munmap(mem, off - base + len);
}

static void do_read(off_t off)
{
	ssize_t n = pread(fd, buf, draw_len(), off), i;

	if (n < 0)
		fail("pread");
	for (i = 0; i < n; i++)
		sum = (sum ^ buf[i]) * 0x100000001b3;
}

static void do_sync(void)
{
	if (draw(2) ? fsync(fd) : posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
		fail("sync");
}

static void step(enum kind kind)
{
	off_t size = file_size();

	switch (kind) {
	case WRITE:
		do_write(draw_off(size_max));
		break;
	case APPEND:
		if (size < size_max)
			do_write(size);
		break;
	case TRUNCATE:
		if (ftruncate(fd, draw_off(draw(2) ? size_max : size + 1)))
			fail("ftruncate");
		break;
	case STORE:
		if (size)
			do_store(size);
		break;
	case SYNC:
		do_sync();
		break;
	default:
		do_read(draw_off(size_max));
	}
}

int main(int argc, char **argv)
{
	enum kind allowed[KINDS];
	int i, k, n, kinds = 0;

	if (argc < 5) {
		fprintf(stderr, "usage: rndops SEED N FILE SIZE [KIND...]\n");
		return 2;
	}
	state = 88172645463325252ULL ^ strtoull(argv[1], NULL, 0) << 20;
	n = atoi(argv[2]);
	size_max = strtoll(argv[4], NULL, 0);
	for (i = 5; i < argc; i++) {
		for (k = 0; k < KINDS; k++) {
			if (!strcmp(kind_name[k], argv[i]))
				allowed[kinds++] = k;
		}
	}
	for (k = 0; k < KINDS && argc == 5; k++)
		allowed[kinds++] = k;

	fd = open(argv[3], O_RDWR | O_CREAT, 0644);
	if (fd < 0)
		fail("open");
	buf = malloc(200001);
	while (kinds && n-- > 0)
		step(allowed[draw(kinds)]);
	printf("%llx\n", (unsigned long long)sum);
	return 0;
}
