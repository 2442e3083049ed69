// SPDX-License-Identifier: GPL-2.0-only
/*
 * fsop: a list of operations on open files, done in order by one process.
 *
 *	fsop 'open a /mnt/f rw,creat' 'pwrite a 0 4K 7' 'fsync a = EIO'
 *
 * Each argument is one operation with its operands; files and mappings are
 * named by a letter. "= RESULT" says what the operation must come to, a number,
 * an errno's name or a text, and "= ?" prints it; without either it must
 * succeed and move all the bytes it names. Numbers take the suffixes K, M, G.
 * "child" hands the operations up to "done" to a forked child and waits for it.
 *
 * Data is what pattern.h makes of a seed.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/types.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "pattern.h"

#ifndef FS_IOC_SHUTDOWN
#define FS_IOC_SHUTDOWN	_IOR('X', 125, __u32)
#endif

#define ARGS_MAX	8
#define IO_MAX		(1 << 20)

struct area {
	unsigned char *mem;
	__u64 file_off;
	size_t len;
};

static int fds[26];
static struct area areas[26];
static char text[1 << 16];	/* a result that is no number */
static sigjmp_buf bus_exit;

/* Says where the first wrong byte is; the result of the operation. */
static long long compare(const unsigned char *mem, __u64 off, size_t len,
			 __u64 seed)
{
	size_t i = first_wrong(mem, off, len, seed);

	if (i < len) {
		sprintf(text, "bad@%llu", (unsigned long long)(off + i));
		fprintf(stderr, "fsop: byte %llu is %#x instead of %#x\n",
			(unsigned long long)(off + i), mem[i],
			pattern(off + i, seed));
	}
	return len;
}

static unsigned int slot(const char *name)
{
	if (!islower(*name) || name[1]) {
		fprintf(stderr, "fsop: '%s' is no letter\n", name);
		exit(2);
	}
	return *name - 'a';
}

static int file(char **arg)
{
	return fds[slot(arg[1])];
}

static long long sys(long long ret)
{
	return ret < 0 ? -errno : ret;
}

static int flag_bits(char *names)
{
	static const struct { const char *name; int bits; } known[] = {
		{ "r", O_RDONLY }, { "w", O_WRONLY }, { "rw", O_RDWR },
		{ "creat", O_CREAT }, { "excl", O_EXCL }, { "trunc", O_TRUNC },
		{ "append", O_APPEND }, { "direct", O_DIRECT },
		{ "sync", O_SYNC }, { "dsync", O_DSYNC },
		{ "dir", O_DIRECTORY }, { "nofollow", O_NOFOLLOW },
		{ "nonblock", O_NONBLOCK }, { "tmpfile", O_TMPFILE },
	};
	char *name;
	size_t i;
	int bits = 0;

	for (name = strtok(names, ","); name; name = strtok(NULL, ",")) {
		for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
			if (!strcmp(known[i].name, name))
				break;
		}
		if (i == sizeof(known) / sizeof(*known)) {
			fprintf(stderr, "fsop: open: unknown '%s'\n", name);
			exit(2);
		}
		bits |= known[i].bits;
	}
	return bits;
}

static long long op_open(char **arg)
{
	int fd = open(arg[2], flag_bits(arg[3]), 0644);

	if (fd < 0)
		return -errno;
	fds[slot(arg[1])] = fd;
	return 0;
}

static long long op_close(char **arg)
{
	return sys(close(file(arg)));
}

/* Bytes written before the error, if any were. */
static long long put(int fd, __u64 off, long long len, __u64 seed)
{
	static unsigned char *buf;
	long long done = 0;
	ssize_t n;

	if (!buf && posix_memalign((void **)&buf, 4096, IO_MAX))
		return -ENOMEM;
	while (done < len) {
		size_t part = len - done > IO_MAX ? IO_MAX : len - done;

		fill(buf, off + done, part, seed);
		n = pwrite(fd, buf, part, off + done);
		if (n < 0)
			return done ? done : -errno;
		done += n;
		if ((size_t)n < part)
			break;
	}
	return done;
}

static long long op_pwrite(char **arg)
{
	return put(file(arg), num(arg[2]), num(arg[3]), num(arg[4]));
}

static long long op_pread(char **arg)
{
	static unsigned char *buf;
	__u64 off = num(arg[2]);
	long long len = num(arg[3]), done = 0;
	ssize_t n;

	if (!buf && posix_memalign((void **)&buf, 4096, IO_MAX))
		return -ENOMEM;
	while (done < len && !*text) {
		size_t part = len - done > IO_MAX ? IO_MAX : len - done;

		n = pread(file(arg), buf, part, off + done);
		if (n < 0)
			return done ? done : -errno;
		compare(buf, off + done, n, num(arg[4]));
		done += n;
		if ((size_t)n < part)
			break;
	}
	return done;
}

/* At the end of the file, as O_APPEND places it. */
static long long op_append(char **arg)
{
	long long len = num(arg[2]);
	unsigned char *buf = malloc(len);
	struct stat st;
	long long n;

	if (!buf || fstat(file(arg), &st))
		return -errno;
	fill(buf, st.st_size, len, num(arg[3]));
	n = sys(write(file(arg), buf, len));
	free(buf);
	return n;
}

static long long op_fsync(char **arg)
{
	return sys(fsync(file(arg)));
}

static long long op_fdatasync(char **arg)
{
	return sys(fdatasync(file(arg)));
}

static long long op_syncfs(char **arg)
{
	return sys(syncfs(file(arg)));
}

/* Starts write-out of a range and waits for none of it. */
static long long op_flush(char **arg)
{
	return sys(sync_file_range(file(arg), num(arg[2]), num(arg[3]),
				   SYNC_FILE_RANGE_WRITE));
}

static long long op_ftruncate(char **arg)
{
	return sys(ftruncate(file(arg), num(arg[2])));
}

static long long op_fallocate(char **arg)
{
	return sys(fallocate(file(arg), 0, num(arg[2]), num(arg[3])));
}

static long long op_zero(char **arg)
{
	return sys(fallocate(file(arg), FALLOC_FL_ZERO_RANGE |
			     FALLOC_FL_KEEP_SIZE, num(arg[2]), num(arg[3])));
}

static long long op_seek(char **arg)
{
	int whence = !strcmp(arg[3], "data") ? SEEK_DATA :
		     !strcmp(arg[3], "hole") ? SEEK_HOLE :
		     !strcmp(arg[3], "end") ? SEEK_END : SEEK_SET;

	return sys(lseek(file(arg), num(arg[2]), whence));
}

static long long op_advise(char **arg)
{
	int advice = !strcmp(arg[2], "random") ? POSIX_FADV_RANDOM :
		     !strcmp(arg[2], "willneed") ? POSIX_FADV_WILLNEED :
		     POSIX_FADV_DONTNEED;

	return -posix_fadvise(file(arg), 0, 0, advice);
}

/* "r" or "w": be told before somebody else writes, or opens, the file. */
static long long op_lease(char **arg)
{
	int lease = !strcmp(arg[2], "r") ? F_RDLCK :
		    !strcmp(arg[2], "w") ? F_WRLCK : F_UNLCK;

	return fcntl(file(arg), F_SETLEASE, lease) ? -errno : 0;
}

static long long op_size(char **arg)
{
	struct stat st;

	return fstat(file(arg), &st) ? -errno : st.st_size;
}

/* Of 512 bytes. */
static long long op_sectors(char **arg)
{
	struct stat st;

	return fstat(file(arg), &st) ? -errno : st.st_blocks;
}

static long long op_unlink(char **arg)
{
	return sys(unlink(arg[1]));
}

static long long op_map(char **arg)
{
	struct area *a = &areas[slot(arg[1])];
	int prot = PROT_READ, share = MAP_SHARED;
	void *mem;

	if (!strcmp(arg[5], "private"))
		share = MAP_PRIVATE;
	if (strcmp(arg[5], "ro"))
		prot |= PROT_WRITE;
	a->file_off = num(arg[3]);
	a->len = num(arg[4]);
	mem = mmap(NULL, a->len, prot, share, fds[slot(arg[2])], a->file_off);
	if (mem == MAP_FAILED)
		return -errno;
	/* Around a fault no neighbour is to be mapped by chance. */
	madvise(mem, a->len, MADV_RANDOM);
	a->mem = mem;
	return 0;
}

static long long op_unmap(char **arg)
{
	struct area *a = &areas[slot(arg[1])];

	return sys(munmap(a->mem, a->len));
}

static long long op_msync(char **arg)
{
	struct area *a = &areas[slot(arg[1])];

	return sys(msync(a->mem, a->len, MS_SYNC));
}

static void on_bus_error(int sig)
{
	(void)sig;
	siglongjmp(bus_exit, 1);
}

/* Offsets of "store" and "load" are in the file too. */
static long long touch(char **arg, int store)
{
	struct area *a = &areas[slot(arg[1])];
	__u64 off = num(arg[2]);
	unsigned char *mem = a->mem + (off - a->file_off);

	if (sigsetjmp(bus_exit, 1)) {
		sprintf(text, "SIGBUS");
		return -EFAULT;
	}
	if (!store)
		return compare(mem, off, num(arg[3]), num(arg[4]));
	fill(mem, off, num(arg[3]), num(arg[4]));
	return num(arg[3]);
}

static long long op_store(char **arg)
{
	return touch(arg, 1);
}

static long long op_load(char **arg)
{
	return touch(arg, 0);
}

static long long op_sendfile(char **arg)
{
	off_t off = num(arg[3]);

	return sys(sendfile(file(arg), fds[slot(arg[2])], &off, num(arg[4])));
}

/* From one file to the other by way of a pipe. */
static long long op_splice(char **arg)
{
	loff_t in = num(arg[3]), out = in;
	long long len = num(arg[4]), done = 0;
	ssize_t n = 0, m;
	int ends[2];

	if (pipe(ends))
		return -errno;
	while (done < len) {
		n = splice(fds[slot(arg[2])], &in, ends[1], NULL, len - done,
			   0);
		if (n <= 0)
			break;
		while (n > 0) {
			m = splice(ends[0], NULL, file(arg), &out, n, 0);
			if (m <= 0)
				return sys(m);
			n -= m;
			done += m;
		}
	}
	close(ends[0]);
	close(ends[1]);
	return n < 0 ? -errno : done;
}

static long long op_fibmap(char **arg)
{
	int block = num(arg[2]);

	return ioctl(file(arg), FIBMAP, &block) ? -errno : block;
}

/* LOGICAL:PHYSICAL:LENGTH in KiB, and flags that are set, of each extent */
static long long op_fiemap(char **arg)
{
	static struct {
		struct fiemap head;
		struct fiemap_extent extent[512];
	} map;
	char *out = text;
	unsigned int i;

	memset(&map, 0, sizeof(map));
	map.head.fm_length = FIEMAP_MAX_OFFSET;
	map.head.fm_flags = FIEMAP_FLAG_SYNC;
	map.head.fm_extent_count = 512;
	if (ioctl(file(arg), FS_IOC_FIEMAP, &map))
		return -errno;
	for (i = 0; i < map.head.fm_mapped_extents; i++) {
		struct fiemap_extent *e = &map.extent[i];

		out += sprintf(out, "%s%llu:%llu:%llu%s%s", i ? " " : "",
			       e->fe_logical >> 10, e->fe_physical >> 10,
			       e->fe_length >> 10,
			       e->fe_flags & FIEMAP_EXTENT_MERGED ?
			       ":merged" : "",
			       e->fe_flags & FIEMAP_EXTENT_LAST ? ":last" : "");
	}
	return map.head.fm_mapped_extents;
}

/* From now on this process is somebody without any privilege. */
static long long op_user(char **arg)
{
	uid_t id = num(arg[1]);

	return setgroups(0, NULL) || setgid(id) || setuid(id) ? -errno : 0;
}

static long long op_chmod(char **arg)
{
	return sys(fchmod(file(arg), strtoul(arg[2], NULL, 8)));
}

static long long op_shutdown(char **arg)
{
	__u32 how = num(arg[2]);

	return sys(ioctl(file(arg), FS_IOC_SHUTDOWN, &how));
}

static const struct op {
	const char *name;
	int operands;
	long long (*run)(char **arg);
	int full;	/* the operand that a complete result equals, or 0 */
} ops[] = {
	{ "open", 3, op_open, 0 },
	{ "close", 1, op_close, 0 },
	{ "pwrite", 4, op_pwrite, 3 },
	{ "pread", 4, op_pread, 3 },
	{ "append", 3, op_append, 2 },
	{ "fsync", 1, op_fsync, 0 },
	{ "fdatasync", 1, op_fdatasync, 0 },
	{ "syncfs", 1, op_syncfs, 0 },
	{ "flush", 3, op_flush, 0 },
	{ "ftruncate", 2, op_ftruncate, 0 },
	{ "fallocate", 3, op_fallocate, 0 },
	{ "zero", 3, op_zero, 0 },
	{ "seek", 3, op_seek, 0 },
	{ "advise", 2, op_advise, 0 },
	{ "lease", 2, op_lease, 0 },
	{ "size", 1, op_size, 0 },
	{ "sectors", 1, op_sectors, 0 },
	{ "unlink", 1, op_unlink, 0 },
	{ "map", 5, op_map, 0 },
	{ "unmap", 1, op_unmap, 0 },
	{ "msync", 1, op_msync, 0 },
	{ "store", 4, op_store, 3 },
	{ "load", 4, op_load, 3 },
	{ "sendfile", 4, op_sendfile, 4 },
	{ "splice", 4, op_splice, 4 },
	{ "fibmap", 2, op_fibmap, 0 },
	{ "fiemap", 1, op_fiemap, 0 },
	{ "user", 1, op_user, 0 },
	{ "chmod", 2, op_chmod, 0 },
	{ "shutdown", 2, op_shutdown, 0 },
};

static int split(char *line, char **word, char **expect)
{
	int n = 0;

	*expect = strstr(line, " = ");
	if (*expect) {
		**expect = 0;
		*expect += 3;
	}
	for (line = strtok(line, " "); line && n < ARGS_MAX;
	     line = strtok(NULL, " "))
		word[n++] = line;
	return n;
}

/* Returns 0 when the operation came to what was wanted of it. */
static int run(const char *line)
{
	char *copy = strdup(line), *word[ARGS_MAX], *expect;
	const struct op *op = ops, *end = ops + sizeof(ops) / sizeof(*ops);
	int n = split(copy, word, &expect);
	long long ret;

	while (op < end && (!n || strcmp(op->name, word[0])))
		op++;
	if (op == end || n != op->operands + 1) {
		fprintf(stderr, "fsop: cannot do '%s'\n", line);
		exit(2);
	}
	*text = 0;
	ret = op->run(word);
	if (!*text && ret < 0)
		snprintf(text, sizeof(text), "%s", strerrorname_np(-ret));
	else if (!*text && !expect && (!op->full || ret == num(word[op->full])))
		return 0;
	else if (!*text)
		snprintf(text, sizeof(text), "%lld", ret);

	if (expect && !strcmp(expect, "?")) {
		puts(text);
		return 0;
	}
	if (expect && !strcmp(expect, text))
		return 0;
	fprintf(stderr, "fsop: %s: came to %s\n", line, text);
	return 1;
}

/* Index of the "done" that ends the child's operations. */
static int run_child(int first, int argc, char **argv, int *failed)
{
	int status, last = first;
	pid_t pid;

	while (last < argc && strcmp(argv[last], "done"))
		last++;
	fflush(stdout);
	pid = fork();
	if (pid)
		waitpid(pid, &status, 0);
	for (; !pid && first < last; first++)
		*failed |= run(argv[first]);
	if (!pid)
		exit(*failed);
	if (status)
		*failed = 1;
	return last;
}

int main(int argc, char **argv)
{
	int i, failed = 0;

	signal(SIGBUS, on_bus_error);
	for (i = 0; i < 26; i++)
		fds[i] = -1;
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "child"))
			i = run_child(i + 1, argc, argv, &failed);
		else
			failed |= run(argv[i]);
	}
	return failed;
}
