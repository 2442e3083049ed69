// SPDX-License-Identifier: GPL-2.0-only
/*
 * aiop: direct I/O that is still under way when the call that began it returns.
 *
 *	aiop beside FILE LEN SEED OFF [direct]
 *		begin to write LEN bytes at 0, write 512 at OFF while that is not
 *		done, and wait for it
 *	aiop read FILE OFF LEN SEED
 *		one read; what is read is compared. Prints its result
 *	aiop flood FILE COUNT SEED
 *		COUNT writes of 4 KiB, one behind the other, with O_DSYNC, all of
 *		them begun before the first is waited for
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/aio_abi.h>
#include <sys/syscall.h>

#include "pattern.h"

#define ALIGN	4096
#define CHUNK	4096
#define BESIDE	512

static aio_context_t context;

static void die(const char *what)
{
	fprintf(stderr, "aiop: %s: %s\n", what, strerror(errno));
	exit(2);
}

static unsigned char *memory(size_t len)
{
	void *mem = aligned_alloc(ALIGN, (len + ALIGN - 1) / ALIGN * ALIGN);

	if (!mem)
		die("memory");
	return mem;
}

static int open_file(const char *name, int flags)
{
	int fd = open(name, flags);

	if (fd < 0)
		die(name);
	return fd;
}

static void begin(int fd, int op, unsigned char *mem, size_t len,
		  unsigned long long off)
{
	struct iocb cb = {
		.aio_lio_opcode = op,
		.aio_fildes = fd,
		.aio_buf = (unsigned long)mem,
		.aio_nbytes = len,
		.aio_offset = off,
	}, *list = &cb;

	if (syscall(SYS_io_submit, context, 1, &list) != 1)
		die("io_submit");
}

static long long end(void)
{
	struct io_event event;

	if (syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1)
		die("io_getevents");
	return event.res;
}

static void expect(long long got, long long want, const char *what)
{
	if (got == want)
		return;
	fprintf(stderr, "aiop: %s came to %lld instead of %lld\n", what, got,
		want);
	exit(1);
}

static void beside(const char *name, size_t len, unsigned long seed,
		   unsigned long long off, int flags)
{
	unsigned char *mem = memory(len), *other = memory(BESIDE);
	int fd = open_file(name, O_RDWR | O_DIRECT);
	int fd2 = open_file(name, O_RDWR | flags);

	fill(mem, 0, len, seed);
	fill(other, off, BESIDE, seed);
	begin(fd, IOCB_CMD_PWRITE, mem, len, 0);
	expect(pwrite(fd2, other, BESIDE, off), BESIDE, "the write beside it");
	expect(end(), len, "the write");
}

static void read_once(const char *name, unsigned long long off, size_t len,
		      unsigned long seed)
{
	unsigned char *mem = memory(len);
	size_t wrong;

	begin(open_file(name, O_RDONLY | O_DIRECT), IOCB_CMD_PREAD, mem, len,
	      off);
	expect(end(), len, "the read");
	wrong = first_wrong(mem, off, len, seed);
	expect(wrong, len, "the first wrong byte");
}

static void flood(const char *name, unsigned int count, unsigned long seed)
{
	unsigned char *mem = memory((size_t)count * CHUNK);
	int fd = open_file(name, O_RDWR | O_DIRECT | O_DSYNC);
	unsigned int i;

	fill(mem, 0, (size_t)count * CHUNK, seed);
	for (i = 0; i < count; i++)
		begin(fd, IOCB_CMD_PWRITE, mem + (size_t)i * CHUNK, CHUNK,
		      (unsigned long long)i * CHUNK);
	for (i = 0; i < count; i++)
		expect(end(), CHUNK, "a write");
}

int main(int argc, char **argv)
{
	if (syscall(SYS_io_setup, 1024, &context))
		die("io_setup");
	if (argc >= 6 && !strcmp(argv[1], "beside"))
		beside(argv[2], strtoul(argv[3], NULL, 0),
		       strtoul(argv[4], NULL, 0), strtoull(argv[5], NULL, 0),
		       argc > 6 ? O_DIRECT : 0);
	else if (argc == 6 && !strcmp(argv[1], "read"))
		read_once(argv[2], strtoull(argv[3], NULL, 0),
			  strtoul(argv[4], NULL, 0), strtoul(argv[5], NULL, 0));
	else if (argc == 5 && !strcmp(argv[1], "flood"))
		flood(argv[2], strtoul(argv[3], NULL, 0),
		      strtoul(argv[4], NULL, 0));
	else
		return 2;
	return 0;
}
