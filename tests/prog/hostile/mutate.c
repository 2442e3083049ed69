// SPDX-License-Identifier: GPL-2.0-only
/*
 * What to damage. A mutant is its seed and number and nothing else: the same
 * two give the same list of mutations. Each of them is chosen by looking at the
 * undamaged image only, so that any can be left out without changing others.
 */
#include <string.h>

#include "hostile.h"

static uint64_t mix(uint64_t a, uint64_t b)
{
	struct rng rng = { a };

	rng.state = rng_next(&rng) ^ b;
	return rng_next(&rng);
}

static uint32_t pick_block(const struct image *image, struct rng *rng)
{
	return below(rng, image->geo.blocks);
}

static void poke_field(struct mutation *m, const struct image *image,
		       struct rng *rng, uint32_t base,
		       const struct field *field, const char *of, uint32_t nr)
{
	const unsigned char *p = image->data + base + field->off;
	uint32_t old = get32(p);

	if (field->len < 4)
		old &= (1u << 8 * field->len) - 1;
	m->what = POKE;
	m->off = base + field->off;
	m->len = field->len;
	m->value = hostile_value(image, rng, field, old);
	if (m->len < 4)
		m->value &= (1u << 8 * m->len) - 1;
	snprintf(m->text, sizeof(m->text), "%s %u: %s %#x -> %#x", of, nr,
		 field->name, old, m->value);
}

static void mutate_super(struct mutation *m, const struct image *image,
			 struct rng *rng)
{
	poke_field(m, image, rng, SUPER,
		   super_fields + below(rng, super_field_count), "super", 0);
}

static void mutate_desc(struct mutation *m, const struct image *image,
			struct rng *rng)
{
	uint32_t nr = below(rng, image->geo.groups);

	poke_field(m, image, rng, image->geo.desc + nr * G_SIZE,
		   desc_fields + below(rng, desc_field_count), "group", nr);
}

static void mutate_inode(struct mutation *m, const struct image *image,
			 struct rng *rng)
{
	uint32_t ino = image->inode[below(rng, image->inodes)];

	if (!below(rng, 8))
		ino = 2;
	else if (!below(rng, 8))
		ino = 1 + below(rng, image->geo.inodes);
	poke_field(m, image, rng,
		   inode_at(&image->geo, image->data, ino) - image->data,
		   inode_fields + below(rng, inode_field_count), "inode", ino);
}

static void mutate_bitmap(struct mutation *m, const struct image *image,
			  struct rng *rng)
{
	const struct geometry *geo = &image->geo;
	uint32_t nr = below(rng, geo->groups);
	bool inodes = below(rng, 2);
	uint32_t bits = inodes ? geo->ipg : group_len(geo, nr);

	m->what = BITS;
	m->block = desc_field(geo, image->data, nr,
			      inodes ? G_INODES : G_BLOCKS);
	m->value = below(rng, 3) == 0;
	m->off = below(rng, 4) ? below(rng, bits) : 0;
	switch (below(rng, 4)) {
	case 0:
	case 1:
		m->len = 1;
		break;
	case 2:
		m->len = bits - m->off;
		break;
	default:
		m->len = 1 + below(rng, bits - m->off);
	}
	snprintf(m->text, sizeof(m->text), "group %u: %s bits %u+%u = %u", nr,
		 inodes ? "inode" : "block", m->off, m->len, m->value);
}

static void mutate_array(struct mutation *m, const struct image *image,
			 struct rng *rng)
{
	static const struct field pointer = { "", 0, 4, 'b' };
	uint32_t p = image->geo.bs / 4, slot = below(rng, p);
	const struct array *array;

	if (!image->arrays) {
		mutate_inode(m, image, rng);
		return;
	}
	array = &image->array[below(rng, image->arrays)];
	m->block = array->block;
	if (!below(rng, 6)) {
		m->what = POINTERS;
		m->value = below(rng, 2) ? array->block :
					   hostile_block(image, rng);
		m->len = below(rng, 2);
		snprintf(m->text, sizeof(m->text),
			 "array %u: pointers %u, each %u more", m->block,
			 m->value, m->len);
		return;
	}
	if (below(rng, 2))
		slot = below(rng, 4);
	m->what = POKE;
	m->off = m->block * image->geo.bs + 4 * slot;
	m->len = 4;
	m->value = below(rng, 6) ? hostile_value(image, rng, &pointer,
						 get32(image->data + m->off)) :
				   array->block;
	snprintf(m->text, sizeof(m->text), "array %u[%u] (depth %u) = %u",
		 m->block, slot, array->depth, m->value);
}

/* The byte at which a random entry of a directory's block begins */
static uint32_t pick_entry(const unsigned char *block, uint32_t bs,
			   struct rng *rng)
{
	uint32_t off = 0, skip = below(rng, 6);

	while (skip--) {
		uint32_t next = off + get16(block + off + 4);

		if (next + 12 > bs || next == off)
			break;
		off = next;
	}
	return off;
}

static void mutate_entry(struct mutation *m, const struct image *image,
			 struct rng *rng)
{
	static const struct field fields[] = {
		{ "inode", 0, 4, 'i' }, { "inode", 0, 4, 'i' },
		{ "inode", 0, 4, 'n' }, { "rec_len", 4, 2, 'n' },
		{ "name_len", 6, 1, 'n' }, { "file_type", 7, 1, 'n' },
		{ "name[0]", 8, 1, 'n' }, { "name[1]", 9, 1, 'n' },
		{ "name[2]", 10, 1, 'n' },
	};
	uint32_t block = image->dir[below(rng, image->dirs)];
	uint32_t at = block * image->geo.bs;

	at += pick_entry(image->data + at, image->geo.bs, rng);
	poke_field(m, image, rng, at, fields + below(rng, ARRAY_SIZE(fields)),
		   "entry at", at);
}

static void mutate_blind(struct mutation *m, const struct image *image,
			 struct rng *rng)
{
	static const struct field any = { "any", 0, 4, 'n' };

	if (below(rng, 2)) {
		m->what = BITS;
		m->block = pick_block(image, rng);
		m->off = below(rng, 8 * image->geo.bs);
		m->len = 1;
		m->value = 2;
		snprintf(m->text, sizeof(m->text), "block %u: bit %u flips",
			 m->block, m->off);
		return;
	}
	poke_field(m, image, rng, 4 * below(rng, image->size / 4), &any,
		   "bytes", 0);
}

static uint32_t pick_used_block(const struct image *image, struct rng *rng)
{
	uint32_t block = pick_block(image, rng);

	/* Most are free: prefer what matters. */
	while (image->kind[block] == KIND_FREE && below(rng, 8))
		block = pick_block(image, rng);
	return block;
}

static void mutate_blocks(struct mutation *m, const struct image *image,
			  struct rng *rng)
{
	uint32_t kind = below(rng, 8);

	m->block = pick_used_block(image, rng);
	m->off = pick_used_block(image, rng);
	if (kind < 6) {
		m->what = kind < 3 ? COPY : SWAP;
		snprintf(m->text, sizeof(m->text), "block %u: %s block %u",
			 m->block, kind < 3 ? "copy of" : "swapped with",
			 m->off);
	} else {
		m->what = kind == 6 ? FILL : NOISE;
		m->value = kind == 7 ? rng_next(rng) : below(rng, 2) * 0xff;
		snprintf(m->text, sizeof(m->text), "block %u: %s %#x",
			 m->block, kind == 7 ? "noise" : "all bytes",
			 m->value);
	}
}

static void mutate_cut(struct mutation *m, const struct image *image,
		       struct rng *rng)
{
	m->what = CUT;
	m->off = 1 + below(rng, image->size / 512);
	snprintf(m->text, sizeof(m->text), "device of %u sectors", m->off);
}

static void mutate(struct mutation *m, const struct image *image,
		   struct rng *rng)
{
	uint32_t kind = below(rng, 100);

	*m = (struct mutation){};
	if (kind < 7)
		mutate_super(m, image, rng);
	else if (kind < 12)
		mutate_desc(m, image, rng);
	else if (kind < 20)
		mutate_bitmap(m, image, rng);
	else if (kind < 50)
		mutate_inode(m, image, rng);
	else if (kind < 64)
		mutate_array(m, image, rng);
	else if (kind < 80)
		mutate_entry(m, image, rng);
	else if (kind < 88)
		mutate_blind(m, image, rng);
	else if (kind < 99)
		mutate_blocks(m, image, rng);
	else
		mutate_cut(m, image, rng);
}

/* The first runs are of images as they are: what fails there is no mutant's. */
void mutant_make(struct mutant *mutant, uint64_t seed, uint64_t number,
		 const struct image *images, uint32_t count)
{
	static const char *const modes[] = { "mpagex", "dropin", "mpage", "bh" };
	static const char *const errors[] = { "continue", "remount-ro" };
	struct rng rng = { mix(seed, number) };
	uint32_t i, kind;

	*mutant = (struct mutant){ .number = number };
	mutant->image = &images[number / 4 % count];
	mutant->io = modes[number % 4];
	mutant->errors = errors[below(&rng, 4) == 0];
	mutant->ro = below(&rng, 8) == 0;
	mutant->keep = below(&rng, 3) == 0;
	mutant->sectors = mutant->image->size / 512;

	kind = below(&rng, 8);
	mutant->mutations = kind < 3 ? 1 : kind < 6 ? 2 + below(&rng, 2) :
						      4 + below(&rng, 5);
	if (number < 4 * count) {
		mutant->mutations = 0;
		mutant->ro = false;
	}
	for (i = 0; i < mutant->mutations; i++)
		mutate(&mutant->mutation[i], mutant->image, &rng);
	mutant->rng.state = mix(seed + 1, number);
}

static void change_bits(unsigned char *map, const struct mutation *m)
{
	uint32_t bit;

	for (bit = m->off; bit < m->off + m->len; bit++) {
		unsigned char mask = 1 << bit % 8;

		if (m->value == 2)
			map[bit / 8] ^= mask;
		else if (m->value)
			map[bit / 8] |= mask;
		else
			map[bit / 8] &= ~mask;
	}
}

static void apply(struct mutant *mutant, const struct mutation *m,
		  unsigned char *data)
{
	uint32_t bs = mutant->image->geo.bs, i;
	unsigned char *block = data + m->block * bs;
	unsigned char other[4096];
	struct rng rng = { m->value };

	switch (m->what) {
	case POKE:
		put(data + m->off, m->value, m->len);
		break;
	case BITS:
		change_bits(block, m);
		break;
	case COPY:
		memmove(block, data + m->off * bs, bs);
		break;
	case SWAP:
		memcpy(other, block, bs);
		memmove(block, data + m->off * bs, bs);
		memcpy(data + m->off * bs, other, bs);
		break;
	case FILL:
		memset(block, m->value, bs);
		break;
	case NOISE:
		for (i = 0; i < bs; i++)
			block[i] = rng_next(&rng);
		break;
	case POINTERS:
		for (i = 0; i < bs / 4; i++)
			put(block + 4 * i, m->value + i * m->len, 4);
		break;
	case CUT:
		mutant->sectors = m->off;
		break;
	}
}

/* Of the mutations only those whose bit is in @mask. @data: room for the image */
void mutant_apply(struct mutant *mutant, uint32_t mask, unsigned char *data)
{
	uint32_t i;

	memcpy(data, mutant->image->data, mutant->image->size);
	for (i = 0; i < mutant->mutations; i++)
		if (mask & 1u << i)
			apply(mutant, &mutant->mutation[i], data);
}
