/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an operation of nthfault.c is, and those that read or work on names. Each
 * works in "w", which prepare() makes anew; "keep" is what nothing may harm.
 */

/**
 * struct op - an operation whose allocations are to fail
 * @prepare: make what it works on
 * @open: set @fd, once nothing of the filesystem is in memory any more
 * @run: do it; returns what it can say of success, or -errno
 * @check: is all well, given what @run returned? Called twice, the second time
 *	after another mount
 * @also: an errno beside ENOMEM and EIO that is true
 * @reads: changes nothing, so what it works on is made only once
 * @mounts: start from the device not being mounted
 * @unmounts: leave the directory before
 */
struct op {
	const char *name;
	void (*prepare)(void);
	void (*open)(void);
	int (*run)(void);
	int (*check)(int ret);
	int also;
	int reads;
	int mounts;
	int unmounts;
};

static void make_bystanders(void)
{
	char name[32];
	int i;

	mkdir("keep", 0755);
	mkdir("keep/names", 0755);
	make("keep/big", 0, 100000, 1);
	make("keep/big", 200000, BIG - 200000, 1);
	for (i = 0; i < NAMES; i++) {
		sprintf(name, "keep/names/%02d-%s", i, "a longer name");
		make(name, 0, i, 3);
	}
	if (symlink(LONG_TARGET, "keep/symlink"))
		die("make a symlink");
}

static int check_bystanders(void)
{
	fill(want, 0, BIG, 1);
	memset(want + 100000, 0, 100000);
	return holds_want("keep/big", BIG) &&
	       holds("keep/names/39-a longer name", 39, 3) &&
	       readlink("keep/symlink", (char *)got, sizeof(got)) ==
	       sizeof(LONG_TARGET) - 1;
}

static void prepare(const struct op *op)
{
	static const char * const made[] = {
		"w/old", "w/new", "w/big", "w/dir/new", "w/dir", "w/a/b",
		"w/a", "w",
	};
	unsigned int i;

	for (i = 0; i < COUNT(made); i++)
		if (remove(made[i]) && errno != ENOENT)
			die(made[i]);
	if (mkdir("w", 0755) || mkdir("w/dir", 0755))
		die("make w");
	make("w/old", 0, 5000, 1);
	if (op->prepare)
		op->prepare();
}

static void make_big(void)
{
	make("w/big", 0, BIG, 1);
}

static void make_sparse(void)
{
	make("w/big", 0, 10, 1);
	if (truncate("w/big", BIG))
		die("make a hole");
}

static void open_big(void)
{
	open_file("w/big", O_RDWR);
}

static void open_old(void)
{
	open_file("w/old", O_RDWR);
}

/* Reading */

static int run_read(void)
{
	int len, all = 0;

	memset(got, 0, sizeof(got));
	while ((len = sys(pread(fd, got + all, 150000, all))) > 0)
		all += len;
	fill(want, 0, BIG, 1);
	if (memcmp(got, want, all))
		return -EILSEQ;
	return len ? len : all;
}

static int check_read(int ret)
{
	return (ret < 0 || ret == BIG) && holds("w/big", BIG, 1);
}

static void open_direct(void)
{
	open_file("w/big", O_RDWR | O_DIRECT);
}

static int run_read_direct(void)
{
	int len;

	memset(data, 0, BIG);
	len = sys(pread(fd, data, BIG, 0));
	fill(want, 0, BIG, 1);
	return len > 0 && memcmp(data, want, len) ? -EILSEQ : len;
}

/* By a pipe. What could not be read may show only when it leaves that. */
static int run_splice(void)
{
	int pipes[2], len, ret = 0, all = 0;

	if (pipe(pipes))
		return -errno;
	memset(got, 0, sizeof(got));
	while (all < BIG) {
		loff_t off = all;

		ret = sys(splice(fd, &off, pipes[1], NULL, 65536, 0));
		for (len = ret; len > 0 && ret > 0; len -= ret, all += ret)
			ret = sys(read(pipes[0], got + all, len));
		if (ret <= 0)
			break;
	}
	close(pipes[0]);
	close(pipes[1]);
	fill(want, 0, BIG, 1);
	if (memcmp(got, want, all))
		return -EILSEQ;
	return ret < 0 ? ret : all;
}

static int run_map_read(void)
{
	return touch_map(BIG - 100, 0);
}

static int run_stat(void)
{
	struct stat st;

	return sys(stat("keep/names/39-a longer name", &st));
}

static int run_readdir(void)
{
	int dir = open("keep/names", O_RDONLY), count = 0, len, off;

	if (dir < 0)
		return -errno;
	while ((len = sys(syscall(SYS_getdents64, dir, got, 1000))) > 0)
		for (off = 0; off < len; count++)
			off += *(unsigned short *)(got + off + 16);
	close(dir);
	return len < 0 ? len : count;
}

static int check_readdir(int ret)
{
	return ret < 0 || ret == NAMES + 2;
}

static int run_readlink(void)
{
	return sys(readlink("keep/symlink", (char *)got, sizeof(got)));
}

static int check_readlink(int ret)
{
	return ret < 0 || ret == sizeof(LONG_TARGET) - 1;
}

static int run_statfs(void)
{
	struct statfs fs;

	return sys(statfs(".", &fs));
}

static int run_fiemap(void)
{
	struct fiemap *map = (void *)got;

	memset(map, 0, sizeof(*map));
	map->fm_length = BIG;
	map->fm_extent_count = 50;
	return sys(ioctl(fd, FS_IOC_FIEMAP, map));
}

static int run_seek(void)
{
	return sys(lseek(fd, 100, SEEK_HOLE));
}

/* Names */

static int run_create(void)
{
	int file = open("w/new", O_RDWR | O_CREAT | O_EXCL, 0644);

	return file < 0 ? -errno : close(file);
}

static int run_mkdir(void)
{
	return sys(mkdir("w/new", 0755));
}

static int run_mknod(void)
{
	return sys(mknod("w/new", S_IFIFO | 0644, 0));
}

static int run_symlink(void)
{
	return sys(symlink("short", "w/new"));
}

static int run_symlink_long(void)
{
	return sys(symlink(LONG_TARGET, "w/new"));
}

static int run_link(void)
{
	return sys(link("w/old", "w/new"));
}

static int run_tmpfile(void)
{
	int file = open("w", O_TMPFILE | O_RDWR, 0644), ret;
	char name[32];

	if (file < 0)
		return -errno;
	sprintf(name, "/proc/self/fd/%d", file);
	ret = sys(linkat(AT_FDCWD, name, AT_FDCWD, "w/new",
			 AT_SYMLINK_FOLLOW));
	close(file);
	return ret;
}

/* An error may come after the deed: of opening what has been created. */
static int check_new(int ret)
{
	return (ret < 0 || exists("w/new")) && holds("w/old", 5000, 1);
}

static int run_unlink(void)
{
	return sys(unlink("w/old"));
}

static int check_unlink(int ret)
{
	return exists("w/old") ? ret < 0 && holds("w/old", 5000, 1) : 1;
}

static int run_rmdir(void)
{
	return sys(rmdir("w/dir"));
}

static int check_rmdir(int ret)
{
	return ret < 0 || !exists("w/dir");
}

static int run_rename(void)
{
	return sys(rename("w/old", "w/dir/new"));
}

static int check_rename(int ret)
{
	return exists("w/old") + exists("w/dir/new") == 1 &&
	       (ret < 0 || !exists("w/old")) &&
	       holds(exists("w/old") ? "w/old" : "w/dir/new", 5000, 1);
}

static int run_rename_over(void)
{
	return sys(rename("w/old", "w/big"));
}

static int check_rename_over(int ret)
{
	if (exists("w/old"))
		return ret < 0 && holds("w/old", 5000, 1) &&
		       holds("w/big", BIG, 1);
	return holds("w/big", 5000, 1);
}

static void make_dirs(void)
{
	if (mkdir("w/a", 0755) || mkdir("w/a/b", 0755))
		die("make directories");
}

static int run_rename_dir(void)
{
	return sys(rename("w/a/b", "w/dir"));
}

static int check_rename_dir(int ret)
{
	return ret < 0 || (!exists("w/a/b") && exists("w/dir/.."));
}

static int run_exchange(void)
{
	return sys(renameat2(AT_FDCWD, "w/old", AT_FDCWD, "w/big",
			     RENAME_EXCHANGE));
}

static int check_exchange(int ret)
{
	return size_of("w/old") == 5000 ?
	       ret < 0 && holds("w/big", BIG, 1) :
	       holds("w/old", BIG, 1) && holds("w/big", 5000, 1);
}

/* The last close of a file without a name gives its blocks back. */
static void open_orphan(void)
{
	open_big();
	if (unlink("w/big"))
		die("unlink");
}

static int run_close(void)
{
	int ret = sys(close(fd));

	fd = -1;
	return ret;
}

static int check_freed(int ret)
{
	struct statfs fs;

	return !ret && !statfs(".", &fs) && fs.f_bfree > free_before;
}

static int run_chmod(void)
{
	return sys(chmod("w/old", 0600));
}

static int run_chown(void)
{
	return sys(chown("w/old", 1, 1));
}
