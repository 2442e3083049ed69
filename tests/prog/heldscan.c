// SPDX-License-Identifier: GPL-2.0-only
/*
 * heldscan: reads a directory and has a command run while the kernel is in the
 * middle of an entry, by giving it memory for that entry only afterwards.
 *
 *	heldscan DIR ENTRY COMMAND
 *
 * Entries are counted from 0. The command is the shell's. Prints the names.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define PAGE 4096

static char *pages;	/* two: the kernel waits for the second */
static int faults;
static const char *command;

static long scan(int fd, void *buffer, size_t size)
{
	long got;

	lseek(fd, 0, SEEK_SET);
	got = syscall(SYS_getdents64, fd, buffer, size);
	if (got < 0)
		err(1, "getdents64");
	return got;
}

/* Where the entry begins in what the kernel hands out */
static size_t offset_of(int fd, int entry)
{
	char buffer[PAGE];
	long got = scan(fd, buffer, sizeof(buffer)), at = 0;

	while (entry--)
		at += ((struct dirent64 *)(buffer + at))->d_reclen;
	if (at >= got)
		errx(1, "there are not so many entries");
	return at;
}

static void *serve(void *unused)
{
	struct uffdio_zeropage zero = {
		.range = { (unsigned long)pages + PAGE, PAGE },
	};
	struct uffd_msg msg;

	if (read(faults, &msg, sizeof(msg)) != sizeof(msg))
		err(1, "read");
	if (system(command))
		errx(1, "the command has failed");
	if (ioctl(faults, UFFDIO_ZEROPAGE, &zero))
		err(1, "UFFDIO_ZEROPAGE");
	return unused;
}

static void hold_second_page(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range = { (unsigned long)pages + PAGE, PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	pthread_t thread;

	faults = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (faults < 0 || ioctl(faults, UFFDIO_API, &api) ||
	    ioctl(faults, UFFDIO_REGISTER, &reg))
		err(77, "userfaultfd");
	if (pthread_create(&thread, NULL, serve, NULL))
		errx(1, "pthread_create");
}

int main(int argc, char **argv)
{
	long got, at;
	size_t before;
	char *start;
	int fd;

	if (argc != 4)
		errx(2, "usage: heldscan DIR ENTRY COMMAND");
	command = argv[3];
	fd = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		err(1, "%s", argv[1]);
	before = offset_of(fd, atoi(argv[2]));
	pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		err(1, "mmap");
	hold_second_page();
	start = pages + PAGE - before;
	got = scan(fd, start, before + PAGE);
	for (at = 0; at < got;) {
		struct dirent64 *de = (void *)(start + at);

		puts(de->d_name);
		at += de->d_reclen;
	}
	return 0;
}
