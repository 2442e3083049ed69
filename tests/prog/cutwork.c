// SPDX-License-Identifier: GPL-2.0-only
/*
 * cutwork: N operations drawn from SEED on a file system whose device is
 * dm-log-writes, each step noted down for cutcheck.
 *
 *	cutwork SEED N DIRECTORY DM_NAME STEPS
 *
 * After each operation that puts something on the disk for good, and after each
 * rename of a file, the log gets a mark with the number of the last step. DIRECTORY
 * has directories a and b, on the disk already.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/dm-ioctl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "cut.h"

static __u64 state;
static FILE *steps;
static __u32 step_count;
static __u64 gen;
static const char *dm_name;
static int control, disk;

static __u32 ids = 1, dirs, symlinks;	/* the next ones to use */
static __u32 name_id[NAMES];		/* what each name leads to */
static __u64 size_of[IDS];
static int links[IDS];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static __u32 rnd(__u32 below)
{
	state += 0x9e3779b97f4a7c15;
	__u64 x = state;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return (x ^ (x >> 31)) % below;
}

static void note(struct step_record r)
{
	fwrite(&r, sizeof(r), 1, steps);
	step_count++;
}

static void mark(void)
{
	char buf[sizeof(struct dm_ioctl) + 64] = "";
	struct dm_ioctl *dm = (void *)buf;
	struct dm_target_msg *msg = (void *)(dm + 1);

	dm->version[0] = 4;
	dm->data_size = sizeof(buf);
	dm->data_start = sizeof(*dm);
	strcpy(dm->name, dm_name);
	sprintf(msg->message, "mark %u", step_count);
	if (ioctl(control, DM_TARGET_MSG, dm))
		die("mark");
	note((struct step_record) { .step = STEP_MARK });
}

static void set_name(__u32 name, __u32 id)
{
	__u32 old = name_id[name];

	if (old && old < DIR_ID)
		links[old]--;
	if (id && id < DIR_ID)
		links[id]++;
	name_id[name] = id;
	note((struct step_record) { .step = STEP_NAME, .name = name, .id = id });
	if (old && old != id && id)
		note((struct step_record) { .step = STEP_GONE, .id = old });
}

static void gone(__u32 id)
{
	note((struct step_record) { .step = STEP_GONE, .id = id });
}

static void sync_step(__u32 step, __u32 id, __u32 name)
{
	note((struct step_record) { .step = step, .id = id, .name = name });
	mark();
}

static int open_path(const char *path, int flags)
{
	int fd = open(path, flags, 0644);

	if (fd < 0)
		die(path);
	return fd;
}

static int xopen(__u32 name, int flags)
{
	return open_path(path_of(name), flags);
}

/* A name of a file, or -1; of none but those in directories that exist */
static int any_file(void)
{
	int try;

	for (try = 0; try < 200; try++) {
		__u32 name = rnd(NAMES_DIR);

		if (name_id[name])
			return name;
	}
	return -1;
}

static __u32 any_name(void)
{
	for (;;) {
		__u32 name = rnd(NAMES_DIR);

		if (dir_of(name) >= NAMES || name_id[dir_of(name)])
			return name;
	}
}

static void sync_dir(__u32 dir)
{
	int fd = open(*path_of(dir) ? path_of(dir) : ".", O_RDONLY);

	if (fd < 0 || fsync(fd))
		die("fsync of a directory");
	close(fd);
	sync_step(STEP_SYNC_DIR, 0, dir);
}

static void sync_file(int fd, __u32 id)
{
	if (rnd(3) ? fsync(fd) : fdatasync(fd))
		die("fsync");
	sync_step(STEP_SYNC_FILE, id, 0);
}

static void put(int fd, __u32 id, __u64 off, size_t len)
{
	static char buf[1 << 18] __attribute__((aligned(4096)));
	ssize_t done;

	fill_cells(buf, id, ++gen, off, len);
	/* Noted first: it may be on the disk before the call returns. */
	note((struct step_record) { STEP_WRITE, id, 0, 0, gen, off, len });
	done = pwrite(fd, buf, len, off);
	if (done != (ssize_t)len)
		die("write");
	if (off + len > size_of[id])
		size_of[id] = off + len;
}

static size_t some_len(void)
{
	switch (rnd(4)) {
	case 0:
		return CHUNK * (1 + rnd(16));
	case 1:
		return CHUNK * (1 + rnd(256));
	case 2:
		return 1024 * (1 + rnd(16));
	default:
		return 4096 * (1 + rnd(24));
	}
}

static __u64 some_offset(__u32 id, size_t len)
{
	__u64 off = size_of[id];

	if (rnd(2) && off)
		off = rnd(off / CHUNK + 1) * CHUNK;	/* over what there is */
	else if (!rnd(6))
		off += CHUNK * rnd(2000);		/* behind a hole */
	if (id % 16 == 3 && !rnd(3))			/* two arrays deep */
		off = (4 << 20) + (300 << 10) + CHUNK * rnd(10000);
	if (off + len > FILE_MAX)
		off = 0;
	return off;
}

static void write_some(int fd, __u32 id)
{
	size_t len = some_len();

	put(fd, id, some_offset(id, len), len);
}

static void op_write(void)
{
	int name = any_file(), fd, times = 1 + rnd(3);

	if (name < 0)
		return;
	fd = xopen(name, O_RDWR);
	while (times--)
		write_some(fd, name_id[name]);
	if (!rnd(3))
		sync_file(fd, name_id[name]);
	close(fd);
}

static __u32 create(__u32 name)
{
	__u32 id = ids++;

	if (id >= IDS) {
		fprintf(stderr, "cutwork: no more ids\n");
		exit(1);
	}
	close(xopen(name, O_CREAT | O_EXCL | O_RDWR));
	set_name(name, id);
	return id;
}

static void op_create(void)
{
	__u32 name = any_name(), id, times = rnd(4);
	int fd;

	if (name_id[name])
		return;
	id = create(name);
	fd = xopen(name, O_RDWR);
	while (times--)
		write_some(fd, id);
	if (!rnd(2)) {
		sync_file(fd, id);
		if (rnd(4))
			sync_dir(dir_of(name));
	}
	close(fd);
}

/* O_SYNC, O_DSYNC, or past the cache */
static void op_sync_write(void)
{
	int name = any_file(), fd;
	int flags = (int []){ O_SYNC, O_DSYNC, O_DIRECT, O_DIRECT | O_SYNC }[rnd(4)];
	size_t len = some_len();
	__u64 off;
	__u32 id;

	if (name < 0)
		return;
	id = name_id[name];
	off = some_offset(id, len);
	if (flags & O_DIRECT) {
		len = (len + 4095) & ~4095;
		off &= ~4095ULL;
	}
	fd = xopen(name, O_RDWR | flags);
	put(fd, id, off, len);
	close(fd);
	if (!(flags & O_DSYNC))
		return;
	note((struct step_record) { STEP_SYNC_RANGE, id, 0, 0, 0, off, len });
	mark();
}

/* Store into a page that is there, or in a hole. */
static void op_store(void)
{
	int name = any_file(), fd;
	__u64 off, len;
	__u32 id;
	char *mem;

	if (name < 0 || size_of[name_id[name]] < 4096)
		return;
	id = name_id[name];
	off = rnd(size_of[id] / 4096) * 4096;
	len = CHUNK * (1 + rnd(64));
	fd = xopen(name, O_RDWR);
	mem = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, off);
	if (mem == MAP_FAILED)
		die("mmap");
	note((struct step_record) { STEP_WRITE, id, 0, 0, ++gen, off, len });
	fill_cells(mem, id, gen, off, len);
	if (!rnd(2)) {
		if (msync(mem, 4096, MS_SYNC))
			die("msync");
		note((struct step_record) { STEP_SYNC_RANGE, id, 0, 0, 0, off, len });
		mark();
	}
	munmap(mem, 4096);
	close(fd);
}

static void op_truncate(void)
{
	int name = any_file(), fd;
	__u64 size;
	__u32 id;

	if (name < 0)
		return;
	id = name_id[name];
	size = rnd(3) ? rnd(size_of[id] / CHUNK + 1) * CHUNK :
			size_of[id] + CHUNK * rnd(3000);
	if (size > FILE_MAX)
		size = 0;
	note((struct step_record) { STEP_SIZE, id, 0, 0, 0, 0, size });
	fd = xopen(name, O_RDWR);
	if (ftruncate(fd, size))
		die("truncate");
	size_of[id] = size;
	if (!rnd(3))
		sync_file(fd, id);
	close(fd);
}

static void op_unlink(void)
{
	int name = any_file(), fd;
	__u32 id;

	if (name < 0)
		return;
	id = name_id[name];
	fd = xopen(name, O_RDWR);
	gone(id);
	set_name(name, 0);
	if (unlink(path_of(name)))
		die("unlink");
	if (!rnd(3))
		write_some(fd, id);	/* which nobody shall find */
	if (!rnd(3))
		sync_dir(dir_of(name));
	close(fd);
}

static void op_link(void)
{
	int name = any_file();
	__u32 to = any_name();

	if (name < 0 || name_id[to] || links[name_id[name]] > 5)
		return;
	set_name(to, name_id[name]);
	if (link(path_of(name), path_of(to)))
		die("link");
}

static void move(__u32 from, __u32 to)
{
	set_name(to, name_id[from]);
	set_name(from, 0);
	if (rename(path_of(from), path_of(to)))
		die("rename");
	mark();
}

static void do_rename(__u32 from, __u32 to)
{
	move(from, to);
	if (rnd(2))
		return;
	sync_dir(dir_of(to));
	if (dir_of(to) != dir_of(from))
		sync_dir(dir_of(from));
}

static void op_rename(void)
{
	int from = any_file();
	__u32 to = any_name();

	if (from < 0 || name_id[from] == name_id[to])
		return;
	do_rename(from, to);
}

/* What careful programs do to replace a file */
static void op_replace(void)
{
	int target = any_file(), fd, times = 1 + rnd(3);
	__u32 name = any_name(), id;

	if (target < 0 || name_id[name])
		return;
	id = create(name);
	fd = xopen(name, O_RDWR);
	while (times--)
		write_some(fd, id);
	sync_file(fd, id);
	close(fd);
	do_rename(name, target);
}

static void make_dir(__u32 name)
{
	set_name(name, DIR_ID + dirs++);
	if (mkdir(path_of(name), 0755))
		die("mkdir");
}

static void remove_dir(__u32 name)
{
	set_name(name, 0);
	if (rmdir(path_of(name)))
		die("rmdir");
}

static void op_mkdir(void)
{
	__u32 name = NAMES_DIR + rnd(4), i;

	if (!name_id[name]) {
		make_dir(name);
		if (!rnd(3))
			sync_dir(NAME_ROOT);
		return;
	}
	for (i = 0; i < 4; i++)
		if (name_id[NAMES_Y + (name - NAMES_DIR) * 4 + i])
			return;
	remove_dir(name);
}

/* Let a symlink lead elsewhere, by putting a new one in its place. */
static void op_symlink(void)
{
	__u32 name = NAMES_LINK + rnd(NAME_NEW_LINK - NAMES_LINK);
	char target[128];

	sprintf(target, TARGET_FORMAT, symlinks);
	set_name(NAME_NEW_LINK, LINK_ID + symlinks++);
	if (symlink(target, path_of(NAME_NEW_LINK)))
		die("symlink");
	do_rename(NAME_NEW_LINK, name);
}

/* Have a file found under this name from now on. */
static void anchor(__u32 name)
{
	int fd = xopen(name, O_RDWR);

	sync_file(fd, name_id[name]);
	close(fd);
	if (dir_of(name) < NAMES)
		sync_dir(NAME_ROOT);
	sync_dir(dir_of(name));
}

/* Into a directory that has just been made, which nothing has synced. */
static void op_move_in(void)
{
	__u32 y = rnd(4), times = 1 + rnd(3), to;
	int from = any_file();

	if (name_id[NAMES_DIR + y] || from < 0)
		return;
	anchor(from);
	make_dir(NAMES_DIR + y);
	while (times--) {
		to = NAMES_Y + y * 4 + rnd(4);
		if (!name_id[to])
			move(from, to);
		from = any_file();
		if (from < 0)
			return;
	}
}

/* Out of a directory, which is then removed. */
static void op_move_out(void)
{
	__u32 y = rnd(4), from = NAMES_Y + y * 4, i, to = 0;

	if (!name_id[NAMES_DIR + y])
		return;
	for (i = from; i < from + 4; i++)
		if (name_id[i])
			anchor(i);
	for (i = from; i < from + 4; i++) {
		if (!name_id[i])
			continue;
		while (to < NAMES_Y && name_id[to])
			to++;
		if (to == NAMES_Y)
			return;
		move(i, to);
	}
	remove_dir(NAMES_DIR + y);
}

/*
 * Directories that are moved into each other and out again, each with a file. Names
 * are long, with others between them, so that they are in blocks of their own.
 */
#define WANDERERS	3
#define WANDER_FORMAT	"%u-%0180u"

static int around[WANDERERS] = { -1, -1, -1 };	/* the one it is in, or w */

static const char *wander_path(int which)
{
	static char path[1024];
	char rest[1024] = "";

	for (; which >= 0; which = around[which]) {
		snprintf(path, sizeof(path), "/" WANDER_FORMAT "%s", which, 0,
			 rest);
		strcpy(rest, path);
	}
	snprintf(path, sizeof(path), "w%s", rest);
	return path;
}

static void make_fillers(__u32 from)
{
	char path[256];
	__u32 i;

	for (i = from; i < from + 20; i++) {
		snprintf(path, sizeof(path), "w/" WANDER_FORMAT, i, 0);
		close(open_path(path, O_CREAT | O_RDWR));
	}
}

static void make_wanderer(int which)
{
	__u32 id = ids++;
	char path[64];
	int fd;

	sprintf(path, "w/%d", which);
	if (mkdir(path, 0755))
		die(path);
	sprintf(path, "w/%d/file", which);
	fd = open_path(path, O_CREAT | O_RDWR);
	put(fd, id, 0, CHUNK);
	close(fd);
	note((struct step_record) { .step = STEP_WANDERS, .id = id });
}

/*
 * They are made first and get their names later, so that what they hold lies in
 * front of that on the disk: e2fsck keeps the first name of a directory.
 */
static void make_wanderers(void)
{
	char path[64];
	int i;

	if (mkdir("w", 0755))
		die("mkdir");
	for (i = 0; i < WANDERERS; i++)
		make_wanderer(i);
	for (i = 0; i < WANDERERS; i++) {
		make_fillers(100 * (i + 1));
		sprintf(path, "w/%d", i);
		if (rename(path, wander_path(i)))
			die(path);
	}
}

static void wander(int which, int to)
{
	char from[1024];
	int up;

	for (up = to; up >= 0; up = around[up])
		if (up == which)
			return;
	strcpy(from, wander_path(which));
	around[which] = to;
	if (rename(from, wander_path(which)))
		die("rename of a directory");
}

/* Two at once, so that they get to the disk together: turn what can be turned. */
static void op_wander(void)
{
	int which = rnd(WANDERERS), in = around[which];

	if (in >= 0) {
		wander(which, -1);
		wander(in, which);
		return;
	}
	wander(which, rnd(WANDERERS));
	wander(rnd(WANDERERS), (int)rnd(WANDERERS + 1) - 1);
}

/* Let the kernel write what it likes to, in the order that is worst. */
static void op_pressure(void)
{
	switch (rnd(3)) {
	case 0:
		if (fsync(disk))
			die("fsync of the disk");
		break;
	case 1:
		if (sync_file_range(disk, 0, 0, SYNC_FILE_RANGE_WRITE))
			die("sync_file_range of the disk");
		break;
	default:
		usleep(20000);
	}
}

static void op_sync(void)
{
	sync();
	sync_step(STEP_SYNC_ALL, 0, 0);
}

static const struct {
	unsigned int weight;
	void (*run)(void);
} ops[] = {
	{ 10, op_create }, { 14, op_write }, { 6, op_sync_write },
	{ 4, op_store }, { 8, op_truncate }, { 9, op_unlink }, { 3, op_link },
	{ 7, op_rename }, { 7, op_replace }, { 4, op_mkdir }, { 8, op_symlink },
	{ 6, op_move_in }, { 6, op_move_out }, { 8, op_wander },
	{ 10, op_pressure }, { 1, op_sync },
};

static void one_op(void)
{
	unsigned int i, total = 0;
	__u32 pick;

	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		total += ops[i].weight;
	pick = rnd(total);
	for (i = 0; pick >= ops[i].weight; i++)
		pick -= ops[i].weight;
	ops[i].run();
}

int main(int argc, char **argv)
{
	char path[64];
	unsigned long n;

	if (argc != 6) {
		fprintf(stderr, "usage: cutwork SEED N DIRECTORY DM_NAME STEPS\n");
		return 2;
	}
	state = strtoull(argv[1], NULL, 0);
	dm_name = argv[4];
	steps = fopen(argv[5], "w");
	control = open("/dev/mapper/control", O_RDWR);
	snprintf(path, sizeof(path), "/dev/mapper/%s", dm_name);
	disk = open(path, O_RDONLY);	/* no writer beside a mount: not every kernel allows one */
	if (!steps || control < 0 || disk < 0 || chdir(argv[3]))
		die("cutwork");

	make_wanderers();
	op_sync();
	for (n = strtoul(argv[2], NULL, 0); n; n--)
		one_op();
	op_sync();
	if (fclose(steps))
		die("steps");
	printf("%u steps, %u files\n", step_count, ids - 1);
	return 0;
}
