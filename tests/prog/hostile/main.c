// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile: damages ext2 images, mounts each as a demofs, uses it in all ways,
 * and sees whether the kernel, the disk or a file is the worse for it.
 *
 *	hostile [options] IMAGE...
 *	-s SEED		mutants are another for each (1)
 *	-f NUMBER	the first (0)
 *	-n COUNT	how many (100)
 *	-x MASK		only those mutations whose bits are set
 *	-d DEVICE	a RAM disk that takes partitions (/dev/ram0)
 *	-k DIR		where mpagex.ko and demofs.ko are, to be reloaded
 *	-l		list mutants and their mutations as they come
 *	-t		tell how long which step has taken
 *	-w FILE		write the (last) mutant to a file, and do not mount it
 *
 * One process runs all of them. Another watches it, and reports one that does
 * not end. Results are in lines of their own: "at NUMBER" now and then, "not ok
 * NUMBER - REASON", and at the end a line of sums. Exit status: 0 all is well, 1
 * some failed, 2 cannot run at all, 3 the machine is not fit for more.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <signal.h>
#include <sys/wait.h>

#include "hostile.h"

#define HANG_MS		10000	/* no mutant may take so long */
#define LOST_MS		60000	/* nor does one that takes this long end */
#define LEAK_EVERY	2000	/* mutants */
#define MAX_FAILED	40

struct status *status;

static uint64_t seed = 1, first, count = 100;
static uint32_t mask = ~0u;
static bool list, times;
static const char *save;
static struct image *images;
static uint32_t image_count;

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fprintf(stderr, "hostile: ");
	vfprintf(stderr, fmt, args);
	fprintf(stderr, "\n");
	va_end(args);
	exit(2);
}

/* The first reason counts. */
void fail(struct result *result, const char *fmt, ...)
{
	va_list args;

	if (*result->failure)
		return;
	va_start(args, fmt);
	vsnprintf(result->failure, sizeof(result->failure), fmt, args);
	va_end(args);
}

#define MAX_STEPS	64

static struct {
	const char *name;
	uint64_t ns, longest, times;
} steps[MAX_STEPS];

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

uint64_t now_ms(void)
{
	return now_ns() / 1000000;
}

void step(const char *name)
{
	static uint64_t since;
	uint64_t now = now_ns();
	uint32_t i = 0;

	while (i < MAX_STEPS - 1 && steps[i].name &&
	       steps[i].name != status->step)
		i++;
	steps[i].name = status->step;
	steps[i].ns += since ? now - since : 0;
	steps[i].times++;
	if (since && now - since > steps[i].longest)
		steps[i].longest = now - since;
	since = now;
	status->step = name;
}

static void show_steps(void)
{
	uint32_t i;

	for (i = 0; i < MAX_STEPS && steps[i].times; i++)
		printf("# %9.3f s %8" PRIu64 " times, longest %8.3f ms: %s\n",
		       steps[i].ns / 1e9, steps[i].times,
		       steps[i].longest / 1e6, steps[i].name ?: "");
}

static void describe(const struct mutant *m)
{
	uint32_t i;

	printf("# mutant %" PRIu64 " of seed %" PRIu64 ": %s io=%s,errors=%s%s%s\n",
	       m->number, seed, m->image->name, m->io, m->errors,
	       m->ro ? " ro" : "", m->keep ? " keep" : "");
	for (i = 0; i < m->mutations; i++)
		if (mask & 1u << i)
			printf("#   %#05x %s\n", 1u << i, m->mutation[i].text);
	fflush(stdout);
}

static void save_image(const unsigned char *data, const struct mutant *m)
{
	int fd = open(save, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, data, m->image->size) != m->image->size ||
	    ftruncate(fd, m->sectors * 512))
		die("%s: %s", save, strerror(errno));
	close(fd);
}

static uint64_t run_once(struct mutant *mutant, struct result *result)
{
	static unsigned char before[MAX_IMAGE];
	unsigned char *after;
	uint64_t start;
	bool mounted;

	mutant_apply(mutant, mask, before);
	if (save) {
		save_image(before, mutant);
		return 0;
	}
	STEP("writing the disk");
	disk_write(before, mutant->image->size, mutant->sectors);
	start = now_ms();
	status->began = start;
	mounted = exercise(mutant, result);
	status->began = 0;
	start = now_ms() - start;
	STEP("checking");
	after = disk_read(mutant->image->size);
	if (after)
		check_disk(mutant, before, after, mounted, result);
	else
		fail(result, "bytes outside of the device have changed");
	log_check(result);
	return start;
}

/* Slow once may be the host's fault. */
static void run(uint64_t number, struct result *result)
{
	struct mutant mutant;
	uint64_t ms, again = 0;

	mutant_make(&mutant, seed, number, images, image_count);
	status->number = number;
	if (list)
		describe(&mutant);
	ms = run_once(&mutant, result);
	if (ms > HANG_MS) {
		result->slow++;
		mutant_make(&mutant, seed, number, images, image_count);
		again = run_once(&mutant, result);
	}
	if (again > HANG_MS)
		fail(result, "took %" PRIu64 " and %" PRIu64 " ms", ms, again);
	if (ms > result->max_ms)
		result->max_ms = ms;
	if (result->noticed & 1 && !mutant.mutations && result->mounted)
		fail(result, "demofs complains of an undamaged image");
	if (*result->failure) {
		describe(&mutant);
		printf("not ok %" PRIu64 " - %s\n", number, result->failure);
		log_forget();
	}
}

static void add(struct result *sum, const struct result *one)
{
	sum->refused += one->refused;
	sum->mounted += one->mounted;
	sum->noticed += one->noticed;
	sum->slow += one->slow;
	if (one->max_ms > sum->max_ms)
		sum->max_ms = one->max_ms;
}

/* What a stretch of mutants has left behind. Return: failures. */
static uint64_t check_leaks(uint64_t number, bool scan)
{
	struct result result = {};

	STEP("looking for leaks");
	leak_check(&result);
	if (scan)
		leak_scan(&result);
	log_check(&result);
	if (!*result.failure)
		return 0;
	printf("not ok %" PRIu64 " - in the mutants before: %s\n", number,
	       result.failure);
	log_forget();
	return 1;
}

static void progress(uint64_t number, uint64_t failed, uint64_t start)
{
	uint64_t ms = now_ms() - start, done = number - first;

	printf("at %" PRIu64 ": %" PRIu64 " failed, %" PRIu64 " a minute\n",
	       number, failed, ms ? done * 60000 / ms : 0);
	fflush(stdout);
}

static int run_all(void)
{
	uint64_t number, failed = 0, start = now_ms();
	struct result sum = {};

	log_open();
	if (count > LEAK_EVERY)
		check_leaks(first, false);
	for (number = first; number < first + count; number++) {
		struct result result = {};

		run(number, &result);
		failed += !!*result.failure;
		add(&sum, &result);
		if (result.unfit)
			return 3;
		if (failed >= MAX_FAILED)
			break;
		if ((number - first) % 500 == 499)
			progress(number + 1, failed, start);
		if (number - first && (number - first) % LEAK_EVERY == 0)
			failed += check_leaks(number, number % (5 * LEAK_EVERY) == 0);
	}
	if (!save)
		failed += check_leaks(number, true);
	if (times)
		show_steps();
	printf("done %" PRIu64 " of %" PRIu64 ": %" PRIu64 " refused, %" PRIu64
	       " mounted, %" PRIu64 " reported, %" PRIu64 " slow, longest %"
	       PRIu64 " ms, %" PRIu64 " failed\n", number - first, count,
	       sum.refused, sum.mounted, sum.noticed, sum.slow, sum.max_ms,
	       failed);
	fflush(stdout);
	return failed ? 1 : 0;
}

/* What the kernel is doing in a process that does not come back */
static void show_stack(pid_t pid)
{
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		printf("#   %s", line);
	if (file)
		fclose(file);
}

static int lost(pid_t pid, const char *why)
{
	struct mutant mutant;
	struct result result = {};

	mutant_make(&mutant, seed, status->number, images, image_count);
	describe(&mutant);
	log_check(&result);
	if (!kill(pid, 0))
		show_stack(pid);
	printf("not ok %" PRIu64 " - %s in %s; %s\n", status->number, why,
	       status->step, result.failure);
	fflush(stdout);
	return 3;
}

static int watch(pid_t pid)
{
	int code;

	log_open();
	for (;;) {
		uint64_t began = status->began;

		if (waitpid(pid, &code, WNOHANG) == pid)
			break;
		if (began && now_ms() > began + LOST_MS)
			return lost(pid, "does not end");
		usleep(200000);
	}
	if (!WIFEXITED(code))
		return lost(pid, "died");
	return WEXITSTATUS(code);
}

static void options(int argc, char **argv, const char **device)
{
	int option;

	while ((option = getopt(argc, argv, "s:f:n:x:d:k:ltw:")) != -1) {
		switch (option) {
		case 's': seed = strtoull(optarg, NULL, 0); break;
		case 'f': first = strtoull(optarg, NULL, 0); break;
		case 'n': count = strtoull(optarg, NULL, 0); break;
		case 'x': mask = strtoul(optarg, NULL, 0); break;
		case 'd': *device = optarg; break;
		case 'k': module_dir = optarg; break;
		case 'l': list = true; break;
		case 't': times = true; break;
		case 'w': save = optarg; break;
		default: exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	const char *device = "/dev/ram0";
	pid_t pid;

	options(argc, argv, &device);
	image_count = argc - optind;
	if (!image_count)
		die("no image given");
	images = calloc(image_count, sizeof(*images));
	for (uint32_t i = 0; i < image_count; i++)
		image_load(&images[i], argv[optind + i]);
	if (!save)
		disk_open(device);
	status = mmap(NULL, sizeof(*status), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (!pid)
		exit(run_all());
	return watch(pid);
}
