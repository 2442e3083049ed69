/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations of nthfault.c on data, on its way to the disk, and on the whole
 * filesystem. After nthfault-names.h.
 */

/* Writing */

static int write_at(long off, long len)
{
	fill(data, off, len, 2);
	return sys(pwrite(fd, data, len, off));
}

/* What a write at @off to a file of @size bytes has left. */
static int wrote(const char *name, long size, long off, long done)
{
	fill(want, 0, size, 1);
	if (done > 0) {
		if (off > size)
			memset(want + size, 0, off - size);
		fill(want + off, off, done, 2);
		if (size < off + done)
			size = off + done;
	}
	return holds_want(name, size);
}

static int run_append(void)
{
	return write_at(5000, 100);
}

static int check_append(int ret)
{
	return wrote("w/old", 5000, 5000, ret);
}

static int run_extend(void)
{
	return write_at(9000, BIG - 9000);
}

static int check_extend(int ret)
{
	return wrote("w/old", 5000, 9000, ret);
}

static int run_overwrite(void)
{
	return write_at(70001, 10000);
}

static int check_overwrite(int ret)
{
	return wrote("w/big", BIG, 70001, ret);
}

static int run_fill_hole(void)
{
	return write_at(70001, 10000);
}

static int run_splice_write(void)
{
	loff_t off = 70001;
	int pipes[2], ret;

	fill(data, off, 10000, 2);
	if (pipe(pipes) || write(pipes[1], data, 10000) != 10000)
		die("fill a pipe");
	ret = sys(splice(pipes[0], NULL, fd, &off, 10000, 0));
	close(pipes[0]);
	close(pipes[1]);
	return ret;
}

static int check_fill_hole(int ret)
{
	memset(want, 0, BIG);
	fill(want, 0, 10, 1);
	if (ret > 0)
		fill(want + 70001, 70001, ret, 2);
	return holds_want("w/big", BIG);
}

static void open_sync(void)
{
	open_file("w/old", O_RDWR | O_SYNC);
}

/* The data may be there though it is not certain to be on the disk. */
static int check_append_sync(int ret)
{
	return wrote("w/old", 5000, 5000, ret) ||
	       (ret < 0 && wrote("w/old", 5000, 5000, 100));
}

static int run_write_direct(void)
{
	return write_at(65536, 65536);
}

/* Of a direct write that failed, any block may have got to the disk. */
static int check_write_direct(int ret)
{
	long i;

	if (ret == 65536)
		return wrote("w/big", BIG, 65536, ret);
	if (!holds("w/big", BIG, 1)) {
		for (i = 65536; i < 131072; i++)
			if (got[i] == byte(i, 2))
				want[i] = got[i];
	}
	return holds_want("w/big", BIG) || !memcmp(got, want, BIG);
}

static int run_map_store(void)
{
	return touch_map(70001, 1);
}

static int check_map_store(int ret)
{
	memset(want, 0, BIG);
	fill(want, 0, 10, 1);
	if (!ret)
		want[70001] = byte(70001, 2);
	return holds_want("w/big", BIG);
}

static int run_truncate(void)
{
	return sys(truncate("w/big", 13001));
}

static int check_truncate(int ret)
{
	return holds("w/big", size_of("w/big") == 13001 ? 13001 :
		     ret < 0 ? BIG : -1, 1);
}

static int run_truncate_up(void)
{
	return sys(truncate("w/old", 100000));
}

static int check_truncate_up(int ret)
{
	long size = size_of("w/old");

	fill(want, 0, 5000, 1);
	memset(want + 5000, 0, 95000);
	return (size == 100000 || (ret < 0 && size == 5000)) &&
	       holds_want("w/old", size);
}

/* On to the disk */

static void dirty_old(void)
{
	open_old();
	if (write_at(9000, BIG - 9000) != BIG - 9000)
		die("write");
}

static void dirty_hole(void)
{
	open_big();
	if (touch_map(70001, 1))
		die("store");
}

static int run_fsync(void)
{
	return sys(fsync(fd));
}

static int run_msync(void)
{
	void *map = mmap(NULL, BIG, PROT_READ, MAP_SHARED, fd, 0);
	int ret;

	if (map == MAP_FAILED)
		return -errno;
	ret = sys(msync(map, BIG, MS_SYNC));
	munmap(map, BIG);
	return ret;
}

static int run_sync_range(void)
{
	return sys(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE |
				   SYNC_FILE_RANGE_WAIT_AFTER));
}

static int run_syncfs(void)
{
	return sys(syncfs(fd));
}

/* Whatever it said, nothing is lost: it can be asked again. */
static int check_synced(int ret)
{
	(void)ret;
	if (fd >= 0 && fsync(fd) && fsync(fd))
		return 0;
	return wrote("w/old", 5000, 9000, BIG - 9000);
}

static int check_synced_hole(int ret)
{
	(void)ret;
	if (fd >= 0 && fsync(fd) && fsync(fd))
		return 0;
	return check_map_store(0);
}

static int run_freeze(void)
{
	int ret = sys(ioctl(fd, FIFREEZE, 0)), tries = 0;

	/* Thawing must work, if not at once. */
	while (!ret && ioctl(fd, FITHAW, 0))
		if (++tries == 5)
			return -EBUSY;
	return ret;
}

/* The whole of it */

static int run_mount(void)
{
	return do_mount();
}

static int run_remount(void)
{
	int ret = sys(mount(NULL, where, NULL, MS_REMOUNT | MS_RDONLY, NULL));

	if (!ret)
		ret = sys(mount(NULL, where, NULL, MS_REMOUNT, NULL));
	return ret;
}

static void dirty_and_close(void)
{
	dirty_old();
	run_close();
}

static int run_umount(void)
{
	return sys(umount(where));
}
