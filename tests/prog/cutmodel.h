/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may be on a disk after a power cut, for cutcheck: replays the steps that
 * cutwork noted, up to the last mark before the cut as done and, up to the next
 * one, as begun. Each chunk of a file then has an oldest and a newest state that
 * it can be in, and each name a set of files that it can lead to.
 */
#ifndef CUTMODEL_H
#define CUTMODEL_H

#include <stdbool.h>
#include <stdlib.h>

#include "cut.h"

#define CHUNKS		(FILE_MAX / CHUNK)
#define SET_MAX		24

/* A chunk's states are numbered by cell's gen; 0 is zeros, or a hole. */
struct chunk {
	__u32 lo;	/* what has been synced: nothing older can be there */
	__u32 hi;
	__u32 now;
};

struct file {
	struct chunk *chunk;
	__u32 chunks;		/* allocated */
	__u64 size, size_lo, size_hi;
	bool exists;
	bool synced;		/* it has been on the disk, if under no name */
	bool anchored;		/* some name must lead to it */
	bool wanders;		/* it must be somewhere */
};

struct name {
	__u32 now;
	__u32 set[SET_MAX];	/* what it can lead to */
	unsigned int count;	/* SET_MAX + 1: to anything */
	bool stable;		/* unchanged since its directory was synced */
};

struct model {
	struct file file[IDS];
	bool dir_exists[IDS], dir_synced[IDS];
	struct name name[NAMES];
};

static inline void model_init(struct model *m)
{
	unsigned int i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < NAMES; i++)
		m->name[i].count = 1;
}

static inline void model_copy(struct model *to, const struct model *from)
{
	struct chunk *had[IDS];
	unsigned int i;

	for (i = 0; i < IDS; i++)
		had[i] = to->file[i].chunk;
	memcpy(to, from, sizeof(*to));
	for (i = 0; i < IDS; i++) {
		struct file *f = &to->file[i];

		f->chunk = NULL;
		free(had[i]);
		if (!f->chunks)
			continue;
		f->chunk = malloc(f->chunks * sizeof(*f->chunk));
		memcpy(f->chunk, from->file[i].chunk,
		       f->chunks * sizeof(*f->chunk));
	}
}

static inline void model_grow(struct file *f, __u64 size)
{
	__u32 need = size / CHUNK;

	if (need <= f->chunks)
		return;
	f->chunk = realloc(f->chunk, need * sizeof(*f->chunk));
	memset(f->chunk + f->chunks, 0,
	       (need - f->chunks) * sizeof(*f->chunk));
	f->chunks = need;
}

static inline void model_write(struct file *f, __u64 gen, __u64 off, __u64 len)
{
	__u64 i;

	model_grow(f, off + len);
	for (i = off / CHUNK; i < (off + len) / CHUNK; i++)
		f->chunk[i].hi = f->chunk[i].now = gen;
	if (off + len > f->size)
		f->size = off + len;
	if (f->size > f->size_hi)
		f->size_hi = f->size;
}

static inline void model_size(struct file *f, __u64 size)
{
	__u32 i;

	model_grow(f, size);
	for (i = size / CHUNK; i < f->chunks; i++)
		f->chunk[i].lo = f->chunk[i].now = 0;
	f->size = size;
	if (size < f->size_lo)
		f->size_lo = size;
	if (size > f->size_hi)
		f->size_hi = size;
}

static inline void model_sync(struct file *f, __u64 off, __u64 len)
{
	__u64 i, end = (off + len) / CHUNK;

	for (i = off / CHUNK; i < end && i < f->chunks; i++)
		f->chunk[i].lo = f->chunk[i].hi = f->chunk[i].now;
	f->synced = true;
	if (off + len >= f->size)
		f->size_lo = f->size_hi = f->size;
}

/* Behind the end too: nothing is there any more. */
static inline void model_sync_all(struct file *f)
{
	model_sync(f, 0, (__u64)f->chunks * CHUNK);
	f->size_lo = f->size_hi = f->size;
}

static inline bool name_is(const struct name *n, __u32 id)
{
	return n->count == 1 && n->set[0] == id;
}

static inline bool name_can_be(const struct name *n, __u32 id)
{
	unsigned int i;

	for (i = 0; i < n->count && i < SET_MAX; i++)
		if (n->set[i] == id)
			return true;
	return n->count > SET_MAX;
}

static inline void name_add(struct name *n, __u32 id)
{
	if (name_can_be(n, id))
		return;
	if (n->count < SET_MAX)
		n->set[n->count] = id;
	n->count++;
}

/* Something was synced: which names are on the disk, with all they need? */
static inline void model_settle_names(struct model *m)
{
	unsigned int i;

	/* From the last one, since those are of directories. */
	for (i = NAMES; i-- > 0;) {
		struct name *n = &m->name[i];
		unsigned int dir = dir_of(i);
		/* What is no file goes with its name. */
		bool synced = !n->now || n->now >= LINK_ID ||
			      (n->now >= DIR_ID ?
			       m->dir_synced[n->now - DIR_ID] :
			       m->file[n->now].synced);

		if (!n->stable)
			continue;
		if (dir < NAMES && (!m->name[dir].now ||
				    !name_is(&m->name[dir], m->name[dir].now)))
			continue;
		n->count = 1;
		n->set[0] = n->now;
		if (!synced)
			name_add(n, 0);
		else if (n->now && n->now < DIR_ID)
			m->file[n->now].anchored = true;
	}
}

static inline void model_sync_dir(struct model *m, unsigned int dir)
{
	unsigned int i;

	for (i = 0; i < NAMES; i++)
		if (dir_of(i) == dir)
			m->name[i].stable = true;
	if (dir < NAMES && m->name[dir].now)
		m->dir_synced[m->name[dir].now - DIR_ID] = true;
	model_settle_names(m);
}

static inline void model_sync_everything(struct model *m)
{
	unsigned int i;

	for (i = 1; i < IDS; i++)
		if (m->file[i].exists)
			model_sync_all(&m->file[i]);
	memcpy(m->dir_synced, m->dir_exists, sizeof(m->dir_synced));
	for (i = 0; i < NAMES; i++)
		m->name[i].stable = true;
	model_settle_names(m);
}

/* Apply a step; one that syncs only if it was @done before the cut. */
static inline void model_step(struct model *m, const struct step_record *r,
			      bool done)
{
	struct file *f = &m->file[r->id < IDS ? r->id : 0];

	switch (r->step) {
	case STEP_NAME:
		if (r->id < DIR_ID)
			f->exists = true;
		else if (r->id < LINK_ID)
			m->dir_exists[r->id - DIR_ID] = true;
		m->name[r->name].now = r->id;
		m->name[r->name].stable = false;
		name_add(&m->name[r->name], r->id);
		break;
	case STEP_GONE:
		f->anchored = false;
		break;
	case STEP_WRITE:
		model_write(f, r->gen, r->off, r->len);
		break;
	case STEP_SIZE:
		model_size(f, r->len);
		break;
	}
	if (!done)
		return;
	switch (r->step) {
	case STEP_SYNC_RANGE:
		model_sync(f, r->off, r->len);
		model_settle_names(m);
		break;
	case STEP_SYNC_FILE:
		model_sync_all(f);
		model_settle_names(m);
		break;
	case STEP_SYNC_DIR:
		model_sync_dir(m, r->name);
		break;
	case STEP_SYNC_ALL:
		model_sync_everything(m);
		break;
	case STEP_WANDERS:
		f->wanders = true;
		break;
	}
}

/*
 * Can a file with this content be @f? Return: NULL if so, or what cannot be;
 * *@at says where.
 */
static inline const char *model_mismatch(const struct file *f, __u32 id,
					 const struct cell *cell, __u64 size,
					 __u32 block_size, __u64 *at)
{
	__u64 per = CHUNK / sizeof(*cell), i;

	*at = size;
	if (size < f->size_lo)
		return "it is shorter than what was synced";
	/* e2fsck lets a size cover all of the last block. */
	if (size > f->size_hi &&
	    (f->size_lo == f->size_hi ||
	     size > (f->size_hi + block_size - 1) / block_size * block_size))
		return "it is longer than it ever was";
	for (i = 0; i < size / sizeof(*cell); i++) {
		static const struct chunk none;
		const struct chunk *c = i / per < f->chunks ?
					&f->chunk[i / per] : &none;

		*at = i * sizeof(*cell);
		if (!cell[i].magic) {
			if (c->lo)
				return "zeros where synced data was";
			continue;
		}
		if (cell[i].id != id)
			return "data of another file";
		if (cell[i].gen < c->lo)
			return "older data than was synced";
		if (cell[i].gen > c->hi)
			return "data that is not there yet, or was cut off";
	}
	return NULL;
}

#endif /* CUTMODEL_H */
