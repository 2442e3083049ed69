/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of soak share: the model of all files, in memory that all
 * processes share, and what was counted.
 */
#ifndef SOAK_H
#define SOAK_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#define FILES	40
#define UNIT	1536u		/* is in step with no block and no page */
#define UNITS	512u
#define TURN	8u		/* units that are whole pages, for direct I/O */
#define UNKNOWN	0xffffffffu
#define DIRS	3
#define TIMES	4096

struct file {
	pthread_mutex_t lock;
	unsigned int name;	/* 0: there is no such file */
	unsigned int dir;
	unsigned int units;	/* its length */
	unsigned int seed[UNITS];
};

enum op { OP_WRITE, OP_APPEND, OP_STORE, OP_DIRECT, OP_READ, OP_READ_MAPPED,
	  OP_READ_DIRECT, OP_TRUNCATE, OP_EXTEND, OP_RENAME, OP_REPLACE, OP_LINK,
	  OP_UNLINK, OP_FSYNC, OPS };

struct shared {
	struct file file[FILES];
	atomic_uint fsyncs;
	unsigned int fsync_ms[TIMES];	/* of the last of them */
	atomic_uint pausing, parked, ending, failed, names;
	atomic_ulong done[OPS], full;
};

extern struct shared *all;
extern const char *dir;
extern unsigned char *memory;	/* a file's worth, page aligned */

double now(void);
void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

void start_drawing(unsigned long long seed);
void step(void);
void verify(void);

#endif /* SOAK_H */
