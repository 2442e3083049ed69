// SPDX-License-Identifier: GPL-2.0-only
/*
 * nameop: one system call on names, for what the shell's own tools hide: flags
 * and errors. Prints what it came to, "0", a value or an errno's name, and
 * exits with 0 only if there was no error.
 *
 *	nameop rename A B [noreplace|exchange|whiteout]
 *	nameop link A B | symlink TARGET A | readlink A | unlink A
 *	nameop mkdir A | rmdir A | mknod A fifo|sock|chr|blk|reg [MAJOR MINOR]
 *	nameop chmod A OCTAL | chown A UID GID | utimes A ATIME MTIME
 *	nameop truncate A SIZE | mount DEVICE DIR TYPE OPTIONS [ro|remount]
 *	nameop reconfigure DIR OPTION VALUE
 *	nameop stat A size|sectors|nlink|mode|uid|gid|ino|mtime|rdev|blksize
 *	nameop statfs A bsize|blocks|bfree|bavail|files|ffree|type|namelen
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/fs.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#define is(s, t) (!strcmp(s, t))

static int do_rename(char **arg)
{
	unsigned int flags = !arg[3] ? 0 :
			     is(arg[3], "noreplace") ? RENAME_NOREPLACE :
			     is(arg[3], "exchange") ? RENAME_EXCHANGE :
			     is(arg[3], "whiteout") ? RENAME_WHITEOUT : ~0U;

	return renameat2(AT_FDCWD, arg[1], AT_FDCWD, arg[2], flags);
}

static int do_mknod(char **arg)
{
	mode_t type = is(arg[2], "fifo") ? S_IFIFO :
		      is(arg[2], "sock") ? S_IFSOCK :
		      is(arg[2], "chr") ? S_IFCHR :
		      is(arg[2], "blk") ? S_IFBLK : S_IFREG;
	dev_t dev = 0;

	if (arg[3] && arg[4])
		dev = makedev(atoi(arg[3]), atoi(arg[4]));
	return mknod(arg[1], type | 0644, dev);
}

static int do_utimes(char **arg)
{
	struct timespec ts[2] = {
		{ .tv_sec = strtoll(arg[2], NULL, 0) },
		{ .tv_sec = strtoll(arg[3], NULL, 0) },
	};

	return utimensat(AT_FDCWD, arg[1], ts, AT_SYMLINK_NOFOLLOW);
}

static int do_mount(char **arg)
{
	int flags = !arg[5] ? 0 : is(arg[5], "ro") ? MS_RDONLY : MS_REMOUNT;

	return mount(arg[1], arg[2], arg[3], flags, arg[4]);
}

/* As no mount(8) does it: one option, and nothing said of ro or rw. */
static int do_reconfigure(char **arg)
{
	int fs = fspick(AT_FDCWD, arg[1], FSPICK_CLOEXEC);

	if (fs < 0 || fsconfig(fs, FSCONFIG_SET_STRING, arg[2], arg[3], 0))
		return -1;
	return fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0);
}

static int do_readlink(char **arg)
{
	static char target[8192];

	if (readlink(arg[1], target, sizeof(target) - 1) < 0)
		return -1;
	puts(target);
	return 1;
}

static int do_stat(char **arg)
{
	struct stat st;
	long long n;

	if (lstat(arg[1], &st))
		return -1;
	if (is(arg[2], "mode"))
		return printf("%o\n", st.st_mode);
	if (is(arg[2], "rdev"))
		return printf("%u:%u\n", major(st.st_rdev), minor(st.st_rdev));
	n = is(arg[2], "size") ? st.st_size :
	    is(arg[2], "sectors") ? st.st_blocks :
	    is(arg[2], "nlink") ? (long long)st.st_nlink :
	    is(arg[2], "uid") ? st.st_uid :
	    is(arg[2], "gid") ? st.st_gid :
	    is(arg[2], "ino") ? (long long)st.st_ino :
	    is(arg[2], "mtime") ? st.st_mtime :
	    is(arg[2], "blksize") ? st.st_blksize : -1;
	return printf("%lld\n", n);
}

static int do_statfs(char **arg)
{
	struct statfs st;
	long long n;

	if (statfs(arg[1], &st))
		return -1;
	n = is(arg[2], "bsize") ? st.f_bsize :
	    is(arg[2], "blocks") ? (long long)st.f_blocks :
	    is(arg[2], "bfree") ? (long long)st.f_bfree :
	    is(arg[2], "bavail") ? (long long)st.f_bavail :
	    is(arg[2], "files") ? (long long)st.f_files :
	    is(arg[2], "ffree") ? (long long)st.f_ffree :
	    is(arg[2], "type") ? st.f_type :
	    is(arg[2], "namelen") ? st.f_namelen : -1;
	return printf("%lld\n", n);
}

/* 0 or -1 as of the system call, or more when the result is printed. */
static int run(int n, char **arg)
{
	if (is(arg[0], "rename") && n >= 3)
		return do_rename(arg);
	if (is(arg[0], "link") && n == 3)
		return link(arg[1], arg[2]);
	if (is(arg[0], "symlink") && n == 3)
		return symlink(arg[1], arg[2]);
	if (is(arg[0], "readlink") && n == 2)
		return do_readlink(arg);
	if (is(arg[0], "unlink") && n == 2)
		return unlink(arg[1]);
	if (is(arg[0], "mkdir") && n == 2)
		return mkdir(arg[1], 0755);
	if (is(arg[0], "rmdir") && n == 2)
		return rmdir(arg[1]);
	if (is(arg[0], "mknod") && (n == 3 || n == 5))
		return do_mknod(arg);
	if (is(arg[0], "chmod") && n == 3)
		return chmod(arg[1], strtoul(arg[2], NULL, 8));
	if (is(arg[0], "chown") && n == 4)
		return lchown(arg[1], strtoul(arg[2], NULL, 0),
			      strtoul(arg[3], NULL, 0));
	if (is(arg[0], "utimes") && n == 4)
		return do_utimes(arg);
	if (is(arg[0], "truncate") && n == 3)
		return truncate(arg[1], strtoll(arg[2], NULL, 0));
	if (is(arg[0], "mount") && n >= 5)
		return do_mount(arg);
	if (is(arg[0], "reconfigure") && n == 4)
		return do_reconfigure(arg);
	if (is(arg[0], "stat") && n == 3)
		return do_stat(arg);
	if (is(arg[0], "statfs") && n == 3)
		return do_statfs(arg);
	fprintf(stderr, "nameop: cannot do '%s' with %d operands\n", arg[0],
		n - 1);
	exit(2);
}

int main(int argc, char **argv)
{
	int ret;

	if (argc < 2) {
		fprintf(stderr, "nameop: name a system call\n");
		return 2;
	}
	umask(0);
	ret = run(argc - 1, argv + 1);
	if (ret < 0)
		puts(strerrorname_np(errno));
	else if (!ret)
		puts("0");
	return ret < 0;
}
