// SPDX-License-Identifier: GPL-2.0-only
/*
 * Doing operations, on the file and on the model. Each checks all that it has
 * read or been told.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "exercise.h"

#define PIECES	32
#define STEPS	64		/* of a walk along the holes */

static sigjmp_buf bus_exit;

static void on_bus(int signal)
{
	siglongjmp(bus_exit, signal);
}

/* What of @op lies in the file: its length may be 0. */
static size_t inside(const struct op *op)
{
	if (op->off >= w.size)
		return 0;
	return op->len < w.size - op->off ? op->len : w.size - op->off;
}

static int fd_of(const struct op *op)
{
	return w.fd[op->flags & SECOND ? 1 : 0];
}

/* Cut @len bytes at @mem into pieces no writer of a program would choose. */
static int cut(struct iovec *iov, unsigned char *mem, size_t len, __u32 seed)
{
	static const size_t sizes[] = {
		1, 7, 511, 512, 513, 1023, 4095, 4097, 10000, 66666,
	};
	int n = 0;

	while (len) {
		size_t piece = sizes[(seed += 7) % 10];

		if (piece > len || n == PIECES - 1)
			piece = len;
		iov[n].iov_base = mem;
		iov[n++].iov_len = piece;
		mem += piece;
		len -= piece;
	}
	return n;
}

static bool moved(const char *what, ssize_t got, size_t want)
{
	if (got < 0)
		return wrong("%s: %s", what, strerror(errno));
	if ((size_t)got != want)
		return wrong("%s gave %zd instead of %zu", what, got, want);
	return true;
}

/* There was nothing to do. */
static bool idle(void)
{
	w.idle = true;
	return true;
}

static bool worked(const char *what, int ret)
{
	return ret ? wrong("%s: %s", what, strerror(errno)) : true;
}

static bool check_size(void)
{
	struct stat st;

	if (fstat(w.fd[0], &st))
		return wrong("fstat: %s", strerror(errno));
	if ((size_t)st.st_size != w.size)
		return wrong("the size is %lld instead of %zu",
			     (long long)st.st_size, w.size);
	return true;
}

static bool do_read(const struct op *op, int fd, const char *how)
{
	unsigned char *mem = w.buf + op->off % PAGE;
	size_t want = inside(op);
	struct iovec iov[PIECES];
	ssize_t got;

	w.idle = !want;
	memset(mem, 0xaa, want);
	if (op->flags & ODD)
		got = preadv(fd, iov, cut(iov, mem, op->len, op->arg), op->off);
	else
		got = pread(fd, mem, op->len, op->off);
	return moved(how, got, want) && check_data(mem, op->off, want, how);
}

static bool do_check(void)
{
	struct op all = { .kind = READ, .len = w.size + 1 };

	return do_read(&all, w.fd[0], "check") && check_size();
}

/*
 * Have the model hold the data of a write. Return: its length, which the
 * episode's limit may have cut.
 */
static size_t model_write(const struct op *op, size_t off)
{
	size_t len = op->len;

	if (off >= w.setup.max)
		return 0;
	if (len > w.setup.max - off)
		len = w.setup.max - off;
	fill(w.model + off, off, len, op->arg);
	if (off + len > w.size)
		w.size = off + len;
	return len;
}

static bool do_write(const struct op *op, int fd, size_t off, const char *how)
{
	size_t len = model_write(op, off);
	unsigned char *mem = w.model + off;
	struct iovec iov[PIECES];
	ssize_t got;
	int n = 1;

	if (!len)
		return idle();
	iov[0].iov_base = mem;
	iov[0].iov_len = len;
	if (op->flags & ODD)
		n = cut(iov, mem, len, op->arg);
	got = op->kind == APPEND ? writev(fd, iov, n) :
	      pwritev2(fd, iov, n, off, op->flags & SYNC ? RWF_DSYNC : 0);
	return moved(how, got, len) && check_size();
}

static bool do_mread(const struct op *op)
{
	size_t len = inside(op);

	if (!len)
		return idle();
	return check_data(w.map + op->off, op->off, len, "mread");
}

/* The pages of @len bytes at @off, for what wants whole ones. */
static size_t pages(size_t *off, size_t len)
{
	size_t end = *off + len;

	*off &= -(size_t)PAGE;
	return ((end + PAGE - 1) & -(size_t)PAGE) - *off;
}

static bool do_msync(const struct op *op)
{
	size_t off = op->off, len = inside(op);

	if (!len)
		return idle();
	len = pages(&off, len);
	return worked("msync", msync(w.map + off, len,
				     op->flags & SYNC ? MS_SYNC : MS_ASYNC));
}

static bool do_store(const struct op *op)
{
	size_t len = inside(op);

	if (!len)
		return idle();
	fill(w.model + op->off, op->off, len, op->arg);
	memcpy(w.map + op->off, w.model + op->off, len);
	return op->flags & SYNC ? do_msync(op) : true;
}

/* Store behind the end of the file: nobody may ever see that. */
static bool do_smear(void)
{
	if (!(w.size % PAGE))
		return idle();
	memset(w.map + w.size, 0xee, PAGE - w.size % PAGE);
	return true;
}

/*
 * Where data can come from that goes to @op->off, from the file itself. Its
 * pages must not be those it goes to. Return: its length, or 0.
 */
static size_t own_source(const struct op *op)
{
	size_t len = op->len, from = op->arg, to = op->off;
	size_t from_pages, to_pages;

	if (from >= w.size || to >= w.setup.max)
		return 0;
	len = len < w.size - from ? len : w.size - from;
	len = len < w.setup.max - to ? len : w.setup.max - to;
	from_pages = pages(&from, len);
	to_pages = pages(&to, len);
	return from + from_pages <= to || to + to_pages <= from ? len : 0;
}

static void model_copy(const struct op *op, size_t len)
{
	memcpy(w.model + op->off, w.model + op->arg, len);
	if (op->off + len > w.size)
		w.size = op->off + len;
}

/* Write what a mapping of the same file holds. */
static bool do_copy(const struct op *op)
{
	size_t len = own_source(op);
	ssize_t got;

	if (!len)
		return idle();
	got = pwrite(w.fd[0], w.map + op->arg, len, op->off);
	model_copy(op, len);
	return moved("copy", got, len) && check_size();
}

/* Write what the page cache holds, without a copy in between. */
static bool do_splice(const struct op *op)
{
	size_t len = own_source(op), left;
	off64_t from = op->arg, to = op->off;
	ssize_t got;

	if (!len)
		return idle();
	for (left = len; left; left -= got) {
		got = copy_file_range(w.fd[0], &from, w.fd[1], &to, left, 0);
		if (got <= 0)
			return moved("splice", got, left);
	}
	model_copy(op, len);
	return check_size();
}

static bool do_trunc(const struct op *op)
{
	w.idle = op->off == w.size;
	if (op->off < w.size)
		memset(w.model + op->off, 0, w.size - op->off);
	w.size = op->off;
	return worked("ftruncate", ftruncate(w.fd[0], op->off)) && check_size();
}

static bool do_flush(const struct op *op)
{
	int wait = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WAIT_AFTER;

	w.idle = !inside(op);
	return worked("sync_file_range",
		      sync_file_range(w.fd[0], op->off,
				      op->len == ALL ? 0 : op->len,
				      SYNC_FILE_RANGE_WRITE |
				      (op->flags & SYNC ? wait : 0)));
}

/* What a process has mapped cannot be dropped. */
static bool do_drop(const struct op *op)
{
	size_t off = op->off, len = op->len == ALL ? FILE_MAX : op->len;

	w.idle = !inside(op);
	len = pages(&off, len);
	if (off + len > FILE_MAX)
		len = FILE_MAX - off;
	madvise(w.map + off, len, MADV_DONTNEED);
	return worked("fadvise", posix_fadvise(w.fd[0], op->off,
					       op->len == ALL ? 0 : op->len,
					       POSIX_FADV_DONTNEED));
}

static bool do_evict(const struct op *op)
{
	struct op flush = *op;

	flush.flags = SYNC;
	return do_flush(&flush) && do_drop(op);
}

static bool do_cold(void)
{
	bool ok = worked("fsync", fsync(w.fd[0]));

	madvise(w.map, FILE_MAX, MADV_DONTNEED);
	write_text("/proc/sys/vm/drop_caches", "1");
	return ok;
}

/* Reclaim what is mapped; large folios are split for it. */
static bool do_pageout(const struct op *op)
{
	size_t off = op->off, len = inside(op);

	if (!len)
		return idle();
	len = pages(&off, len);
	madvise(w.map + off, len, MADV_POPULATE_READ);
	madvise(w.map + off, len, MADV_PAGEOUT);
	return true;
}

static bool do_split(const struct op *op)
{
	char text[300];

	if (!inside(op))
		return idle();
	snprintf(text, sizeof(text), "%s,%#x,%#x", w.place.path,
		 op->off / PAGE, op->off / PAGE + op->len / PAGE + 1);
	w.idle = write_text("/sys/kernel/debug/split_huge_pages", text);
	return true;
}

static bool do_reclaim(void)
{
	char path[200];

	if (!w.place.group)
		return idle();
	snprintf(path, sizeof(path), "%s/memory.reclaim", w.place.group);
	/* Less than that could be reclaimed: -EAGAIN. */
	w.idle = write_text(path, "512K") && errno != EAGAIN;
	return true;
}

static bool do_compact(void)
{
	write_text("/proc/sys/vm/compact_memory", "1");
	return true;
}

/* What the filesystem says is a hole must not have data. */
static bool do_holes(const struct op *op)
{
	off_t hole, data = op->off;
	int steps;

	w.idle = !inside(op);
	for (steps = 0; steps < STEPS && (size_t)data < w.size; steps++) {
		hole = lseek(w.fd[0], data, SEEK_HOLE);
		if (hole < 0)
			return wrong("SEEK_HOLE: %s", strerror(errno));
		if ((size_t)hole >= w.size)
			break;
		data = lseek(w.fd[0], hole, SEEK_DATA);
		if (data < 0 && errno != ENXIO)
			return wrong("SEEK_DATA: %s", strerror(errno));
		if (data < 0)
			data = w.size;
		memset(w.buf, 0, data - hole);
		if (!check_data(w.buf, hole, data - hole, "holes"))
			return false;
	}
	return true;
}

static bool do_ahead(const struct op *op)
{
	w.idle = !inside(op);
	return worked("readahead", readahead(w.fd[0], op->off, op->len));
}

static bool do_reopen(void)
{
	noise_pause();
	world_close();
	noise_resume();
	return world_open();
}

static bool dispatch(const struct op *op)
{
	switch (op->kind) {
	case READ:	return do_read(op, fd_of(op), "read");
	case MREAD:	return do_mread(op);
	case DREAD:	return do_read(op, w.direct, "dread");
	case CHECK:	return do_check();
	case WRITE:	return do_write(op, fd_of(op), op->off, "write");
	case APPEND:	return do_write(op, w.append, w.size, "append");
	case DWRITE:	return do_write(op, w.direct, op->off, "dwrite");
	case STORE:	return do_store(op);
	case COPY:	return do_copy(op);
	case SPLICE:	return do_splice(op);
	case TRUNC:	return do_trunc(op);
	case SMEAR:	return do_smear();
	case FSYNC:	return worked("fsync", fsync(w.fd[0]));
	case FDATASYNC:	return worked("fdatasync", fdatasync(w.fd[0]));
	case FLUSH:	return do_flush(op);
	case SYNCFS:	return worked("syncfs", syncfs(w.fd[0]));
	case MSYNC:	return do_msync(op);
	case DROP:	return do_drop(op);
	case EVICT:	return do_evict(op);
	case COLD:	return do_cold();
	case PAGEOUT:	return do_pageout(op);
	case RECLAIM:	return do_reclaim();
	case SPLIT:	return do_split(op);
	case COMPACT:	return do_compact();
	case AHEAD:	return do_ahead(op);
	case HOLES:	return do_holes(op);
	case REOPEN:	return do_reopen();
	case REMOUNT:	return world_remount();
	case KINDS:	break;
	}
	return wrong("no such operation");
}

/* Return: false, with w.trouble, if something is wrong. */
bool do_op(const struct op *op)
{
	static bool ready;
	bool ok;

	if (!ready) {
		signal(SIGBUS, on_bus);
		ready = true;
	}
	if (sigsetjmp(bus_exit, 1))
		return wrong("%s: SIGBUS", op_kinds[op->kind].name);
	mix_begin();
	ok = dispatch(op);
	mix_end(op->kind);
	return ok;
}

/*
 * Do a list on a new file. Return: false if it fails; *@done is the number of
 * operations done, the one that failed included.
 */
bool run_ops(const struct op *ops, size_t count, size_t *done)
{
	*done = 0;
	if (!world_fresh())
		return false;
	while (*done < count) {
		ops_done++;
		if (!do_op(&ops[(*done)++]))
			return false;
	}
	return true;
}
