// SPDX-License-Identifier: GPL-2.0-only
/*
 * nthfault: make each allocation of each system call fail, one after the other.
 *
 *	nthfault DEV DIR OPTIONS [OPERATION [N]]
 *
 * For n = 1, 2, ... the n-th allocation that the kernel makes for an operation
 * fails, until there is no n-th. Each time the operation must succeed or give
 * an errno that is true; what it worked on must be as before or as after, now
 * and after another mount, and what it did not touch must be unharmed. DEV
 * holds a demofs, not mounted, that is lost. Wants /proc/self/fail-nth and
 * prints a line an operation.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#define BIG		(400 << 10)	/* has an indirect block or two */
#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define NAMES		40
#define MOST		5000		/* allocations of one operation */
#define LONG_TARGET \
	"a/target/that/is/too/long/for/an/inode/and/so/gets/a/block/of/its/own"

static const char *device, *where, *options;
static unsigned char data[BIG + 4096] __attribute__((aligned(4096)));
static unsigned char want[BIG + 4096], got[BIG + 4096];
static unsigned long free_before;
static int fd = -1, arm_fd;
static int failures;

static void die(const char *what)
{
	printf("cannot %s: %s\n", what, strerror(errno));
	exit(2);
}

static int sys(long ret)
{
	return ret < 0 ? -errno : ret;
}

/* The byte that a file of generation @gen has at @off. */
static unsigned char byte(long off, int gen)
{
	return gen ? (off * 131 + (off >> 9) + gen * 29) | 1 : 0;
}

static void fill(unsigned char *buf, long off, long len, int gen)
{
	long i;

	for (i = 0; i < len; i++)
		buf[i] = byte(off + i, gen);
}

static void make(const char *name, long off, long len, int gen)
{
	int file = open(name, O_RDWR | O_CREAT, 0644);

	fill(data, off, len, gen);
	if (file < 0 || pwrite(file, data, len, off) != len || close(file))
		die(name);
}

static long size_of(const char *name)
{
	struct stat st;

	return stat(name, &st) ? -errno : st.st_size;
}

static int exists(const char *name)
{
	struct stat st;

	return !lstat(name, &st);
}

/* Does @name hold the first @size bytes of want[], and no more? */
static int holds_want(const char *name, long size)
{
	int file = open(name, O_RDONLY);
	long len = file < 0 ? -1 : pread(file, got, sizeof(got), 0);

	if (file >= 0)
		close(file);
	return len == size && !memcmp(got, want, size);
}

static int holds(const char *name, long size, int gen)
{
	fill(want, 0, size, gen);
	return holds_want(name, size);
}

/* open, in each operation's second step */
static void open_file(const char *name, int flags)
{
	fd = open(name, flags);
	if (fd < 0)
		die(name);
}

static sigjmp_buf bus;

static void on_bus(int sig)
{
	siglongjmp(bus, sig);
}

static int touch_map(long off, int store)
{
	volatile unsigned char *map = mmap(NULL, BIG, PROT_READ | PROT_WRITE,
					   MAP_SHARED, fd, 0);
	int ret;

	if (map == MAP_FAILED)
		return -errno;
	if (sigsetjmp(bus, 1)) {
		ret = -EIO;
	} else if (store) {
		map[off] = byte(off, 2);
		ret = 0;
	} else {
		ret = map[off] == byte(off, 1) ? 0 : -EILSEQ;
	}
	munmap((void *)map, BIG);
	return ret;
}

static int do_mount(void)
{
	return sys(mount(device, where, "demofs", 0, options));
}

#include "nthfault-names.h"
#include "nthfault-data.h"

#define READS	.reads = 1

#define OP(called, making, opening, doing, checking, ...) { \
	.name = (called), .prepare = (making), .open = (opening), \
	.run = (doing), .check = (checking), __VA_ARGS__ }

static const struct op ops[] = {
	OP("stat", NULL, NULL, run_stat, NULL, READS),
	OP("readdir", NULL, NULL, run_readdir, check_readdir, READS),
	OP("readlink", NULL, NULL, run_readlink, check_readlink, READS),
	OP("read", make_big, open_big, run_read, check_read, READS),
	OP("read-direct", make_big, open_direct, run_read_direct, NULL, READS),
	OP("splice", make_big, open_big, run_splice, check_read, READS),
	OP("map-read", make_big, open_big, run_map_read, NULL, READS),
	OP("fiemap", make_big, open_big, run_fiemap, NULL, READS),
	OP("seek", make_sparse, open_big, run_seek, NULL, READS),
	OP("statfs", NULL, NULL, run_statfs, NULL, READS),
	OP("create", NULL, NULL, run_create, check_new),
	OP("mkdir", NULL, NULL, run_mkdir, check_new),
	OP("mknod", NULL, NULL, run_mknod, check_new),
	OP("symlink", NULL, NULL, run_symlink, check_new),
	OP("symlink-long", NULL, NULL, run_symlink_long, check_new),
	OP("link", NULL, NULL, run_link, check_new),
	OP("tmpfile", NULL, NULL, run_tmpfile, check_new),
	OP("unlink", NULL, NULL, run_unlink, check_unlink),
	OP("rmdir", NULL, NULL, run_rmdir, check_rmdir),
	OP("rename", NULL, NULL, run_rename, check_rename),
	OP("rename-over", make_big, NULL, run_rename_over, check_rename_over),
	OP("rename-dir", make_dirs, NULL, run_rename_dir, check_rename_dir),
	OP("exchange", make_big, NULL, run_exchange, check_exchange),
	OP("close-orphan", make_big, open_orphan, run_close, check_freed),
	OP("chmod", NULL, NULL, run_chmod, NULL),
	OP("chown", NULL, NULL, run_chown, NULL),
	OP("append", NULL, open_old, run_append, check_append),
	OP("append-sync", NULL, open_sync, run_append, check_append_sync),
	OP("extend", NULL, open_old, run_extend, check_extend),
	OP("overwrite", make_big, open_big, run_overwrite, check_overwrite),
	OP("fill-hole", make_sparse, open_big, run_fill_hole, check_fill_hole),
	OP("splice-write", make_sparse, open_big, run_splice_write,
	   check_fill_hole),
	OP("write-direct", make_big, open_direct, run_write_direct,
	   check_write_direct),
	OP("map-store", make_sparse, open_big, run_map_store, check_map_store),
	OP("truncate", make_big, NULL, run_truncate, check_truncate),
	OP("truncate-up", NULL, NULL, run_truncate_up, check_truncate_up),
	OP("fsync", NULL, dirty_old, run_fsync, check_synced),
	OP("fsync-hole", make_sparse, dirty_hole, run_fsync, check_synced_hole),
	OP("msync", make_sparse, dirty_hole, run_msync, check_synced_hole),
	OP("sync-range", NULL, dirty_old, run_sync_range, check_synced),
	OP("syncfs", NULL, dirty_old, run_syncfs, check_synced),
	OP("freeze", NULL, dirty_old, run_freeze, check_synced),
	OP("remount", NULL, dirty_and_close, run_remount, check_synced),
	OP("mount", NULL, NULL, run_mount, NULL, READS, .mounts = 1),
	OP("umount", NULL, dirty_and_close, run_umount,
	   check_synced, .unmounts = 1),
};

static void must_mount(void)
{
	if (do_mount() || chdir(where))
		die("mount");
}

static void must_umount(void)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
	if (chdir("/") || umount(where))
		die("umount");
}

static void arm(int n)
{
	char text[16];
	int len = sprintf(text, "%d", n);

	if (pwrite(arm_fd, text, len, 0) != len)
		die("write to fail-nth");
}

/* Return: whether the fault has happened. */
static int disarm(void)
{
	char text[16] = "";

	if (pread(arm_fd, text, sizeof(text) - 1, 0) <= 0)
		die("read fail-nth");
	arm(0);
	return !atoi(text);
}

static void complain(const struct op *op, int n, int ret, const char *what)
{
	printf("not ok %s, n = %d, returned %d: %s\n", op->name, n, ret, what);
	failures++;
}

static const char *judge(const struct op *op, int ret)
{
	if (ret < 0 && ret != -ENOMEM && ret != -EIO && ret != op->also)
		return "an errno that is not true";
	if (op->check && !op->check(ret))
		return "neither as before nor as after";
	return NULL;
}

static void check_disk(const struct op *op)
{
	char command[256];

	must_umount();
	snprintf(command, sizeof(command),
		 "e2fsck -fn %s >/tmp/nthfault.fsck 2>&1 || { cat /tmp/nthfault.fsck; false; }",
		 device);
	fflush(stdout);
	if (system(command))
		complain(op, 0, 0, "e2fsck finds the disk unclean");
	must_mount();
}

/* Return: whether there was an @n-th allocation to fail. */
static int once(const struct op *op, int n, int first, int *ret)
{
	const char *complaint;
	struct statfs fs;
	int hit;

	if (first || !op->reads)
		prepare(op);
	must_umount();
	must_mount();
	if (op->open)
		op->open();
	statfs(".", &fs);
	free_before = fs.f_bfree;
	if (op->unmounts && chdir("/"))
		die("leave");
	if (op->mounts)
		must_umount();

	arm(n);
	*ret = op->run();
	hit = disarm();

	if (op->mounts || op->unmounts) {
		umount(where);
		must_mount();
	}
	complaint = judge(op, *ret);
	if (!complaint && !op->reads) {
		must_umount();
		must_mount();
		complaint = judge(op, *ret);
		if (!complaint && !check_bystanders())
			complaint = "it has harmed others";
		if (complaint)
			printf("after another mount: ");
	}
	if (!hit && *ret < 0)
		complaint = "it fails without a fault";
	if (complaint)
		complain(op, n, *ret, complaint);
	return hit;
}

static void run_op(const struct op *op, int only)
{
	int n, ret, failed = 0, errors = failures;

	for (n = only ?: 1; n < MOST; n++) {
		if (!once(op, n, n == 1 || only, &ret))
			break;
		failed += ret < 0;
		if (only || failures - errors > 4)
			break;
	}
	if (n == MOST)
		complain(op, n, 0, "there is no end of it");
	printf("%s: %d allocations failed, and %d calls\n", op->name, n - 1,
	       failed);
	check_disk(op);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	unsigned int i;

	if (argc < 4)
		return 2;
	device = argv[1];
	where = argv[2];
	options = argv[3];
	signal(SIGBUS, on_bus);
	arm_fd = open("/proc/self/fail-nth", O_RDWR);
	if (arm_fd < 0)
		die("open fail-nth");
	must_mount();
	make_bystanders();
	for (i = 0; i < COUNT(ops); i++) {
		if (argc == 4 || !strcmp(argv[4], ops[i].name))
			run_op(&ops[i], argc > 5 ? atoi(argv[5]) : 0);
	}
	must_umount();
	printf("%d complaints\n", failures);
	return !!failures;
}
