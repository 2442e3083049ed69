// SPDX-License-Identifier: GPL-2.0-only
/*
 * cutcheck: cut the power at many points of a dm-log-writes log, and see whether
 * the file system keeps its promises to what cutwork did.
 *
 *	cutcheck [-s SEED] [-p POINTS] [-f MOST] [-o OPTIONS] LOG BASE STEPS
 *		BLOCK_SIZE DEVICE...
 *
 * BASE is a copy of the device as it was when the log began. The cuts are those
 * at each flush and each write with FUA (with -f at MOST so many), and POINTS
 * others: within what was not flushed, any part of it may be on the disk, since
 * a disk's cache writes in an order of its own. A block is written as a whole.
 *
 * At each: as it is, no file may show bytes that were not written to it; e2fsck
 * -fy must end well, and -fn find nothing after it; then the same, and what was
 * synced must be there. debugfs reads all at every eighth. Each DEVICE, on which
 * the disk is replayed, is worked on by a process of its own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cutlog.h"
#include "cutmodel.h"

/* A moment at which the power goes */
struct point {
	__u32 entry;	/* all before it are done, as far as they are on disk */
	__u32 keep;	/* per 256 of the blocks not flushed; 256: in order */
	__u64 seed;
};

static struct cut_log log_;
static struct step_record *steps;
static __u32 step_count, block_size;
static const char *options = "";
static struct point *points;
static __u32 point_count;
static struct tally {
	__u32 done, failed;
} *tally;				/* shared by all processes */

static char dir[64], output[64];	/* of this process */
static const char *device;
static char *disk, *cut, *on_device;	/* after flushes; cut off; as known */
static const struct point *point;
static bool bad, repaired;
static struct model sure, maybe;
static __u64 found[IDS];			/* under a name that it may have */
static bool seen[IDS];			/* anywhere */
static struct cell content[(FILE_MAX + (1 << 20)) / sizeof(struct cell)];

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void __attribute__((format(printf, 1, 2))) fail(const char *fmt, ...)
{
	va_list args;

	if (!bad)
		printf("cut at entry %u of %u, %u/256 kept (seed %llu):\n",
		       point->entry, log_.count, point->keep, point->seed);
	bad = true;
	va_start(args, fmt);
	printf("    ");
	vprintf(fmt, args);
	printf("\n");
	va_end(args);
	fflush(stdout);
}

static __u64 mix(__u64 x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

/* Read a file. Return: its size, or -1; what cannot be read is left out. */
static __s64 load(const char *path)
{
	int file = open(path, O_RDONLY);
	ssize_t got = -1;
	__s64 size = 0;

	if (file < 0)
		return -1;
	while (size < (__s64)sizeof(content)) {
		got = read(file, (char *)content + size, sizeof(content) - size);
		if (got <= 0)
			break;
		size += got;
	}
	close(file);
	if (got < 0 && repaired)
		fail("%.26s: cannot be read: %s", path, strerror(errno));
	return size;
}

/* The id that a symlink's target tells, or -1 */
static __s64 link_id(const char *path)
{
	char target[128], same[128];
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	unsigned int number;

	if (len < 0) {
		if (repaired)
			fail("%.26s: cannot be read: %s", path, strerror(errno));
		return -1;
	}
	target[len] = 0;
	number = strtoul(target, NULL, 10);
	snprintf(same, sizeof(same), TARGET_FORMAT, number);
	if (!strcmp(target, same))
		return LINK_ID + number;
	fail("%.26s: shows what was never written%s", path,
	     repaired ? "" : ", before e2fsck");
	return -1;
}

/* Whosever it is: nothing but its own bytes, where they were written? */
static int look_at(const char *path, const struct stat *st, int type,
		   struct FTW *ftw)
{
	__u32 id = 0, i;
	__s64 size;

	(void)ftw;
	if (type == FTW_SL && S_ISLNK(st->st_mode))
		link_id(path);
	if (type != FTW_F || !S_ISREG(st->st_mode))
		return 0;
	size = load(path);
	for (i = 0; (i + 1) * (__s64)sizeof(struct cell) <= size; i++) {
		const struct cell *c = &content[i];

		if (!c->magic && !c->id && !c->at && !c->gen)
			continue;
		if (!id)
			id = c->id;
		if (c->magic == CELL_MAGIC && c->id == id && c->at == i)
			continue;
		fail("%.26s: byte %zu shows %s%s", path, i * sizeof(*c),
		     c->magic != CELL_MAGIC ? "what was never written" :
		     c->id != id ? "another file's data" :
		     "data from elsewhere in it",
		     repaired ? "" : ", before e2fsck");
		break;
	}
	if (id < IDS)
		seen[id] = true;
	return 0;
}

/* Is what a name leads to, loaded already, one of those that it may be? */
static void check_content(const char *path, const struct name *n, __u64 size)
{
	const char *why = "it should lead to nothing";
	unsigned int i;
	__u64 at = 0;

	for (i = 0; i < n->count; i++) {
		__u32 id = n->set[i];

		if (!id || id >= DIR_ID)
			continue;
		why = model_mismatch(&maybe.file[id], id, content, size,
				     block_size, &at);
		if (!why) {
			found[id] = 1;
			return;
		}
	}
	fail("%.26s: %s (byte %llu, %u candidates, one is %u)", path, why, at,
	     n->count, n->set[0]);
}

static void check_name(const char *root, unsigned int number)
{
	const struct name *n = &maybe.name[number];
	char path[512];
	struct stat st;
	__s64 size;

	if (n->count > SET_MAX)
		return;
	snprintf(path, sizeof(path), "%s/%s", root, path_of(number));
	if (lstat(path, &st)) {
		if (errno != ENOENT)
			fail("%.26s: %s", path, strerror(errno));
		else if (!name_can_be(n, 0))
			fail("%.26s: is missing, should be %u or one of %u others",
			     path, n->set[0], n->count - 1);
		return;
	}
	if (number >= NAMES_LINK && S_ISLNK(st.st_mode)) {
		__s64 id = link_id(path);

		if (id >= 0 && !name_can_be(n, id))
			fail("%.26s: is an older symlink, or a later one", path);
		return;
	}
	if (!S_ISREG(st.st_mode) || number >= NAMES_DIR) {
		unsigned int i;

		for (i = 0; i < n->count; i++)
			if (n->set[i] >= DIR_ID && S_ISDIR(st.st_mode))
				return;
		fail("%.26s: is of the wrong type", path);
		return;
	}
	size = load(path);
	if (size >= 0)
		check_content(path, n, size);
}

static void check_tree(const char *root)
{
	unsigned int i;

	memset(seen, 0, sizeof(seen));
	nftw(root, look_at, 16, FTW_PHYS);
	if (!repaired)
		return;
	memset(found, 0, sizeof(found));
	for (i = 0; i < NAMES; i++)
		check_name(root, i);
	for (i = 1; i < IDS; i++)
		if (maybe.file[i].anchored && !found[i])
			fail("file %u, synced and named, is nowhere", i);
	for (i = 1; i < IDS; i++)
		if (maybe.file[i].wanders && !seen[i])
			fail("file %u, synced in a directory that moves, is nowhere",
			     i);
}

static void check_mounted(void)
{
	if (mount(device, dir, "demofs", MS_RDONLY, options)) {
		if (repaired)
			fail("cannot be mounted: %s", strerror(errno));
		return;
	}
	check_tree(dir);
	if (umount(dir))
		die("umount");
}

static void show_output(void)
{
	char line[256];
	FILE *f = fopen(output, "r");
	int lines = 0;

	while (f && lines++ < 12 && fgets(line, sizeof(line), f))
		printf("        %s", line);
	if (f)
		fclose(f);
}

static int run(const char *cmd, ...)
{
	char line[512];
	va_list args;
	int status;

	va_start(args, cmd);
	vsnprintf(line, sizeof(line), cmd, args);
	va_end(args);
	status = system(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void check_repair(void)
{
	int code = run("exec e2fsck -fy %s >%s 2>&1", device, output);

	if (code > 1) {
		fail("e2fsck -fy ends with %d", code);
		show_output();
	}
	code = run("exec e2fsck -fn %s >%s 2>&1", device, output);
	if (code) {
		fail("e2fsck -fn, after -fy, ends with %d", code);
		show_output();
	}
}

/* Another reader than demofs finds the same. */
static void check_witness(void)
{
	char dump[80];

	snprintf(dump, sizeof(dump), "%s.dump", dir);
	run("rm -rf %s; mkdir %s", dump, dump);
	run("exec debugfs -R 'rdump / %s' %s >%s 2>&1", dump, device, output);
	check_tree(dump);
	run("rm -rf %s", dump);
}

/* While it is mounted nobody else may have it open for writing, on some kernels. */
static int open_device(int flags)
{
	int fd = open(device, flags | O_DIRECT);

	if (fd < 0)
		die(device);
	return fd;
}

/* Bring the device to what the disk has at a cut: write what differs. */
static void write_cut(void)
{
	int fd = open_device(O_RDWR);
	size_t at;

	for (at = 0; at < log_.size; at += 4096) {
		if (!memcmp(on_device + at, cut + at, 4096))
			continue;
		if (pwrite(fd, cut + at, 4096, at) != 4096)
			die("replay");
	}
	close(fd);
}

static void read_device(void)
{
	size_t at, step = 1 << 20;
	int fd = open_device(O_RDONLY);

	for (at = 0; at < log_.size; at += step)
		if (pread(fd, on_device + at, step, at) != (ssize_t)step)
			die("read the replay");
	close(fd);
}

/* What a disk may have: all up to the last flush, and some of what followed. */
static void make_cut(void)
{
	__u32 i, end = point->keep < 256 ? cut_epoch_end(&log_, point->entry) :
					   point->entry;

	memcpy(cut, disk, log_.size);
	for (i = cut_epoch_start(&log_, point->entry); i < end; i++) {
		const struct cut_entry *e = &log_.entry[i];
		size_t at;

		if (i < point->entry && (e->flags & CUT_FUA)) {
			cut_apply(&log_, e, cut, 0, e->len);
			continue;
		}
		if (point->keep == 256) {
			cut_apply(&log_, e, cut, 0, e->len);
			continue;
		}
		/* A write is cut in the middle, or only some blocks of it. */
		if (e->flags & (CUT_FUA | CUT_FLUSH))
			continue;
		for (at = 0; at < e->len; at += block_size)
			if ((mix(point->seed + ((__u64)i << 20) + at /
				 (point->seed % 2 ? block_size : e->len)) &
			     255) < point->keep)
				cut_apply(&log_, e, cut, at, block_size);
	}
}

/* Steps up to the last mark before the cut are done; to the next, begun. */
static void make_models(__u32 *next)
{
	__u32 done = 0, begun = step_count, i;
	__u32 end = point->keep < 256 ? cut_epoch_end(&log_, point->entry) :
					point->entry;

	for (i = 0; i < log_.count; i++) {
		if (!(log_.entry[i].flags & CUT_MARK))
			continue;
		if (i < point->entry)
			done = log_.entry[i].mark;
		else if (i >= end && log_.entry[i].mark < begun)
			begun = log_.entry[i].mark;
	}
	for (; *next < done; ++*next)
		model_step(&sure, &steps[*next], true);
	model_copy(&maybe, &sure);
	for (i = done; i < begun; i++)
		model_step(&maybe, &steps[i], false);
}

static void check_point(__u32 *step)
{
	make_cut();
	write_cut();
	make_models(step);
	bad = false;
	repaired = false;
	check_mounted();
	check_repair();
	repaired = true;
	check_mounted();
	if (point->seed % 8 == 0)
		check_witness();
	read_device();
}

static void work(unsigned int job, unsigned int jobs)
{
	__u32 i, applied = 0, step = 0;

	snprintf(dir, sizeof(dir), "/tmp/cut.%u", job);
	snprintf(output, sizeof(output), "/tmp/cut.%u.out", job);
	mkdir(dir, 0755);
	model_init(&sure);
	read_device();
	for (i = job; i < point_count; i += jobs) {
		__u32 start = cut_epoch_start(&log_, points[i].entry);

		point = &points[i];
		for (; applied < start; applied++)
			cut_apply(&log_, &log_.entry[applied], disk, 0,
				  log_.entry[applied].len);
		check_point(&step);
		__sync_fetch_and_add(&tally->done, 1);
		__sync_fetch_and_add(&tally->failed, bad);
		if (job == 0 && i / jobs % 25 == 0)
			printf("# %u of %u cuts, %u failed\n", tally->done,
			       point_count, tally->failed);
		fflush(stdout);
	}
	exit(0);
}

static int by_entry(const void *a, const void *b)
{
	const struct point *p = a, *q = b;

	return p->entry < q->entry ? -1 : p->entry > q->entry;
}

static void choose_points(__u32 others, __u32 most, __u64 seed)
{
	__u32 flushes = 0, i, first = 0;
	__u64 n = 0;

	while (first < log_.count && !(log_.entry[first].flags & CUT_MARK))
		first++;
	if (first == log_.count) {
		fprintf(stderr, "cutcheck: the log has no mark\n");
		exit(2);
	}
	for (i = first; i < log_.count; i++)
		flushes += !!(log_.entry[i].flags & (CUT_FLUSH | CUT_FUA));
	points = calloc(flushes + others, sizeof(*points));
	for (i = first; i < log_.count; i++) {
		if (!(log_.entry[i].flags & (CUT_FLUSH | CUT_FUA)))
			continue;
		n++;
		if (most >= flushes ||
		    (n - 1) * most / flushes != n * most / flushes)
			points[point_count++] = (struct point) {
				i + 1, 256, mix(seed + i)
			};
	}
	printf("%u entries, %u flushes, %u of them tried, and %u cuts between\n",
	       log_.count, flushes, point_count, others);
	for (i = 0; i < others; i++) {
		__u64 r = mix(seed * 0x100000 + i);
		static const __u32 keep[] = { 256, 16, 64, 128, 192, 240 };

		points[point_count++] = (struct point) {
			first + 1 + mix(r) % (log_.count - first),
			keep[r % 6], mix(r + 1)
		};
	}
	qsort(points, point_count, sizeof(*points), by_entry);
}

static void *map_file(const char *path, size_t *size)
{
	int file = open(path, O_RDONLY);
	void *mem;

	if (file < 0)
		die(path);
	*size = lseek(file, 0, SEEK_END);
	mem = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	if (mem == MAP_FAILED)
		die(path);
	close(file);
	return mem;
}

static void *memory(size_t size)
{
	void *mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		die("memory");
	return mem;
}

int main(int argc, char **argv)
{
	__u32 others = 100, most = -1;
	__u64 seed = 1;
	size_t size;
	int c, i, jobs;

	while ((c = getopt(argc, argv, "s:p:f:o:")) > 0) {
		if (c == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (c == 'p')
			others = strtoul(optarg, NULL, 0);
		else if (c == 'f')
			most = strtoul(optarg, NULL, 0);
		else if (c == 'o')
			options = optarg;
		else
			return 2;
	}
	argv += optind;
	jobs = argc - optind - 4;
	if (jobs < 1) {
		fprintf(stderr, "cutcheck: too few arguments\n");
		return 2;
	}
	disk = map_file(argv[1], &log_.size);
	if (cut_load(&log_, argv[0]))
		die(argv[0]);
	steps = map_file(argv[2], &size);
	step_count = size / sizeof(*steps);
	block_size = atoi(argv[3]);
	cut = memory(log_.size);
	on_device = memory(log_.size);
	tally = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	choose_points(others, most, seed);
	fflush(stdout);

	for (i = 0; i < jobs; i++) {
		device = argv[4 + i];
		if (!fork())
			work(i, jobs);
	}
	while (wait(NULL) > 0)
		;
	/* Cuts that nobody came to look at have failed. */
	i = tally->done - tally->failed;
	printf("%u passed, %u failed\n", i, point_count - i);
	return i != (int)point_count;
}
