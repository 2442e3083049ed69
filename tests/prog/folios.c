// SPDX-License-Identifier: GPL-2.0-only
/*
 * folios: which folios a file's pages are in, by /proc/kpageflags, and whether
 * the kernel moves them.
 *
 *	folios orders FILE	"ORDER COUNT" for each order there is of folios
 *				that are in memory and uptodate; reads what is not
 *	folios huge FILE	have all of it read into folios of 2 MiB
 *	folios moved FILE ROUNDS
 *				compact memory so often; prints how many pages
 *				have moved, how many of these are in large folios
 *				and how many in dirty ones with a state of their
 *				own
 */
#define _GNU_SOURCE
#include <fcntl.h>
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
#define KPF_PRIVATE	(1ULL << 36)

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

static void compact(void)
{
	int fd = open("/proc/sys/vm/compact_memory", O_WRONLY);

	if (fd < 0 || write(fd, "1", 1) != 1)
		die("compact_memory");
	close(fd);
}

static int moved(int rounds)
{
	uint64_t *old = calloc(pages, sizeof(*old)), now, flags, head = 0;
	size_t i, all = 0, large = 0, kept = 0;

	touch();
	for (i = 0; i < pages; i++)
		old[i] = pfn_of(i);
	while (rounds--)
		compact();
	touch();
	for (i = 0; i < pages; i++) {
		now = pfn_of(i);
		flags = flags_of(i);
		if (!(flags & KPF_TAIL))
			head = flags;
		if (!now || !old[i] || now == old[i])
			continue;
		all++;
		large += !!(flags & (KPF_HEAD | KPF_TAIL));
		kept += (head & KPF_DIRTY) && (head & KPF_PRIVATE);
	}
	printf("%zu %zu %zu\n", all, large, kept);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: folios orders|huge|moved FILE [ROUNDS]\n");
		return 2;
	}
	map(argv[2], strcmp(argv[1], "huge") ? MADV_NORMAL : MADV_HUGEPAGE);
	if (!strcmp(argv[1], "orders"))
		return orders();
	touch();
	return argc > 3 ? moved(atoi(argv[3])) : 0;
}
