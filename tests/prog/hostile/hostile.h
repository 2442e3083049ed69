/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostile: mounts and uses damaged ext2 images, one after the other. What its
 * files share. The format is spelled out here once more, as offsets into bytes,
 * because what checks demofs should not lean on demofs's own headers.
 *
 *	main.c		options, the loop, the watchdog
 *	image.c		an undamaged image and where everything lies in it
 *	mutate.c	what to damage
 *	values.c	the fields that can be damaged, and with what
 *	disk.c		the RAM disk that carries an image of any size
 *	exercise.c	mounting, reading, unmounting
 *	change.c	writing: data and names
 *	check.c		what must not have changed on the disk
 *	kernel.c	the kernel's log, leaks, loading of modules
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MAX_IMAGE	(1 << 20)	/* bytes */
#define MAX_MUTATIONS	8
#define MNT		"/mnt"

/* All data that is written to files, and all names, consist of these. */
#define DATA_MAGIC	"HoStIlE!"
#define NAME_MAGIC	"hostname"

/* Offsets in the superblock, which lies at byte 1024 */
#define SUPER		1024
#define S_INODES	0
#define S_BLOCKS	4
#define S_FREE_BLOCKS	12
#define S_FREE_INODES	16
#define S_FIRST		20
#define S_LOG_BS	24
#define S_BPG		32
#define S_IPG		40
#define S_MTIME		44
#define S_WTIME		48
#define S_MNT_COUNT	52
#define S_STATE		58
#define S_LASTCHECK	64
#define S_ISIZE		88
#define S_RO_COMPAT	100
#define S_MKFS_TIME	264
/* in a group descriptor */
#define G_BLOCKS	0
#define G_INODES	4
#define G_TABLE		8
#define G_FREE_BLOCKS	12
#define G_SIZE		32
/* in an inode */
#define I_MODE		0
#define I_SIZE		4
#define I_ATIME		8
#define I_CTIME		12
#define I_MTIME		16
#define I_LINKS		26
#define I_SECTORS	28
#define I_BLOCK		40
#define I_GENERATION	100
#define I_SIZE_HIGH	108

static inline uint16_t get16(const unsigned char *p)
{
	return p[0] | p[1] << 8;
}

static inline uint32_t get32(const unsigned char *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static inline void put(unsigned char *p, uint32_t value, unsigned int bytes)
{
	for (; bytes--; value >>= 8)
		*p++ = value;
}

/* Numbers that look random and are the same for the same seed. */
struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t x = rng->state += 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

/* 0 <= result < @limit */
static inline uint32_t below(struct rng *rng, uint32_t limit)
{
	return (rng_next(rng) >> 16) % limit;
}

/* What lies in a block */
enum kind {
	KIND_FREE, KIND_BOOT, KIND_SUPER, KIND_DESC, KIND_BACKUP,
	KIND_BLOCK_BITMAP, KIND_INODE_BITMAP, KIND_TABLE,
	KIND_ARRAY, KIND_DIR, KIND_DATA,
};

/* Sizes as a superblock has them */
struct geometry {
	uint32_t bs, blocks, first, bpg, groups, inodes, ipg, isize;
	uint32_t desc;		/* byte at which group descriptors begin */
	uint32_t table_blocks;	/* in each group */
	bool sparse;		/* not every group begins with backups */
};

struct array {
	uint32_t block, depth;	/* 1: leads to data */
};

struct image {
	char name[64];
	unsigned char *data;
	uint32_t size;		/* bytes, whole blocks */
	struct geometry geo;
	unsigned char kind[MAX_IMAGE / 1024];
	uint32_t inode[512], inodes;	/* numbers in use */
	struct array array[512];
	uint32_t arrays;
	uint32_t dir[256], dirs;	/* blocks of directories */
	uint32_t data_block[1024], datas;
};

enum what {
	POKE,		/* @len bytes at @off become @value */
	BITS,		/* @len bits from bit @off of block @block: @value */
	COPY,		/* block @block becomes a copy of block @off */
	SWAP,		/* the two change places */
	FILL,		/* block @block: all bytes @value */
	NOISE,		/* block @block: random bytes of seed @value */
	POINTERS,	/* block @block: pointers @value, each @len more */
	CUT,		/* the device has @off sectors */
};

struct mutation {
	enum what what;
	uint32_t block, off, len, value;
	char text[72];
};

/* One run: an image, what is done to it, how it is mounted. */
struct mutant {
	uint64_t number;
	const struct image *image;
	struct mutation mutation[MAX_MUTATIONS];
	uint32_t mutations;
	uint32_t sectors;	/* the device's size */
	const char *io;
	const char *errors;
	bool ro, keep;		/* keep: delete no file that was there */
	struct rng rng;		/* for what is done with it */
};

/* Shared with the watchdog. */
struct status {
	volatile uint64_t number;
	volatile uint64_t began;	/* in ms; 0 between mutants */
	const char *volatile step;
};

extern struct status *status;

/* Say what comes next; and count how long the step before has taken. */
void step(const char *name);
#define STEP(name)	step(name)

/* What came of one mutant; also summed up. */
struct result {
	uint64_t refused, mounted, noticed, slow, max_ms;
	bool unfit;		/* nothing more can be tried */
	char failure[256];	/* empty if none */
};

__attribute__((format(printf, 2, 3)))
void fail(struct result *result, const char *fmt, ...);
__attribute__((noreturn, format(printf, 1, 2)))
void die(const char *fmt, ...);
uint64_t now_ms(void);

/* image.c */
void image_load(struct image *image, const char *path);
bool read_geometry(struct geometry *geo, const unsigned char *data,
		   uint32_t size);
uint32_t group_start(const struct geometry *geo, uint32_t nr);
uint32_t group_len(const struct geometry *geo, uint32_t nr);
uint32_t group_copies(const struct geometry *geo, uint32_t nr);
uint32_t desc_field(const struct geometry *geo, const unsigned char *data,
		    uint32_t nr, uint32_t field);
unsigned char *inode_at(const struct geometry *geo, unsigned char *data,
			uint32_t ino);

/* values.c */
struct field {
	const char *name;
	uint32_t off, len;
	char type;	/* 'n' number, 'b' block, 's' size, 'f' flags, 'i' inode */
};

extern const struct field super_fields[], desc_fields[], inode_fields[];
extern const uint32_t super_field_count, desc_field_count, inode_field_count;
uint32_t hostile_block(const struct image *image, struct rng *rng);
uint32_t hostile_value(const struct image *image, struct rng *rng,
		       const struct field *field, uint32_t old);

/* mutate.c */
void mutant_make(struct mutant *mutant, uint64_t seed, uint64_t number,
		 const struct image *images, uint32_t count);
void mutant_apply(struct mutant *mutant, uint32_t mask, unsigned char *data);

/* disk.c */
void disk_open(const char *path);
void disk_write(const unsigned char *data, uint32_t size, uint32_t sectors);
unsigned char *disk_read(uint32_t size);
extern char disk_part[32];

/* exercise.c */
#define MAX_NODES	40

struct node {
	char *path;	/* below the mount */
	uint32_t mode;
	uint64_t size;
};

struct walk {
	int root;		/* open directory */
	struct node node[MAX_NODES];
	uint32_t nodes;
	char *room, *room_end;	/* for paths */
};

bool exercise(struct mutant *mutant, struct result *result);
const struct node *pick_node(struct walk *walk, struct rng *rng, uint32_t type);
extern unsigned char *io_buffer;	/* IO_SIZE bytes, aligned, DATA_MAGIC */
extern sigjmp_buf bus_exit;
/* Comes back true if what follows touches memory that cannot be had. */
#define bus_caught()	sigsetjmp(bus_exit, 1)
#define IO_SIZE		(64 << 10)

/* change.c */
void change_data(struct walk *walk, struct mutant *mutant);
void change_names(struct walk *walk, struct mutant *mutant);

/* check.c */
void check_disk(const struct mutant *mutant, const unsigned char *before,
		unsigned char *after, bool mounted, struct result *result);

/* kernel.c */
void log_open(void);
void log_check(struct result *result);
void log_forget(void);
void leak_check(struct result *result);
void leak_scan(struct result *result);
extern const char *module_dir;

#endif
