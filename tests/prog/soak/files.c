// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files: what can be done to one, what is in it then, and comparing. Exports
 * step(), which does one thing to one file, and verify().
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "../pattern.h"
#include "soak.h"

static __u64 state;
static sigjmp_buf bus_exit;

static unsigned int draw(unsigned int n)
{
	state = mix(state);
	return state % n;
}

/* Did a call fail for a reason that is no fault of the file system's? */
static int excused(const char *what, const struct file *f)
{
	if (errno == ENOSPC)
		atomic_fetch_add(&all->full, 1);
	else if (errno != EROFS)
		fail("%s of %u: %s", what, f->name, strerrorname_np(errno));
	return 1;
}

static const char *path(unsigned int in, unsigned int name)
{
	static char text[2][4096];
	static int which;

	which ^= 1;
	snprintf(text[which], sizeof(text[which]), "%s/%u/%u", dir, in, name);
	return text[which];
}

static int open_file(struct file *f, int flags)
{
	int fd = open(path(f->dir, f->name), flags | O_CLOEXEC, 0644);

	if (fd < 0)
		excused("open", f);
	return fd;
}

static void forget(struct file *f, unsigned int from, unsigned int units)
{
	while (units--)
		f->seed[from++] = UNKNOWN;
}

/* What an extension has left between the old end and @units are zeros. */
static void extended(struct file *f, unsigned int units)
{
	while (f->units < units)
		f->seed[f->units++] = 0;
}

static unsigned int new_seed(void)
{
	return draw(1 << 30) + 1;
}

static void compare(struct file *f, const unsigned char *mem, unsigned int from,
		    unsigned int units, const char *how)
{
	unsigned int i;

	for (i = from; i < from + units; i++) {
		size_t wrong;

		if (f->seed[i] == UNKNOWN)
			continue;
		wrong = first_wrong(mem + (i - from) * UNIT, i * UNIT, UNIT,
				    f->seed[i]);
		if (wrong < UNIT)
			fail("%s of %u/%u: byte %zu of %u is wrong: unit %u, seed %u",
			     how, f->dir, f->name, (size_t)i * UNIT + wrong,
			     f->units * UNIT, i, f->seed[i]);
	}
}

static void check_size(struct file *f, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		fail("stat of %u: %s", f->name, strerrorname_np(errno));
	if (st.st_size != (off_t)f->units * UNIT)
		fail("%u/%u has %lld bytes, not %u", f->dir, f->name,
		     (long long)st.st_size, f->units * UNIT);
}

static void read_back(struct file *f, int fd, unsigned int from,
		      unsigned int units, const char *how)
{
	size_t len = (size_t)units * UNIT, done = 0;

	while (done < len) {
		ssize_t n = pread(fd, memory + done, len - done,
				  (off_t)from * UNIT + done);

		if (n <= 0)
			fail("%s of %u/%u at %zu: %s", how, f->dir, f->name,
			     (size_t)from * UNIT + done,
			     n ? strerrorname_np(errno) : "end of file");
		done += n;
	}
	compare(f, memory, from, units, how);
}

/* Put new data into some units, which may make the file longer. */
static void put(struct file *f, int fd, unsigned int from, unsigned int units)
{
	unsigned int i, seed = new_seed(), old = f->units;
	size_t len = (size_t)units * UNIT, done = 0;

	fill(memory, (__u64)from * UNIT, len, seed);
	while (done < len) {
		ssize_t n = pwrite(fd, memory + done, len - done,
				   (off_t)from * UNIT + done);

		if (n < 0) {
			excused("write", f);
			break;
		}
		done += n;
	}
	units = done / UNIT;
	if (units)
		extended(f, from + units);
	for (i = from; i < from + units; i++)
		f->seed[i] = seed;
	if (done == len)
		return;
	/* Of the next unit some may have gone, even by a call that failed. */
	if (i < old) {
		forget(f, i, old - i < len / UNIT ? old - i : len / UNIT);
	} else if (ftruncate(fd, (off_t)f->units * UNIT)) {
		excused("ftruncate", f);
		f->name = 0;	/* nobody can tell how long it is */
	}
}

static void put_direct(struct file *f, unsigned int from)
{
	int fd = open_file(f, O_RDWR | O_DIRECT);

	if (fd < 0)
		return;
	from -= from % TURN;
	put(f, fd, from, TURN);
	close(fd);
}

static void bus(int number)
{
	(void)number;
	siglongjmp(bus_exit, 1);
}

static unsigned char *map_file(struct file *f, int fd, int prot)
{
	unsigned char *mem = mmap(NULL, (size_t)f->units * UNIT, prot,
				  MAP_SHARED, fd, 0);

	if (mem == MAP_FAILED)
		fail("mmap of %u: %s", f->name, strerrorname_np(errno));
	return mem;
}

/* A full disk is a signal here, from the first page of a hole on. */
static void put_mapped(struct file *f, int fd, unsigned int from,
		       unsigned int units)
{
	unsigned char *mem = map_file(f, fd, PROT_READ | PROT_WRITE);
	unsigned int i, seed = new_seed();

	fill(memory, (__u64)from * UNIT, (size_t)units * UNIT, seed);
	forget(f, from, units);
	if (!sigsetjmp(bus_exit, 1)) {
		memcpy(mem + (size_t)from * UNIT, memory, (size_t)units * UNIT);
		for (i = from; i < from + units; i++)
			f->seed[i] = seed;
	} else {
		atomic_fetch_add(&all->full, 1);
	}
	if (!draw(3))
		msync(mem, (size_t)f->units * UNIT, MS_SYNC);
	munmap(mem, (size_t)f->units * UNIT);
}

static void read_mapped(struct file *f, int fd)
{
	unsigned char *mem = map_file(f, fd, PROT_READ);

	if (sigsetjmp(bus_exit, 1))
		fail("a signal on reading %u mapped", f->name);
	compare(f, mem, 0, f->units, "mapped read");
	munmap(mem, (size_t)f->units * UNIT);
}

static void read_direct(struct file *f)
{
	int fd = open_file(f, O_RDONLY | O_DIRECT);
	unsigned int turns = f->units / TURN;

	if (fd < 0)
		return;
	if (turns)
		read_back(f, fd, 0, turns * TURN, "direct read");
	close(fd);
}

static void resize(struct file *f, int fd, unsigned int units)
{
	if (ftruncate(fd, (off_t)units * UNIT)) {
		excused("ftruncate", f);
		return;
	}
	extended(f, units);
	f->units = units;
}

static void sync_file(struct file *f, int fd)
{
	double since = now();
	unsigned int i;

	if (draw(2) ? fsync(fd) : fdatasync(fd))
		excused("fsync", f);
	i = atomic_fetch_add(&all->fsyncs, 1);
	all->fsync_ms[i % TIMES] = (now() - since) * 1000;
}

static void move(struct file *f)
{
	unsigned int in = draw(DIRS), name = atomic_fetch_add(&all->names, 1);

	if (rename(path(f->dir, f->name), path(in, name))) {
		excused("rename", f);
		return;
	}
	f->dir = in;
	f->name = name;
}

/* Another file takes its name; the old one is read once more behind it. */
static void replace(struct file *f, int fd)
{
	struct file new = {
		.dir = draw(DIRS),
		.name = atomic_fetch_add(&all->names, 1),
	};
	int other = open_file(&new, O_RDWR | O_CREAT | O_EXCL);

	if (other < 0)
		return;
	put(&new, other, 0, 1 + draw(UNITS / 4));
	if (!draw(2))
		sync_file(&new, other);
	if (!new.name || rename(path(new.dir, new.name), path(f->dir, f->name))) {
		excused("rename", f);
		unlink(path(new.dir, new.name));
	} else {
		read_back(f, fd, 0, f->units, "read of a replaced file");
		f->units = new.units;
		memcpy(f->seed, new.seed, sizeof(new.seed));
	}
	close(other);
}

static void link_twice(struct file *f)
{
	unsigned int in = draw(DIRS), name = atomic_fetch_add(&all->names, 1);

	if (link(path(f->dir, f->name), path(in, name))) {
		excused("link", f);
		return;
	}
	if (unlink(path(f->dir, f->name))) {
		excused("unlink", f);
		unlink(path(in, name));
		return;
	}
	f->dir = in;
	f->name = name;
}

static void drop(struct file *f, int fd)
{
	if (unlink(path(f->dir, f->name))) {
		excused("unlink", f);
		return;
	}
	read_back(f, fd, 0, f->units, "read of an unlinked file");
	f->name = 0;
}

static void create(struct file *f)
{
	int fd;

	f->dir = draw(DIRS);
	f->units = 0;
	f->name = atomic_fetch_add(&all->names, 1);
	fd = open_file(f, O_RDWR | O_CREAT | O_EXCL);
	if (fd < 0)
		f->name = 0;
	else
		close(fd);
}

static void work_on(struct file *f, enum op op, int fd)
{
	unsigned int units = f->units, from = units ? draw(units) : 0;
	unsigned int some = 1 + draw(!draw(8) ? 128 : 12);

	switch (op) {
	case OP_APPEND:
	case OP_WRITE:
		from = op == OP_APPEND ? units : draw(UNITS);
		if (from < UNITS)
			put(f, fd, from, some < UNITS - from ? some : UNITS - from);
		break;
	case OP_STORE:
		if (units)
			put_mapped(f, fd, from, some < units - from ? some : units - from);
		break;
	case OP_DIRECT:
		put_direct(f, draw(UNITS));
		break;
	case OP_READ:
		read_back(f, fd, from, units - from, "read");
		break;
	case OP_READ_MAPPED:
		if (units)
			read_mapped(f, fd);
		break;
	case OP_READ_DIRECT:
		read_direct(f);
		break;
	case OP_TRUNCATE:
		resize(f, fd, from);
		break;
	case OP_EXTEND:
		resize(f, fd, units + draw(UNITS - units + 1));
		break;
	case OP_RENAME:
		move(f);
		break;
	case OP_REPLACE:
		replace(f, fd);
		break;
	case OP_LINK:
		link_twice(f);
		break;
	case OP_UNLINK:
		drop(f, fd);
		break;
	default:
		sync_file(f, fd);
	}
}

void step(void)
{
	/* Reads are the more likely, since they find what went wrong. */
	static const unsigned char often[OPS] = { 9, 5, 6, 4, 12, 6, 4, 3, 2, 3,
						  2, 2, 1, 3 };
	struct file *f = &all->file[draw(FILES)];
	unsigned int op = 0, at = draw(62);
	int fd;

	while (at >= often[op])
		at -= often[op++];
	pthread_mutex_lock(&f->lock);
	if (!f->name) {
		create(f);
	} else {
		fd = open_file(f, O_RDWR);
		if (fd >= 0) {
			work_on(f, op, fd);
			if (f->name && op != OP_REPLACE)
				check_size(f, fd);
			close(fd);
		}
	}
	pthread_mutex_unlock(&f->lock);
	atomic_fetch_add(&all->done[op], 1);
}


void start_drawing(unsigned long long seed)
{
	state = mix(seed);
	signal(SIGBUS, bus);
}

/* Read all that there is. */
void verify(void)
{
	unsigned int i;

	for (i = 0; i < FILES; i++) {
		struct file *f = &all->file[i];
		int fd;

		if (!f->name)
			continue;
		fd = open(path(f->dir, f->name), O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			fail("%u/%u: %s", f->dir, f->name,
			     strerrorname_np(errno));
		check_size(f, fd);
		read_back(f, fd, 0, f->units, "read after the command");
		close(fd);
	}
}
