// SPDX-License-Identifier: GPL-2.0-only
/*
 * folios: which folios a file's pages are in, by /proc/kpageflags, and whether
 * the kernel moves them.
 *
 *	folios orders FILE	"ORDER COUNT" for each order there is of folios
 *				that are in memory and uptodate; reads what is not
 *	folios huge FILE	have all of it read into folios of 2 MiB
 *	folios moved FILE compact|offline ROUNDS
 *				compact memory so often, or take one stretch of
 *				movable memory after the other out of use and
 *				back; prints how many times a page has moved,
 *				how many of these in large folios and how many in
 *				dirty ones with a state of their own
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define PAGE		4096UL
#define HUGE		(2UL << 20)
#define PFN_MASK	((1ULL << 55) - 1)
#define PRESENT		(1ULL << 63)
#define KPF_DIRTY	(1ULL << 4)
#define KPF_HEAD	(1ULL << 15)
#define KPF_TAIL	(1ULL << 16)
#define KPF_PRIVATE	(1ULL << 35)

static unsigned char *mem;
static size_t pages;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void map(const char *name, int advice)
{
	int fd = open(name, O_RDONLY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die(name);
	pages = (st.st_size + PAGE - 1) / PAGE;
	mem = mmap(NULL, pages * PAGE + HUGE, PROT_NONE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mem = (unsigned char *)(((uintptr_t)mem + HUGE - 1) & ~(HUGE - 1));
	mem = mmap(mem, pages * PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
	if (mem == MAP_FAILED)
		die("mmap");
	madvise(mem, pages * PAGE, advice);
}

static void touch(void)
{
	volatile unsigned char *p = mem;
	size_t i;

	for (i = 0; i < pages; i++)
		(void)p[i * PAGE];
}

static uint64_t entry(const char *name, uint64_t index)
{
	int fd = open(name, O_RDONLY);
	uint64_t value = 0;

	if (fd < 0 || pread(fd, &value, sizeof(value), index * 8) != 8)
		die(name);
	close(fd);
	return value;
}

/* 0 if the page is not there. */
static uint64_t pfn_of(size_t page)
{
	uint64_t e = entry("/proc/self/pagemap",
			   ((uintptr_t)mem / PAGE) + page);

	return e & PRESENT ? e & PFN_MASK : 0;
}

static uint64_t flags_of(size_t page)
{
	uint64_t pfn = pfn_of(page);

	return pfn ? entry("/proc/kpageflags", pfn) : 0;
}

static int orders(void)
{
	size_t count[64] = { }, i, n;
	int order;

	touch();
	for (i = 0; i < pages; i += n) {
		n = 1;
		if (flags_of(i) & KPF_HEAD) {
			while (i + n < pages && (flags_of(i + n) & KPF_TAIL))
				n++;
		}
		for (order = 0; (2UL << order) <= n; order++)
			;
		count[order]++;
	}
	for (order = 0; order < 64; order++) {
		if (count[order])
			printf("%d %zu\n", order, count[order]);
	}
	return 0;
}

static int put(const char *name, const char *what)
{
	int fd = open(name, O_WRONLY);
	ssize_t ret = write(fd, what, strlen(what));

	if (fd < 0)
		die(name);
	close(fd);
	return ret > 0 ? 0 : -1;
}

static void compact(int /* round */)
{
	if (put("/proc/sys/vm/compact_memory", "1"))
		die("compact_memory");
}

static int movable(const char *state)
{
	char name[128], zone[8] = "";
	int fd;

	snprintf(name, sizeof(name), "%.*svalid_zones",
		 (int)(strlen(state) - strlen("state")), state);
	fd = open(name, O_RDONLY);
	if (fd < 0 || read(fd, zone, 7) < 0)
		die(name);
	close(fd);
	return !strcmp(zone, "Movable");
}

/* Movable memory is where nothing is that has to stay where it is. */
static void offline(int round)
{
	glob_t stretches;
	size_t i, n = 0;

	if (glob("/sys/devices/system/memory/memory*/state", 0, NULL,
		 &stretches))
		die("no memory");
	for (i = 0; i < stretches.gl_pathc; i++) {
		if (movable(stretches.gl_pathv[i]))
			stretches.gl_pathv[n++] = stretches.gl_pathv[i];
	}
	if (!n)
		die("no movable memory");
	i = round % n;
	if (put(stretches.gl_pathv[i], "offline") ||
	    put(stretches.gl_pathv[i], "online_movable"))
		die(stretches.gl_pathv[i]);
}

static size_t all, large, kept;

static void count_moved(uint64_t *old)
{
	uint64_t now, flags, head = 0;
	size_t i;

	touch();
	for (i = 0; i < pages; i++) {
		now = pfn_of(i);
		flags = flags_of(i);
		if (!(flags & KPF_TAIL))
			head = flags;
		if (now && old[i] && now != old[i]) {
			all++;
			large += !!(flags & (KPF_HEAD | KPF_TAIL));
			kept += (head & KPF_DIRTY) && (head & KPF_PRIVATE);
		}
		old[i] = now;
	}
}

static int moved(void (*move)(int round), int rounds)
{
	uint64_t *old = calloc(pages, sizeof(*old));
	int i;

	count_moved(old);
	for (i = 0; i < rounds; i++) {
		move(i);
		count_moved(old);
	}
	printf("%zu %zu %zu\n", all, large, kept);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: see the top of folios.c\n");
		return 2;
	}
	map(argv[2], strcmp(argv[1], "huge") ? MADV_NORMAL : MADV_HUGEPAGE);
	if (!strcmp(argv[1], "orders"))
		return orders();
	touch();
	if (argc < 5)
		return 0;
	return moved(strcmp(argv[3], "offline") ? compact : offline,
		     atoi(argv[4]));
}
