// SPDX-License-Identifier: GPL-2.0-only
/*
 * exercise: random operations on a file, each read checked against a model.
 *
 *	exercise [options] FILE
 *	-n OPS		operations to do (10000)
 *	-s SEED		what they are drawn from (1)
 *	-e EPISODE	begin with this one of the seed's episodes, do no other
 *	-m DEV,TYPE,OPTIONS	FILE's filesystem, to unmount and mount it again
 *	-g DIR		a control group to take memory from, that this is in
 *	-x KIND,...	without these kinds of operation; "noise" is one as well
 *	-o COPY		write to COPY what FILE should hold at the end
 *	-c FILE		add to FILE, for each kind of operation: name, times done,
 *			times there was nothing to do, seconds
 *	-t SECONDS	shrink a failure for so long at most (120)
 *	-i LIST		do the operations in LIST instead, as a failure prints them
 *
 * Operations come in episodes, each on a new file. When one fails, its list is
 * shrunk and printed. Exit status: 0, or 1 after a failure.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "exercise.h"

static struct op ops[OPS_MAX];
static size_t op_count;
static bool banned[KINDS];
static bool noise_wanted = true;
static unsigned long long seed = 1;
static unsigned int shrink_seconds = 120;
static const char *copy_path;
static const char *mix_path;

static void usage(void)
{
	fprintf(stderr, "usage: exercise [-n OPS] [-s SEED] [-e EPISODE] [-m DEV,TYPE,OPTIONS] [-g DIR]\n"
			"                [-x KIND,...] [-o COPY] [-c FILE] [-t SECONDS] [-i LIST] FILE\n");
	exit(2);
}

static void ban(char *names)
{
	char *name;
	int kind;

	for (name = strtok(names, ","); name; name = strtok(NULL, ",")) {
		kind = kind_named(name);
		if (!strcmp(name, "noise"))
			noise_wanted = false;
		else if (kind < 0)
			usage();
		else
			banned[kind] = true;
	}
}

static void set_mount(struct place *place, char *text)
{
	place->device = strsep(&text, ",");
	place->type = strsep(&text, ",");
	place->options = text;
	if (!place->type)
		usage();
}

static void print_list(size_t count)
{
	size_t i;

	print_setup(stdout, &w.setup);
	for (i = 0; i < count; i++) {
		print_op(stdout, &ops[i]);
		printf("\n");
	}
}

static int fail(void)
{
	unsigned int runs;
	size_t count;

	report(ops, op_count);
	fflush(stdout);
	count = shrink(ops, op_count, shrink_seconds, &runs);
	if (!count) {
		printf("It did not fail again in %u runs. The list:\n", runs);
		print_list(op_count);
		return 1;
	}
	printf("Shrunk from %zu to %zu operations in %u runs:\n", op_count,
	       count, runs);
	report(ops, count);
	printf("To be done again with -i:\n");
	print_list(count);
	return 1;
}

static bool step(const struct op *op)
{
	ops[op_count++] = *op;
	ops_done++;
	return do_op(op);
}

/* What every episode ends with: the file is right, in memory and on the disk. */
static bool last_look(void)
{
	static const enum kind kinds[] = { CHECK, COLD, CHECK };
	size_t i;

	for (i = 0; i < 3; i++) {
		struct op op = { .kind = kinds[i] };

		if (!step(&op))
			return false;
	}
	return true;
}

/* Return: false if it fails. */
static bool episode(unsigned int number, unsigned long left)
{
	struct op op;
	size_t count;

	draw_seed(seed * 1000003 + number);
	draw_setup(&w.setup, banned, noise_wanted);
	count = 100 + draw(w.setup.max > 512u << 10 ? 500 : 3000);
	if (count > left)
		count = left;
	op_count = 0;
	noise_watch(ops, &op_count);
	if (!world_fresh())
		return false;
	while (op_count < count) {
		draw_op(&op, op_count + 1);
		if (!step(&op))
			return false;
	}
	return last_look();
}

static void progress(unsigned long all, unsigned int number)
{
	static time_t begun, shown;
	time_t now = time(NULL);

	if (!begun) {
		begun = now;
		shown = now;
	}
	if (now - shown < 15)
		return;
	shown = now;
	printf("# %llu of %lu operations, %llu a second, seed %llu episode %u\n",
	       (unsigned long long)ops_done, all,
	       (unsigned long long)ops_done / (now - begun), seed, number);
	fflush(stdout);
}

static int run_episodes(unsigned long all, unsigned int first, bool only)
{
	unsigned int number = first;

	do {
		progress(all, number);
		if (!episode(number, all - ops_done)) {
			printf("Seed %llu, episode %u fails, %llu operations after the start:\n",
			       seed, number, (unsigned long long)ops_done);
			return fail();
		}
		number++;
	} while (ops_done < all && !only);
	return 0;
}

static int run_list(const char *path)
{
	char line[200];
	FILE *list = fopen(path, "r");
	size_t done;

	while (list && fgets(line, sizeof(line), list)) {
		if (parse_setup(line, &w.setup))
			op_count = 0;
		else if (op_count < OPS_MAX && parse_op(line, &ops[op_count]))
			op_count++;
	}
	if (!list || !op_count || !w.setup.max)
		usage();
	fclose(list);
	noise_watch(ops, &op_count);
	if (run_ops(ops, op_count, &done))
		return 0;
	report(ops, done);
	return 1;
}

/* Leaves the file on the disk as it is. */
static int write_copy(void)
{
	FILE *copy = fopen(copy_path, "w");

	if (!copy || fwrite(w.model, 1, w.size, copy) != w.size ||
	    fclose(copy)) {
		perror(copy_path);
		return 2;
	}
	return 0;
}

static int write_mix(void)
{
	FILE *to = fopen(mix_path, "a");

	if (to)
		mix_print(to);
	if (!to || fclose(to)) {
		perror(mix_path);
		return 2;
	}
	return 0;
}

static const char *dir_of(const char *path)
{
	char *dir = strdup(path), *slash = strrchr(dir, '/');

	if (!slash)
		usage();
	*slash = 0;
	return dir;
}

struct options {
	unsigned long all;
	unsigned int first;
	bool only;
	const char *list;
	struct place place;
};

static void take_option(struct options *o, int option, char *value)
{
	switch (option) {
	case 'n':
		o->all = strtoul(value, NULL, 0);
		break;
	case 's':
		seed = strtoull(value, NULL, 0);
		break;
	case 'e':
		o->first = strtoul(value, NULL, 0);
		o->only = true;
		break;
	case 'm':
		set_mount(&o->place, value);
		break;
	case 'g':
		o->place.group = value;
		break;
	case 'x':
		ban(value);
		break;
	case 'o':
		copy_path = value;
		break;
	case 'c':
		mix_path = value;
		break;
	case 't':
		shrink_seconds = strtoul(value, NULL, 0);
		break;
	case 'i':
		o->list = value;
		break;
	default:
		usage();
	}
}

int main(int argc, char **argv)
{
	struct options o = { .all = 10000 };
	int option, ret;

	while ((option = getopt(argc, argv, "n:s:e:m:g:x:o:c:t:i:")) > 0)
		take_option(&o, option, optarg);
	if (argc != optind + 1)
		usage();
	o.place.path = argv[optind];
	o.place.dir = dir_of(o.place.path);
	world_init(&o.place);
	noise_init();
	ret = o.list ? run_list(o.list) :
		       run_episodes(o.all, o.first, o.only);
	if (!ret && copy_path)
		ret = write_copy();
	if (!ret && mix_path)
		ret = write_mix();
	world_close();
	return ret;
}
