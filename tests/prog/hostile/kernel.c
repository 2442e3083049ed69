// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel has to say: complaints in its log, after each mutant; now and
 * then whether memory has leaked, for which the modules are unloaded and loaded
 * again, because a cache cannot be destroyed while objects of it remain.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/syscall.h>

#include "hostile.h"

/* Growth below this is the page allocator's and the slabs' own. */
#define LEAK_KIB	6144
#define LEAK_BUFFERS	200

#define KMEMLEAK	"/sys/kernel/debug/kmemleak"

const char *module_dir;
static int kmsg = -1;
static long first_kib, first_buffers;

static const char *const complaints[] = {
	"BUG", "WARNING:", "Oops", "Call Trace", "cut here",
	"general protection", "KASAN", "KFENCE", "UBSAN", "blocked for more than",
	"circular locking", "recursive locking", "inconsistent lock state",
	"suspicious RCU", "lockup", "rcu: INFO", "ad page", "corruption",
	"Busy inodes", "Objects remaining", "refcount_t", "unable to handle",
	"unreferenced object", "scheduling while atomic", "sleeping function",
	"attempt to access beyond end of device", "I/O error", "lost async",
	"get_block answered", "segfault",
};

void log_open(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (kmsg < 0)
		die("/dev/kmsg: %s", strerror(errno));
	lseek(kmsg, 0, SEEK_END);
}

static void judge_line(char *line, struct result *result)
{
	char *text = strchr(line, ';');
	size_t i;

	text = text ? text + 1 : line;
	*strchrnul(text, '\n') = 0;
	for (i = 0; i < ARRAY_SIZE(complaints); i++) {
		if (strstr(text, complaints[i])) {
			fail(result, "the kernel's log: %s", text);
			return;
		}
	}
	if (!strncmp(text, "demofs (", 8))
		result->noticed |= 1;
}

/* Sets noticed to 1 if demofs has reported something. */
void log_check(struct result *result)
{
	char line[4096];
	ssize_t got;

	for (;;) {
		got = read(kmsg, line, sizeof(line) - 1);
		if (got < 0 && errno == EPIPE)
			continue;	/* older ones were overwritten */
		if (got <= 0)
			return;
		line[got] = 0;
		judge_line(line, result);
	}
}

/* After a complaint: let the next mutant not suffer for it, and warn again. */
void log_forget(void)
{
	int fd = open("/sys/kernel/debug/clear_warn_once", O_WRONLY);

	lseek(kmsg, 0, SEEK_END);
	if (fd >= 0 && write(fd, "1", 1) == 1)
		close(fd);
}

static void load(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s.ko", module_dir, name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		die("cannot load %s: %s", path, strerror(errno));
	close(fd);
}

static void reload(struct result *result)
{
	if (syscall(SYS_delete_module, "demofs", O_NONBLOCK) ||
	    syscall(SYS_delete_module, "mpagex", O_NONBLOCK)) {
		fail(result, "cannot unload the modules: %s", strerror(errno));
		return;
	}
	load("mpagex");
	load("demofs");
}

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return;
	if (write(fd, value, strlen(value)) < 0)
		fprintf(stderr, "hostile: %s: %s\n", path, strerror(errno));
	close(fd);
}

/* The number that follows a word in a file; 0 if it is not there. */
static long number_after(const char *path, const char *word)
{
	FILE *file = fopen(path, "r");
	size_t len = strlen(word);
	char line[512];
	long number = 0;

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, word, len))
			number = strtol(line + len, NULL, 10);
	if (file)
		fclose(file);
	return number;
}

static long kernel_kib(void)
{
	static const char *const parts[] = {
		"SUnreclaim:", "SReclaimable:", "Percpu:", "VmallocUsed:",
		"Buffers:",
	};
	long sum = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		sum += number_after("/proc/meminfo", parts[i]);
	return sum;
}

/* How much of what was freed KASAN keeps for a while: up to a 32nd of memory. */
static long quarantine_kib(void)
{
	char line[256];
	FILE *file = fopen("/proc/kallsyms", "r");
	bool kasan = false;

	while (file && !kasan && fgets(line, sizeof(line), file))
		kasan = strstr(line, " kasan_report\n");
	if (file)
		fclose(file);
	return kasan ? number_after("/proc/meminfo", "MemTotal:") / 32 : 0;
}

/* To be called with nothing mounted. The first call only notes what there is. */
void leak_check(struct result *result)
{
	long kib, buffers;

	if (module_dir)
		reload(result);
	set("/proc/sys/vm/drop_caches", "3");
	set("/sys/kernel/slab/buffer_head/shrink", "1");
	usleep(100000);
	kib = kernel_kib();
	buffers = number_after("/proc/slabinfo", "buffer_head ");
	if (!first_kib) {
		first_kib = kib;
		first_buffers = buffers;
		return;
	}
	if (buffers > first_buffers + LEAK_BUFFERS)
		fail(result, "leak: %ld buffer heads have become %ld",
		     first_buffers, buffers);
	if (kib > first_kib + LEAK_KIB + quarantine_kib() &&
	    access(KMEMLEAK, F_OK))
		fail(result, "leak: the kernel's %ld KiB have become %ld",
		     first_kib, kib);
}

/* On kernels that have kmemleak. Slow: it looks at all memory, twice. */
void leak_scan(struct result *result)
{
	char line[256] = "";
	FILE *file;

	if (access(KMEMLEAK, R_OK))
		return;
	set(KMEMLEAK, "scan");
	sleep(6);	/* what is younger than 5 s does not count */
	set(KMEMLEAK, "scan");
	file = fopen(KMEMLEAK, "r");
	while (file && fgets(line, sizeof(line), file)) {
		fputs(line, stderr);
		if (strstr(line, "unreferenced"))
			fail(result, "kmemleak: %s", line);
	}
	if (file)
		fclose(file);
}
