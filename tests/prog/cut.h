/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What cutwork, which works on a file system whose writes are logged, and
 * cutcheck, which replays them up to a power cut, have to agree upon: the list
 * of what was done, how data tells whose it is, and the names.
 */
#ifndef CUT_H
#define CUT_H

#include <stdio.h>
#include <string.h>
#include <linux/types.h>

/*
 * Data is made of cells, each of which says of which file it is, where in it,
 * and in which order it was written: no cell fits anywhere else.
 */
struct cell {
	__u16 magic;
	__u16 id;	/* of a file, never used again; 0 is none */
	__u32 at;	/* in the file, counted in cells */
	__u64 gen;	/* grows with every write to any file */
};

#define CELL_MAGIC	0xcafe
/* Writes begin and end at multiples of this, and so do files. */
#define CHUNK		64

static inline void fill_cells(void *mem, __u32 id, __u64 gen, __u64 off,
			      size_t len)
{
	struct cell *cell = mem;
	__u32 at = off / sizeof(*cell);

	for (; len; len -= sizeof(*cell))
		*cell++ = (struct cell) { CELL_MAGIC, id, at++, gen };
}

/* What was done, in the smallest steps that can be on a disk or not. */
enum step {
	STEP_NAME,	/* name leads to id from now on; to nothing if it is 0 */
	STEP_GONE,	/* id has lost a name: it need not be found any more */
	STEP_WRITE,	/* len bytes of id from off on have gen */
	STEP_SIZE,	/* id has len bytes, what was behind is cut off */
	STEP_SYNC_RANGE,/* len bytes of id from off on are on the disk */
	STEP_SYNC_FILE,	/* id is on the disk */
	STEP_SYNC_DIR,	/* the names in the directory that name stands for */
	STEP_SYNC_ALL,
	STEP_WANDERS,	/* id is on the disk; its directory moves, no name is known */
	STEP_MARK,	/* the log has a mark with this step's number */
};

struct step_record {
	__u32 step;
	__u32 id;
	__u32 name;
	__u32 pad;
	__u64 gen;
	__u64 off;
	__u64 len;
};

/*
 * Names are numbered. Directory a has long ones, so that it grows; the y are
 * made, and removed, on the way. Symlinks are made under the last name, and
 * renamed over one of those before it.
 */
enum {
	NAMES_A = 0,			/* in the directory a */
	NAMES_B = NAMES_A + 24,		/* in the directory b */
	NAMES_Y = NAMES_B + 24,		/* four in each directory y */
	NAMES_DIR = NAMES_Y + 16,	/* the directories y themselves */
	NAMES_LINK = NAMES_DIR + 4,	/* symlinks */
	NAME_NEW_LINK = NAMES_LINK + 3,
	NAMES,
	/* directories of STEP_SYNC_DIR only */
	NAME_ROOT = NAMES,
	NAME_A,
	NAME_B,
};

#define IDS		2048
#define FILE_MAX	(6 << 20)

/* A directory's id: above all that files have; and a symlink's. */
#define DIR_ID		0x8000
#define LINK_ID		0x10000
/* A symlink's target says which it is, and is too long for an inode. */
#define TARGET_FORMAT	"%0100u"

/* The directory that a name is in */
static inline unsigned int dir_of(unsigned int name)
{
	if (name < NAMES_B)
		return NAME_A;
	if (name < NAMES_Y)
		return NAME_B;
	if (name < NAMES_DIR)
		return NAMES_DIR + (name - NAMES_Y) / 4;
	return NAME_ROOT;
}

/* A name's path in the file system, "" for its root */
static inline const char *path_of(unsigned int name)
{
	static char path[4][256];
	static int turn;
	char *p = path[turn++ % 4];

	if (name < NAMES_B)
		sprintf(p, "a/%02u-%0180u", name, 0);
	else if (name < NAMES_Y)
		sprintf(p, "b/%02u", name - NAMES_B);
	else if (name < NAMES_DIR)
		sprintf(p, "y%u/%u", (name - NAMES_Y) / 4, (name - NAMES_Y) % 4);
	else if (name < NAMES_LINK)
		sprintf(p, "y%u", name - NAMES_DIR);
	else if (name < NAMES)
		sprintf(p, "link%u", name - NAMES_LINK);
	else
		strcpy(p, name == NAME_A ? "a" : name == NAME_B ? "b" : "");
	return p;
}

#endif /* CUT_H */
