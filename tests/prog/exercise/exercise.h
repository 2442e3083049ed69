/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of exercise share. ops.c knows what operations there are and
 * draws them; run.c does them on the file and on the model; world.c owns both;
 * noise.c does what must change nothing; mix.c counts; shrink.c makes a failing
 * list short; report.c explains it; exercise.c is the program.
 */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <linux/types.h>

#define PAGE		4096u
#define SECTOR		512u
#define FILE_MAX	(6u << 20)	/* double indirect blocks of 4 KiB too */
#define OPS_MAX		4000u		/* of one episode */
#define ALL		0xffffffffu	/* a length: up to the end of the file */

enum kind {
	READ, MREAD, DREAD, CHECK,
	WRITE, APPEND, DWRITE, STORE, COPY, SPLICE,
	TRUNC, SMEAR,
	FSYNC, FDATASYNC, FLUSH, SYNCFS, MSYNC,
	DROP, EVICT, COLD, PAGEOUT, RECLAIM, SPLIT, COMPACT,
	AHEAD, HOLES, REOPEN, REMOUNT,
	KINDS
};

#define SECOND	1u	/* by the second descriptor */
#define ODD	2u	/* with an iovec of odd pieces */
#define SYNC	4u	/* a write that waits for the disk */
#define FLAGS	8u

/*
 * One operation means something in any state of the file, so that others can be
 * taken from the list around it. @arg is what makes a write's data unlike any
 * other's, or a second offset.
 */
struct op {
	enum kind kind;
	unsigned int flags;
	__u32 off;
	__u32 len;
	__u32 arg;
};

/* What an episode has besides its operations. */
struct setup {
	__u32 max;		/* no byte of the file is behind it */
	__u32 len_max;	/* of one operation */
	__u32 ahead_kb;	/* largest readahead window */
	__u32 huge;		/* ask for huge pages in the mapping */
	__u32 noise;		/* a thread that drops, flushes and reads ahead */
};

/* The first thing found wrong. */
struct trouble {
	char what[200];
	bool data;		/* is it a wrong byte? then these are known: */
	size_t off;
	unsigned char want[16];
	unsigned char got[16];
	size_t shown;		/* bytes of them */
};

/* Where the file is and how to mount it. */
struct place {
	const char *path;
	const char *device;	/* NULL: do not remount */
	const char *type;
	const char *options;
	const char *dir;
	const char *group;	/* directory of a control group, or NULL */
};

/* The file and what it should hold. Behind its end the model is all zeros. */
struct world {
	struct place place;
	struct setup setup;
	int fd[2];
	int append;
	int direct;
	size_t size;
	unsigned char *model;
	unsigned char *map;	/* FILE_MAX bytes of the file, always there */
	unsigned char *buf;
	bool idle;		/* the operation has nothing to do */
	struct trouble trouble;
};

extern struct world w;

/* ops.c */
struct op_kind {
	const char *name;
	unsigned int weight;	/* of 10000 or so */
	bool changes;		/* what the file holds */
};

extern const struct op_kind op_kinds[KINDS];

void draw_seed(__u64 seed);
__u32 draw(__u32 below);
void draw_setup(struct setup *setup, const bool *banned, bool noise);
void draw_op(struct op *op, __u32 seq);
void print_op(FILE *to, const struct op *op);
void print_setup(FILE *to, const struct setup *setup);
bool parse_op(const char *line, struct op *op);
bool parse_setup(const char *line, struct setup *setup);
int kind_named(const char *name);

/* world.c */
void world_init(const struct place *place);
bool world_fresh(void);
bool world_open(void);
void world_close(void);
bool world_remount(void);
void fill(unsigned char *mem, size_t off, size_t len, __u32 seq);
bool wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool check_data(const unsigned char *got, size_t off, size_t len,
		const char *how);
int write_text(const char *path, const char *text);

/* run.c */
bool do_op(const struct op *op);
bool run_ops(const struct op *ops, size_t count, size_t *done);

/* noise.c */
extern volatile __u64 ops_done;
void noise_init(void);
void noise_pause(void);
void noise_resume(void);
void noise_watch(const struct op *ops, const size_t *count);

/* mix.c */
void mix_begin(void);
void mix_end(enum kind kind);
void mix_print(FILE *to);

/* shrink.c */
size_t shrink(struct op *ops, size_t count, unsigned int seconds,
	      unsigned int *runs);

/* report.c */
void report(const struct op *ops, size_t count);

#endif /* EXERCISE_H */
